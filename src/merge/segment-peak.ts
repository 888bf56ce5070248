/**
 * How many segments are stored at once over all shards, and the most there were. Owns the arithmetic that makes
 * the peak exact for any number of shards.
 *
 * Between two moments at which segments are forgotten the number only grows, so the peak lies right before such
 * a moment. Those come as events in packet order; what was stored in between is a bit per packet of the block.
 */
export class SegmentPeak {
  active = 0;
  most = 0;
  /** A bit for each packet of the block whose segment was stored, by any shard, since `settle`. */
  #bits = new Int32Array(1024);
  #words = 0;
  #keys: number[] = [];
  #amounts: number[] = [];

  /** In what is being merged, what `key` (see events.ts) names forgot `segments`. In order of keys. */
  forget(key: number, segments: number): void {
    if (segments === 0) return;
    this.#keys.push(key);
    this.#amounts.push(segments);
  }

  /** Adds one shard's bits for the block: `words` words from `from` on. */
  addStored(source: Int32Array, from: number, words: number): void {
    if (words > this.#bits.length) {
      const larger = new Int32Array(Math.max(2 * this.#bits.length, words));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    for (let i = 0; i < words; i++) this.#bits[i] |= source[from + i];
    this.#words = Math.max(this.#words, words);
  }

  /** All shards have done the block, or have come to the same moment in it: `active` and `most` are those up to there. */
  settle(): void {
    let from = 0;
    for (let i = 0; i < this.#keys.length; i++) {
      // A packet's own segment counts before what it ends; a tick comes before its packet.
      const to = (this.#keys[i] >> 1) + 1;
      this.active += this.#count(from, to);
      from = to;
      this.most = Math.max(this.most, this.active);
      this.active -= this.#amounts[i];
    }
    this.active += this.#count(from, this.#words * 32);
    this.most = Math.max(this.most, this.active);
    this.#bits.fill(0, 0, this.#words);
    this.#words = 0;
    this.#keys.length = 0;
    this.#amounts.length = 0;
  }

  /** Bits set from bit `from` up to bit `to`. */
  #count(from: number, to: number): number {
    const end = Math.min(to, this.#words * 32);
    let count = 0;
    for (let bit = from; bit < end; ) {
      const word = bit >> 5;
      const last = Math.min(end, (word + 1) << 5);
      let bits = this.#bits[word] >>> (bit & 31);
      const width = last - bit;
      if (width < 32) bits &= (1 << width) - 1;
      count += popcount(bits);
      bit = last;
    }
    return count;
  }
}

function popcount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
