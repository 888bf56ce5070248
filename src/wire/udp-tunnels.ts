/**
 * Tunnels of one short header behind UDP: VXLAN (RFC 7348) and its extensions, Geneve (RFC 8926), Teredo (RFC 4380),
 * AYIYA. Each starts behind the UDP header and ends with END_OTHER when its header is not plausible.
 */
import {
  type Cursor,
  END_OTHER,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_MPLS,
  NEXT_NSH,
} from './cursor.js';

/** RFC 7348 5: the I bit, 24 reserved bits, VNI, 8 reserved bits. The group policy extension uses the G bit and 16 of them. */
export function vxlan(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const flags = c.u8(0);
  if ((flags & 0x77) !== 0 || (flags & 0x08) === 0 || c.u8(7) !== 0) return END_OTHER;
  return c.skip(8, NEXT_ETHERNET);
}

/** draft-ietf-nvo3-vxlan-gpe 3.1: version 0; the P bit says that the fourth byte tells what follows. */
export function vxlanGpe(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const flags = c.u8(0);
  if ((flags & 0xf0) !== 0 || (flags & 0x08) === 0 || c.u16(1) !== 0) return END_OTHER;
  if ((flags & 0x04) === 0) return c.skip(8, NEXT_ETHERNET);
  switch (c.u8(3)) {
    case 1:
      return c.skip(8, NEXT_IPV4);
    case 2:
      return c.skip(8, NEXT_IPV6);
    case 3:
      return c.skip(8, NEXT_ETHERNET);
    case 4:
      return c.skip(8, NEXT_NSH);
    case 5:
      return c.skip(8, NEXT_MPLS);
    default:
      return END_OTHER;
  }
}

/** RFC 8926 3.4: version 0, length of the options in words, flags, ethertype, VNI, reserved. */
export function geneve(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const word = c.u32(0);
  if (word >>> 30 !== 0 || (word & 0x003f0000) !== 0 || c.u8(7) !== 0) return END_OTHER;
  const bytes = 8 + 4 * ((word >>> 24) & 63);
  if (!c.has(bytes)) return END_OTHER;
  c.type = word & 0xffff;
  return c.skip(bytes, NEXT_ETHERTYPE);
}

/** RFC 4380 5.1.1: indications of authentication and of origin, in that order, then IPv6. */
export function teredo(c: Cursor): number {
  if (c.has(4) && c.u16(0) === 1) c.offset += 13 + c.u8(2) + c.u8(3);
  if (c.has(2) && c.u16(0) === 0) c.offset += 8;
  return c.has(1) && c.u8(0) >>> 4 === 6 ? NEXT_IPV6 : END_OTHER;
}

/** draft-massar-v6ops-ayiya 3: lengths of identity and signature, methods, next header, epoch, then both. */
export function ayiya(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const isForward = (c.u8(2) & 15) === 1;
  const next = c.u8(3);
  const bytes = 8 + (1 << (c.u8(0) >>> 4)) + 4 * (c.u8(1) >>> 4);
  if (!isForward || (next !== 41 && next !== 4) || !c.has(bytes + 1)) return END_OTHER;
  if (c.u8(bytes) >>> 4 !== (next === 41 ? 6 : 4)) return END_OTHER;
  return c.skip(bytes, next === 41 ? NEXT_IPV6 : NEXT_IPV4);
}
