/**
 * Buckets of a distribution, put together to the bars of a histogram whose axis is logarithmic. Pure.
 */
import { roundStep, ticksWithin } from './ticks.js';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Bars in all, about. */
const BARS = 64;

/**
 * Bars of one width on the axis, from the least to the greatest bucket, a decade at least. A bucket goes to the bar that its upper bound lies in, as
 * quantiles do; zero goes to the first.
 */
export function binsOf(buckets: readonly (readonly [number, number, number])[]): Bin[] {
  const positive = buckets.filter(([, to]) => to > 0);
  const least = positive.length === 0 ? 1 : Math.max(positive[0][0], positive[0][1] / 2);
  const greatest = positive.length === 0 ? 10 : positive[positive.length - 1][1];
  let low = Math.log10(least);
  let high = Math.log10(greatest);
  if (high - low < 1) {
    const middle = (low + high) / 2;
    low = middle - 0.5;
    high = middle + 0.5;
  }
  const perDecade = Math.max(4, Math.min(32, 2 ** Math.round(Math.log2(BARS / (high - low)))));
  const first = Math.floor(low * perDecade + 1e-6);
  const length = Math.max(1, Math.ceil(high * perDecade - 1e-6) - first);
  const counts = new Float64Array(length);
  for (const [, to, count] of buckets) {
    const at = to > 0 ? Math.ceil(Math.log10(to) * perDecade - 1e-6) - 1 - first : 0;
    counts[Math.max(0, Math.min(length - 1, at))] += count;
  }
  return Array.from(counts, (count, at) => ({
    from: 10 ** ((first + at) / perDecade),
    to: 10 ** ((first + at + 1) / perDecade),
    count,
  }));
}

/** Ticks of an axis of counts up to `most`. */
export function countTicks(most: number, logarithmic: boolean): number[] {
  if (!logarithmic) return ticksWithin(0, most, Math.max(1, roundStep(most / 4)));
  const ticks = [0];
  const every = Math.max(1, Math.ceil(Math.log10(most + 1) / 5));
  for (let power = 0; 10 ** power <= most; power += every) ticks.push(10 ** power);
  return ticks;
}
