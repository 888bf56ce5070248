/**
 * What of each side's payload was seen, by sequence numbers: how far it goes, what of it came in order, and what never came though the other
 * side acknowledged it. Owns the stretches that came ahead of a hole; knows nothing of flags and letters.
 */

/** Words of a side: bits of what is known of it; first of the stretches that came ahead of a hole, + 1, or 0. */
const KNOWN = 0;
const AHEAD = 1;
/** Its highest sequence number; the end of what came in order. */
const HIGHEST = 2;
const CONTIGUOUS = 3;
/** Bytes from its first sequence number to the highest; bytes that were acknowledged and never came: each low, high. */
const BYTES = 4;
const MISSED = 6;
/** How many stretches came ahead of a hole. */
const STRETCHES = 8;
export const SIDE_STRETCH_WORDS = 9;

/** Its first sequence number; its FIN, which takes one too; that the hole behind what came in order was acknowledged in part. */
const KNOWN_START = 1;
const KNOWN_FIN = 2;
const KNOWN_HOLE = 4;

/** Words of a stretch: from, to (exclusive), next one + 1. */
const FROM = 0;
const TO = 1;
const NEXT = 2;
const STRETCH_WORDS = 3;
const FIRST_STRETCHES = 256;
/** Of one side. Where there would be more, what lies between two of them counts as seen. */
const MOST_STRETCHES = 64;

/** Whether nothing came ahead of a hole of the side whose words are at `at`: then nothing comes of an ACK of it. */
export const isInOrder = (page: Int32Array, at: number): boolean => page[at + AHEAD] === 0;

/**
 * Takes in a packet without FIN of a side with nothing ahead of a hole where it is the next one, or carries nothing new: what `sent` would make of
 * it. Returns false, with nothing done, where it takes more than that.
 */
export function sentInOrder(page: Int32Array, at: number, seq: number, length: number): boolean {
  if ((page[at + KNOWN] & KNOWN_START) === 0 || page[at + AHEAD] !== 0) return false;
  const highest = page[at + HIGHEST];
  if (length === 0) return ((seq - highest) | 0) <= 0;
  if (seq !== highest || seq !== page[at + CONTIGUOUS]) return false;
  const end = (seq + length) | 0;
  page[at + HIGHEST] = end;
  page[at + CONTIGUOUS] = end;
  add(page, at + BYTES, length);
  return true;
}

export class ConnectionStretches {
  #words = new Int32Array(STRETCH_WORDS * FIRST_STRETCHES);
  #allocated = 0;
  #free = 0;

  /** Stretches in use. */
  live = 0;

  /**
   * The side whose words are at `at` of `page` sent a packet with `length` bytes of payload from sequence number `seq` on, and after them, with
   * `isFin`, its FIN. Returns whether there is payload and all of it lies before the highest sequence number so far.
   */
  sent(page: Int32Array, at: number, seq: number, length: number, isFin: boolean): boolean {
    if ((page[at + KNOWN] & KNOWN_START) === 0) {
      page[at + KNOWN] |= KNOWN_START;
      page[at + HIGHEST] = seq;
      page[at + CONTIGUOUS] = seq;
    }
    const end = (seq + length) | 0;
    const isOld = ((end - page[at + HIGHEST]) | 0) <= 0;
    const further = (end + (isFin ? 1 : 0) - page[at + HIGHEST]) | 0;
    if (further > 0) {
      // One whose number was passed already is none of the bytes.
      if (isFin) page[at + KNOWN] |= KNOWN_FIN;
      page[at + HIGHEST] = (page[at + HIGHEST] + further) | 0;
      add(page, at + BYTES, further);
    }
    if (length === 0) return false;
    const contiguous = page[at + CONTIGUOUS];
    if (((seq - contiguous) | 0) > 0) {
      this.#insert(page, at, seq, end);
    } else if (((end - contiguous) | 0) > 0) {
      page[at + CONTIGUOUS] = end;
      this.#join(page, at);
    }
    return isOld;
  }

  /**
   * The other side acknowledged all up to `ack`. Returns how many holes are known by that to stay, each once: those with something seen behind.
   */
  acknowledged(page: Int32Array, at: number, ack: number): number {
    let holes = 0;
    while (page[at + AHEAD] !== 0) {
      const contiguous = page[at + CONTIGUOUS];
      const passed = (ack - contiguous) | 0;
      if (passed <= 0) break;
      if ((page[at + KNOWN] & KNOWN_HOLE) === 0) holes++;
      const missing = (this.#words[STRETCH_WORDS * (page[at + AHEAD] - 1) + FROM] - contiguous) | 0;
      if (passed < missing) {
        // The rest of the hole may still be filled.
        page[at + KNOWN] |= KNOWN_HOLE;
        page[at + CONTIGUOUS] = ack;
        add(page, at + MISSED, passed);
        break;
      }
      page[at + CONTIGUOUS] = (contiguous + missing) | 0;
      add(page, at + MISSED, missing);
      this.#join(page, at);
    }
    return holes;
  }

  /** Bytes from the first sequence number to the highest, whether they came or not. */
  bytes(page: Int32Array, at: number): number {
    const numbers = (page[at + BYTES] >>> 0) + 2 ** 32 * page[at + BYTES + 1];
    return (page[at + KNOWN] & KNOWN_FIN) === 0 ? numbers : numbers - 1;
  }

  /** Bytes that were acknowledged and never came. */
  missed(page: Int32Array, at: number): number {
    return (page[at + MISSED] >>> 0) + 2 ** 32 * page[at + MISSED + 1];
  }

  /** The row goes: nothing is kept for its side. */
  forget(page: Int32Array, at: number): void {
    while (page[at + AHEAD] !== 0) this.#drop(page, at, page, at + AHEAD);
  }

  #insert(page: Int32Array, at: number, from: number, to: number): void {
    // The word that names the first stretch which is not wholly before this one: in the row, or in the stretch before.
    let words = page;
    let link = at + AHEAD;
    let before = -1;
    while (words[link] !== 0) {
      const stretch = STRETCH_WORDS * (words[link] - 1);
      if (((from - this.#words[stretch + TO]) | 0) <= 0) break;
      before = stretch;
      words = this.#words;
      link = stretch + NEXT;
    }
    const next = words[link] === 0 ? -1 : STRETCH_WORDS * (words[link] - 1);
    const isFull = page[at + STRETCHES] === MOST_STRETCHES;
    if (next >= 0 && (isFull || ((to - this.#words[next + FROM]) | 0) >= 0)) {
      this.#extend(page, at, next, from, to);
    } else if (isFull) {
      this.#words[before + TO] = to;
    } else {
      this.#enter(page, at, before, from, to);
    }
  }

  /** The stretch at word `stretch` goes from `from` to `to` too, and takes in those that it reaches then. */
  #extend(page: Int32Array, at: number, stretch: number, from: number, to: number): void {
    const pool = this.#words;
    if (((from - pool[stretch + FROM]) | 0) < 0) pool[stretch + FROM] = from;
    if (((to - pool[stretch + TO]) | 0) > 0) pool[stretch + TO] = to;
    while (pool[stretch + NEXT] !== 0) {
      const next = STRETCH_WORDS * (pool[stretch + NEXT] - 1);
      if (((pool[next + FROM] - pool[stretch + TO]) | 0) > 0) return;
      if (((pool[next + TO] - pool[stretch + TO]) | 0) > 0) pool[stretch + TO] = pool[next + TO];
      this.#drop(page, at, pool, stretch + NEXT);
    }
  }

  /** A stretch of its own, behind the one at word `before`, or the first one if that is -1. */
  #enter(page: Int32Array, at: number, before: number, from: number, to: number): void {
    const made = this.#take();
    const pool = this.#words;
    const words = before < 0 ? page : pool;
    const link = before < 0 ? at + AHEAD : before + NEXT;
    const stretch = STRETCH_WORDS * (made - 1);
    pool[stretch + FROM] = from;
    pool[stretch + TO] = to;
    pool[stretch + NEXT] = words[link];
    words[link] = made;
    page[at + STRETCHES]++;
  }

  /** What lies right behind what came in order becomes part of it. */
  #join(page: Int32Array, at: number): void {
    while (page[at + AHEAD] !== 0) {
      const first = STRETCH_WORDS * (page[at + AHEAD] - 1);
      const contiguous = page[at + CONTIGUOUS];
      if (((this.#words[first + FROM] - contiguous) | 0) > 0) return;
      if (((this.#words[first + TO] - contiguous) | 0) > 0) page[at + CONTIGUOUS] = this.#words[first + TO];
      page[at + KNOWN] &= ~KNOWN_HOLE;
      this.#drop(page, at, page, at + AHEAD);
    }
  }

  #take(): number {
    this.live++;
    if (this.#free !== 0) {
      const stretch = this.#free;
      this.#free = this.#words[STRETCH_WORDS * (stretch - 1) + NEXT];
      return stretch;
    }
    if (STRETCH_WORDS * (this.#allocated + 1) > this.#words.length) {
      const larger = new Int32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    return ++this.#allocated;
  }

  /** Takes the stretch out that word `link` of `words` names. */
  #drop(page: Int32Array, at: number, words: Int32Array, link: number): void {
    const stretch = words[link];
    const next = STRETCH_WORDS * (stretch - 1) + NEXT;
    words[link] = this.#words[next];
    this.#words[next] = this.#free;
    this.#free = stretch;
    this.live--;
    page[at + STRETCHES]--;
  }
}

/** Adds `amount` (positive, int32) to the two words at `at`. */
function add(page: Int32Array, at: number, amount: number): void {
  const low = (page[at] >>> 0) + amount;
  page[at] = low | 0;
  if (low >= 2 ** 32) page[at + 1]++;
}
