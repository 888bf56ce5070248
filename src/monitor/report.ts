/**
 * What a report is made of: everything that may be told of a run at a moment. Owns the form; human-report.ts and machine-report.ts make text of it.
 */
import type { Moment } from '../capture/tally.js';
import type { TrafficFigures } from '../traffic/figures.js';

/** Columns of packets and bytes that a machine report has for a protocol: one of IP, or what a link layer carries. */
export interface ReportProtocol {
  readonly layer: 'ip' | 'link';
  /** IANA's number of the protocol; an ethertype, or below 1501 the DSAP of LLC. */
  readonly number: number;
}

/** A figure of an analysis, as `miruo: shown` and `miruoShown`. Counted since the start of the run. */
export interface AnalysisFigure {
  /** In a human report. */
  readonly label: string;
  /** In a machine report; undefined where it has no column. */
  readonly column?: string | undefined;
  readonly value: number;
  /** A share in percent is told of this, by the label of a figure of the same section. */
  readonly shareOf?: string | undefined;
}

/** What an analysis adds to a report. */
export interface AnalysisSection {
  readonly name: string;
  readonly figures: readonly AnalysisFigure[];
}

/** Which wall clock and process a report is of; not there in reports by packet time, which are the same on every run. */
export interface WallClock {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Since the start of the run, without what it was stopped. */
  readonly elapsedSec: number;
  readonly residentKilobytes: number;
  readonly machineKilobytes: number;
}

/** How far reading has come; not there in reports by packet time. */
export interface InputProgress {
  /** The input being read, which of how many (from 1). */
  readonly file: string;
  readonly fileNumber: number;
  readonly files: number;
  /** Of all inputs, as stored; undefined when it is not known. */
  readonly totalBytes: number | undefined;
  readonly bytes: number;
  /** Undefined where it is not known; 100 when the run is over. */
  readonly percent: number | undefined;
  readonly bytesPerSec: number;
  /** Undefined while there is no rate yet, or no total. */
  readonly remainingSec: number | undefined;
  readonly finishMs: number | undefined;
}

/** Packets lost while capturing, for live input. */
export interface LiveFigures {
  readonly received: number;
  readonly droppedBySystem: number;
  readonly droppedByInterface: number;
}

/** How things stand at a moment. Counters are since the start of the run. */
export interface ReportState {
  readonly clock: WallClock | undefined;
  readonly input: InputProgress | undefined;
  /** Times of the first packet and of the latest. */
  readonly first: Moment | undefined;
  readonly latest: Moment | undefined;
  /** Undefined where the traffic is not counted: then only packets are known. */
  readonly traffic: TrafficFigures | undefined;
  readonly packets: number;
  readonly live: LiveFigures | undefined;
  readonly sections: readonly AnalysisSection[];
  /** Sessions that were shown because something is wrong with them, and handshakes that failed. */
  readonly alarms: number;
}

/** A report: how things stand, and, where it tells what is new since the report before, how they stood then. */
export interface Report {
  readonly version: string;
  readonly isEnd: boolean;
  /** Of one at the end: the run came to its end by itself. */
  readonly isComplete: boolean;
  readonly state: ReportState;
  readonly since: ReportState | undefined;
}
