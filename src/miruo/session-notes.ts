/**
 * What few sessions need beside their rows, and so is no part of these: made when it is asked for, until the session ends. Owns nothing of what is
 * noted.
 */
import type { ChunkArena } from './chunk-arena.js';
import { PaintedStretches } from './painted-stretches.js';
import { RepeatFilter } from './repeat-filter.js';
import { RepeatIndex } from './repeat-index.js';
import { HAS_NOTES, M_HEAD, M_STATE } from './session-row.js';

/** Of a session; `head` is its first chunk. */
class Notes {
  /** No chunk before this one holds a hidden segment. */
  hiddenFrom: number;
  /** No segment is without a colour in the chunks from the one after number `paintedFrom` up to chunk `paintedTo` (0: none). */
  paintedFrom = 0;
  paintedTo = 0;
  readonly #arena: ChunkArena;
  readonly #head: number;
  #filter: RepeatFilter | undefined;
  #index: RepeatIndex | undefined;
  #painted: PaintedStretches | undefined;

  constructor(arena: ChunkArena, head: number) {
    this.#arena = arena;
    this.#head = head;
    this.hiddenFrom = head;
  }

  /** While it holds so much that going through all chunks would be felt, and some of it may still be dropped: `forgetFilter` then. */
  get filter(): RepeatFilter {
    this.#filter ??= new RepeatFilter(this.#arena, this.#head);
    return this.#filter;
  }

  forgetFilter(): void {
    this.#filter = undefined;
  }

  /** Once it holds more than is ever dropped. */
  get index(): RepeatIndex {
    this.#index ??= new RepeatIndex(this.#arena, this.#head);
    return this.#index;
  }

  /** Likewise; begins with the one stretch that was noted before. */
  get painted(): PaintedStretches {
    if (this.#painted === undefined) {
      this.#painted = new PaintedStretches(this.#arena);
      this.#painted.reset(this.paintedFrom, this.paintedTo);
    }
    return this.#painted;
  }
}

export class SessionNotes {
  readonly #arena: ChunkArena;
  /** By first chunk, of sessions with HAS_NOTES. */
  readonly #notes = new Map<number, Notes>();

  constructor(arena: ChunkArena) {
    this.#arena = arena;
  }

  /** Those of the session in the row at word `r`. */
  of(row: Int32Array, r: number): Notes {
    const head = row[r + M_HEAD];
    let notes = this.#notes.get(head);
    if (notes === undefined) {
      notes = new Notes(this.#arena, head);
      this.#notes.set(head, notes);
      row[r + M_STATE] |= HAS_NOTES;
    }
    return notes;
  }

  /** The session ends. */
  end(row: Int32Array, r: number): void {
    if ((row[r + M_STATE] & HAS_NOTES) !== 0) this.#notes.delete(row[r + M_HEAD]);
  }
}
