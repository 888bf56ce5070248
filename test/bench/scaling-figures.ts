/** What the runs of `npm run scaling` on a capture come to: service times of the parts, out of processor times of threads. */
import { median } from './measure.js';
import type { ServiceTimes } from './scaling-model.js';
import type { ScalingRun } from './scaling-run.js';

/** Enough of them that what each does for all blocks is seen beside what it does for its packets. */
export const MANY_TRACKERS = 8;

/** A kind of run, and what each of its rounds came to. */
export interface Case {
  readonly trackers: number;
  readonly weight: number;
  readonly options: readonly string[];
  readonly runs: ScalingRun[];
  /** The same over a part of the packets, where the work is not heavier. */
  readonly shortRuns: ScalingRun[];
}

/** What was measured on one capture. */
export interface Measured {
  readonly capture: string;
  readonly packets: number;
  readonly blocks: number;
  readonly cases: readonly Case[];
  readonly times: ServiceTimes;
  /** With every session printed. */
  readonly timesOfAll: ServiceTimes;
  /** What a run of next to nothing takes. */
  readonly startSec: number;
  /** Processor time of the main thread for an event of a tracker, and for a byte of lines beside that. */
  readonly perEvent: number;
  readonly perTextByte: number;
  readonly eventsPerPacket: number;
  readonly textBytesPerPacket: number;
  readonly textBytesPerPacketOfAll: number;
}

const trackerNsecs = (run: ScalingRun): number[] =>
  run.threads.filter(({ role }) => role === 'tracker').map(({ cpuNsec }) => cpuNsec);
export const trackersNsec = (run: ScalingRun): number => trackerNsecs(run).reduce((sum, nsec) => sum + nsec, 0);
export const readerNsec = (run: ScalingRun): number => run.threads.find(({ role }) => role === 'reader')!.cpuNsec;
const mainNsec = (run: ScalingRun): number => run.mainNsec;
export const blocksOf = (run: ScalingRun): number => run.threads.find(({ role }) => role === 'tracker')!.blocks;

export function medianOf(runs: readonly ScalingRun[], figure: (run: ScalingRun) => number): number {
  return median(runs.map(figure));
}

/**
 * Evaluates the runs over `packets` packets, which are `more` than in the short ones. `counted`, `countedAll`: runs as the first and the last case in
 * which events were counted.
 */
export function evaluate(
  capture: string,
  packets: number,
  more: number,
  cases: readonly Case[],
  starts: readonly ScalingRun[],
  counted: ScalingRun,
  countedAll: ScalingRun,
): Measured {
  const caseOf = (trackers: number): Case =>
    cases.find((one) => one.trackers === trackers && one.weight === 1 && one.options.length === 0)!;
  /** For a packet; what starting and compiling take is in both runs. */
  const nsecOf = ({ runs, shortRuns }: Case, figure: (run: ScalingRun) => number): number =>
    Math.max(0, (medianOf(runs, figure) - medianOf(shortRuns, figure)) / more);
  const one = caseOf(1);
  const many = caseOf(MANY_TRACKERS);
  const all = cases.at(-1)!;
  const perTracker = (figure: (run: ScalingRun) => number): number =>
    Math.max(0, (nsecOf(many, figure) - nsecOf(one, figure)) / (MANY_TRACKERS - 1));
  const foreign = perTracker(trackersNsec);
  const times: ServiceTimes = {
    readerPerPacket: nsecOf(one, readerNsec),
    trackerPerPacket: nsecOf(one, trackersNsec) - foreign,
    trackerPerForeignPacket: foreign,
    mergerPerPacket: nsecOf(one, mainNsec),
    readerPerTracker: perTracker(readerNsec),
    mergerPerTracker: perTracker(mainNsec),
    imbalance: medianOf(many.runs, (run) => (Math.max(...trackerNsecs(run)) * MANY_TRACKERS) / trackersNsec(run)),
  };
  const timesOfAll: ServiceTimes = {
    ...times,
    trackerPerPacket: nsecOf(all, trackersNsec) - foreign,
    mergerPerPacket: nsecOf(all, mainNsec),
  };
  // Two kinds of runs, two unknowns: what an event takes, and what a byte.
  const [usual, ofAll] = [times.mergerPerPacket * packets, timesOfAll.mergerPerPacket * packets];
  const determinant = counted.events * countedAll.textBytes - countedAll.events * counted.textBytes;
  return {
    ...{ capture, packets, cases, times, timesOfAll },
    perEvent: (usual * countedAll.textBytes - ofAll * counted.textBytes) / determinant,
    perTextByte: (counted.events * ofAll - countedAll.events * usual) / determinant,
    blocks: blocksOf(one.runs[0]),
    startSec: medianOf(starts, ({ wallSec }) => wallSec),
    eventsPerPacket: counted.events / packets,
    textBytesPerPacket: counted.textBytes / packets,
    textBytesPerPacketOfAll: countedAll.textBytes / packets,
  };
}
