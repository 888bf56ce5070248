/**
 * How far a run is and when it will be done. Owns the arithmetic: percentage, rates, time left, time of finish; is told the time and
 * the counters, prints nothing.
 */
import { type Point, slopesOver, valuesAt } from './course.js';

/** The rate that predicts the end is that of this last stretch. */
const RECENT_MS = 8000;
/** Counters that move more rarely than four times in that stretch are looked at for longer, up to this. */
const LONGEST_MS = 60_000;
const LEAST_STEPS = 4;
/** Of a young run this share of what is known counts. */
const LATER_SHARE = 0.7;
/** No end is announced before so much is known. */
const LEAST_KNOWN_MS = 500;
/** What would take longer is as good as standing still. */
const MOST_REMAINING_SEC = 10 * 365 * 86_400;
/** What is done is told by the end of the run alone. */
const MOST_PERCENT = 99.9;

/** How things stand at a moment. */
export interface ProgressCounters {
  readonly bytes: number;
  readonly packets: number;
  /** Undefined where none are tracked. */
  readonly sessions: number | undefined;
  /** Bytes that will never be read: of files that were given up. */
  readonly leftBytes: number;
}

/** When that is. */
export interface ProgressMoment {
  /** Milliseconds of the run's own time, which stands still while the process is stopped. */
  readonly elapsedMs: number;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/** What is known of a run's course. */
export interface ProgressView {
  readonly elapsedSec: number;
  readonly bytes: number;
  /** Undefined when it is not known. */
  readonly totalBytes: number | undefined;
  /** Undefined where the total is not known or was wrong; below 100 until the run is over. */
  readonly percent: number | undefined;
  /** Rates of the last stretch; 0 where nothing moves. */
  readonly bytesPerSec: number;
  readonly packets: number;
  readonly packetsPerSec: number;
  readonly sessions: number | undefined;
  /** All is read, and what was found is being put together. */
  readonly isAllRead: boolean;
  /** Undefined while there is no rate, and when all is read. */
  readonly remainingSec: number | undefined;
  /** When the run will be done, in milliseconds since 1970. */
  readonly finishMs: number | undefined;
}

/** How fast the counters move, and where they should be by now. */
interface Pace {
  readonly bytesPerSec: number;
  readonly packetsPerSec: number;
  /** Counters move in steps: what should have come since the last one. */
  readonly aheadBytes: number;
  readonly isKnown: boolean;
}

const STANDING: Pace = { bytesPerSec: 0, packetsPerSec: 0, aheadBytes: 0, isKnown: false };

export class ProgressMeter {
  readonly #totalBytes: number | undefined;
  /** Where the counters moved, the latest last: when, bytes, packets. */
  #steps: Point[] = [];
  /** When they first did: what came before is the start of the program, and the wait for the input. */
  #firstMs = 0;

  /** `totalBytes`: of all inputs, as stored; undefined when unknown. */
  constructor(totalBytes: number | undefined) {
    this.#totalBytes = totalBytes;
  }

  /** Notes how things stand; to be called many times a second, at any times. */
  note(elapsedMs: number, { bytes, packets }: ProgressCounters): void {
    this.#steps = this.#stepsWith(elapsedMs, bytes, packets);
    if (this.#steps.length === 1) this.#firstMs = this.#steps[0].atMs;
    const oldest = this.#steps.findIndex(({ atMs }) => elapsedMs - atMs <= 2 * RECENT_MS);
    const kept = oldest < 0 ? this.#steps.length : oldest;
    const dropped = Math.min(kept - 1, this.#steps.length - 2 * LEAST_STEPS);
    if (dropped > 0) this.#steps.splice(0, dropped);
  }

  /** How things stand, asked at any moment; changes nothing. */
  view({ elapsedMs, nowMs }: ProgressMoment, counters: ProgressCounters): ProgressView {
    const { bytes, packets, sessions } = counters;
    const total = this.#totalOf(counters);
    const pace = this.#pace(elapsedMs, counters);
    const isAllRead = total !== undefined && bytes === total;
    const left = total === undefined || isAllRead || bytes > total || !pace.isKnown ? undefined : total - bytes;
    const neededSec = left === undefined ? Infinity : Math.max(0, left - pace.aheadBytes) / pace.bytesPerSec;
    const remainingSec = neededSec < MOST_REMAINING_SEC ? neededSec : undefined;
    return {
      elapsedSec: elapsedMs / 1000,
      bytes,
      totalBytes: this.#totalBytes,
      percent: total === undefined || bytes > total ? undefined : Math.min(MOST_PERCENT, (100 * bytes) / total),
      bytesPerSec: pace.bytesPerSec,
      packets,
      packetsPerSec: pace.packetsPerSec,
      sessions,
      isAllRead,
      remainingSec,
      finishMs: remainingSec === undefined ? undefined : nowMs + remainingSec * 1000,
    };
  }

  /** How things stood when the run was over: rates are of the whole of it. `isComplete`: it came to its end by itself. */
  endView(moment: ProgressMoment, counters: ProgressCounters, isComplete: boolean): ProgressView {
    const last = this.view(moment, counters);
    const perSec = (count: number): number => (last.elapsedSec > 0 ? count / last.elapsedSec : 0);
    return {
      ...last,
      percent: isComplete ? 100 : last.percent,
      bytesPerSec: perSec(last.bytes),
      packetsPerSec: perSec(last.packets),
      remainingSec: isComplete ? 0 : undefined,
      finishMs: isComplete ? moment.nowMs : undefined,
    };
  }

  /** Bytes that are to be read altogether; undefined when unknown. */
  #totalOf({ leftBytes }: ProgressCounters): number | undefined {
    const total = (this.#totalBytes ?? 0) - leftBytes;
    return total > 0 ? total : undefined;
  }

  #stepsWith(atMs: number, bytes: number, packets: number): Point[] {
    const steps = this.#steps;
    const last = steps.at(-1);
    if (bytes === (last?.bytes ?? 0)) return steps;
    const step = { atMs, bytes, packets };
    // At one and the same time the later figures hold.
    return last !== undefined && last.atMs >= atMs ? [...steps.slice(0, -1), step] : [...steps, step];
  }

  #pace(nowMs: number, { bytes, packets }: ProgressCounters): Pace {
    const steps = this.#stepsWith(nowMs, bytes, packets);
    const last = steps.at(-1);
    if (last === undefined) return STANDING;
    const idleMs = nowMs - last.atMs;
    if (steps.length === 1) return firstPace(last, nowMs);
    const latest = steps.slice(-LEAST_STEPS - 1);
    const usualMs = (last.atMs - latest[0].atMs) / (latest.length - 1);
    const mostMs = Math.min(LONGEST_MS, Math.max(RECENT_MS, LEAST_STEPS * usualMs));
    if (idleMs >= mostMs) return STANDING;
    // At first less than all that is known: a slow or a hasty start is no measure.
    const knownMs = nowMs - this.#firstMs;
    const spanMs = Math.min(mostMs, Math.max(LATER_SHARE * knownMs, Math.min(knownMs, LEAST_STEPS * usualMs)));
    const fromMs = nowMs - spanMs;
    // A step is no surprise before it is due.
    const graceMs = Math.min(idleMs, mostMs / LEAST_STEPS, longestGapMs(steps, fromMs));
    const before = valuesAt(steps, Math.max(this.#firstMs, last.atMs - spanMs));
    const beforeMs = last.atMs - before.atMs;
    const ahead = (to: number, from: number): number => (beforeMs > 0 ? ((to - from) / beforeMs) * graceMs : 0);
    const end = {
      atMs: nowMs,
      bytes: last.bytes + ahead(last.bytes, before.bytes),
      packets: last.packets + ahead(last.packets, before.packets),
    };
    const slopes = slopesOver(idleMs > 0 ? [...steps, end] : steps, fromMs, nowMs);
    const isKnown = knownMs >= LEAST_KNOWN_MS && slopes.bytesPerSec > 0;
    return { ...slopes, aheadBytes: end.bytes - last.bytes, isKnown };
  }
}

/** While the counters moved once only, all that is known is how long that took, the start of the program included. */
function firstPace({ atMs, bytes, packets }: Point, nowMs: number): Pace {
  if (nowMs - atMs >= Math.max(RECENT_MS, 2 * atMs) || nowMs <= 0) return STANDING;
  const perSec = 1000 / nowMs;
  return { bytesPerSec: bytes * perSec, packetsPerSec: packets * perSec, aheadBytes: 0, isKnown: false };
}

/** The longest time without a step since `fromMs`. */
function longestGapMs(steps: readonly Point[], fromMs: number): number {
  let longestMs = 0;
  for (let index = steps.length - 1; index > 0 && steps[index].atMs > fromMs; index--) {
    longestMs = Math.max(longestMs, steps[index].atMs - steps[index - 1].atMs);
  }
  return longestMs;
}
