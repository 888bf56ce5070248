/**
 * What was read so far, for whoever may not wait until the reader says so: a few numbers in memory that it shares with the main
 * thread. Owns their places, behind the counters of src/ring/layout.ts, and both ways.
 */
import {
  PROGRESS_CLOCK_PACKETS,
  PROGRESS_DROPPED,
  PROGRESS_FIGURES,
  PROGRESS_IF_DROPPED,
  PROGRESS_PACKETS,
} from '../ring/layout.js';
import { DECODE_REASONS } from './frame-reasons.js';
import type { ReadFigures } from './news.js';
import type { Moment } from './tally.js';

/** Each a second and its nanoseconds; a second below 0 for none. */
const FIRST = PROGRESS_FIGURES;
const LAST = FIRST + 2;
const CLOCK_FIRST = LAST + 2;
const CLOCK_LATEST = CLOCK_FIRST + 2;
const HAS_CLOCK = CLOCK_LATEST + 2;
const LATEST = HAS_CLOCK + 1;
const CAPTURED_BYTES = LATEST + 2;
const WIRE_BYTES = CAPTURED_BYTES + 1;
const REASONS = WIRE_BYTES + 1;
/** Doubles that all of it takes, with the counters before it. */
export const SHARED_FIGURES = REASONS + DECODE_REASONS;

/** Enters what is not among the counters. */
export function shareFigures(shared: Float64Array, figures: ReadFigures): void {
  const { first, last, latest, clock, reasons } = figures;
  setMoment(shared, FIRST, first);
  setMoment(shared, LAST, last);
  setMoment(shared, LATEST, latest);
  shared[CAPTURED_BYTES] = figures.capturedBytes;
  shared[WIRE_BYTES] = figures.wireBytes;
  setMoment(shared, CLOCK_FIRST, clock?.first);
  setMoment(shared, CLOCK_LATEST, clock?.latest);
  shared[HAS_CLOCK] = clock === undefined ? 0 : 1;
  for (let reason = 0; reason < DECODE_REASONS; reason++) shared[REASONS + reason] = reasons[reason];
}

/** The figures that were entered last; some may be a block ahead of others. */
export function sharedFigures(shared: Float64Array): ReadFigures {
  const clock = {
    packets: shared[PROGRESS_CLOCK_PACKETS],
    first: moment(shared, CLOCK_FIRST),
    latest: moment(shared, CLOCK_LATEST),
  };
  return {
    packets: shared[PROGRESS_PACKETS],
    capturedBytes: shared[CAPTURED_BYTES],
    wireBytes: shared[WIRE_BYTES],
    latest: moment(shared, LATEST),
    reasons: [...shared.subarray(REASONS, REASONS + DECODE_REASONS)],
    first: moment(shared, FIRST),
    last: moment(shared, LAST),
    drops: { bySystem: shared[PROGRESS_DROPPED], byInterface: shared[PROGRESS_IF_DROPPED] },
    clock: shared[HAS_CLOCK] === 0 ? undefined : clock,
  };
}

function setMoment(shared: Float64Array, at: number, moment: Moment | undefined): void {
  shared[at] = moment?.sec ?? -1;
  shared[at + 1] = moment?.nsec ?? 0;
}

const moment = (shared: Float64Array, at: number): Moment | undefined =>
  shared[at] < 0 ? undefined : { sec: shared[at], nsec: shared[at + 1] };
