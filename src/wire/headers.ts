/**
 * From a frame's first byte to its innermost TCP header (or ICMP message): one header after the other, each saying what
 * follows.
 */
import {
  type Cursor,
  END_BAD_IP,
  END_CUT_LINK,
  END_OTHER,
  END_UNKNOWN_LINK,
  FOUND_TCP,
  NEXT_CISCO_HDLC,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_FRAME_RELAY,
  NEXT_IEEE80211,
  NEXT_IP,
  NEXT_IP_PAYLOAD,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_LINK,
  NEXT_LLC,
  NEXT_MPLS,
  NEXT_NLPID,
  NEXT_NSH,
  NEXT_PPP,
  NEXT_PPPOE,
} from './cursor.js';
import { afterEthertype, ethernet, MOST_LENGTH } from './ethernet.js';
import { nsh } from './ethertype-shims.js';
import { frameRelay } from './frame-relay.js';
import { ieee80211 } from './ieee80211.js';
import { ipPayload } from './ip-payload.js';
import { PROTOCOL_UDP } from './ip-protocols.js';
import { ipv4 } from './ipv4.js';
import { ipv6 } from './ipv6.js';
import { linkLayer } from './link.js';
import { llc, nlpid } from './llc.js';
import { MARK_COOKED, MARK_ETHERNET, MARK_LLC, MARK_MPLS, MARK_PPP, MARK_PPPOE, MARK_SHIM } from './marks.js';
import { mpls } from './mpls.js';
import { ciscoHdlc, ppp, pppoe } from './ppp.js';

/** No more headers than these are looked at, and no more IP headers, so that no frame costs much more than another. */
export const MOST_HEADERS = 96;
const MOST_IP_HEADERS = 16;

/** Goes to the TCP header of the cursor's frame, of link type `linkType`. Returns FOUND_TCP or an END_ number. */
export function goToTcp(c: Cursor, linkType: number): number {
  let next = linkLayer(c, linkType);
  if (c.offset > 0) {
    c.headers = 1;
    if (linkType !== LINKTYPE_ETHERNET) c.marks |= MARK_COOKED;
  }
  let isPayload = false;
  for (let headers = 0; next > FOUND_TCP; headers++) {
    if (headers === MOST_HEADERS) return END_OTHER;
    const from = c.offset;
    const isIpPayload = next === NEXT_IP_PAYLOAD;
    next = step(c, next);
    if (c.offset > from) c.headers++;
    isPayload = isIpPayload && c.offset > from && c.protocol === PROTOCOL_UDP;
  }
  // The header at which it ended, unless that is not there; what UDP carries is payload.
  if (!isPayload && c.has(1) && !isCut(next) && !isNothing(c)) c.headers++;
  return next;
}

const LINKTYPE_ETHERNET = 1;
const NO_NEXT_HEADER = 59;

/** RFC 8200 4.7: behind an IPv6 header that says so nothing follows, whatever bytes there are. */
const isNothing = (c: Cursor): boolean => c.isV6 && c.protocol === NO_NEXT_HEADER && c.payload === c.offset;

const isCut = (end: number): boolean => end === END_CUT_LINK || end === END_BAD_IP || end === END_UNKNOWN_LINK;

/** What the ethertype announces; a header there that is no VLAN tag is a shim. */
function withShim(c: Cursor): number {
  const from = c.offset;
  const tags = c.vlanTags;
  const next = afterEthertype(c);
  if (c.offset > from && c.vlanTags === tags) c.marks |= MARK_SHIM;
  return next;
}

/** What the link layer of a frame without any IP header so far says that it carries. */
function noteLinkCode(c: Cursor, code: number): void {
  if (c.outerIp < 0) c.linkCode = code;
}

function step(c: Cursor, next: number): number {
  switch (next) {
    case NEXT_ETHERTYPE:
      // A length says nothing of what follows; LLC does.
      if (c.type > MOST_LENGTH) noteLinkCode(c, c.type);
      return withShim(c);
    case NEXT_ETHERNET:
      c.marks |= MARK_ETHERNET;
      if (c.addresses < 0 && c.has(12)) c.addresses = c.offset;
      return ethernet(c);
    case NEXT_IP_PAYLOAD:
      return ipPayload(c);
    case NEXT_IPV4:
      return c.ipHeaders === MOST_IP_HEADERS ? END_OTHER : ipv4(c);
    case NEXT_IPV6:
      return c.ipHeaders === MOST_IP_HEADERS || c.directOnly ? END_OTHER : ipv6(c);
    case NEXT_IP:
      return c.has(1) && c.u8(0) >>> 4 === 6 ? NEXT_IPV6 : NEXT_IPV4;
    case NEXT_MPLS:
      c.marks |= MARK_MPLS;
      return mpls(c);
    case NEXT_LLC:
      c.marks |= MARK_LLC;
      if (c.has(1)) noteLinkCode(c, c.u8(0));
      return llc(c);
    case NEXT_NLPID:
      return nlpid(c);
    case NEXT_PPP:
      c.marks |= MARK_PPP;
      return ppp(c);
    case NEXT_PPPOE:
      c.marks |= MARK_PPPOE;
      return pppoe(c);
    case NEXT_CISCO_HDLC:
      return ciscoHdlc(c);
    case NEXT_FRAME_RELAY:
      return frameRelay(c);
    case NEXT_IEEE80211:
      return ieee80211(c, false, false);
    case NEXT_LINK:
      return linkLayer(c, c.type);
    case NEXT_NSH:
      c.marks |= MARK_SHIM;
      return nsh(c);
    default:
      throw new Error(`no header has number ${next}`);
  }
}
