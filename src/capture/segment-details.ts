/**
 * What is noted of a segment beside its descriptor, where sessions are analysed: the words of its details. Owns their order, and how long a
 * segment's payload is.
 */
import type { Cursor } from '../wire/cursor.js';
import { D_TCP, D_WHERE, ipOffset, tcpOffset } from './descriptor.js';

/** Number of the packet in its input, from 1: the lower 32 bits. */
export const E_NUMBER = 0;
/** Bytes of payload that the segment had on the wire, as `payloadLength` says. */
export const E_LENGTH = 1;
/** Bytes of the IP datagram as its header says, header included. */
export const E_IP_BYTES = 2;
/** Identification of the IPv4 header (0 for IPv6) << 16 | checksum field of the TCP header. */
export const E_ID_SUM = 3;
/** VLAN id of the outermost tag + 1, or 0 where there is none; and DETAIL_MARKED. */
export const E_VLAN = 4;
export const DETAIL_VLAN = 0x1fff;
/** The segment is one of those that were to be marked. */
export const DETAIL_MARKED = 1 << 16;
/**
 * Of a fragment that is to be put together with others: what the others of its datagram share (src/wire/fragment-key.ts). Of a segment that is not:
 * how many fragments it came in that were seen before, or 0.
 */
export const E_FRAGMENT = 5;
/** 0, or of a fragment: PIECE_ bits, from which byte / 8 of the datagram on it is, and how many bytes it has. */
export const E_PIECE = 6;
export const PIECE_HERE = 1 << 30;
export const PIECE_IS_LAST = 1 << 29;
/** It is the datagram around a tunnel that is in pieces, not that of the segment. */
export const PIECE_IN_TUNNEL = 1 << 31;
const PIECE_UNIT_SHIFT = 16;

/** From which byte of its datagram on a fragment is, in units of 8; and how many bytes it has. */
export const pieceUnit = (piece: number): number => (piece >>> PIECE_UNIT_SHIFT) & 0x1fff;
export const pieceBytes = (piece: number): number => piece & 0xffff;

const IPV6_HEADER_BYTES = 40;

/**
 * Notes the details, at word `e` of `words`, of the segment that the descriptor at word `d` of them was decoded to: a frame of `wireBytes` at byte
 * `at` of `view`. `end`: where the segment ends at the latest, from the frame's start, as far as what is around it says. `number`: of the packet in
 * its input. `vlan`: as E_VLAN.
 */
export function noteDetails(
  view: DataView,
  at: number,
  wireBytes: number,
  end: number,
  number: number,
  vlan: number,
  words: Int32Array,
  d: number,
  e: number,
): void {
  const where = words[d + D_WHERE];
  const ip = ipOffset(where);
  const tcp = tcpOffset(where);
  const isV6 = where < 0;
  const declared = isV6 ? view.getUint16(at + ip + 4) + IPV6_HEADER_BYTES : view.getUint16(at + ip + 2);
  // Nothing is declared of segments that the card was to cut up, and of jumbograms (RFC 2675).
  const isUndeclared = isV6 ? declared === IPV6_HEADER_BYTES : declared === 0;
  const ipBytes = isUndeclared ? Math.min(wireBytes, end) - ip : declared;
  const headers = tcp - ip + 4 * (words[d + D_TCP] >>> 28);
  words[e + E_NUMBER] = number;
  words[e + E_LENGTH] = Math.max(0, Math.min(ipBytes, end - ip) - headers);
  words[e + E_IP_BYTES] = ipBytes;
  words[e + E_ID_SUM] = ((isV6 ? 0 : view.getUint16(at + ip + 4)) << 16) | view.getUint16(at + tcp + 16);
  words[e + E_VLAN] = vlan;
  words[e + E_FRAGMENT] = 0;
  words[e + E_PIECE] = 0;
}

/** What the fragment at the cursor is, as E_PIECE; 0 where that is not known, or not all of it was captured. */
export function pieceOf(c: Cursor): number {
  const { pieceBytes: bytes } = c;
  if (bytes < 1 || bytes > 0xffff || c.captured < c.pieceEnd) return 0;
  return PIECE_HERE | (c.pieceIsLast ? PIECE_IS_LAST : 0) | (c.pieceUnit << PIECE_UNIT_SHIFT) | bytes;
}

/** The words of a later fragment's details at word `e` that are looked at. */
export function notePiece(words: Int32Array, e: number, number: number, key: number, piece: number): void {
  words[e + E_NUMBER] = number;
  words[e + E_VLAN] = 0;
  words[e + E_FRAGMENT] = key;
  words[e + E_PIECE] = piece;
}

/** The segment at word `e` came in so many fragments before this one, its first, which has them all together; `bytes` of its datagram are in those. */
export function noteFragmentsBefore(words: Int32Array, e: number, fragments: number, bytes: number): void {
  words[e + E_FRAGMENT] = fragments;
  words[e + E_LENGTH] += bytes;
  words[e + E_IP_BYTES] += bytes;
}
