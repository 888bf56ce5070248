/**
 * The words of a descriptor: what the reader tells a tracker of one TCP segment, one cache line of int32.
 * Owns their order and packing. Addresses, ports, sequence numbers are in host order; unsigned values are
 * stored as int32 and read with `>>> 0`.
 *
 * With everything a tracker usually needs in the line, it seldom touches the frame's own bytes, which lie in
 * the reader's cache.
 */

/** Byte position of the frame in the block ring's buffer. */
export const D_FRAME = 0;
/** Index of the packet in its block, and how many bytes of a segment's payload were captured: see below. */
export const D_INDEX = 1;
/** VLAN key (src/wire/vlan-key.ts) when VLANs tell conversations apart, else 0. */
export const D_VLAN = 2;
/** Length on the wire in bytes, unsigned. */
export const D_WIRE = 3;
/** Seconds since 1970, unsigned. */
export const D_SEC = 4;
/** Nanoseconds in the second, 0 to 999,999,999. */
export const D_NSEC = 5;
/** Flag bits, offset of the IP header in the frame, offset of the TCP header: see below. */
export const D_WHERE = 6;
/** IPv4 addresses; for IPv6 D_SRC holds the conversation's hash (VLAN included) and D_DST is 0. */
export const D_SRC = 7;
export const D_DST = 8;
/** Source port << 16 | destination port. */
export const D_PORTS = 9;
export const D_SEQ = 10;
export const D_ACK = 11;
/** Bytes 12 to 15 of the TCP header: data offset, flags, window. */
export const D_TCP = 12;
/**
 * Values of D_TCP in descriptors of what has no TCP header, by which they are told from segments: no data offset is 0. Of a later
 * fragment; of an ICMP message that the host or port of a segment cannot be reached, whose conversation and places the other words
 * are of.
 */
export const LATER_FRAGMENT_HERE = 0;
export const UNREACHABLE_HERE = 1;
/**
 * Of a packet that is of interest as one of a flow only, where the traffic is counted: D_TCP is this and, from bit FLOW_TYPE_SHIFT on, the
 * protocol of IP, or LINK_FLOW and what the link layer carries; the addresses of such are 48 bits long, the lower 32 in D_SRC and
 * D_DST, the upper 16 in place of the ports.
 */
export const FLOW_HERE = 2;
export const FLOW_TYPE_SHIFT = 4;
export const LINK_FLOW = 1 << 16;
/** With a SYN/ACK: it comes from who was asked. */
export const FLOW_ANSWER = 1 << 24;
/** Value and echo reply of a timestamp option, when WHERE_TIMESTAMPS is set. */
export const D_TSVAL = 13;
export const D_TSECR = 14;
/** In descriptors of ICMP messages, in place of D_SEQ and D_ACK: offsets in the frame of the IP header and of the message. */
export const D_ICMP_IP = D_SEQ;
export const D_ICMP = D_ACK;
// Word 15 chains the descriptors of a shard: DESCRIPTOR_NEXT in src/ring/layout.ts.

/** IPv6 rather than IPv4. */
export const WHERE_V6 = 1 << 31;
/** The IP header says that more fragments follow. */
export const WHERE_MORE_FRAGMENTS = 1 << 30;
/** The TCP options are exactly NOP, NOP, timestamps (RFC 7323 appendix A); the values are in the descriptor. */
export const WHERE_TIMESTAMPS = 1 << 29;
/** The frame was captured whole; only noted where there is a packet clock, or where details are. */
export const WHERE_WHOLE = 1 << 28;

/** The frame's link type is none that handshakes are known of; likewise. */
export const WHERE_UNKNOWN_LINK = 1 << 27;

/** IP headers start in the first 2 KiB of a frame, TCP headers in the first 64 KiB. */
export const MAX_IP_OFFSET = 0x7ff;
export const MAX_TCP_OFFSET = 0xffff;

/** D_INDEX: index 0-20 (a block holds fewer packets than that), captured bytes of payload 21-31. */
const PAYLOAD_SHIFT = 21;
const INDEX_MASK = (1 << PAYLOAD_SHIFT) - 1;
/** More captured bytes than this are told as this. */
const MOST_CAPTURED_PAYLOAD = 0x7ff;

/** The bits of D_INDEX that say how many bytes of payload were captured; the index is added to them. */
export const payloadBits = (bytes: number): number => Math.min(bytes, MOST_CAPTURED_PAYLOAD) << PAYLOAD_SHIFT;
/** Index of the packet in its block. */
export const packetIndex = (word: number): number => word & INDEX_MASK;
/** Captured bytes from the end of the TCP header on, up to 2047: of the payload, and of what follows the datagram. */
export const capturedPayload = (word: number): number => word >>> PAYLOAD_SHIFT;

/** From the start of an IPv6 header to its two addresses (RFC 8200 section 3). */
const IPV6_ADDRESSES_OFFSET = 8;

/** Whether a descriptor with this D_TCP is that of a segment. */
export const isSegment = (tcp: number): boolean => tcp >>> 28 !== 0;

/** Offset of the innermost IP header that counts in the frame. */
export const ipOffset = (where: number): number => (where >>> 16) & MAX_IP_OFFSET;
/** Offset of the TCP header in the frame. */
export const tcpOffset = (where: number): number => where & MAX_TCP_OFFSET;

/**
 * Captured bytes of the frame of the descriptor at word `d`, or, where it was not captured whole or nobody noted it, as many as are
 * known to be.
 */
export function capturedBytes(words: Int32Array, d: number): number {
  const where = words[d + D_WHERE];
  const tcp = words[d + D_TCP];
  const known = isSegment(tcp)
    ? tcpOffset(where) + 4 * (tcp >>> 28) + capturedPayload(words[d + D_INDEX])
    : words[d + D_ICMP];
  return (where & WHERE_WHOLE) === 0 ? known : Math.max(known, words[d + D_WIRE] >>> 0);
}

/** Byte of the ring's buffer at which the two IPv6 addresses are that the descriptor at word `d` is about, 16 bytes each. */
export const ipv6AddressesAt = (words: Int32Array, d: number): number =>
  words[d + D_FRAME] + ipOffset(words[d + D_WHERE]) + IPV6_ADDRESSES_OFFSET;
