/**
 * Lines that are shown after a segment's own, for the few segments that have some. Owns their memory: a session without
 * any takes none, and one that ends gives all back. Knows nothing of what the lines say.
 *
 * Such a segment is always shown, so it is never dropped before its session ends: a session's lines are a list in the
 * order of its segments, each entry with the number of its segment, and no segment needs a mark.
 *
 *   chunk: next | class, filled words | words ...
 *   entry, over the words of one chunk after the other: segment number | bytes of text | text, four bytes a word
 */
import { CHUNK_CLASSES, ChunkArena, chunkWords } from './chunk-arena.js';

const L_NEXT = 0;
const L_CLASS = 1;
const L_HEADER = 2;
const FIRST_ROWS = 1024;

/** What `number` is when a session has no more. */
export const NO_LINES = -1;

export class SegmentLines {
  /** Number of the segment that the cursor's entry belongs to, or NO_LINES. */
  number = NO_LINES;
  readonly #arena = new ChunkArena();
  /** By session row: first and last chunk (0: none), and how many words of the last one are filled. */
  #head = new Int32Array(FIRST_ROWS);
  #tail = new Int32Array(FIRST_ROWS);
  #filled = new Int32Array(FIRST_ROWS);
  /** The cursor: chunk, position of the next word in it, the row's last chunk, and where the words in that one end. */
  #chunk = 0;
  #at = 0;
  #last = 0;
  #lastEnd = 0;

  /** Keeps the first `bytes` bytes of `text` for segment `number` of the session in `row`, which is its newest. */
  add(row: number, number: number, text: Uint8Array, bytes: number): void {
    if (row >= this.#head.length) this.#grow(row);
    const words = 2 + ((bytes + 3) >>> 2);
    this.#append(row, number, words);
    this.#append(row, bytes, words - 1);
    for (let i = 0; i < bytes; i += 4) {
      // Bytes past the end are of no concern: the length says where the text ends.
      const word = text[i] | (text[i + 1] << 8) | (text[i + 2] << 16) | (text[i + 3] << 24);
      this.#append(row, word, (bytes - i + 3) >>> 2);
    }
  }

  /** Puts the cursor on the session's first entry. */
  goToFirst(row: number): void {
    this.#chunk = row < this.#head.length ? this.#head[row] : 0;
    this.#at = L_HEADER;
    this.#last = this.#chunk === 0 ? 0 : this.#tail[row];
    this.#lastEnd = this.#chunk === 0 ? L_HEADER : this.#filled[row];
    this.#readNumber();
  }

  /** Copies the text of the cursor's entry to `into`, and goes to the next one. Returns the bytes of text. */
  take(into: Uint8Array): number {
    const bytes = this.#read();
    for (let i = 0; i < bytes; i += 4) {
      const word = this.#read();
      for (let b = 0; b < 4 && i + b < bytes; b++) into[i + b] = word >>> (8 * b);
    }
    this.#readNumber();
    return bytes;
  }

  /** Forgets the lines of the session in `row`. */
  end(row: number): void {
    if (row >= this.#head.length) return;
    for (let ref = this.#head[row]; ref !== 0; ) {
      const page = this.#arena.page(ref);
      const c = this.#arena.at(ref);
      const next = page[c + L_NEXT];
      this.#arena.free(ref, page[c + L_CLASS]);
      ref = next;
    }
    this.#head[row] = 0;
  }

  /** Appends a word; `left`: how many there are to come, this one included, so that a new chunk is no larger than need be. */
  #append(row: number, word: number, left: number): void {
    let ref = this.#head[row] === 0 ? 0 : this.#tail[row];
    if (ref === 0 || this.#filled[row] === chunkWords(this.#arena.page(ref)[this.#arena.at(ref) + L_CLASS])) {
      ref = this.#newChunk(row, ref, left);
    }
    this.#arena.page(ref)[this.#arena.at(ref) + this.#filled[row]++] = word;
  }

  #newChunk(row: number, tail: number, left: number): number {
    let sizeClass = 0;
    while (sizeClass < CHUNK_CLASSES - 1 && chunkWords(sizeClass) < L_HEADER + left) sizeClass++;
    const ref = this.#arena.allocate(sizeClass);
    const page = this.#arena.page(ref);
    const c = this.#arena.at(ref);
    page[c + L_NEXT] = 0;
    page[c + L_CLASS] = sizeClass;
    if (tail === 0) this.#head[row] = ref;
    else this.#arena.page(tail)[this.#arena.at(tail) + L_NEXT] = ref;
    this.#tail[row] = ref;
    this.#filled[row] = L_HEADER;
    return ref;
  }

  #readNumber(): void {
    const isEnd = this.#chunk === 0 || (this.#chunk === this.#last && this.#at === this.#lastEnd);
    this.number = isEnd ? NO_LINES : this.#read() >>> 0;
  }

  #read(): number {
    let page = this.#arena.page(this.#chunk);
    let c = this.#arena.at(this.#chunk);
    if (this.#at === chunkWords(page[c + L_CLASS])) {
      this.#chunk = page[c + L_NEXT];
      this.#at = L_HEADER;
      page = this.#arena.page(this.#chunk);
      c = this.#arena.at(this.#chunk);
    }
    return page[c + this.#at++];
  }

  #grow(row: number): void {
    const rows = Math.max(2 * this.#head.length, row + 1);
    const larger = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(rows);
      grown.set(old);
      return grown;
    };
    this.#head = larger(this.#head);
    this.#tail = larger(this.#tail);
    this.#filled = larger(this.#filled);
  }
}
