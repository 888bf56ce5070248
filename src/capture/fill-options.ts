/**
 * How blocks are to be filled from a capture, and how it may end: what `BlockFiller` is told and tells.
 */
import type { CutPlan } from './cut-shape.js';
import type { DecodeOptions } from './decode.js';
import type { LinkFilters } from './link-filters.js';
import type { Moments } from './moments.js';
import type { PacketClockOptions } from './packet-clock.js';
import type { ReportMoments } from './report-moments.js';
import type { PacketSelector } from './selection.js';
import type { SessionPackets } from './session-packets.js';
import type { CountedProtocol } from './traffic-meter.js';

/**
 * How a capture ended: at a record boundary, in a record, at something that is no record, with as many packets as were
 * asked for, or because the run is to end: while nothing came, or with more to come.
 */
export type CaptureEnd = 'whole' | 'cut' | 'bad record' | 'enough' | 'stopped' | 'interrupted';

/** What is counted of the traffic beside what is always counted. */
export interface TrafficCounting {
  readonly protocols: readonly CountedProtocol[];
}

/** How blocks are to be filled. */
export interface FillOptions {
  readonly decode: DecodeOptions;
  readonly selector: PacketSelector;
  /** Whether to look for records again after damage. */
  readonly resync: boolean;
  /** What packets must be to be read. */
  readonly filters?: LinkFilters | undefined;
  /** Which segments are marked, where details are noted. */
  readonly marks?: LinkFilters | undefined;
  /** Whose packets are cut out, where it is those of sessions; there are no filters then. */
  readonly sessions?: SessionPackets | undefined;
  /** How to cut packets out, if that is wanted in place of descriptors. */
  readonly cut?: CutPlan | undefined;
  /** When figures are wanted while reading goes on. */
  readonly moments?: Moments | undefined;
  /** What is counted of the traffic, where that is wanted. */
  readonly traffic?: TrafficCounting | undefined;
  /** Whether details are noted of each segment (segment-details.ts). */
  readonly details?: boolean | undefined;
  /** When reports by packet time are due. */
  readonly reports?: ReportMoments | undefined;
  /** Which packets move the packet clock, where somebody goes by it. */
  readonly clock?: PacketClockOptions | undefined;
  /** Whether problems have a place among the packets. */
  readonly notices?: boolean | undefined;
  /** Whether ICMP messages that the host or port of a segment cannot be reached have descriptors. */
  readonly unreachables?: boolean | undefined;
}
