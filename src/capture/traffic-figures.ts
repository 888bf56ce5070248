/**
 * Places of the figures that the reader counts of the traffic: float64, since the start of the run. Owns their order, which is that in the
 * slots of the block ring.
 */

/** Packets that `leftOut` says nothing of; their captured bytes, and those on the wire. */
export const T_PACKETS = 0;
export const T_CAPTURED_BYTES = 1;
export const T_WIRE_BYTES = 2;
/** Bytes of frames behind their outermost IP packet; and lengths of these packets, as their headers say. */
export const T_PAD_BYTES = 3;
export const T_IP_BYTES = 4;
/** By the innermost IP header. */
export const T_IPV4_PACKETS = 5;
export const T_IPV6_PACKETS = 6;
export const T_OTHER_IP_PACKETS = 7;
export const T_IPV4_FRAGMENTS = 8;
export const T_IPV6_FRAGMENTS = 9;
/** Frames with such a header somewhere. */
export const T_LLC_PACKETS = 10;
export const T_GRE_PACKETS = 11;
/** By the protocol of the innermost IP header. */
export const T_IGMP_PACKETS = 12;
export const T_ICMP_PACKETS = 13;
export const T_ICMPV6_PACKETS = 14;
export const T_SCTP_PACKETS = 15;
export const T_TCP_PACKETS = 16;
export const T_TCP_BYTES = 17;
export const T_UDP_PACKETS = 18;
export const T_UDP_BYTES = 19;
/** Protocol headers: of all packets, and fewest and most of one (fewest 0: no packet yet). */
export const T_HEADERS = 20;
export const T_HEADERS_LEAST = 21;
export const T_HEADERS_MOST = 22;
export const T_VLAN_TAGS_MOST = 23;
export const T_MPLS_LABELS_MOST = 24;
/** Bits of src/wire/marks.ts and of conditions.ts, as int32. */
export const T_MARKS = 25;
export const T_CONDITIONS = 26;
/** First and latest time: seconds (NaN: none yet), nanoseconds. */
export const T_FIRST_SEC = 27;
export const T_FIRST_NSEC = 28;
export const T_LATEST_SEC = 29;
export const T_LATEST_NSEC = 30;
/** Packets and bytes of each protocol with columns of its own, from here on. */
export const T_PROTOCOLS = 32;

/** The slot of a block has room for so many protocols. */
export const MOST_REPORT_PROTOCOLS = 64;

/** All figures with those of `protocols` protocols. */
export const trafficFigures = (protocols: number): number => T_PROTOCOLS + 2 * protocols;
