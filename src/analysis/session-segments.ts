/**
 * The segments of live sessions, as long as it is not known which sessions will be worth a look: of a long one the first and the last. Owns the room for
 * them, which is bounded: a session that finds none is without segments from then on.
 */
import {
  FIRST_SEGMENTS,
  LAST_SEGMENTS,
  SEGMENT_ACK,
  SEGMENT_BY_DST,
  SEGMENT_FLAGS,
  SEGMENT_LENGTH,
  SEGMENT_NSEC,
  SEGMENT_SEC,
  SEGMENT_SEQ,
  SEGMENT_SYMPTOMS,
  SEGMENT_WINDOW,
  SEGMENT_WORDS,
} from './segments-record.js';

/** Segments lie in chunks of 8, which are a chain for each session; both ends of a long session are whole chunks. */
const CHUNK_SHIFT = 3;
const CHUNK_SEGMENTS = 1 << CHUNK_SHIFT;
const CHUNK_WORDS = CHUNK_SEGMENTS * SEGMENT_WORDS;
const PAGE_SHIFT = 12;
const PAGE_CHUNKS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_CHUNKS - 1;
/** Bytes of all segments that are kept at a time. */
export const SEGMENTS_MOST_BYTES = 64 << 20;
const MOST_PAGES = SEGMENTS_MOST_BYTES / (4 * CHUNK_WORDS * PAGE_CHUNKS);
const FIRST_ROWS = 4096;

/** Words of a session: how many segments came (below 0: it is without); chunk + 1 of the first, the last, and the last before the gap. */
const ROW_WORDS = 4;
const K_COUNT = 0;
const K_FIRST = 1;
const K_LAST = 2;
const K_BEFORE_GAP = 3;
const WITHOUT = -1;
/** A count beyond this goes on this much lower, as long as it is told from that of a short session. */
const MOST_COUNT = 1 << 30;

export class SessionSegments {
  /** Sessions that found no room. */
  without = 0;
  readonly #mostPages: number;
  readonly #pages: Int32Array[] = [];
  /** Chunk + 1 that comes after each chunk, in the chain of its session or among the free ones. */
  #next = new Int32Array(PAGE_CHUNKS);
  #used = 0;
  #free = 0;
  #rows = new Int32Array(FIRST_ROWS * ROW_WORDS);

  /** `mostPages`: of the pages that the room is taken in (1 MiB each), for tests. */
  constructor(mostPages = MOST_PAGES) {
    this.#mostPages = mostPages;
  }

  /** A segment of side `side` of the session that is known as `row`; the other arguments are its words. */
  keep(
    row: number,
    side: number,
    sec: number,
    nsec: number,
    seq: number,
    ack: number,
    length: number,
    window: number,
    flags: number,
    symptoms: number,
  ): void {
    const k = row * ROW_WORDS;
    if (k >= this.#rows.length) this.#growRows(k);
    const rows = this.#rows;
    if (rows[k] < 0) return;
    const place = rows[k] & (CHUNK_SEGMENTS - 1);
    if (place === 0 && !this.#extend(k)) return;
    const chunk = rows[k + K_LAST] - 1;
    const page = this.#pages[chunk >>> PAGE_SHIFT];
    const at = (chunk & PAGE_MASK) * CHUNK_WORDS + place * SEGMENT_WORDS;
    page[at + SEGMENT_SEC] = sec;
    page[at + SEGMENT_NSEC] = nsec;
    page[at + SEGMENT_SEQ] = seq;
    page[at + SEGMENT_ACK] = ack;
    page[at + SEGMENT_LENGTH] = length;
    page[at + SEGMENT_WINDOW] = window;
    page[at + SEGMENT_FLAGS] = flags | (side * SEGMENT_BY_DST);
    page[at + SEGMENT_SYMPTOMS] = symptoms;
    rows[k]++;
  }

  /** How many segments `copy` would give. */
  kept(row: number): number {
    const count = this.#countOf(row);
    return Math.min(count, FIRST_SEGMENTS + LAST_SEGMENTS);
  }

  /** How many of these come before the gap. */
  beforeGap(row: number): number {
    const count = this.#countOf(row);
    return count > FIRST_SEGMENTS + LAST_SEGMENTS ? FIRST_SEGMENTS : count;
  }

  /** Copies the kept segments to `words`, in order; `originator`: the side that is `src`. */
  copy(row: number, originator: number, words: Int32Array): void {
    const k = row * ROW_WORDS;
    const before = this.beforeGap(row);
    const chunks = this.#copyFrom(this.#rows[k + K_FIRST], 0, 0, before, words);
    const after = this.kept(row) - before;
    if (after > 0) {
      // Behind the gap there may be a few more than are wanted.
      const there = LAST_SEGMENTS + 1 + ((this.#rows[k] - 1) & (CHUNK_SEGMENTS - 1));
      this.#copyFrom(chunks, there - after, before, after, words);
    }
    if (originator === 0) return;
    for (let i = 0, at = SEGMENT_FLAGS; i < before + after; i++, at += SEGMENT_WORDS) words[at] ^= SEGMENT_BY_DST;
  }

  /** The session is over, and its segments are not needed any more. */
  forget(row: number): void {
    const k = row * ROW_WORDS;
    if (k >= this.#rows.length) return;
    if (this.#rows[k] > 0) this.#release(k);
    this.#rows[k] = 0;
  }

  #countOf(row: number): number {
    return row * ROW_WORDS >= this.#rows.length ? 0 : Math.max(0, this.#rows[row * ROW_WORDS]);
  }

  /**
   * Copies `count` segments, from the one that is `skipped` behind the first of the chain that begins at chunk + 1 `first`, to `words` as number `to`.
   * Returns chunk + 1 of what comes behind the last chunk that was looked at.
   */
  #copyFrom(first: number, skipped: number, to: number, count: number, words: Int32Array): number {
    let chunk = first;
    let at = to * SEGMENT_WORDS;
    for (let left = count, skip = skipped; left > 0; ) {
      const page = this.#pages[(chunk - 1) >>> PAGE_SHIFT];
      const from = ((chunk - 1) & PAGE_MASK) * CHUNK_WORDS + skip * SEGMENT_WORDS;
      const segments = Math.min(CHUNK_SEGMENTS - skip, left);
      if (segments > 0) {
        for (let i = 0; i < segments * SEGMENT_WORDS; i++) words[at + i] = page[from + i];
        at += segments * SEGMENT_WORDS;
        left -= segments;
        skip = 0;
      } else {
        skip -= CHUNK_SEGMENTS;
      }
      chunk = this.#next[chunk - 1];
    }
    return chunk;
  }

  /** Whether there is a chunk for the next segment of the session at word `k` of the rows; if there is none, it is without segments. */
  #extend(k: number): boolean {
    const rows = this.#rows;
    const count = rows[k + K_COUNT];
    if (count === FIRST_SEGMENTS) rows[k + K_BEFORE_GAP] = rows[k + K_LAST];
    let chunk: number;
    if (count >= FIRST_SEGMENTS + LAST_SEGMENTS + CHUNK_SEGMENTS) {
      // The first behind the gap becomes the last.
      const before = rows[k + K_BEFORE_GAP] - 1;
      chunk = this.#next[before];
      this.#next[before] = this.#next[chunk - 1];
      if (count >= MOST_COUNT) rows[k + K_COUNT] = count - MOST_COUNT / 2;
    } else {
      chunk = this.#take();
    }
    if (chunk === 0) {
      if (count > 0) this.#release(k);
      rows[k + K_COUNT] = WITHOUT;
      this.without++;
      return false;
    }
    this.#next[chunk - 1] = 0;
    if (count === 0) rows[k + K_FIRST] = chunk;
    else this.#next[rows[k + K_LAST] - 1] = chunk;
    rows[k + K_LAST] = chunk;
    return true;
  }

  #release(k: number): void {
    this.#next[this.#rows[k + K_LAST] - 1] = this.#free;
    this.#free = this.#rows[k + K_FIRST];
  }

  /** Chunk + 1 of a free one, or 0. */
  #take(): number {
    const free = this.#free;
    if (free !== 0) {
      this.#free = this.#next[free - 1];
      return free;
    }
    if (this.#used === this.#pages.length * PAGE_CHUNKS) {
      if (this.#pages.length >= this.#mostPages) return 0;
      this.#pages.push(new Int32Array(PAGE_CHUNKS * CHUNK_WORDS));
      if (this.#used === this.#next.length) this.#next = larger(this.#next, 2 * this.#used);
    }
    return ++this.#used;
  }

  #growRows(k: number): void {
    this.#rows = larger(this.#rows, 2 * Math.max(k, this.#rows.length));
  }
}

function larger(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(words);
  return copy;
}
