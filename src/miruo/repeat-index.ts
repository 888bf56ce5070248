/**
 * Where the segments of one long session are, by their contents: a hash table over the chunks in which nothing is hidden, so
 * that nothing in them is ever dropped or moved. Owns the table; which sessions have one is `segment-store.ts`' business.
 *
 * Chunks are entered only when something is looked up, each once, so what a look-up costs does not depend on how many segments
 * there are. Of equal segments the oldest alone is entered. A slot is a tag of 7 bits (0: empty) and a place: the chunk's
 * reference << 5 | the segment's index in the chunk; about 6 to 9 bytes for a segment.
 */
import type { ChunkArena } from './chunk-arena.js';
import {
  C_COUNTS,
  C_HEADER,
  C_NEXT,
  COUNT,
  COUNT_SHIFT,
  HIDDEN,
  HIDDEN_SHIFT,
  S_ACK,
  S_META,
  S_SEQ,
  S_SIZE,
  segmentWords,
  USED,
} from './segment-layout.js';

const FIRST_SLOTS = 8192;
/** Beyond this part of the slots in use the table is made anew, larger by the factor. */
const MOST_LOAD = 0.8;
const GROWTH = 1.5;
const INDEX_BITS = 5;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
/** A place is 32 bits. */
const MOST_INDEXED_REF = 2 ** (32 - INDEX_BITS) - 1;

export class RepeatIndex {
  /** Where `find` found a segment: its chunk, and its position in the chunk's page. */
  chunk = 0;
  at = 0;
  readonly #arena: ChunkArena;
  readonly #head: number;
  #tags = new Uint8Array(FIRST_SLOTS);
  #places = new Int32Array(FIRST_SLOTS);
  #used = 0;
  /** The last chunk that is entered, or 0. */
  #covered = 0;
  /** Tag of what was looked for last. */
  #tag = 0;

  /** `head`: the session's first chunk. */
  constructor(arena: ChunkArena, head: number) {
    this.#arena = arena;
    this.#head = head;
  }

  /** Enters what was closed since, up to the chunk before `tail` or the first one in which a segment is hidden. */
  cover(tail: number): void {
    let ref = this.next();
    while (ref !== tail && ref <= MOST_INDEXED_REF) {
      const page = this.#arena.page(ref);
      const counts = page[this.#arena.at(ref) + C_COUNTS];
      if (((counts >>> HIDDEN_SHIFT) & HIDDEN) !== 0) return;
      if (this.#used + ((counts >>> COUNT_SHIFT) & COUNT) > MOST_LOAD * this.#tags.length) this.#grow();
      this.#enter(ref);
      this.#covered = ref;
      ref = this.#after(ref);
    }
  }

  /** Goes to the oldest entered segment with the same four fields; false when there is none. */
  find(seq: number, ack: number, flags: number, size: number): boolean {
    return this.#tags[this.#slotOf(seq, ack, flags, size)] !== 0;
  }

  /** The first chunk that is not entered. */
  next(): number {
    return this.#covered === 0 ? this.#head : this.#after(this.#covered);
  }

  #after(ref: number): number {
    return this.#arena.page(ref)[this.#arena.at(ref) + C_NEXT];
  }

  #enter(ref: number): void {
    const page = this.#arena.page(ref);
    const c = this.#arena.at(ref);
    const end = c + (page[c + C_COUNTS] & USED);
    let place = ref << INDEX_BITS;
    for (let at = c + C_HEADER; at < end; at += segmentWords(page[at + S_META])) {
      const flags = page[at + S_META] & 0xff;
      const slot = this.#slotOf(page[at + S_SEQ], page[at + S_ACK], flags, page[at + S_SIZE]);
      if (this.#tags[slot] === 0) {
        this.#tags[slot] = this.#tag;
        this.#places[slot] = place;
        this.#used++;
      }
      place++;
    }
  }

  /** The slot that holds a segment with these fields (`chunk` and `at` are set to it), or the empty one for it. */
  #slotOf(seq: number, ack: number, flags: number, size: number): number {
    const hash = hashOf(seq, ack, flags, size);
    const tag = tagOf(hash);
    this.#tag = tag;
    const tags = this.#tags;
    let slot = Math.floor(((hash >>> 0) / 2 ** 32) * tags.length);
    while (tags[slot] !== 0) {
      if (tags[slot] === tag && this.#holds(this.#places[slot], seq, ack, flags, size)) break;
      if (++slot === tags.length) slot = 0;
    }
    return slot;
  }

  /** Whether the segment at `place` has these fields; goes to it then. */
  #holds(place: number, seq: number, ack: number, flags: number, size: number): boolean {
    const ref = place >>> INDEX_BITS;
    const page = this.#arena.page(ref);
    let at = this.#arena.at(ref) + C_HEADER;
    for (let left = place & INDEX_MASK; left > 0; left--) at += segmentWords(page[at + S_META]);
    if (page[at + S_SEQ] !== seq || page[at + S_ACK] !== ack) return false;
    if (page[at + S_SIZE] !== size || (page[at + S_META] & 0xff) !== flags) return false;
    this.chunk = ref;
    this.at = at;
    return true;
  }

  /** A larger table, filled from the chunks: the old one is let go of before, so that both are never needed at once. */
  #grow(): void {
    const slots = Math.ceil(this.#tags.length * GROWTH);
    this.#tags = new Uint8Array(slots);
    this.#places = new Int32Array(slots);
    this.#used = 0;
    if (this.#covered === 0) return;
    for (let ref = this.#head; ; ref = this.#after(ref)) {
      this.#enter(ref);
      if (ref === this.#covered) return;
    }
  }
}

/** Of the four fields by which segments are told apart; int32. */
export function hashOf(seq: number, ack: number, flags: number, size: number): number {
  let hash =
    Math.imul(seq ^ Math.imul(ack, 0x9e3779b1), 0x85ebca6b) ^
    Math.imul((size << 8) ^ (size >>> 24) ^ flags, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

/** The slot comes from a hash's upper bits, the tag from its lower ones. */
const tagOf = (hash: number): number => (hash & 0x7f) | 0x80;
