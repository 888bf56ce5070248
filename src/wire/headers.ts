/**
 * From a frame's first byte to its innermost TCP header (or ICMP message): one header after the other, each saying what
 * follows.
 */
import {
  type Cursor,
  END_OTHER,
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
import { afterEthertype, ethernet } from './ethernet.js';
import { nsh } from './ethertype-shims.js';
import { frameRelay } from './frame-relay.js';
import { ieee80211 } from './ieee80211.js';
import { ipPayload } from './ip-payload.js';
import { ipv4 } from './ipv4.js';
import { ipv6 } from './ipv6.js';
import { linkLayer } from './link.js';
import { llc, nlpid } from './llc.js';
import { mpls } from './mpls.js';
import { ciscoHdlc, ppp, pppoe } from './ppp.js';

/** No more headers than these are looked at, and no more IP headers, so that no frame costs much more than another. */
export const MOST_HEADERS = 96;
const MOST_IP_HEADERS = 16;

/** Goes to the TCP header of the cursor's frame, of link type `linkType`. Returns FOUND_TCP or an END_ number. */
export function goToTcp(c: Cursor, linkType: number): number {
  let next = linkLayer(c, linkType);
  for (let headers = 0; next > FOUND_TCP; headers++) {
    if (headers === MOST_HEADERS) return END_OTHER;
    next = step(c, next);
  }
  return next;
}

function step(c: Cursor, next: number): number {
  switch (next) {
    case NEXT_ETHERTYPE:
      return afterEthertype(c);
    case NEXT_ETHERNET:
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
      return mpls(c);
    case NEXT_LLC:
      return llc(c);
    case NEXT_NLPID:
      return nlpid(c);
    case NEXT_PPP:
      return ppp(c);
    case NEXT_PPPOE:
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
      return nsh(c);
    default:
      throw new Error(`no header has number ${next}`);
  }
}
