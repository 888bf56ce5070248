/**
 * Axes of values: where they begin and end, which ticks they have, and what stands beside them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { figure, tickLabels } from '../../src/plot/figures.js';
import { makeScale, niceStep, positionOf, type ScaleRequest } from '../../src/plot/ticks.js';
import { checkProperty } from '../support/property.js';

const scale = (min: number, max: number, more: Partial<ScaleRequest> = {}) =>
  makeScale({ min, max, isLogarithmic: false, mostTicks: 6, ...more });

describe('a linear scale', () => {
  const CASES: readonly (readonly [min: number, max: number, more: Partial<ScaleRequest>, ticks: number[]])[] = [
    [0, 10, {}, [0, 2, 4, 6, 8, 10]],
    [3, 10, {}, [0, 2, 4, 6, 8, 10]],
    [0, 58_830, {}, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]],
    [100, 110, {}, [100, 102, 104, 106, 108, 110]],
    [-7, 12, {}, [-10, -5, 0, 5, 10, 15]],
    [-10, -3, {}, [-10, -8, -6, -4, -2, 0]],
    [0, 1, {}, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 1, { areWhole: true }, [0, 1]],
    [0, 3, { areWhole: true }, [0, 1, 2, 3]],
    [0, 0, {}, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [5, 5, {}, [0, 2, 4, 6, 8, 10]],
    [-5, -5, {}, [-10, -8, -6, -4, -2, 0]],
    [0, 100, { upper: 35 }, [0, 10, 20, 30]],
    [0, 100, { lower: 50 }, [50, 60, 70, 80, 90, 100]],
    [0, 100, { lower: -20, upper: 20 }, [-20, -10, 0, 10, 20]],
    [0, 10, { mostTicks: 1 }, [0, 10]],
  ];
  for (const [min, max, more, ticks] of CASES) {
    it(`${min} to ${max} ${JSON.stringify(more)}`, () => assert.deepEqual(scale(min, max, more).ticks, ticks));
  }

  it('ends where it is told to', () => {
    const { low, high } = scale(0, 100, { lower: 3.5, upper: 77 });
    assert.deepEqual([low, high], [3.5, 77]);
    const beyond = scale(0, 10, { lower: 50 });
    assert.ok(beyond.low === 50 && beyond.high > 50);
    assert.ok(scale(20, 30, { upper: 10 }).low < 10);
  });

  it('has steps of 1, 2 and 5', () => {
    for (const [span, most, step] of [
      [10, 10, 1],
      [10, 9, 2],
      [10, 4, 5],
      [10, 1, 10],
      [1e-7, 5, 2e-8],
      [3e12, 4, 1e12],
    ]) {
      assert.equal(Number(niceStep(span, most).toPrecision(6)), step, `${span} / ${most}`);
    }
  });
});

describe('a logarithmic scale', () => {
  const CASES: readonly (readonly [min: number, max: number, more: Partial<ScaleRequest>, ticks: number[]])[] = [
    [1, 1000, {}, [1, 10, 100, 1000]],
    [1, 1000, { mostTicks: 10 }, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]],
    [3, 80, {}, [2, 5, 10, 20, 50, 100]],
    [1, 1e12, { mostTicks: 5 }, [1, 1e3, 1e6, 1e9, 1e12]],
    [5, 5, {}, [5, 10, 20, 50]],
    [110, 140, { lower: 110, upper: 140 }, [110, 115, 120, 125, 130, 135, 140]],
  ];
  for (const [min, max, more, ticks] of CASES) {
    it(`${min} to ${max} ${JSON.stringify(more)}`, () =>
      assert.deepEqual(scale(min, max, { isLogarithmic: true, ...more }).ticks, ticks));
  }

  it('places by powers, and nothing at 0 and below', () => {
    const made = scale(1, 100, { isLogarithmic: true });
    assert.deepEqual([positionOf(made, 1), positionOf(made, 10), positionOf(made, 100)], [0, 0.5, 1]);
    for (const value of [0, -1]) assert.ok(Number.isNaN(positionOf(made, value)));
  });
});

describe('any scale', () => {
  const value = fc.double({ min: -1e100, max: 1e100, noNaN: true });
  const positive = fc.double({ min: 1e-100, max: 1e100, noNaN: true });
  for (const isLogarithmic of [false, true]) {
    it(`holds what it is made for, and has rising ticks within it (${isLogarithmic ? 'logarithmic' : 'linear'})`, (t) => {
      const one = isLogarithmic ? positive : value;
      const limit = fc.option(one, { nil: undefined });
      checkProperty(
        t,
        fc.property(one, one, limit, limit, fc.integer({ min: 1, max: 40 }), (a, b, lower, upper, mostTicks) => {
          fc.pre(lower === undefined || upper === undefined || lower < upper);
          const [min, max] = [Math.min(a, b), Math.max(a, b)];
          const made = makeScale({ min, max, lower, upper, isLogarithmic, mostTicks });
          assert.ok(Number.isFinite(made.low) && Number.isFinite(made.high) && made.low < made.high);
          const near = (position: number): boolean => position >= -1e-6 && position <= 1 + 1e-6;
          if (lower === undefined && upper === undefined) {
            assert.ok(near(positionOf(made, min)) && near(positionOf(made, max)), JSON.stringify(made));
          }
          assert.ok(made.ticks.length <= 3 * mostTicks + 12, `${made.ticks.length} ticks`);
          made.ticks.forEach((tick, index) => {
            assert.ok(near(positionOf(made, tick)), `${tick} in ${made.low} to ${made.high}`);
            if (index > 0) assert.ok(tick > made.ticks[index - 1]);
          });
          const labels = tickLabels(made.ticks, 'B', isLogarithmic);
          assert.equal(labels.length, made.ticks.length);
        }),
        1000,
      );
    });
  }
});

describe('figures', () => {
  const CASES: readonly (readonly [value: number, text: string])[] = [
    [0, '0'],
    [7, '7'],
    [-7, '-7'],
    [517, '517'],
    [999, '999'],
    [1000, '1 k'],
    [999.96, '1 k'],
    [35_443_192, '35.44 M'],
    [-1500, '-1.5 k'],
    [0.25, '0.25'],
    [1 / 3, '0.3333'],
    [0.00012, '1.2e-4'],
    [1.5e18, '1.5 E'],
    [1.2e30, '1.2e+30'],
  ];
  for (const [value, text] of CASES) it(`${value} -> ${text}`, () => assert.equal(figure(value, 'B'), text));

  it('of seconds have no prefix', () => {
    assert.deepEqual(
      [30, 7200, 86_400.25, 6.873169].map((value) => figure(value, 's')),
      ['30', '7200', '86400.3', '6.873'],
    );
  });

  const LABELS: readonly (readonly [ticks: number[], unit: string, labels: string[]])[] = [
    [[0, 0.5, 1], 'B', ['0', '0.5', '1.0']],
    [[0, 500, 1000], 'B', ['0', '0.5 k', '1.0 k']],
    [[0, 10e6, 20e6], 'bit/s', ['0', '10 M', '20 M']],
    [[-1000, 0, 1000], 'B', ['-1 k', '0', '1 k']],
    [[0, 2000, 4000], 's', ['0', '2000', '4000']],
    [[5_120_000, 5_125_000], 'B', ['5.120 M', '5.125 M']],
    [[0, 2e-7, 4e-7], 'B', ['0', '2e-7', '4e-7']],
    [[42], 'B', ['42']],
  ];
  for (const [ticks, unit, labels] of LABELS) {
    it(`beside the ticks ${ticks.join(', ')} ${unit}`, () => assert.deepEqual(tickLabels(ticks, unit, false), labels));
  }
});
