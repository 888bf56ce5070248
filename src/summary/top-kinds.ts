/**
 * The kinds with the most bytes among any number of kinds, in memory for so many of them: Space-Saving (Metwally, Agrawal, El Abbadi, "Efficient
 * Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005), with bytes as weights. While no more kinds came than are kept, all is
 * exact. What comes out depends only on what was added, in its order.
 *
 * A kind is some words of a key, and has a slot; slots of keys with the same hash are linked to each other. When all slots are taken, a heap has the one
 * with the fewest bytes on top: it goes to the next new kind, which may have been there before with as many, and takes them over.
 */

/** What is counted of a kind. */
export interface KindCounts {
  readonly key: Int32Array;
  readonly sessions: number;
  readonly bytes: number;
  readonly packets: number;
  readonly retransmissions: number;
  /** Bytes that may be those of other kinds. */
  readonly error: number;
}

const NONE = -1;

export class TopKinds {
  readonly #most: number;
  readonly #words: number;
  readonly #hashBits: number;
  /** By hash: the first slot; by slot: the next one of the same hash. */
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #keys: Int32Array;
  readonly #sessions: Float64Array;
  readonly #bytes: Float64Array;
  readonly #packets: Float64Array;
  readonly #retransmissions: Float64Array;
  readonly #errors: Float64Array;
  /** Slots as a heap, the fewest bytes first, and each slot's place in it; of no length while there is room. */
  #heap = new Int32Array();
  #places = new Int32Array();
  #count = 0;

  /** `words`: of a key; `most`: kinds that are kept. */
  constructor(words: number, most: number) {
    this.#words = words;
    this.#most = most;
    this.#hashBits = Math.max(1, Math.ceil(Math.log2(most)));
    this.#heads = new Int32Array(1 << this.#hashBits).fill(NONE);
    this.#next = new Int32Array(most);
    this.#keys = new Int32Array(words * most);
    this.#sessions = new Float64Array(most);
    this.#bytes = new Float64Array(most);
    this.#packets = new Float64Array(most);
    this.#retransmissions = new Float64Array(most);
    this.#errors = new Float64Array(most);
  }

  /** A session of the kind whose words are those of `key`. */
  add(key: Int32Array, bytes: number, packets: number, retransmissions: number): void {
    const hash = this.#hashOf(key, 0);
    let slot = this.#find(key, hash);
    if (slot === NONE) slot = this.#take(key, hash, bytes);
    if (slot === NONE) return;
    this.#sessions[slot]++;
    this.#bytes[slot] += bytes;
    this.#packets[slot] += packets;
    this.#retransmissions[slot] += retransmissions;
    if (this.#heap.length > 0) this.#sink(this.#places[slot]);
  }

  /** Those with the most bytes, `most` at most; of equals those with more sessions, then those that came first. */
  ranked(most: number): KindCounts[] {
    const slots = Array.from({ length: this.#count }, (_, slot) => slot);
    slots.sort((a, b) => this.#bytes[b] - this.#bytes[a] || this.#sessions[b] - this.#sessions[a] || a - b);
    return slots.slice(0, most).map((slot) => ({
      key: this.#keys.slice(slot * this.#words, (slot + 1) * this.#words),
      sessions: this.#sessions[slot],
      bytes: this.#bytes[slot],
      packets: this.#packets[slot],
      retransmissions: this.#retransmissions[slot],
      error: this.#errors[slot],
    }));
  }

  /** A slot for a new kind; NONE where there is no room, and it has no bytes that would give it some. */
  #take(key: Int32Array, hash: number, bytes: number): number {
    let slot = this.#count;
    if (slot < this.#most) {
      this.#count++;
    } else {
      if (bytes === 0) return NONE;
      if (this.#heap.length === 0) this.#makeHeap();
      slot = this.#heap[0];
      this.#unlink(slot);
      this.#errors[slot] = this.#bytes[slot];
      this.#sessions[slot] = 0;
      this.#packets[slot] = 0;
      this.#retransmissions[slot] = 0;
    }
    this.#keys.set(key, slot * this.#words);
    this.#next[slot] = this.#heads[hash];
    this.#heads[hash] = slot;
    return slot;
  }

  #find(key: Int32Array, hash: number): number {
    let slot = this.#heads[hash];
    while (slot !== NONE && !this.#isAt(slot, key)) slot = this.#next[slot];
    return slot;
  }

  #isAt(slot: number, key: Int32Array): boolean {
    const at = slot * this.#words;
    for (let word = 0; word < this.#words; word++) if (this.#keys[at + word] !== key[word]) return false;
    return true;
  }

  /** Of the key at word `at` of `keys`. */
  #hashOf(keys: Int32Array, at: number): number {
    let hash = 0;
    for (let word = 0; word < this.#words; word++) {
      hash = Math.imul(hash ^ keys[at + word], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x85ebca6b) >>> (32 - this.#hashBits);
  }

  #unlink(slot: number): void {
    const hash = this.#hashOf(this.#keys, slot * this.#words);
    if (this.#heads[hash] === slot) {
      this.#heads[hash] = this.#next[slot];
      return;
    }
    let before = this.#heads[hash];
    while (this.#next[before] !== slot) before = this.#next[before];
    this.#next[before] = this.#next[slot];
  }

  #makeHeap(): void {
    this.#heap = Int32Array.from({ length: this.#most }, (_, slot) => slot);
    this.#places = this.#heap.slice();
    for (let place = (this.#most >>> 1) - 1; place >= 0; place--) this.#sink(place);
  }

  #isLess(slot: number, other: number): boolean {
    const difference = this.#bytes[slot] - this.#bytes[other];
    return difference < 0 || (difference === 0 && slot < other);
  }

  /** The slot at `place` may have too many bytes for it. */
  #sink(place: number): void {
    const heap = this.#heap;
    const slot = heap[place];
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isLess(heap[child + 1], heap[child])) child++;
      if (this.#isLess(slot, heap[child])) break;
      heap[place] = heap[child];
      this.#places[heap[child]] = place;
      place = child;
    }
    heap[place] = slot;
    this.#places[slot] = place;
  }
}
