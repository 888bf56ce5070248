/**
 * A segment's payload in its frame, by its descriptor. Owns where it begins and ends; what follows the IP datagram in a
 * frame, Ethernet's padding above all, is none of it.
 */
import { dataOffsetWords } from '../wire/tcp.js';
import { capturedPayload, D_FRAME, D_INDEX, D_TCP, D_WHERE, ipOffset, tcpOffset } from './descriptor.js';

/** From the start of an IPv4 header to its total length (RFC 791 3.1), of an IPv6 header to its payload length (RFC 8200 3). */
const IPV4_LENGTH_OFFSET = 2;
const IPV6_LENGTH_OFFSET = 4;
const IPV6_HEADER_BYTES = 40;

/** Byte position of the payload in the buffer that frames lie in. */
export function payloadAt(words: Int32Array, d: number): number {
  return words[d + D_FRAME] + tcpOffset(words[d + D_WHERE]) + 4 * dataOffsetWords(words[d + D_TCP]);
}

/** How many bytes of payload were captured, up to 2047. */
export function payloadBytes(words: Int32Array, d: number, view: DataView): number {
  const captured = capturedPayload(words[d + D_INDEX]);
  if (captured === 0) return 0;
  const where = words[d + D_WHERE];
  const ip = words[d + D_FRAME] + ipOffset(where);
  const isV4 = where >= 0;
  const length = view.getUint16(ip + (isV4 ? IPV4_LENGTH_OFFSET : IPV6_LENGTH_OFFSET));
  // Segmentation offload and jumbograms (RFC 2675) leave the length 0: all that was captured counts.
  if (length === 0) return captured;
  const end = ip + length + (isV4 ? 0 : IPV6_HEADER_BYTES);
  return Math.max(0, Math.min(captured, end - payloadAt(words, d)));
}
