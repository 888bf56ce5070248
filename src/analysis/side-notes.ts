/**
 * What is kept of a side that has sent more than one packet, which the many sessions of one SYN do without: a pool of rows of a fixed size. Owns the
 * places in such a row; what they mean is the business of round-trips.ts, unique-bytes.ts and capture-duplicates.ts.
 */
let places = 0;
const place = (words: number): number => {
  const at = places;
  places += words;
  return at;
};

/*
 * In order of how often they are touched: the first 28 words are two cache lines, for a large array begins 16 bytes after the beginning of one.
 */

/** Float64s: least, mean, greatest round trip in nanoseconds, and the sum of the squares of what they differ from the mean by. */
export const N_RTT_DOUBLES = place(8) / 2;
export const N_RTT_SAMPLES = place(1);
/** Segments that no ACK has covered: the place of the oldest. How many there are is in the side's row. */
export const N_TIMED_FIRST = place(1);
/** Whether there was payload, its lowest and its highest sequence number, and ranges between them that are missing: how many, their bounds. */
export const N_HIGH = place(1);
export const N_HAS_PAYLOAD = place(1);
export const N_LOW = place(1);
export const N_HOLES = place(1);
/** Packets before the last one: the first word of what tells each, then the others of each. */
export const EARLIER_PACKETS = 3;
export const EARLIER_WORDS = 6;
export const N_EARLIER_ID_SUMS = place(EARLIER_PACKETS);
export const N_EARLIER = place(EARLIER_PACKETS * EARLIER_WORDS);
/** Of each segment that no ACK has covered, its end and its time. */
export const MOST_TIMED = 16;
export const TIMED_WORDS = 3;
export const N_TIMED_ENTRIES = place(MOST_TIMED * TIMED_WORDS);
export const MOST_HOLES = 8;
export const N_HOLE_BOUNDS = place(2 * MOST_HOLES);
/** Whole lines; even, so that float64s of every row lie where they may. */
const ROW_WORDS = Math.ceil(places / 16) * 16;

const PAGE_SHIFT = 10;
const PAGE_ROWS = 1 << PAGE_SHIFT;

export class SideNotes {
  readonly #pages: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];
  readonly #free: number[] = [];
  #allocated = 0;

  /** A row of zeros. */
  take(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) {
      const at = this.at(freed);
      this.page(freed).fill(0, at, at + ROW_WORDS);
      return freed;
    }
    const row = this.#allocated++;
    if (row >>> PAGE_SHIFT === this.#pages.length) {
      const page = new Int32Array(PAGE_ROWS * ROW_WORDS);
      this.#pages.push(page);
      this.#doubles.push(new Float64Array(page.buffer));
    }
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
