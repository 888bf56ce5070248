/**
 * IPv6 header (RFC 8200 3) and the extension headers that only IPv6 has, in any order. The payload length says no more than where
 * the datagram ends, so jumbograms (RFC 2675) and what a network card is still to cut are as good as any.
 */
import { type Cursor, END_BAD_IP, END_LATER_FRAGMENT, END_OTHER, NEXT_IP_PAYLOAD } from './cursor.js';
import { fragmentKey6 } from './fragment-key.js';
import { mayCarryTcp } from './ip-protocols.js';

export const IPV6_HEADER_BYTES = 40;
export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const DESTINATION_OPTIONS = 60;
/** RFC 6275 6.1. */
const MOBILITY = 135;
/** RFC 7401 5.1. */
const HOST_IDENTITY = 139;
/** RFC 5533 5.1. */
const SHIM6 = 140;

export function ipv6(c: Cursor): number {
  if (!c.has(IPV6_HEADER_BYTES) || c.u8(0) >>> 4 !== 6) return END_BAD_IP;
  c.noteIp(true);
  c.ip = c.offset;
  c.ipHeaders++;
  c.moreFragments = false;
  // Jumbograms (RFC 2675), and what a network card is still to cut, have 0.
  const bytes = c.u16(4);
  if (bytes !== 0) c.noteEnd(c.offset + IPV6_HEADER_BYTES + bytes);
  c.type = c.u8(6);
  return c.skip(IPV6_HEADER_BYTES, NEXT_IP_PAYLOAD);
}

/** Whether `header` is one that `ipv6Extension` steps over. */
export function isIpv6Extension(header: number): boolean {
  switch (header) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case HOST_IDENTITY:
    case SHIM6:
      return true;
    default:
      return false;
  }
}

/** The extension header whose number is in `c.type`; the number of the next is there afterwards. */
export function ipv6Extension(c: Cursor): number {
  if (!c.has(8)) return END_BAD_IP;
  const next = c.u8(0);
  if (c.type === FRAGMENT) return fragment(c, next);
  const bytes = (c.u8(1) + 1) * 8;
  if (!c.has(bytes)) return END_BAD_IP;
  c.type = next;
  return c.skip(bytes, NEXT_IP_PAYLOAD);
}

/** RFC 8200 4.5. One that is neither first of several nor later (RFC 6946: atomic) changes nothing. */
function fragment(c: Cursor, next: number): number {
  const offsetAndMore = c.u16(2);
  if (offsetAndMore >>> 3 !== 0) {
    c.fragmentOf = next;
    c.isFragment = true;
    c.protocol = next;
    c.payload = -1;
    c.notePiece(fragmentKey6(c, c.u32(4)), offsetAndMore >>> 3, 8, pieceBytes(c), (offsetAndMore & 1) === 0);
    return mayCarryTcp(c, next) || isIpv6Extension(next) ? END_LATER_FRAGMENT : END_OTHER;
  }
  if ((offsetAndMore & 1) !== 0) {
    c.moreFragments = true;
    c.noteFirstFragment(fragmentKey6(c, c.u32(4)), 8, pieceBytes(c));
  }
  c.type = next;
  return c.skip(8, NEXT_IP_PAYLOAD);
}

/** Bytes behind the fragment header that the cursor is at. The last IPv6 header is around it, also where `c.ip` is an IPv4 header's further out. */
const pieceBytes = (c: Cursor): number =>
  c.lastIp + IPV6_HEADER_BYTES + c.view.getUint16(c.at + c.lastIp + 4) - (c.offset + 8);
