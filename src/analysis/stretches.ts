/**
 * Counts over time, in stretches that become longer as time runs on: how many seconds one lasts is a power of two, from 1/1024 on, and each begins at a
 * multiple of that since 1970. Only stretches in which something is counted take room, so that one absurd time among others does no harm; where there
 * would be too many, each two become one. What comes out depends on what was counted when, not on its order, nor on how it was shared out among shards.
 */

/** Stretches of 2^-10 s are the shortest. */
const FINEST = -10;
const FINEST_PARTS = 2 ** -FINEST;
/** Stretches with something in them at most: more than a chart shows. */
const MOST_STRETCHES = 4096;
const PLACE_BITS = 13;
const PLACES = 1 << PLACE_BITS;
const NSEC = 1e9;

/** What was counted, as plain data. */
export interface StretchCounts {
  /** A stretch lasts 2^exponent seconds. */
  readonly exponent: number;
  readonly columns: number;
  /** Which stretches they are, ascending: from `numbers[i] * 2^exponent` seconds since 1970 on. */
  readonly numbers: Float64Array;
  /** `columns` sums of each. */
  readonly sums: Float64Array;
}

export class Stretches {
  /** `columns` sums of each stretch, from where `at` says. */
  readonly sums: Float64Array;
  readonly #columns: number;
  readonly #numbers = new Float64Array(MOST_STRETCHES);
  /** Stretch + 1 at the place that its number leads to, or one behind it. */
  readonly #places = new Int32Array(PLACES);
  #count = 0;
  #exponent = FINEST;
  /** What the shortest stretch is of one now: a power of two; and how many stretches a second has, at least one. */
  #share = 1;
  #parts = FINEST_PARTS;
  /** The stretch that was counted in last: its second (or what is left of it beyond `#shift` bits), from and to which nanosecond, and its sums. */
  #shift = 0;
  #second = -1;
  #from = 0;
  #to = 0;
  #at = 0;

  /** `columns`: how many sums a stretch has. */
  constructor(columns: number) {
    this.#columns = columns;
    this.sums = new Float64Array(MOST_STRETCHES * columns);
  }

  /** Where in `sums` those of second `sec` (unsigned, in 32 bits) and nanosecond `nsec` begin: until the next call. */
  at(sec: number, nsec: number): number {
    if (sec >>> this.#shift === this.#second && nsec >= this.#from && nsec < this.#to) return this.#at;
    return this.#move(sec >>> 0, nsec);
  }

  /** Adds what others counted. */
  add(counts: StretchCounts): void {
    while (this.#exponent < counts.exponent) this.#coarsen();
    const scale = 2 ** (counts.exponent - FINEST);
    for (const [index, number] of counts.numbers.entries()) {
      const to = this.#sumsOf(number * scale);
      for (let i = 0; i < this.#columns; i++) this.sums[to + i] += counts.sums[index * this.#columns + i];
    }
    this.#second = -1;
  }

  /** What was counted so far. */
  counts(): StretchCounts {
    const columns = this.#columns;
    const order = Array.from({ length: this.#count }, (_, stretch) => stretch).sort(
      (a, b) => this.#numbers[a] - this.#numbers[b],
    );
    const sums = new Float64Array(order.length * columns);
    for (const [i, from] of order.entries()) {
      sums.set(this.sums.subarray(from * columns, (from + 1) * columns), i * columns);
    }
    return { exponent: this.#exponent, columns, numbers: Float64Array.from(order, (i) => this.#numbers[i]), sums };
  }

  #move(sec: number, nsec: number): number {
    this.#at = this.#sumsOf(sec * FINEST_PARTS + Math.floor((nsec * FINEST_PARTS) / NSEC));
    const parts = this.#parts;
    const part = Math.floor((nsec * parts) / NSEC);
    this.#second = sec >>> this.#shift;
    this.#from = Math.ceil((part * NSEC) / parts);
    this.#to = Math.ceil(((part + 1) * NSEC) / parts);
    return this.#at;
  }

  /** Where the sums are of the stretch that has the shortest one of this number in it; room is made for it. */
  #sumsOf(finest: number): number {
    let place = this.#placeOf(this.#numberOf(finest));
    if (this.#places[place] === 0) {
      while (this.#count === MOST_STRETCHES) {
        this.#coarsen();
        place = this.#placeOf(this.#numberOf(finest));
      }
      if (this.#places[place] === 0) this.#enter(place, this.#numberOf(finest));
    }
    return (this.#places[place] - 1) * this.#columns;
  }

  #numberOf(finest: number): number {
    return Math.floor(finest * this.#share);
  }

  #enter(place: number, number: number): void {
    this.#numbers[this.#count] = number;
    this.#places[place] = ++this.#count;
  }

  #placeOf(number: number): number {
    let place = Math.imul((number % 2 ** 32) | 0, 0x9e3779b1) >>> (32 - PLACE_BITS);
    while (this.#places[place] !== 0 && this.#numbers[this.#places[place] - 1] !== number) {
      place = (place + 1) & (PLACES - 1);
    }
    return place;
  }

  /** Each two stretches become one. */
  #coarsen(): void {
    const columns = this.#columns;
    const { sums } = this;
    const count = this.#count;
    this.#exponent++;
    this.#share /= 2;
    this.#parts = Math.max(1, this.#parts / 2);
    this.#shift = Math.max(0, this.#exponent);
    this.#second = -1;
    this.#count = 0;
    this.#places.fill(0);
    for (let stretch = 0; stretch < count; stretch++) {
      const number = Math.floor(this.#numbers[stretch] / 2);
      const place = this.#placeOf(number);
      const isNew = this.#places[place] === 0;
      if (isNew) this.#enter(place, number);
      // It is never behind the one that it is made of.
      const to = (this.#places[place] - 1) * columns;
      for (let i = 0, from = stretch * columns; i < columns; i++, from++) {
        sums[to + i] = isNew ? sums[from] : sums[to + i] + sums[from];
      }
    }
    sums.fill(0, this.#count * columns, count * columns);
  }
}

/** The sum of what several counted; undefined of none. */
export function addStretches(all: readonly StretchCounts[]): StretchCounts | undefined {
  if (all.length === 0) return undefined;
  const sum = new Stretches(all[0].columns);
  for (const counts of all) sum.add(counts);
  return sum.counts();
}
