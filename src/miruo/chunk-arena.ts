/**
 * Memory for stored segments: chunks of 32, 64 or 128 words out of pages of 4 MiB. Owns allocation only.
 * Pages are never moved or copied; a freed chunk is handed out again before a page is begun.
 *
 * A chunk is named by a reference: its word position divided by 32, from 1 (0 is none).
 */

const UNIT_SHIFT = 5;
const PAGE_UNIT_SHIFT = 15;
const PAGE_UNITS = 1 << PAGE_UNIT_SHIFT;
const PAGE_UNIT_MASK = PAGE_UNITS - 1;
const PAGE_WORDS = PAGE_UNITS << UNIT_SHIFT;

/** Lists go from one class to the next: the smallest come twice, so that of very many short ones none takes much more than it holds. */
export const CHUNK_CLASSES = 4;

/** Words of a chunk of this class: 32, 32, 64, 128. */
export const chunkWords = (sizeClass: number): number => 32 << Math.max(0, sizeClass - 1);

export class ChunkArena {
  readonly #pages: Int32Array[] = [new Int32Array(PAGE_WORDS)];
  /** First free chunk of each class; the first word of a free chunk is the next one. */
  readonly #free = new Int32Array(CHUNK_CLASSES);
  #nextUnit = 1;

  /** The page of a chunk; its words start at `at(ref)`. */
  page(ref: number): Int32Array {
    return this.#pages[ref >>> PAGE_UNIT_SHIFT];
  }

  /** Position of a chunk in its page. */
  at(ref: number): number {
    return (ref & PAGE_UNIT_MASK) << UNIT_SHIFT;
  }

  /** A chunk with arbitrary content. */
  allocate(sizeClass: number): number {
    const free = this.#free[sizeClass];
    if (free !== 0) {
      this.#free[sizeClass] = this.page(free)[this.at(free)];
      return free;
    }
    const units = chunkWords(sizeClass) >> UNIT_SHIFT;
    // A chunk does not cross pages: the units left over at a page's end are given to the smallest class.
    while ((this.#nextUnit & PAGE_UNIT_MASK) + units > PAGE_UNITS) this.free(this.#nextUnit++, 0);
    const ref = this.#nextUnit;
    this.#nextUnit += units;
    if (ref >>> PAGE_UNIT_SHIFT === this.#pages.length) this.#pages.push(new Int32Array(PAGE_WORDS));
    return ref;
  }

  /** Takes a chunk back. */
  free(ref: number, sizeClass: number): void {
    this.page(ref)[this.at(ref)] = this.#free[sizeClass];
    this.#free[sizeClass] = ref;
  }
}
