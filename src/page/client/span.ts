/**
 * The stretch of time that all charts over time show: one value, changed by any of them, told to all who listen.
 */

export type Range = readonly [from: number, to: number];

export class Span {
  /** Seconds since 1970, which all ranges count from: so they are exact however short they are. */
  readonly origin: number;
  readonly whole: Range;
  readonly #leastSeconds: number;
  readonly #listeners: ((range: Range) => void)[] = [];
  #range: Range;

  /** Nothing is shown that is shorter than `leastSeconds`. */
  constructor(origin: number, lengthSeconds: number, leastSeconds: number) {
    this.origin = origin;
    this.whole = [0, lengthSeconds];
    this.#range = this.whole;
    this.#leastSeconds = Math.min(leastSeconds, lengthSeconds);
  }

  get range(): Range {
    return this.#range;
  }

  get zoomed(): boolean {
    return this.#range !== this.whole;
  }

  listen(listener: (range: Range) => void): void {
    this.#listeners.push(listener);
  }

  /** Within the whole, moved or widened where it is not. */
  show(from: number, to: number): void {
    const [begin, end] = this.whole;
    const length = Math.min(end - begin, Math.max(to - from, this.#leastSeconds));
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(begin, middle - length / 2), end - length);
    const next: Range = length >= end - begin ? this.whole : [start, start + length];
    if (next[0] === this.#range[0] && next[1] === this.#range[1]) return;
    this.#range = next;
    for (const listener of this.#listeners) listener(next);
  }

  reset(): void {
    this.show(...this.whole);
  }

  /** Makes the stretch `factor` times as long, around its middle. */
  scale(factor: number): void {
    const [from, to] = this.#range;
    const by = ((to - from) * (factor - 1)) / 2;
    this.show(from - by, to + by);
  }

  /** Moves it by a part of its length. */
  move(part: number): void {
    const [from, to] = this.#range;
    const by = (to - from) * part;
    this.show(from + by, to + by);
  }
}
