/**
 * How a run stands, as metrics have it: plain values, those of analyses only where they are a part of the run. Owns nothing but this form.
 */
import type { AnalysisSums } from '../analysis/sums.js';
import type { MiruoCounters } from '../miruo/statistics.js';
import type { ProgressView } from '../monitor/progress.js';
import type { FilterCounts, PacketCounts } from '../tcpeek/counts.js';

/** Seconds since 1970 and nanoseconds. */
interface PacketTime {
  readonly sec: number;
  readonly nsec: number;
}

/** What was read. */
export interface ReadState {
  /** Of which reading began; and how often one was found damaged. */
  readonly inputs: number;
  readonly damaged: number;
  readonly packets: number;
  readonly capturedBytes: number;
  readonly wireBytes: number;
  /** Undefined while there is no packet with a time. */
  readonly first: PacketTime | undefined;
  readonly latest: PacketTime | undefined;
  readonly droppedBySystem: number;
  readonly droppedByInterface: number;
  readonly badLinkHeaders: number;
  readonly badIpHeaders: number;
  readonly badTcpHeaders: number;
}

/** Sessions and segments as miruo counts them. */
export interface SessionState {
  readonly counters: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
}

/** What goes by the clock, and is another on every run. */
export interface ClockState {
  readonly view: ProgressView;
  readonly residentBytes: number;
  /** Processor time of all threads. */
  readonly cpuSec: number;
  /** When the process began: seconds since 1970. */
  readonly startSec: number;
}

export interface MetricsState {
  readonly version: string;
  readonly read: ReadState;
  readonly miruo: SessionState | undefined;
  readonly tcpeek: { readonly filters: readonly FilterCounts[]; readonly packets: PacketCounts } | undefined;
  /** What the sessions that are over add up to. */
  readonly analysis: AnalysisSums | undefined;
  /** Share of the input that is read, 0 to 1; undefined where it is not known. */
  readonly progressRatio: number | undefined;
  /** The run came to its end by itself. */
  readonly isComplete: boolean;
  /** Undefined where nothing may be told but what follows from the packets. */
  readonly clock: ClockState | undefined;
}
