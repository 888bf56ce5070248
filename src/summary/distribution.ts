/**
 * How values are distributed, in memory that does not grow with their number: buckets that divide each octave evenly, made where values come. The same
 * values in any order come to the same counts.
 */
import type { Distribution } from './figures.js';

/** Buckets between a number and twice of it. */
export const BUCKETS_AN_OCTAVE = 64;

/** Of a float64: its octave, and the bits of its place in that which tell the bucket. */
const BUCKET_BITS = 6;
const HIGH_WORD_FRACTION_BITS = 20;
const EXPONENT_BIAS = 1023;
const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
const HIGH_WORD = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Lower bound of the bucket `place` of octave `octave`; the upper one is that of the next place. */
const boundOf = (octave: number, place: number): number =>
  2 ** (octave - EXPONENT_BIAS) * (1 + place / BUCKETS_AN_OCTAVE);

export class DistributionSketch {
  count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #sum = 0;
  #zeros = 0;
  /** By the exponent of a float64: counts of its buckets; undefined where none holds any. */
  readonly #octaves: (Float64Array | undefined)[] = [];

  /** A value from 0 on, not NaN; what is below 0 counts as 0. */
  add(value: number): void {
    this.count++;
    if (!(value > 0)) {
      this.#min = 0;
      this.#zeros++;
      return;
    }
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#sum += value;
    DOUBLE[0] = value;
    const bucket = WORDS[HIGH_WORD] >>> (HIGH_WORD_FRACTION_BITS - BUCKET_BITS);
    const octave = bucket >>> BUCKET_BITS;
    let counts = this.#octaves[octave];
    if (counts === undefined) {
      counts = new Float64Array(BUCKETS_AN_OCTAVE);
      while (this.#octaves.length < octave) this.#octaves.push(undefined);
      this.#octaves[octave] = counts;
    }
    counts[bucket & (BUCKETS_AN_OCTAVE - 1)]++;
  }

  /** What came, in a unit that is `scale` of those that were added. `isWhole`: only whole numbers were. */
  figures(scale: number, isWhole: boolean): Distribution {
    const { count } = this;
    if (count === 0) return NOTHING;
    const quantiles = QUANTILES_THOUSANDTHS.map((thousandths) => this.#quantile(thousandths, isWhole) / scale);
    const [p50, p90, p95, p99, p999] = quantiles;
    const extremes = { min: this.#min / scale, max: this.#max / scale, mean: this.#sum / count / scale };
    return { count, ...extremes, p50, p90, p95, p99, p999, buckets: this.#buckets(scale) };
  }

  #quantile(thousandths: number, isWhole: boolean): number {
    const rank = Math.ceil((this.count * thousandths) / 1000);
    let below = this.#zeros;
    if (rank <= below) return 0;
    for (const [octave, counts] of this.#octaves.entries()) {
      if (counts === undefined) continue;
      for (let place = 0; place < BUCKETS_AN_OCTAVE; place++) {
        below += counts[place];
        if (below < rank) continue;
        const upper = boundOf(octave, place + 1);
        return Math.min(this.#max, isWhole ? Math.ceil(upper) - 1 : upper);
      }
    }
    return this.#max;
  }

  #buckets(scale: number): [number, number, number][] {
    const found: [number, number, number][] = this.#zeros === 0 ? [] : [[0, 0, this.#zeros]];
    for (const [octave, counts] of this.#octaves.entries()) {
      if (counts === undefined) continue;
      for (let place = 0; place < BUCKETS_AN_OCTAVE; place++) {
        if (counts[place] === 0) continue;
        found.push([boundOf(octave, place) / scale, boundOf(octave, place + 1) / scale, counts[place]]);
      }
    }
    return found;
  }
}

const QUANTILES_THOUSANDTHS = [500, 900, 950, 990, 999];

const NOTHING: Distribution = {
  count: 0,
  ...{ min: null, max: null, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null },
  buckets: [],
};
