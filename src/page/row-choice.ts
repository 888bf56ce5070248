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
  readonly #worst = new SlotHeap();
  readonly #sample = new SlotHeap();

  /** `most`: rows that are kept, beside those of `pin`. */
  constructor(rows: SessionRows, most: number) {
    this.#rows = rows;
    this.#most = most;
  }

  /** Whether a session with this score would have a row as things stand. One that would not counts as offered. */
  wants(session: number, score: number): boolean {
    if (this.#worst.size < half(this.#most) || this.#sample.size < this.#most - this.#worst.size) return true;
    if (score > 0 && badnessOf(session, score) > this.#worst.least) return true;
    if (chanceOf(session) > this.#sample.least) return true;
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

  /** How many rows there are, beside those of `pin`. */
  get length(): number {
    return this.#worst.size + this.#sample.size;
  }

  /** The slots of `most` rows at most, beside those of `pin`, in the order of sessions. */
  chosen(most: number): Uint32Array {
    const worst = this.#worst.sorted();
    const sample = this.#sample.sorted();
    if (most >= this.length) return this.#inOrder([...this.#pinned, ...worst, ...sample]);
    const ofWorst = Math.min(worst.length, half(most));
    const others = new SlotHeap();
    for (const slot of [...sample, ...worst.slice(ofWorst)]) others.push(slot, chanceOf(this.#rows.sessionOf(slot)));
    const drawn = others.sorted().slice(0, most - ofWorst);
    return this.#inOrder([...this.#pinned, ...worst.slice(0, ofWorst), ...drawn]);
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
    const session = this.#rows.sessionOf(slot);
    const score = this.#rows.scoreOf(slot);
    let left = slot;
    if (score > 0) {
      if (this.#worst.size < half(this.#most)) {
        this.#worst.push(slot, badnessOf(session, score));
        this.#trim();
        return;
      }
      left = this.#worst.exchange(slot, badnessOf(session, score));
    }
    const chance = chanceOf(this.#rows.sessionOf(left));
    if (this.#sample.size < this.#most - this.#worst.size) this.#sample.push(left, chance);
    else this.#rows.remove(this.#sample.exchange(left, chance));
  }

  /** One of the worst may have taken the room of one of the sample. */
  #trim(): void {
    if (this.#sample.size > this.#most - this.#worst.size) this.#rows.remove(this.#sample.pop());
  }
}

const half = (most: number): number => Math.floor(most / 2);

/** Greater for a session that is worse; of the same score the earlier one is. */
const badnessOf = (session: number, score: number): number => score - session / 2 ** 32;

/** Greater for a session that is drawn before: its number, mixed up well, another for each below 2^32. */
function chanceOf(session: number): number {
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
