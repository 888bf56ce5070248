/**
 * What the product counts of each packet of a capture: its decoder and its meter, one frame after the other.
 */
import { FrameDecoder } from '../../src/capture/decode.js';
import { D_WHERE } from '../../src/capture/descriptor.js';
import type { CaptureFormat } from '../../src/capture/format.js';
import { SEGMENT } from '../../src/capture/frame-reasons.js';
import {
  T_CAPTURED_BYTES,
  T_GRE_PACKETS,
  T_HEADERS,
  T_ICMP_PACKETS,
  T_ICMPV6_PACKETS,
  T_IGMP_PACKETS,
  T_IP_BYTES,
  T_IPV4_FRAGMENTS,
  T_IPV4_PACKETS,
  T_IPV6_FRAGMENTS,
  T_IPV6_PACKETS,
  T_LLC_PACKETS,
  T_PACKETS,
  T_PAD_BYTES,
  T_SCTP_PACKETS,
  T_TCP_PACKETS,
  T_UDP_PACKETS,
  T_WIRE_BYTES,
  trafficFigures,
} from '../../src/capture/traffic-figures.js';
import { TrafficMeter } from '../../src/capture/traffic-meter.js';
import { framesOf } from './frames-of.js';
import { ALL, walk } from './walk.js';

/** Figures that add up over packets, by the names of this file. */
const ADDED = {
  packets: T_PACKETS,
  wire: T_WIRE_BYTES,
  captured: T_CAPTURED_BYTES,
  ip: T_IP_BYTES,
  pad: T_PAD_BYTES,
  v4: T_IPV4_PACKETS,
  v6: T_IPV6_PACKETS,
  f4: T_IPV4_FRAGMENTS,
  f6: T_IPV6_FRAGMENTS,
  llc: T_LLC_PACKETS,
  gre: T_GRE_PACKETS,
  igmp: T_IGMP_PACKETS,
  icmp: T_ICMP_PACKETS,
  icmpv6: T_ICMPV6_PACKETS,
  sctp: T_SCTP_PACKETS,
  tcp: T_TCP_PACKETS,
  udp: T_UDP_PACKETS,
  headers: T_HEADERS,
} as const;

export type AddedFigures = Record<keyof typeof ADDED, number>;

/** What a packet adds to the figures, and what it has of that of which only the most is counted. */
export interface CountedPacket extends AddedFigures {
  readonly vlan: number;
  readonly mpls: number;
  /** Of a frame without IP: what the link layer carries. */
  readonly code: number;
}

export function countedPackets(path: string): CountedPacket[] {
  const decoder = new FrameDecoder(ALL);
  const meter = new TrafficMeter([], ALL);
  const words = new Int32Array(16);
  const figures = new Float64Array(trafficFigures(0));
  let before = added(figures);
  return framesOf(path).map(({ bytes, linkType, wireBytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const record = { frameAt: 0, capturedBytes: bytes.length, wireBytes, linkType } as CaptureFormat;
    const reason = decoder.decode(view, 0, bytes.length, linkType, words, 0);
    if (reason !== SEGMENT) meter.takeOther(view, record, decoder, reason, words, 0);
    else if (decoder.hasWalked) meter.takeSegment(view, record, decoder);
    else meter.takePlain(view, 0, bytes.length, wireBytes, words[D_WHERE]);
    meter.writeTo(figures, 0);
    const after = added(figures);
    const names = Object.keys(ADDED) as (keyof AddedFigures)[];
    const difference = Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as AddedFigures;
    before = after;
    const { cursor } = walk(bytes, linkType);
    const code = cursor.lastIp < 0 ? cursor.linkCode : 0;
    return { ...difference, vlan: cursor.vlanTags, mpls: cursor.mplsLabels, code };
  });
}

/** The figures that add up, of `figures` as the reader has them. */
export const added = (figures: ArrayLike<number>): AddedFigures =>
  Object.fromEntries(Object.entries(ADDED).map(([name, place]) => [name, figures[place]])) as AddedFigures;
