/**
 * What is kept of a side that has sent more than one packet, which the many sessions of one SYN do without: a pool of rows of a fixed size. Owns the
 * places in such a row; what they mean is the business of round-trips.ts, unique-bytes.ts and capture-duplicates.ts.
 */
import { DUPLICATE_WORDS } from './session-row.js';

let places = 0;
const place = (words: number): number => {
  const at = places;
  places += words;
  return at;
};

/** Float64s: least, mean, greatest round trip in nanoseconds, and the sum of the squares of what they differ from the mean by. */
export const N_RTT_DOUBLES = place(8) / 2;
export const N_RTT_SAMPLES = place(1);
/** Segments that no ACK has covered: how many, the place of the oldest, and for each its end and its time. */
export const N_TIMED = place(1);
export const N_TIMED_FIRST = place(1);
export const MOST_TIMED = 16;
export const TIMED_WORDS = 3;
export const N_TIMED_ENTRIES = place(MOST_TIMED * TIMED_WORDS);
/** Whether there was payload, its lowest and its highest sequence number, and ranges between them that are missing: how many, their bounds. */
export const N_HAS_PAYLOAD = place(1);
export const N_LOW = place(1);
export const N_HIGH = place(1);
export const N_HOLES = place(1);
export const MOST_HOLES = 8;
export const N_HOLE_BOUNDS = place(2 * MOST_HOLES);
/** Packets before the last one: which is replaced next, and what tells each. */
export const EARLIER_PACKETS = 3;
export const N_EARLIER_NEXT = place(1);
export const N_EARLIER = place(EARLIER_PACKETS * DUPLICATE_WORDS);
/** Even, so that float64s of every row lie where they may. */
const ROW_WORDS = places + (places & 1);

const PAGE_SHIFT = 10;
const PAGE_ROWS = 1 << PAGE_SHIFT;

export class SideNotes {
  readonly #pages: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];
  readonly #free: number[] = [];
  #allocated = 0;

  /** A row of zeros. */
  take(): number {
    const row = this.#free.pop() ?? this.#allocated++;
    if (row >>> PAGE_SHIFT === this.#pages.length) {
      const page = new Int32Array(PAGE_ROWS * ROW_WORDS);
      this.#pages.push(page);
      this.#doubles.push(new Float64Array(page.buffer));
    }
    const at = this.at(row);
    this.page(row).fill(0, at, at + ROW_WORDS);
    return row;
  }

  /** Forgets a row. */
  give(row: number): void {
    this.#free.push(row);
  }

  /** The page of row `row`; its words start at `at(row)`, its float64s at half of that. */
  page(row: number): Int32Array {
    return this.#pages[row >>> PAGE_SHIFT];
  }

  doubles(row: number): Float64Array {
    return this.#doubles[row >>> PAGE_SHIFT];
  }

  at(row: number): number {
    return (row & (PAGE_ROWS - 1)) * ROW_WORDS;
  }
}
