/**
 * Link layers of networks other than Ethernet, and Ethernet behind the header of a switch or a capture card. Each
 * leads to LLC, an ethertype or an Ethernet header.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_CISCO_HDLC,
  NEXT_ETHERNET,
  NEXT_IP,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_LLC,
} from './cursor.js';

/** ANSI X3.139: frame control, destination, source. Frames of LLC have class and type 0b01 in the first four bits but L. */
export function fddi(c: Cursor): number {
  if (!c.has(13)) return END_CUT_LINK;
  return (c.u8(0) & 0x70) === 0x50 ? c.skip(13, NEXT_LLC) : END_OTHER;
}

/** IEEE 802.5 3.2: access control, frame control, destination, source; its first bit tells of routing information. */
export function tokenRing(c: Cursor): number {
  if (!c.has(14)) return END_CUT_LINK;
  if (c.u8(1) >>> 6 !== 1) return END_OTHER;
  if ((c.u8(8) & 0x80) === 0) return c.skip(14, NEXT_LLC);
  if (!c.has(16)) return END_CUT_LINK;
  // IEEE 802.5 3.3: the length counts its own two bytes.
  return c.skipLink(14 + (c.u8(14) & 31), NEXT_LLC);
}

/** Classical IP over ATM as Linux has it: LLC, or IP at once (RFC 2225, RFC 2684 6). */
export function atmClassicalIp(c: Cursor): number {
  if (!c.has(3)) return END_CUT_LINK;
  return c.u16(0) === 0xaaaa && c.u8(2) === 3 ? NEXT_LLC : NEXT_IP;
}

/** Sun's ATM header: kind of traffic in the low bits (1: LANE, 2: LLC), VPI, VCI; LANE has its client's id first. */
export function sunAtm(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  const traffic = c.u8(0) & 15;
  if (traffic === 1) return c.skipLink(6, NEXT_ETHERNET);
  return traffic === 2 ? c.skip(4, NEXT_LLC) : END_OTHER;
}

/** DOCSIS MAC header: frame control, parameter, length, extended header of so many bytes, check sequence. */
export function docsis(c: Cursor): number {
  if (!c.has(6)) return END_CUT_LINK;
  const control = c.u8(0);
  if (control >>> 6 !== 0) return END_OTHER;
  return c.skipLink(6 + ((control & 1) !== 0 ? c.u8(1) : 0), NEXT_ETHERNET);
}

/** IEEE 802.3br 99.3: preamble, and whether a frame begins (a whole one, or the first of four kinds of start) or goes on. */
export function mpacket(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  switch (c.u8(7)) {
    case 0xd5:
    case 0xe6:
    case 0x4c:
    case 0x7f:
    case 0xb3:
      return c.skip(8, NEXT_ETHERNET);
    default:
      return END_OTHER;
  }
}

/** Endace's ERF: time, type (bit 7: extension headers), flags, lengths; Ethernet is padded by two bytes. */
export function erf(c: Cursor): number {
  if (!c.has(16)) return END_CUT_LINK;
  let bytes = 16;
  let hasMore = (c.u8(8) & 0x80) !== 0;
  while (hasMore) {
    if (!c.has(bytes + 8)) return END_CUT_LINK;
    hasMore = (c.u8(bytes) & 0x80) !== 0;
    bytes += 8;
  }
  switch (c.u8(8) & 0x7f) {
    // ETH, COLOR_ETH, DSM_COLOR_ETH, COLOR_HASH_ETH.
    case 2:
    case 11:
    case 16:
    case 20:
      return c.skipLink(bytes + 2, NEXT_ETHERNET);
    case 1:
      return c.skip(bytes, NEXT_CISCO_HDLC);
    case 22:
      return c.skip(bytes, NEXT_IPV4);
    case 23:
      return c.skip(bytes, NEXT_IPV6);
    default:
      return END_OTHER;
  }
}
