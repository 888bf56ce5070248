/**
 * Where a session's chunks have no segment without a colour, so that colouring steps over them: with retransmission after
 * retransmission each chunk is gone through once, not once for each of them. Owns the stretches and the walk between them.
 *
 * Every walk goes up to the last chunk, so stretches never overlap: a new one lies after all others, or swallows those that begin
 * after it. A stretch is the chunks between two others: the one whose segment was repeated, and the last one at that time,
 * which is never freed, since its segments were coloured.
 */
import type { ChunkArena } from './chunk-arena.js';
import {
  C_COUNTS,
  C_HEADER,
  C_NEXT,
  C_NUMBER,
  HIDDEN_SHIFT,
  META_COLOUR,
  META_COLOUR_SHIFT,
  META_SHOWN,
  PLAIN,
  PLAIN_SHIFT,
  S_META,
  segmentWords,
  USED,
} from './segment-layout.js';

export class PaintedStretches {
  /** In order: number of the chunk before each stretch, and the chunk after it. */
  readonly #fromNumbers: number[] = [];
  readonly #toChunks: number[] = [];
  readonly #arena: ChunkArena;

  constructor(arena: ChunkArena) {
    this.#arena = arena;
  }

  /** Number of the chunk before the last stretch, and the chunk after it (0: there is none). */
  get lastFrom(): number {
    return this.#fromNumbers.at(-1) ?? 0;
  }
  get lastTo(): number {
    return this.#toChunks.at(-1) ?? 0;
  }

  /** Forgets all but one stretch, or all when `to` is 0. */
  reset(from: number, to: number): void {
    this.#shorten(0);
    if (to !== 0) this.#push(from, to);
  }

  /** Colours and shows each segment without a colour after the one at `at` of chunk `own`; `tail` is the last chunk. */
  paintAfter(own: number, at: number, tail: number, colour: number): void {
    const first = this.#arena.page(own);
    this.#paint(first, this.#arena.at(own), at + segmentWords(first[at + S_META]), colour);
    const number = this.#numberOf(own);
    let stretch = this.#toChunks.length;
    while (stretch > 0 && number < this.#numberOf(this.#toChunks[stretch - 1])) stretch--;
    const from = stretch < this.#toChunks.length ? Math.min(number, this.#fromNumbers[stretch]) : number;
    this.#paintBetween(first[this.#arena.at(own) + C_NEXT], stretch, colour);
    this.#shorten(stretch);
    if (from < this.#numberOf(tail)) this.#push(from, tail);
  }

  /** Goes through the chunks from `ref` on that lie in no stretch, of which `stretch` is the first that may come. */
  #paintBetween(ref: number, stretch: number, colour: number): void {
    let next = stretch;
    for (let chunk = ref; chunk !== 0; ) {
      const page = this.#arena.page(chunk);
      const c = this.#arena.at(chunk);
      if (next < this.#toChunks.length && page[c + C_NUMBER] > this.#fromNumbers[next]) {
        const to = this.#toChunks[next++];
        if (page[c + C_NUMBER] < this.#numberOf(to)) {
          chunk = to;
          continue;
        }
      }
      if (((page[c + C_COUNTS] >>> PLAIN_SHIFT) & PLAIN) !== 0) this.#paint(page, c, c + C_HEADER, colour);
      chunk = page[c + C_NEXT];
    }
  }

  #paint(page: Int32Array, c: number, from: number, colour: number): void {
    const end = c + (page[c + C_COUNTS] & USED);
    for (let at = from; at < end; at += segmentWords(page[at + S_META])) {
      const meta = page[at + S_META];
      if ((meta & META_COLOUR) !== 0) continue;
      if ((meta & META_SHOWN) === 0) page[c + C_COUNTS] -= 1 << HIDDEN_SHIFT;
      page[c + C_COUNTS] -= 1 << PLAIN_SHIFT;
      page[at + S_META] = meta | META_SHOWN | (colour << META_COLOUR_SHIFT);
    }
  }

  #numberOf(chunk: number): number {
    return this.#arena.page(chunk)[this.#arena.at(chunk) + C_NUMBER];
  }

  #push(from: number, to: number): void {
    this.#fromNumbers.push(from);
    this.#toChunks.push(to);
  }

  #shorten(count: number): void {
    while (this.#toChunks.length > count) {
      this.#fromNumbers.pop();
      this.#toChunks.pop();
    }
  }
}
