/**
 * The table of pairs of one shard and one IP version: rows that are only ever added, until all are forgotten. Owns
 * memory and index; what a row's words mean belongs to whoever compares them (src/info/conversations.ts), but for the
 * hash.
 *
 * Rows lie in pages that never move. The index is open addressing with linear probing, at most half full. An entry is
 * one word: the row's number in the bits of the mask, the hash's bits in the others, which tell most strangers
 * apart without a look at their rows.
 *
 *   entry:  hash & ~mask | row        0 where there is none: rows are numbered from 1
 *
 * A row costs its words and 8 to 16 bytes of index; growing needs the new index beside the old one for a moment, and
 * its entries anew from the hashes in the rows.
 */

/** The word of a row that the table owns. */
export const ROW_HASH = 0;

const PAGE_SHIFT = 12;
const PAGE_ROWS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_ROWS - 1;
const FIRST_ENTRIES = 1 << 12;
/** With more the mask would leave no bit of an int32 for the hash. */
const MOST_ENTRIES = 1 << 30;

export class PairTable {
  /** Rows in use. */
  rows = 0;
  readonly #rowWords: number;
  readonly #pages: Int32Array[] = [];
  #index = new Int32Array(FIRST_ENTRIES);
  #mask = FIRST_ENTRIES - 1;

  constructor(rowWords: number) {
    this.#rowWords = rowWords;
  }

  /** Place of the first entry for `hash`, to be looked at with `rowAt` and `isFree`, and after it `next` ones. */
  first(hash: number): number {
    return hash & this.#mask;
  }

  next(place: number): number {
    return (place + 1) & this.#mask;
  }

  isFree(place: number): boolean {
    return this.#index[place] === 0;
  }

  /** The row at a place, if it may have this hash; 0 when there is none or it has another. */
  rowAt(place: number, hash: number): number {
    const entry = this.#index[place];
    return ((entry ^ hash) & ~this.#mask) === 0 ? entry & this.#mask : 0;
  }

  /** The page that holds row `row`; its words start at `at(row)`. */
  page(row: number): Int32Array {
    return this.#pages[row >>> PAGE_SHIFT];
  }

  /** Position of row `row` in its page. */
  at(row: number): number {
    return (row & PAGE_MASK) * this.#rowWords;
  }

  /** Makes a row and enters it at the free place `place`. Its words are those of a forgotten row, but for the hash. */
  add(place: number, hash: number): number {
    const row = this.rows + 1;
    while (row >>> PAGE_SHIFT >= this.#pages.length) this.#pages.push(this.#allocate(PAGE_ROWS * this.#rowWords));
    this.page(row)[this.at(row) + ROW_HASH] = hash;
    this.#index[place] = (hash & ~this.#mask) | row;
    this.rows = row;
    if (2 * row > this.#mask) this.#grow();
    return row;
  }

  /** Forgets all rows, and keeps no more memory than a small table has. */
  clear(): void {
    if (this.rows === 0) return;
    this.rows = 0;
    this.#pages.length = 1;
    if (this.#mask === FIRST_ENTRIES - 1) {
      this.#index.fill(0);
    } else {
      this.#index = new Int32Array(FIRST_ENTRIES);
      this.#mask = FIRST_ENTRIES - 1;
    }
  }

  #grow(): void {
    const entries = 2 * (this.#mask + 1);
    if (entries > MOST_ENTRIES) throw new Error(this.#noRoom());
    const index = this.#allocate(entries);
    const mask = entries - 1;
    for (let row = 1; row <= this.rows; row++) {
      const hash = this.page(row)[this.at(row) + ROW_HASH];
      let place = hash & mask;
      while (index[place] !== 0) place = (place + 1) & mask;
      index[place] = (hash & ~mask) | row;
    }
    this.#index = index;
    this.#mask = mask;
  }

  #allocate(words: number): Int32Array<ArrayBuffer> {
    try {
      return new Int32Array(words);
    } catch (cause) {
      throw new Error(this.#noRoom(), { cause });
    }
  }

  #noRoom(): string {
    return `out of memory: no room to tell more than ${this.rows} TCP conversations of a capture apart`;
  }
}
