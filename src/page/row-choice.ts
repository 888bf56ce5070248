/**
 * Which sessions have a row in the page, where not all can: those whose segments are shown, of the room that is left up to one half those that look worst,
 * and of all others a sample in which each is as likely as the other. Decided while records come, in bounded memory; what comes out does not depend on
 * their order.
 */
import { SCORE_RULE } from '../analysis/session-score.js';
import type { SessionRows } from './session-rows.js';
import { SlotHeap } from './slot-heap.js';

export class RowChoice {
  /** All sessions that were offered. */
  total = 0;
  readonly #rows: SessionRows;
  readonly #most: number;
  /** Those whose segments are shown. */
  readonly #pinned = new Set<number>();
  /** Of these the best one goes first. */
  readonly #worst: SlotHeap;
  readonly #sample: SlotHeap;

  /** `most`: rows that are kept, beside those of `pin`. */
  constructor(rows: SessionRows, most: number) {
    this.#rows = rows;
    this.#most = most;
    this.#worst = new SlotHeap((a, b) => this.#isWorse(b, a));
    this.#sample = new SlotHeap((a, b) => this.#isDrawn(b, a));
  }

  /**
   * Whether a session with this score would have a row as things stand. One that would not counts as offered.
   */
  wants(session: number, score: number): boolean {
    if (this.#worst.size < half(this.#most) || this.#sample.size < this.#most - this.#worst.size) return true;
    const worst = this.#worst.first;
    const drawn = this.#sample.first;
    if (worst === undefined) return true;
    if (score > 0 && isWorse(score, session, this.#rows.scoreOf(worst), this.#rows.sessionOf(worst))) return true;
    if (drawn === undefined || lotOf(session) <= lotOf(this.#rows.sessionOf(drawn))) return true;
    this.total++;
    return false;
  }

  /** A session's row, which is `rows`' to keep or to free from now on. */
  offer(slot: number): void {
    this.total++;
    this.#place(slot);
  }

  /** Likewise, and its segments are shown, until `unpin`. */
  pin(slot: number): void {
    this.total++;
    this.#pinned.add(slot);
  }

  /** Its segments are not shown. */
  unpin(slot: number): void {
    this.#pinned.delete(slot);
    this.#place(slot);
  }

  /** How many rows there are. */
  get length(): number {
    return this.#pinned.size + this.#worst.size + this.#sample.size;
  }

  /** The slots of `most` rows at most, beside those of `pin`, in the order of sessions. */
  chosen(most: number): Uint32Array {
    if (most >= this.#worst.size + this.#sample.size) {
      return this.#inOrder([...this.#pinned, ...this.#worst.slots, ...this.#sample.slots]);
    }
    const worst = [...this.#worst.slots].sort((a, b) => (this.#isWorse(a, b) ? -1 : 1));
    const ofWorst = Math.min(worst.length, half(most));
    const others = [...this.#sample.slots, ...worst.slice(ofWorst)].sort((a, b) => (this.#isDrawn(a, b) ? -1 : 1));
    return this.#inOrder([...this.#pinned, ...worst.slice(0, ofWorst), ...others.slice(0, most - ofWorst)]);
  }

  #inOrder(slots: readonly number[]): Uint32Array {
    // Numbers sort by themselves, many times as fast: a thousand million sessions with nine million rows are below 2^53.
    const all = this.#rows.slots;
    const keys = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) keys[i] = this.#rows.sessionOf(slots[i]) * all + slots[i];
    keys.sort();
    const ordered = new Uint32Array(slots.length);
    for (let i = 0; i < slots.length; i++) ordered[i] = keys[i] % all;
    return ordered;
  }

  #place(slot: number): void {
    let left = slot;
    if (this.#rows.scoreOf(slot) > 0) {
      if (this.#worst.size < half(this.#most)) {
        this.#worst.push(slot);
        this.#trim();
        return;
      }
      left = this.#worst.exchange(slot);
    }
    if (this.#sample.size < this.#most - this.#worst.size) this.#sample.push(left);
    else this.#rows.remove(this.#sample.exchange(left));
  }

  /** One of the worst may have taken the room of one of the sample. */
  #trim(): void {
    if (this.#sample.size > this.#most - this.#worst.size) this.#rows.remove(this.#sample.pop());
  }

  #isWorse(a: number, b: number): boolean {
    const rows = this.#rows;
    return isWorse(rows.scoreOf(a), rows.sessionOf(a), rows.scoreOf(b), rows.sessionOf(b));
  }

  /** Whether `a` is drawn before `b`. */
  #isDrawn(a: number, b: number): boolean {
    const first = this.#rows.sessionOf(a);
    const second = this.#rows.sessionOf(b);
    const sooner = lotOf(first) - lotOf(second);
    return sooner === 0 ? first < second : sooner < 0;
  }
}

/** Of two sessions by score and number; of the same score the earlier one is worse. */
const isWorse = (score: number, session: number, other: number, otherSession: number): boolean =>
  score > other || (score === other && session < otherSession);

const half = (most: number): number => Math.floor(most / 2);

/** A session's lot: its number, mixed up well. */
function lotOf(session: number): number {
  let lot = session | 0;
  lot = Math.imul(lot ^ (lot >>> 16), 0x85ebca6b);
  lot = Math.imul(lot ^ (lot >>> 13), 0xc2b2ae35);
  return (lot ^ (lot >>> 16)) >>> 0;
}

/** What is said where `listed` of `total` sessions have a row; empty where all have. */
export const leftOutText = (listed: number, total: number): string =>
  listed === total
    ? ''
    : `Of ${total} sessions ${listed} are listed: those whose segments are shown, up to one half the worst (by a score: ${SCORE_RULE}), and of the others a ` +
      'sample in which each is as likely as the other.';
