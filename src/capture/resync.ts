/**
 * Finding records again after damage: the next place from which a run of plausible records begins. Owns what makes a
 * run; whether something may be a record is the format's knowledge.
 */
import { type CaptureFormat, NOT_PLAUSIBLE, type Problem, UNDECIDED } from './format.js';

/** Damage that was read past: its place, what it was, and where records were found again; bytes of the content. */
export type DamageTeller = (from: number, problem: Problem, to: number) => void;

/** Records that make a run. */
const RUN_RECORDS = 3;
/**
 * What is looked at of a run: a place is judged by the bytes up to here and no others, so that it does not matter
 * where blocks end. Smaller than the smallest block.
 */
const WINDOW_BYTES = 32 * 1024;

/**
 * Looks for a run from byte `from` of `view` on, whose bytes end at `end`; `isLast`: nothing follows them.
 * Returns its place, or the complement (`~`) of the place up to which there is none, from where to look on with
 * more bytes, fewer than WINDOW_BYTES before `end`.
 */
export function findRun(format: CaptureFormat, view: DataView, from: number, end: number, isLast: boolean): number {
  const last = isLast ? end : end - WINDOW_BYTES;
  let at = from;
  for (; at <= last; at++) if (isRun(format, view, at, Math.min(end, at + WINDOW_BYTES))) return at;
  return ~Math.max(from, at);
}

/** A run is long enough, or goes on past the window, or ends with it. */
function isRun(format: CaptureFormat, view: DataView, from: number, windowEnd: number): boolean {
  let at = from;
  for (let records = 0; records < RUN_RECORDS; records++) {
    if (at === windowEnd) return records > 0;
    const bytes = format.plausibleBytes(view, at, windowEnd);
    if (bytes === NOT_PLAUSIBLE) return false;
    if (bytes === UNDECIDED) return records > 0;
    at += bytes;
    // A first record that reaches past the window has nothing after it that would speak for it.
    if (at > windowEnd) return records > 0;
  }
  return true;
}

/** A search that may go on over several blocks. */
export class RecordSearch {
  isSearching = false;
  /** Byte of the content at which the damage is, and what it is. */
  damageOffset = 0;
  problem: Problem | undefined;
  readonly #format: CaptureFormat;
  readonly #view: DataView;
  readonly #tell: DamageTeller;

  constructor(format: CaptureFormat, view: DataView, tell: DamageTeller) {
    this.#format = format;
    this.#view = view;
    this.#tell = tell;
  }

  /** Whether there is a run in the last bytes of a capture. */
  finds(from: number, end: number): boolean {
    return findRun(this.#format, this.#view, from, end, true) >= 0;
  }

  begin(damageOffset: number, problem: Problem): void {
    this.isSearching = true;
    this.damageOffset = damageOffset;
    this.problem = problem;
  }

  /** As `findRun`; `offset`: byte of the content that lies at byte 0 of the view. The search ends when it finds. */
  look(from: number, end: number, offset: number, isLast: boolean): number {
    const found = findRun(this.#format, this.#view, from, end, isLast);
    if (found >= 0) {
      this.isSearching = false;
      this.#tell(this.damageOffset, this.problem!, offset + found);
    }
    return found;
  }
}
