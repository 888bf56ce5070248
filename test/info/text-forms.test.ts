import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  counted,
  durationText,
  epochText,
  grouped,
  localText,
  type PacketTime,
  secondsBetween,
  share,
  visible,
} from '../../src/info/text-forms.js';

const at = (sec: number, nsec: number, decimals: number): PacketTime => ({ sec, nsec, decimals });

describe('numbers', () => {
  const cases: [value: number, decimals: number, text: string][] = [
    [0, 0, '0'],
    [999, 0, '999'],
    [1000, 0, '1,000'],
    [1234567, 0, '1,234,567'],
    [1e15, 0, '1,000,000,000,000,000'],
    [1234.56789, 4, '1,234.5679'],
    [999.96, 1, '1,000.0'],
  ];
  for (const [value, decimals, text] of cases) {
    it(`${value} is ${text}`, () => assert.equal(grouped(value, decimals), text));
  }
  it('have their unit in the right number', () => {
    assert.deepEqual(
      [0, 1, 2000].map((n) => counted(n, 'packet')),
      ['0 packets', '1 packet', '2,000 packets'],
    );
  });
  it('are shares of a whole that is something', () => {
    assert.equal(share(1, 3), ' (33.3 %)');
    assert.equal(share(0, 0), '');
  });
});

describe('times', () => {
  it('since 1970 are exact', () => {
    assert.equal(epochText(at(4294967295, 999999999, 9)), '4294967295.999999999');
    assert.equal(epochText(at(0, 1000, 6)), '0.000001');
    assert.equal(epochText(at(5, 0, 0)), '5');
  });
  it('of day have microseconds or better, and the distance from UTC', () => {
    const expected = /^2012-03-0[78] \d\d:\d\d:06\.(\d+) [+-]\d\d:\d\d$/;
    for (const [decimals, fraction] of [
      [9, '869344001'],
      [6, '869344'],
      [0, '869344'],
    ] as const) {
      assert.equal(expected.exec(localText(at(1331160126, 869344001, decimals)))?.[1], fraction);
    }
  });
  it('of day are those of their zone', { skip: process.env.TZ !== 'UTC' && 'TZ is not UTC' }, () => {
    assert.equal(localText(at(0, 0, 6)), '1970-01-01 00:00:00.000000 +00:00');
    assert.equal(localText(at(4294967295, 0, 6)), '2106-02-07 06:28:15.000000 +00:00');
  });
  const durations: [from: PacketTime, to: PacketTime, text: string][] = [
    [at(5, 0, 6), at(5, 0, 6), '0.000000 s'],
    [at(5, 999_999_999, 9), at(6, 0, 9), '0.000000001 s'],
    [at(5, 0, 6), at(64, 999_999_000, 6), '59.999999 s'],
    [at(5, 0, 6), at(261, 5000, 6), '256.000005 s (4 m 16 s)'],
    [at(0, 0, 6), at(7500, 0, 6), '7,500.000000 s (2 h 05 m)'],
    [at(0, 0, 6), at(126_582_416, 0, 6), '126,582,416.000000 s (1,465 d 01 h)'],
  ];
  for (const [from, to, text] of durations) {
    it(`differ by ${text}`, () => assert.equal(durationText(from, to), text));
  }
  it('differ by seconds for rates', () => assert.equal(secondsBetween(at(1, 750e6, 6), at(3, 250e6, 6)), 1.5));
});

describe('texts of a file', () => {
  const cases: [text: string, shown: string, reversible: string][] = [
    ['eth0', 'eth0', 'eth0'],
    ['\\Device\\NPF', '\\Device\\NPF', '\\\\Device\\\\NPF'],
    ['a\tb\nc\rd', 'a\\tb\\nc\\rd', 'a\\tb\\nc\\rd'],
    ['\u001b[31m\u0000\u007f\u009b', '\\x1b[31m\\x00\\x7f\\x9b', '\\x1b[31m\\x00\\x7f\\x9b'],
    ['Ä 😀', 'Ä 😀', 'Ä 😀'],
  ];
  for (const [text, shown, reversible] of cases) {
    it(`${JSON.stringify(text)} is ${shown}`, () => {
      assert.equal(visible(text), shown);
      assert.equal(visible(text, true), reversible);
    });
  }
});
