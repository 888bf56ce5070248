/**
 * From figures as threads hand them to each other to figures with names.
 */
import {
  T_CAPTURED_BYTES,
  T_CONDITIONS,
  T_GRE_PACKETS,
  T_HEADERS,
  T_HEADERS_LEAST,
  T_HEADERS_MOST,
  T_ICMP_PACKETS,
  T_ICMPV6_PACKETS,
  T_IGMP_PACKETS,
  T_IP_BYTES,
  T_IPV4_FRAGMENTS,
  T_IPV4_PACKETS,
  T_IPV6_FRAGMENTS,
  T_IPV6_PACKETS,
  T_LLC_PACKETS,
  T_MARKS,
  T_MPLS_LABELS_MOST,
  T_OTHER_IP_PACKETS,
  T_PACKETS,
  T_PAD_BYTES,
  T_PROTOCOLS,
  T_SCTP_PACKETS,
  T_TCP_BYTES,
  T_TCP_PACKETS,
  T_UDP_BYTES,
  T_UDP_PACKETS,
  T_VLAN_TAGS_MOST,
  T_WIRE_BYTES,
} from '../capture/traffic-figures.js';
import type { FlowTraffic, ReadTraffic } from './figures.js';
import {
  F_A_BYTES,
  F_A_FLOWS,
  F_A_PACKETS,
  F_ACTIVE,
  F_B_BYTES,
  F_B_FLOWS,
  F_B_PACKETS,
  F_PLACES,
  F_REPLIES,
  F_REQUESTS,
} from './flow-figures.js';

/** Of the reader's figures, with `protocols` protocols. */
export function readTrafficOf(figures: ArrayLike<number>, protocols: number): ReadTraffic {
  return {
    packets: figures[T_PACKETS],
    capturedBytes: figures[T_CAPTURED_BYTES],
    wireBytes: figures[T_WIRE_BYTES],
    padBytes: figures[T_PAD_BYTES],
    ipBytes: figures[T_IP_BYTES],
    ipv4Packets: figures[T_IPV4_PACKETS],
    ipv6Packets: figures[T_IPV6_PACKETS],
    otherIpPackets: figures[T_OTHER_IP_PACKETS],
    ipv4Fragments: figures[T_IPV4_FRAGMENTS],
    ipv6Fragments: figures[T_IPV6_FRAGMENTS],
    llcPackets: figures[T_LLC_PACKETS],
    grePackets: figures[T_GRE_PACKETS],
    igmpPackets: figures[T_IGMP_PACKETS],
    icmpPackets: figures[T_ICMP_PACKETS],
    icmpv6Packets: figures[T_ICMPV6_PACKETS],
    sctpPackets: figures[T_SCTP_PACKETS],
    tcp: { packets: figures[T_TCP_PACKETS], bytes: figures[T_TCP_BYTES] },
    udp: { packets: figures[T_UDP_PACKETS], bytes: figures[T_UDP_BYTES] },
    headers: figures[T_HEADERS],
    headersLeast: figures[T_HEADERS_LEAST],
    headersMost: figures[T_HEADERS_MOST],
    vlanTagsMost: figures[T_VLAN_TAGS_MOST],
    mplsLabelsMost: figures[T_MPLS_LABELS_MOST],
    protocols: Array.from({ length: protocols }, (_, i) => ({
      packets: figures[T_PROTOCOLS + 2 * i],
      bytes: figures[T_PROTOCOLS + 2 * i + 1],
    })),
    conditions: (BigInt(figures[T_CONDITIONS] >>> 0) << 32n) | BigInt(figures[T_MARKS] >>> 0),
  };
}

/** Of the trackers' figures, and the most active flows that there were. */
export function flowTrafficOf(figures: ArrayLike<number>, activeFlowsMost: number): FlowTraffic {
  return {
    aFlows: figures[F_A_FLOWS],
    bFlows: figures[F_B_FLOWS],
    requestFlows: figures[F_REQUESTS],
    replyFlows: figures[F_REPLIES],
    a: { packets: figures[F_A_PACKETS], bytes: figures[F_A_BYTES] },
    b: { packets: figures[F_B_PACKETS], bytes: figures[F_B_BYTES] },
    activeFlows: figures[F_ACTIVE],
    activeFlowsMost,
    places: figures[F_PLACES],
  };
}
