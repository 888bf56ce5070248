/**
 * Time-outs of sessions: a wheel of whole seconds. Owns which row is due when; the owner of the rows keeps
 * three words a row for it and says what being due means.
 *
 * A session's deadline moves with every segment, so an entry is not moved each time: it stays in the slot of
 * an earlier deadline, and is put right when the clock comes by. Only a deadline that moves forward in the
 * wheel (a shorter limit) needs a call. A tick costs nothing for sessions that are not near their deadline.
 */
import type { SessionTable } from './session-table.js';

/** Slots. What is due later than so many seconds from now is met, and left where it is, once a round. */
const SLOTS = 1024;
const SLOT_MASK = SLOTS - 1;
/** Slots that a word of `#occupied` tells of. */
const WORD_SLOTS = 32;
const WORD_MASK = WORD_SLOTS - 1;
const NEVER = Number.POSITIVE_INFINITY;

/** Words the wheel uses in a row, from the position given to the constructor: previous, next, second entered for. */
export const TIMER_WORDS = 3;
const PREVIOUS = 0;
const NEXT = 1;
const DUE = 2;

export class TimerWheel {
  /** Row + 1 of the first entry of each slot. */
  readonly #heads = new Int32Array(SLOTS);
  /** A bit for each slot that has entries: a clock that jumps steps over the others. */
  readonly #occupied = new Int32Array(SLOTS / WORD_SLOTS);
  /**
   * No row of a slot, and none at all, is entered for a second before these, so that a clock that is pulled to and fro
   * finds at once that nothing is due.
   */
  readonly #slotSoonest = new Float64Array(SLOTS).fill(NEVER);
  #soonest = NEVER;
  readonly #table: SessionTable;
  readonly #word: number;

  /** `word`: position in a row of the wheel's words. */
  constructor(table: SessionTable, word: number) {
    this.#table = table;
    this.#word = word;
  }

  /** Enters `row` for the second `due` (unsigned). It must not be entered already. */
  add(row: number, due: number): void {
    if (due < this.#soonest) this.#soonest = due;
    const slot = due & SLOT_MASK;
    if (due < this.#slotSoonest[slot]) this.#slotSoonest[slot] = due;
    const page = this.#table.page(row);
    const at = this.#table.at(row) + this.#word;
    const next = this.#heads[slot];
    page[at + PREVIOUS] = 0;
    page[at + NEXT] = next;
    page[at + DUE] = due | 0;
    if (next !== 0) this.#table.page(next - 1)[this.#table.at(next - 1) + this.#word + PREVIOUS] = row + 1;
    this.#heads[slot] = row + 1;
    this.#occupied[slot >>> 5] |= 1 << (slot & WORD_MASK);
  }

  /** Takes `row` out of the wheel. */
  remove(row: number): void {
    const page = this.#table.page(row);
    const at = this.#table.at(row) + this.#word;
    const previous = page[at + PREVIOUS];
    const next = page[at + NEXT];
    if (previous === 0) this.#setHead(page[at + DUE] & SLOT_MASK, next);
    else this.#table.page(previous - 1)[this.#table.at(previous - 1) + this.#word + NEXT] = next;
    if (next !== 0) this.#table.page(next - 1)[this.#table.at(next - 1) + this.#word + PREVIOUS] = previous;
  }

  /** Moves `row` to the second `due` when that is before the one it is entered for. */
  advance(row: number, due: number): void {
    const entered = this.#table.page(row)[this.#table.at(row) + this.#word + DUE] >>> 0;
    if (due >= entered) return;
    this.remove(row);
    this.add(row, due);
  }

  /**
   * The clock goes from second `from` to second `to` (unsigned, `to` > `from`): takes each row that was entered for a second up to
   * `to`, and whose deadline, `deadline(row)`, is at or before `to`, out of the wheel and appends it to `due`; enters those anew that
   * are due later. All others stay, whatever their deadline: what is due does not depend on which other rows there are.
   */
  expire(from: number, to: number, deadline: (row: number) => number, due: number[]): void {
    if (to < this.#soonest) return;
    const first = Math.max(from + 1, this.#soonest);
    const last = Math.min(to, first + SLOTS - 1);
    for (let second = first; second <= last; second++) {
      const slot = second & SLOT_MASK;
      const ahead = this.#occupied[slot >>> 5] >>> (slot & WORD_MASK);
      if (ahead === 0) second += WORD_MASK - (slot & WORD_MASK);
      else if ((ahead & 1) === 1 && this.#slotSoonest[slot] <= to) this.#expireSlot(slot, to, deadline, due);
    }
    this.#soonest = this.#soonestOfSlots();
  }

  #soonestOfSlots(): number {
    let soonest = NEVER;
    for (let word = 0; word < SLOTS / WORD_SLOTS; word++) {
      for (let bits = this.#occupied[word]; bits !== 0; bits &= bits - 1) {
        const slot = word * WORD_SLOTS + WORD_MASK - Math.clz32(bits & -bits);
        if (this.#slotSoonest[slot] < soonest) soonest = this.#slotSoonest[slot];
      }
    }
    return soonest;
  }

  /** A row that is entered for a later second stays where it is, whatever its neighbours do. */
  #expireSlot(slot: number, to: number, deadline: (row: number) => number, due: number[]): void {
    this.#slotSoonest[slot] = NEVER;
    let entry = this.#heads[slot];
    while (entry !== 0) {
      const row = entry - 1;
      const page = this.#table.page(row);
      const at = this.#table.at(row) + this.#word;
      entry = page[at + NEXT];
      const entered = page[at + DUE] >>> 0;
      if (entered > to) {
        if (entered < this.#slotSoonest[slot]) this.#slotSoonest[slot] = entered;
        continue;
      }
      const then = deadline(row);
      this.remove(row);
      if (then <= to) due.push(row);
      else this.add(row, then);
    }
  }

  #setHead(slot: number, entry: number): void {
    this.#heads[slot] = entry;
    if (entry !== 0) return;
    this.#occupied[slot >>> 5] &= ~(1 << (slot & WORD_MASK));
    this.#slotSoonest[slot] = NEVER;
  }
}
