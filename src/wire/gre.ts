/**
 * GRE (RFC 2784, RFC 2890, routing as in RFC 1701), its version 1 of PPTP (RFC 2637), and the mirrored frames of
 * ERSPAN that it carries (draft-foschiano-erspan).
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_IEEE80211,
  NEXT_IP,
  NEXT_IPV4,
  NEXT_PPP,
} from './cursor.js';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;

const ERSPAN_1_AND_2 = 0x88be;
const ERSPAN_3 = 0x22eb;
const WCCP = 0x883e;
const PPP = 0x880b;
/** Aruba's access points: a number for each tunnel of the controller, 802.11 inside. */
const ARUBA_FIRST = 0x8200;
const ARUBA_LAST = 0x83ff;
/** MikroTik's EoIP: version 1 with a key, little-endian at that. */
const ETHERNET_OVER_IP = 0x6400;

export function gre(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  const flags = c.u16(0);
  const protocol = c.u16(2);
  switch (flags & VERSION) {
    case 0:
      return version0(c, flags, protocol);
    case 1:
      return version1(c, flags, protocol);
    default:
      return END_OTHER;
  }
}

function version0(c: Cursor, flags: number, protocol: number): number {
  let bytes = 4;
  if ((flags & (CHECKSUM | ROUTING)) !== 0) bytes += 4;
  if ((flags & KEY) !== 0) bytes += 4;
  if ((flags & SEQUENCE) !== 0) bytes += 4;
  if (!c.has(bytes)) return END_CUT_LINK;
  c.offset += bytes;
  if ((flags & ROUTING) !== 0 && !stepOverRouting(c)) return END_CUT_LINK;
  switch (protocol) {
    case ERSPAN_1_AND_2:
      // Type I has no header of its own, nor GRE's sequence number.
      return (flags & SEQUENCE) === 0 ? NEXT_ETHERNET : erspan(c);
    case ERSPAN_3:
      return erspan(c);
    case WCCP:
      return redirected(c);
    default:
      if (protocol >= ARUBA_FIRST && protocol <= ARUBA_LAST) return NEXT_IEEE80211;
      c.type = protocol;
      return NEXT_ETHERTYPE;
  }
}

/** RFC 1701: entries of address family, offset and length, ended by one of zeros. */
function stepOverRouting(c: Cursor): boolean {
  for (;;) {
    if (!c.has(4)) return false;
    const isLast = c.u16(0) === 0 && c.u8(3) === 0;
    const bytes = 4 + c.u8(3);
    if (!c.has(bytes)) return false;
    c.offset += bytes;
    if (isLast) return true;
  }
}

/** RFC 2637 4.1: the key is payload length and call id; without a sequence number there is no payload. */
function version1(c: Cursor, flags: number, protocol: number): number {
  if ((flags & KEY) === 0) return END_OTHER;
  if (protocol === ETHERNET_OVER_IP) return c.skipLink(8, NEXT_ETHERNET);
  if (protocol !== PPP || (flags & SEQUENCE) === 0) return END_OTHER;
  return c.skipLink((flags & ACKNOWLEDGMENT) !== 0 ? 16 : 12, NEXT_PPP);
}

/** Type II has version 1 and 8 bytes, type III version 2 and 12, or 20 with the O bit; bits 11 to 15 of its third word: frame type. */
function erspan(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  const version = c.u8(0) >>> 4;
  if (version === 1) return c.skip(8, NEXT_ETHERNET);
  if (version !== 2) return END_OTHER;
  if (!c.has(12)) return END_CUT_LINK;
  const word = c.u16(10);
  const frameType = (word >>> 10) & 31;
  const bytes = (word & 1) !== 0 ? 20 : 12;
  if (frameType === 0) return c.skipLink(bytes, NEXT_ETHERNET);
  return frameType === 2 ? c.skipLink(bytes, NEXT_IP) : END_OTHER;
}

/** WCCP (draft-wilson-wrec-wccp-v2 4.12): version 2 puts a word before the packet, version 1 does not. */
function redirected(c: Cursor): number {
  if (!c.has(1)) return END_CUT_LINK;
  return c.u8(0) >>> 4 === 4 ? NEXT_IPV4 : c.skipLink(4, NEXT_IPV4);
}
