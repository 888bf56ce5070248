/**
 * The Internet checksum (RFC 1071): what should be in the checksum fields of IPv4, TCP, ICMP and ICMPv6. The sums are over
 * bytes that whoever asks knows to be there.
 *
 * The sum is the same in 32-bit words as in 16-bit ones (RFC 1071 2). Words are added up as doubles, which are exact for the
 * first 2^21 words of each of the four sums; int32 would need two sums a word, and be no faster.
 */
import { PROTOCOL_ICMPV6, PROTOCOL_TCP } from './ip-protocols.js';

/** Where the field is in its header: RFC 791 3.1, RFC 9293 3.1, RFC 792 and RFC 4443 2.1. */
export const IPV4_CHECKSUM_AT = 10;
export const TCP_CHECKSUM_AT = 16;
export const ICMP_CHECKSUM_AT = 2;
const FIELD_BYTES = 2;

/** Adds up `bytes` bytes from byte `from` of `view` as big-endian words, with a zero behind an odd one: to be folded. */
export function sumOf(view: DataView, from: number, bytes: number): number {
  let at = from;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (const end = from + (bytes & ~15); at < end; at += 16) {
    a += view.getUint32(at);
    b += view.getUint32(at + 4);
    c += view.getUint32(at + 8);
    d += view.getUint32(at + 12);
  }
  for (const end = from + (bytes & ~3); at < end; at += 4) a += view.getUint32(at);
  if ((bytes & 2) !== 0) {
    a += view.getUint16(at);
    at += 2;
  }
  if ((bytes & 1) !== 0) a += view.getUint8(at) << 8;
  return a + b + c + d;
}

/** A sum of words as one of 16 bits in ones' complement: 0 when all was 0, otherwise 1 to 0xffff. */
export function fold(sum: number): number {
  const low = sum >>> 0;
  const high = (sum - low) / 2 ** 32;
  let folded = (low & 0xffff) + (low >>> 16) + (high & 0xffff) + (high >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

/** Of the IPv4 header at `ip` of the frame at byte `at` of `view`, as all offsets below. */
export function ipv4HeaderChecksum(view: DataView, at: number, ip: number): number {
  const header = at + ip;
  return complement(sumWithout(view, header, (view.getUint8(header) & 15) * 4, IPV4_CHECKSUM_AT));
}

/** Of the segment of `bytes` bytes, header included, at `tcp`. `isV6`: the version of the IP header. */
export function tcpChecksum(view: DataView, at: number, ip: number, tcp: number, bytes: number, isV6: boolean): number {
  const sum = sumWithout(view, at + tcp, bytes, TCP_CHECKSUM_AT);
  return complement(sum + pseudoHeader(view, at + ip, PROTOCOL_TCP, bytes, isV6));
}

/** Of the message of `bytes` bytes at `icmp`. */
export function icmpChecksum(view: DataView, at: number, icmp: number, bytes: number): number {
  return complement(sumWithout(view, at + icmp, bytes, ICMP_CHECKSUM_AT));
}

/** Of the ICMPv6 message of `bytes` bytes at `icmp` (RFC 4443 2.3). */
export function icmpv6Checksum(view: DataView, at: number, ip: number, icmp: number, bytes: number): number {
  const sum = sumWithout(view, at + icmp, bytes, ICMP_CHECKSUM_AT);
  return complement(sum + pseudoHeader(view, at + ip, PROTOCOL_ICMPV6, bytes, true));
}

/**
 * What a host that leaves the checksum of a TCP segment to its network card writes into the field: the sum of the pseudo-header,
 * not complemented, to which the card adds the rest. `bytes` is 0 where the card is to cut the segment into smaller ones.
 */
export function pseudoHeaderSum(view: DataView, at: number, ip: number, bytes: number, isV6: boolean): number {
  return fold(pseudoHeader(view, at + ip, PROTOCOL_TCP, bytes, isV6));
}

/**
 * Whether a receiver takes `found` where `expected` should be. It adds all up, and 0 and 0xffff are both zero in ones' complement;
 * but where 0xffff is expected all else is 0, and a sum of nothing but zeros is not taken (RFC 1071 1).
 */
export const isAccepted = (found: number, expected: number): boolean =>
  found === expected || (expected === 0 && found === 0xffff);

/** RFC 9293 3.1 and RFC 8200 8.1: both addresses, protocol, length of what follows. The IP header is at byte `header`. */
function pseudoHeader(view: DataView, header: number, protocol: number, bytes: number, isV6: boolean): number {
  const addresses = isV6 ? sumOf(view, header + 8, 32) : sumOf(view, header + 12, 8);
  return addresses + protocol + bytes;
}

/** The sum of all but the field, which is at an even byte of it. */
function sumWithout(view: DataView, from: number, bytes: number, field: number): number {
  const behind = field + FIELD_BYTES;
  return sumOf(view, from, field) + sumOf(view, from + behind, bytes - behind);
}

const complement = (sum: number): number => ~fold(sum) & 0xffff;
