/**
 * What is counted of the traffic as a whole, of every protocol: the figures that reports are made of. Owns their meaning; who counts
 * which is said at each.
 */

/** Packets, and their captured bytes. */
export interface PacketFigures {
  readonly packets: number;
  readonly bytes: number;
}

/**
 * Counted by the reader, a packet at a time. A packet is counted once: by the innermost IP header that counts (that of its flow), or,
 * where it has none, by what its link layer carries.
 */
export interface ReadTraffic {
  readonly packets: number;
  readonly capturedBytes: number;
  /** Lengths on the wire. */
  readonly wireBytes: number;
  /** Bytes of a frame behind its outermost IP packet. */
  readonly padBytes: number;
  /** Lengths of outermost IP packets, as their headers say. */
  readonly ipBytes: number;
  readonly ipv4Packets: number;
  readonly ipv6Packets: number;
  /** Said to be IP, of another version. */
  readonly otherIpPackets: number;
  readonly ipv4Fragments: number;
  readonly ipv6Fragments: number;
  /** Frames with such a header somewhere. */
  readonly llcPackets: number;
  readonly grePackets: number;
  readonly igmpPackets: number;
  readonly icmpPackets: number;
  readonly icmpv6Packets: number;
  readonly sctpPackets: number;
  readonly tcp: PacketFigures;
  readonly udp: PacketFigures;
  /** Protocol headers of a packet, that of the link layer included: over all packets, fewest, most. */
  readonly headers: number;
  readonly headersLeast: number;
  readonly headersMost: number;
  /** VLAN tags, and MPLS labels, of the frame that has most. */
  readonly vlanTagsMost: number;
  readonly mplsLabelsMost: number;
  /** For each protocol that was asked for (`ReportProtocol`), in that order. */
  readonly protocols: readonly PacketFigures[];
  /** What was met so far: MARK_ bits (src/wire/marks.ts) below 2^32, CONDITION_ bits (src/capture/conditions.ts) times 2^32. */
  readonly conditions: bigint;
}

/** Counted by the trackers. A flow is one direction of a 5-tuple, or of a MAC pair and type. */
export interface FlowTraffic {
  /** Flows so far. A: the direction that came first; B: the other one of a pair. */
  readonly aFlows: number;
  readonly bFlows: number;
  /** Flows from who asks, and from who is asked. */
  readonly requestFlows: number;
  readonly replyFlows: number;
  readonly a: PacketFigures;
  readonly b: PacketFigures;
  /** Flows that a packet came of within the time-out; and the most there ever were, at the end of a second of packet time. */
  readonly activeFlows: number;
  readonly activeFlowsMost: number;
  /** Places of the tables of flows: depends on the number of trackers. */
  readonly places: number;
}

export interface TrafficFigures {
  readonly read: ReadTraffic;
  readonly flows: FlowTraffic;
}
