import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { extendsUpwards, inRange } from '../../src/flow/sequence.js';
import { checkProperty } from '../support/property.js';

const RING = 2n ** 32n;

/** Steps upwards from one number to another on the circle. */
const stepsUp = (from: number, to: number): bigint => (((BigInt(to) - BigInt(from)) % RING) + RING) % RING;

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1),
);

describe('sequence numbers', () => {
  const cases: [value: number, low: number, high: number, isIn: boolean][] = [
    [5, 5, 5, true],
    [4, 5, 5, false],
    [6, 5, 5, false],
    [5, 5, 9, true],
    [9, 5, 9, true],
    [10, 5, 9, false],
    [0, -2, 2, true],
    [3, -2, 2, false],
    [-(2 ** 31), 2 ** 31 - 1, -(2 ** 31) + 1, true],
    [0, 2 ** 31 - 1, -(2 ** 31) + 1, false],
    [0, 1, -1, false],
    [7, 1, 0, true],
  ];
  for (const [value, low, high, isIn] of cases) {
    it(`${value} is ${isIn ? '' : 'not '}in ${low} to ${high}`, () => assert.equal(inRange(value, low, high), isIn));
  }

  it('inRange is what one meets walking up from low to high', (t: TestContext) => {
    const property = fc.property(int32, int32, int32, (value, low, high) => {
      assert.equal(inRange(value, low, high), stepsUp(low, value) <= stepsUp(low, high));
    });
    checkProperty(t, property, 2000);
  });

  it('extendsUpwards takes the shorter way', (t: TestContext) => {
    const property = fc.property(int32, int32, int32, (value, low, high) => {
      fc.pre(!inRange(value, low, high));
      const up = stepsUp(high, value);
      const down = stepsUp(value, low);
      fc.pre(up !== down);
      assert.equal(extendsUpwards(value, low, high), up < down);
    });
    checkProperty(t, property, 2000);
  });

  it('a range that is extended holds all it held, and the new value', (t: TestContext) => {
    const property = fc.property(int32, fc.array(int32, { maxLength: 12 }), (first, values) => {
      let low = first;
      let high = first;
      const seen = [first];
      for (const value of values) {
        if (!inRange(value, low, high)) {
          if (extendsUpwards(value, low, high)) high = value;
          else low = value;
        }
        seen.push(value);
        for (const one of seen) assert.ok(inRange(one, low, high));
      }
    });
    checkProperty(t, property, 1000);
  });
});
