/**
 * Link types: which of them are decoded, and by what. Numbers are those of the LINKTYPE_ registry of tcpdump.org.
 */
import { enc, ipnet, linuxSll, linuxSll2, loopback, nflog, pflog, pktap } from './cooked.js';
import {
  type Cursor,
  END_CUT_LINK,
  END_UNKNOWN_LINK,
  NEXT_CISCO_HDLC,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_FRAME_RELAY,
  NEXT_IEEE80211,
  NEXT_IP,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_LLC,
  NEXT_MPLS,
  NEXT_PPP,
  NEXT_PPPOE,
} from './cursor.js';
import { avs, ppi, prism, radiotap } from './ieee80211.js';
import { isJuniper, juniper } from './juniper.js';
import { atmClassicalIp, docsis, erf, fddi, mpacket, sunAtm, tokenRing } from './lan.js';
import { pppWithDirectionForAddress, serial } from './ppp.js';

const FIRST_USER = 147;
const LAST_USER = 162;

/** Link types that frames are decoded of; any other loses its interface's packets, and is to be reported. */
export function isKnownLinkType(linkType: number): boolean {
  return KNOWN.has(linkType) || isJuniper(linkType);
}

/** The same as the cases of `linkLayer`. */
const KNOWN: ReadonlySet<number> = new Set([
  ...[0, 1, 6, 8, 9, 10, 12, 14, 50, 51, 100, 101, 102, 104, 105, 106, 107, 108, 109, 113, 117, 119, 122, 123, 127],
  ...[138, 143, 163, 166, 192, 197, 204, 205, 206, 219, 226, 228, 229, 239, 240, 241, 242, 258, 274, 276, 281, 282],
  ...[284, 285],
]);

/** The frame's first header, of link type `linkType`. */
export function linkLayer(c: Cursor, linkType: number): number {
  switch (linkType) {
    case 1:
      return NEXT_ETHERNET;
    case 12:
    case 14:
    case 101:
      return NEXT_IP;
    case 228:
      return NEXT_IPV4;
    case 229:
      return NEXT_IPV6;
    case 0:
    case 108:
      return loopback(c);
    case 113:
      return linuxSll(c);
    case 276:
      return linuxSll2(c);
    case 9:
    case 50:
      return serial(c);
    case 51:
      return NEXT_PPPOE;
    case 104:
      return NEXT_CISCO_HDLC;
    case 105:
      return NEXT_IEEE80211;
    case 127:
      return radiotap(c);
    default:
      return rareLinkLayer(c, linkType);
  }
}

function rareLinkLayer(c: Cursor, linkType: number): number {
  switch (linkType) {
    case 6:
      return tokenRing(c);
    // Direction and, for SLIP, 15 bytes of the header as it came; BSD/OS has 24 bytes.
    case 8:
      return c.skipLink(16, NEXT_IP);
    case 102:
      return c.skipLink(24, NEXT_IP);
    case 10:
      return fddi(c);
    case 100:
      return NEXT_LLC;
    case 106:
      return atmClassicalIp(c);
    case 107:
      return NEXT_FRAME_RELAY;
    case 109:
      return enc(c);
    case 117:
      return pflog(c);
    case 119:
      return prism(c);
    // RFC 2625 3: a network header of two addresses.
    case 122:
      return c.skipLink(16, NEXT_LLC);
    case 123:
      return sunAtm(c);
    // RFC 2734 as Apple writes it: two addresses of 8 bytes, ethertype.
    case 138:
      return c.skipToEthertype(18);
    case 143:
      return docsis(c);
    case 163:
      return avs(c);
    case 166:
      return pppWithDirectionForAddress(c);
    case 192:
      return ppi(c);
    case 197:
      return erf(c);
    // One byte of direction before what the types without it have.
    case 204:
      return c.skipLink(1, NEXT_PPP);
    case 205:
      return c.skipLink(1, NEXT_CISCO_HDLC);
    case 206:
      return c.skipLink(1, NEXT_FRAME_RELAY);
    default:
      return newLinkLayer(c, linkType);
  }
}

function newLinkLayer(c: Cursor, linkType: number): number {
  if (isJuniper(linkType)) return juniper(c, linkType);
  switch (linkType) {
    case 219:
      return NEXT_MPLS;
    case 226:
      return ipnet(c);
    case 239:
      return nflog(c);
    // Hilscher's netANALYZER: four bytes, and with "transparent" the preamble.
    case 240:
      return c.skipLink(4, NEXT_ETHERNET);
    case 241:
      return c.skipLink(12, NEXT_ETHERNET);
    // RFC 4391 6 behind a global route header of 40 bytes: ethertype, reserved.
    case 242:
      return ipOverInfiniband(c);
    case 258:
      return pktap(c);
    case 274:
      return mpacket(c);
    // Tags of switch chips (Linux' DSA): before the frame, or between source address and ethertype.
    case 282:
      return c.skipLink(4, NEXT_ETHERNET);
    case 281:
    case 284:
      return c.skipToEthertype(18);
    case 285:
      return c.skipToEthertype(22);
    default:
      return userLinkLayer(c, linkType);
  }
}

function ipOverInfiniband(c: Cursor): number {
  if (!c.has(44)) return END_CUT_LINK;
  c.type = c.u16(40);
  return c.skip(44, NEXT_ETHERTYPE);
}

/** What the user says that a USER type is; one that stands for itself or another USER type is none. */
function userLinkLayer(c: Cursor, linkType: number): number {
  if (linkType < FIRST_USER || linkType > LAST_USER) return END_UNKNOWN_LINK;
  const meant = c.userDlts.get(linkType) ?? -1;
  return isKnownLinkType(meant) ? linkLayer(c, meant) : END_UNKNOWN_LINK;
}
