/**
 * Sketches of distributions against the values themselves, sorted.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BUCKETS_AN_OCTAVE, DistributionSketch } from '../../src/summary/distribution.js';
import type { Distribution } from '../../src/summary/figures.js';
import { checkProperty } from '../support/property.js';

const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

function sketchOf(values: readonly number[], scale: number, isWhole: boolean): Distribution {
  const sketch = new DistributionSketch();
  for (const value of values) sketch.add(value);
  return sketch.figures(scale, isWhole);
}

const whole = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.maxSafeInteger().map(Math.abs),
);
const fractional = fc.double({ min: 0, max: 2 ** 80, noNaN: true }).map((value) => (value < 2 ** -40 ? 0 : value));

function assertLikeSorted(values: readonly number[], isWhole: boolean): void {
  const figures = sketchOf(values, 1, isWhole);
  const sorted = values.toSorted((a, b) => a - b);
  const most = sorted.at(-1)!;
  assert.deepEqual([figures.count, figures.min, figures.max], [sorted.length, sorted[0], most]);
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  assert.ok(Math.abs(figures.mean! - mean) <= 1e-9 * mean, `mean ${figures.mean} of ${mean}`);
  for (const [name, share] of QUANTILES) {
    const exact = sorted[Math.ceil((Math.round(share * 1000) * sorted.length) / 1000) - 1];
    const found = figures[name]!;
    const message = `${name}: ${found} for ${exact}`;
    assert.ok(found >= exact && found <= exact * (1 + 1 / BUCKETS_AN_OCTAVE) && found <= most, message);
    if (isWhole && exact < 2 * BUCKETS_AN_OCTAVE) assert.equal(found, exact, message);
  }
  let at = 0;
  for (const [lower, upper, count] of figures.buckets) {
    assert.ok(upper - lower <= lower / BUCKETS_AN_OCTAVE, `${lower} to ${upper}`);
    const inside = sorted.filter((value) => (lower === 0 ? value === 0 : value >= lower && value < upper));
    assert.deepEqual(inside, sorted.slice(at, at + count), `${lower} to ${upper}`);
    at += count;
  }
  assert.equal(at, sorted.length);
}

describe('a sketch of a distribution', () => {
  it('is as exact as it says for whole numbers', (t) => {
    const property = fc.property(fc.array(whole, { minLength: 1, maxLength: 300 }), (values) =>
      assertLikeSorted(values, true),
    );
    checkProperty(t, property);
  });

  it('is as exact as it says for any number', (t) => {
    const property = fc.property(fc.array(fractional, { minLength: 1, maxLength: 300 }), (values) =>
      assertLikeSorted(values, false),
    );
    checkProperty(t, property);
  });

  it('has the same counts in any order', (t) => {
    const property = fc.property(fc.array(whole, { maxLength: 100 }), (values) => {
      const { mean: _, ...forth } = sketchOf(values, 1, true);
      const { mean: __, ...back } = sketchOf(values.toReversed(), 1, true);
      assert.deepEqual(back, forth);
    });
    checkProperty(t, property, 30);
  });

  it('of nothing knows nothing', () => {
    const { count, buckets, ...others } = sketchOf([], 1e9, true);
    assert.deepEqual([count, buckets], [0, []]);
    assert.ok(Object.values(others).every((value) => value === null));
  });

  it('counts what is below 0 as 0, and has its values in the unit that is asked for', () => {
    assert.deepEqual(sketchOf([-5], 1, true), sketchOf([0], 1, true));
    const figures = sketchOf([20_000_000, 20_000_000], 1e9, true);
    assert.deepEqual([figures.min, figures.max, figures.mean, figures.p50], [0.02, 0.02, 0.02, 0.02]);
    assert.equal(figures.buckets.length, 1);
  });
});
