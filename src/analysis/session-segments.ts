/**
 * The segments of live sessions, as long as it is not known which sessions will be worth a look: of a long one the first and the last. Owns the room for
 * them, which is bounded: a session that finds none is without segments from then on.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ } from '../capture/descriptor.js';
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

/** Words of a session's row: how many segments came (below 0: it is without); chunk + 1 of the first, the last, and the last before the gap. */
export const KEPT_WORDS = 4;
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

  /** `mostPages`: of the pages that the room is taken in (1 MiB each), for tests. */
  constructor(mostPages = MOST_PAGES) {
    this.#mostPages = mostPages;
  }

  /**
   * The segment of the descriptor at word `d` of `words` came from side `side` of the session whose words KEPT_WORDS are at word `k` of `row`; the other
   * arguments are as in its record (segments-record.ts).
   */
  keep(
    row: Int32Array,
    k: number,
    side: number,
    words: Int32Array,
    d: number,
    length: number,
    window: number,
    flags: number,
    symptoms: number,
  ): void {
    const count = row[k + K_COUNT];
    if (count < 0) return;
    const place = count & (CHUNK_SEGMENTS - 1);
    if (place === 0 && !this.#extend(row, k)) return;
    const chunk = row[k + K_LAST] - 1;
    const page = this.#pages[chunk >>> PAGE_SHIFT];
    const at = (chunk & PAGE_MASK) * CHUNK_WORDS + place * SEGMENT_WORDS;
    page[at + SEGMENT_SEC] = words[d + D_SEC];
    page[at + SEGMENT_NSEC] = words[d + D_NSEC];
    page[at + SEGMENT_SEQ] = words[d + D_SEQ];
    page[at + SEGMENT_ACK] = words[d + D_ACK];
    page[at + SEGMENT_LENGTH] = length;
    page[at + SEGMENT_WINDOW] = window;
    page[at + SEGMENT_FLAGS] = flags | (side * SEGMENT_BY_DST);
    page[at + SEGMENT_SYMPTOMS] = symptoms;
    row[k + K_COUNT]++;
  }

  /** How many segments `copy` would give. */
  kept(row: Int32Array, k: number): number {
    return Math.max(0, Math.min(row[k + K_COUNT], FIRST_SEGMENTS + LAST_SEGMENTS));
  }

  /** How many of these come before the gap. */
  beforeGap(row: Int32Array, k: number): number {
    return row[k + K_COUNT] > FIRST_SEGMENTS + LAST_SEGMENTS ? FIRST_SEGMENTS : this.kept(row, k);
  }

  /** Copies the kept segments to `words`, in order; `originator`: the side that is `src`. */
  copy(row: Int32Array, k: number, originator: number, words: Int32Array): void {
    const before = this.beforeGap(row, k);
    const behind = this.#copyFrom(row[k + K_FIRST], 0, 0, before, words);
    const after = this.kept(row, k) - before;
    if (after > 0) {
      // Behind the gap there may be a few more than are wanted.
      const there = LAST_SEGMENTS + 1 + ((row[k + K_COUNT] - 1) & (CHUNK_SEGMENTS - 1));
      this.#copyFrom(behind, there - after, before, after, words);
    }
    if (originator === 0) return;
    for (let i = 0, at = SEGMENT_FLAGS; i < before + after; i++, at += SEGMENT_WORDS) words[at] ^= SEGMENT_BY_DST;
  }

  /** The session is over, and its segments are not needed any more. */
  forget(row: Int32Array, k: number): void {
    if (row[k + K_COUNT] > 0) this.#release(row, k);
    row[k + K_COUNT] = 0;
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

  /** Whether there is a chunk for the session's next segment; if there is none, it is without segments. */
  #extend(row: Int32Array, k: number): boolean {
    const count = row[k + K_COUNT];
    if (count === FIRST_SEGMENTS) row[k + K_BEFORE_GAP] = row[k + K_LAST];
    let chunk: number;
    if (count >= FIRST_SEGMENTS + LAST_SEGMENTS + CHUNK_SEGMENTS) {
      // The first behind the gap becomes the last.
      const before = row[k + K_BEFORE_GAP] - 1;
      chunk = this.#next[before];
      this.#next[before] = this.#next[chunk - 1];
      if (count >= MOST_COUNT) row[k + K_COUNT] = count - MOST_COUNT / 2;
    } else {
      chunk = this.#take();
    }
    if (chunk === 0) {
      if (count > 0) this.#release(row, k);
      row[k + K_COUNT] = WITHOUT;
      this.without++;
      return false;
    }
    this.#next[chunk - 1] = 0;
    if (count === 0) row[k + K_FIRST] = chunk;
    else this.#next[row[k + K_LAST] - 1] = chunk;
    row[k + K_LAST] = chunk;
    return true;
  }

  #release(row: Int32Array, k: number): void {
    this.#next[row[k + K_LAST] - 1] = this.#free;
    this.#free = row[k + K_FIRST];
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
}

function larger(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(words);
  return copy;
}
