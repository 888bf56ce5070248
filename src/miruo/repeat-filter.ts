/**
 * What a session of middling length surely does not hold: a Bloom filter over its closed chunks, so that a segment which fills a gap is not looked for
 * in all of them. Owns the filter; which sessions have one is `segment-store.ts`' business.
 *
 * Chunks are entered only when something is looked up, each once. What is dropped moves others and gives chunks back: the filter goes with it, and the
 * next look-up makes another.
 */
import type { ChunkArena } from './chunk-arena.js';
import { hashOf } from './repeat-index.js';
import { C_COUNTS, C_HEADER, C_NEXT, S_ACK, S_META, S_SEQ, S_SIZE, segmentWords, USED } from './segment-layout.js';

/** 8 bits for each of as many segments as such a session holds: with two bits each, 5 % of what it does not hold is looked for in vain. */
const FILTER_BITS = 1 << 14;
const BIT_MASK = FILTER_BITS - 1;
const SECOND_SHIFT = 16;

export class RepeatFilter {
  readonly #arena: ChunkArena;
  readonly #head: number;
  readonly #bits = new Int32Array(FILTER_BITS / 32);
  /** The last chunk that is entered, or 0. */
  #covered = 0;

  /** `head`: the session's first chunk. */
  constructor(arena: ChunkArena, head: number) {
    this.#arena = arena;
    this.#head = head;
  }

  /** Enters what was closed since, up to the chunk before `tail`. */
  cover(tail: number): void {
    for (let ref = this.next(); ref !== tail; ref = this.next()) {
      this.#enter(ref);
      this.#covered = ref;
    }
  }

  /** The first chunk that is not entered. */
  next(): number {
    if (this.#covered === 0) return this.#head;
    return this.#arena.page(this.#covered)[this.#arena.at(this.#covered) + C_NEXT];
  }

  /** Whether a segment with these four fields may be in a chunk that is entered. */
  mayHold(seq: number, ack: number, flags: number, size: number): boolean {
    const hash = hashOf(seq, ack, flags, size);
    return this.#has(hash & BIT_MASK) && this.#has((hash >>> SECOND_SHIFT) & BIT_MASK);
  }

  #has(bit: number): boolean {
    return (this.#bits[bit >>> 5] & (1 << (bit & 31))) !== 0;
  }

  #enter(ref: number): void {
    const page = this.#arena.page(ref);
    const c = this.#arena.at(ref);
    const end = c + (page[c + C_COUNTS] & USED);
    for (let at = c + C_HEADER; at < end; at += segmentWords(page[at + S_META])) {
      const hash = hashOf(page[at + S_SEQ], page[at + S_ACK], page[at + S_META] & 0xff, page[at + S_SIZE]);
      this.#set(hash & BIT_MASK);
      this.#set((hash >>> SECOND_SHIFT) & BIT_MASK);
    }
  }

  #set(bit: number): void {
    this.#bits[bit >>> 5] |= 1 << (bit & 31);
  }
}
