/**
 * What the reader tells while it reads and when it is done: plain data, so that threads can hand it to each other.
 */
import type { CaptureInterface } from './format.js';
import type { ClockFigures } from './packet-clock.js';
import type { InputProblem } from './problem.js';
import type { CaptureTally, Moment } from './tally.js';

/** Figures of a tally, as data. */
export interface TallyFigures {
  readonly packets: number;
  readonly capturedBytes: number;
  readonly wireBytes: number;
  readonly backwards: number;
  readonly strayFragments: number;
  readonly leftOut: number;
  /** By reason: decode.ts. */
  readonly reasons: readonly number[];
  readonly first: Moment | undefined;
  readonly last: Moment | undefined;
  readonly earliest: Moment | undefined;
  readonly latest: Moment | undefined;
}

/** Packets that were lost while capturing. */
export interface Drops {
  readonly bySystem: number;
  readonly byInterface: number;
}

/** One capture that was read, as far as it could be. */
export interface CaptureFacts extends TallyFigures {
  readonly file: string;
  /** As `CaptureFormat.describe`. */
  readonly format: string;
  /** Outermost first: `gzip`, `gzip, xz`; empty for none. */
  readonly compression: string;
  readonly interfaces: readonly CaptureInterface[];
  /** Bytes as stored. */
  readonly inputBytes: number;
  /** Bytes after decompression. */
  readonly contentBytes: number;
  readonly macsecFrames: number;
  readonly drops: Drops;
  readonly problems: readonly InputProblem[];
}

/** Something the reader says before it is done. */
export type ReaderNews =
  | { readonly kind: 'problem'; readonly problem: InputProblem }
  /** The first interface of the first capture is known. */
  | { readonly kind: 'interface'; readonly linkType: number }
  /** An input is read from now on: its place among all of them, from 1. */
  | { readonly kind: 'input'; readonly name: string; readonly number: number }
  /** The first packet of all was read; its time, where it has one. It is told before anybody comes to that packet. */
  | { readonly kind: 'first'; readonly moment: Moment | undefined }
  | { readonly kind: 'capture'; readonly capture: CaptureFacts }
  | { readonly kind: 'moment'; readonly figures: ReadFigures }
  /** The moments of reports by packet time in a block: of each what was counted of the traffic up to then, `length` figures (traffic-figures.ts). */
  | { readonly kind: 'reports'; readonly traffic: Float64Array; readonly length: number };

/** What was read up to some packet. */
export type ReadFigures = Pick<ReadSummary, 'packets' | 'reasons' | 'first' | 'last' | 'drops' | 'clock'> &
  /** At a moment within a block these are of its beginning. */
  Pick<ReadSummary, 'capturedBytes' | 'wireBytes' | 'latest'>;

/** What the reader found, over all captures. */
export interface ReadSummary extends TallyFigures {
  readonly filesRead: number;
  readonly problems: number;
  readonly drops: Drops;
  readonly macsecFrames: number;
  /** Where there is a packet clock. */
  readonly clock: ClockFigures | undefined;
  /** The run was ended before everything was read. */
  readonly isCutShort: boolean;
  /** The news that were told: they may arrive after the summary. */
  readonly news: number;
}

/** The figures of a tally. */
export function figuresOf(tally: CaptureTally): TallyFigures {
  return {
    packets: tally.packets,
    capturedBytes: tally.capturedBytes,
    wireBytes: tally.wireBytes,
    backwards: tally.backwards,
    strayFragments: tally.strayFragments,
    leftOut: tally.leftOut,
    reasons: [...tally.reasons],
    first: tally.first,
    last: tally.last,
    earliest: tally.earliest,
    latest: tally.latest,
  };
}
