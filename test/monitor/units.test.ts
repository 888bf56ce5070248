import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { brief, dateAndTime, scaled, spoken, timeOfDay } from '../../src/monitor/units.js';
import { checkProperty } from '../support/property.js';

describe('scaled numbers', () => {
  const cases: [value: number, text: string][] = [
    [0, '0 '],
    [1, '1 '],
    [999, '999 '],
    [1000, '1.00 K'],
    [1004, '1.00 K'],
    [1006, '1.01 K'],
    [517_029, '517.03 K'],
    [999_994, '999.99 K'],
    [999_996, '1.00 M'],
    [27_170_706, '27.17 M'],
    [35_443_192, '35.44 M'],
    [356_395_429, '356.40 M'],
    [1e9, '1.00 G'],
    [2.5e12, '2.50 T'],
    [7e15, '7.00 P'],
    [7.1234e18, '7123.40 P'],
  ];
  for (const [value, text] of cases) it(`${value} is ${text}`, () => assert.equal(scaled(value), text));

  it('are within half a unit of the last digit, and short', (t: TestContext) => {
    const property = fc.property(fc.oneof(fc.nat(5000), fc.maxSafeNat(), fc.nat()), (value) => {
      const [digits, prefix] = scaled(value).split(' ');
      const power = ['', 'K', 'M', 'G', 'T', 'P'].indexOf(prefix);
      assert.ok(power >= 0);
      const unit = 1000 ** power;
      assert.ok(Math.abs(Number(digits) * unit - value) <= (power === 0 ? 0.5 : 0.00501 * unit), scaled(value));
      assert.ok(Number(digits) < 1000 && (power === 0 || Number(digits) >= 1), scaled(value));
    });
    checkProperty(t, property, 1000);
  });
});

describe('brief numbers', () => {
  const cases: [value: number, text: string][] = [
    [0, '0 '],
    [999, '999 '],
    [999.6, '1.00 K'],
    [1234, '1.23 K'],
    [9994, '9.99 K'],
    [9996, '10.0 K'],
    [99_940, '99.9 K'],
    [99_960, '100 K'],
    [999_400, '999 K'],
    [999_600, '1.00 M'],
    [35_443_192, '35.4 M'],
    [7.1234e18, '7123 P'],
  ];
  for (const [value, text] of cases) it(`${value} is ${text}`, () => assert.equal(brief(value), text));
});

describe('spoken times', () => {
  const cases: [sec: number, text: string][] = [
    [-3, '0 s'],
    [0, '0 s'],
    [0.4, '0 s'],
    [4.05, '4 s'],
    [59.4, '59 s'],
    [59.6, '1 m 00 s'],
    [60, '1 m 00 s'],
    [256, '4 m 16 s'],
    [3599, '59 m 59 s'],
    [3599.7, '1 h 00 m'],
    [7500, '2 h 05 m'],
    [86_399, '23 h 59 m'],
    [86_400, '1 d 00 h'],
    [273_600, '3 d 04 h'],
    [864_000, '10 d 00 h'],
  ];
  for (const [sec, text] of cases) it(`${sec} s is ${text}`, () => assert.equal(spoken(sec), text));
});

describe('times of day', () => {
  const noon = new Date(2024, 0, 31, 12, 0, 0).getTime();
  const cases: [time: Date, text: string][] = [
    [new Date(2024, 0, 31, 16, 5, 9), '16:05:09'],
    [new Date(2024, 0, 31, 0, 0, 0), '00:00:00'],
    [new Date(2024, 0, 31, 23, 59, 59, 999), '23:59:59'],
    [new Date(2024, 1, 1, 0, 0, 0), '2024-02-01 00:00:00'],
    [new Date(2025, 0, 31, 12, 0, 0), '2025-01-31 12:00:00'],
    [new Date(2024, 0, 30, 23, 59, 59), '2024-01-30 23:59:59'],
  ];
  for (const [time, text] of cases) it(text, () => assert.equal(timeOfDay(time.getTime(), noon), text));
});

it('a time with its date', () => {
  assert.equal(dateAndTime(new Date(2024, 0, 31, 6, 5, 9).getTime()), '2024-01-31 06:05:09');
});
