/**
 * Moments on the command line: every form, to the nanosecond, and what is none.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMoment } from '../../src/cli/moment.js';

describe('a moment', () => {
  const DAY = Date.UTC(2026, 10, 21) / 1000;
  // Tests run in UTC, so local time is that.
  const cases: readonly [text: string, isRelative: boolean, sec: number, nsec: number][] = [
    ['0', false, 0, 0],
    ['1763700000', false, 1763700000, 0],
    ['1763700000.5', false, 1763700000, 500_000_000],
    ['1763700000.123456789', false, 1763700000, 123_456_789],
    ['+0', true, 0, 0],
    ['+90', true, 90, 0],
    ['+0.000000001', true, 0, 1],
    ['2026-11-21', false, DAY, 0],
    ['2026-11-21T08:30', false, DAY + 8.5 * 3600, 0],
    ['2026-11-21 08:30:15', false, DAY + 8.5 * 3600 + 15, 0],
    ['2026-11-21T08:30:15.25', false, DAY + 8.5 * 3600 + 15, 250_000_000],
    ['2026-11-21T08:30:15,000000007Z', false, DAY + 8.5 * 3600 + 15, 7],
    ['2026-11-21T08:30:15+02:00', false, DAY + 6.5 * 3600 + 15, 0],
    ['2026-11-21T08:30:15-0130', false, DAY + 10 * 3600 + 15, 0],
    ['2024-02-29', false, Date.UTC(2024, 1, 29) / 1000, 0],
    ['1960-01-01', false, Date.UTC(1960, 0, 1) / 1000, 0],
  ];
  for (const [text, isRelative, sec, nsec] of cases) {
    it(`'${text}'`, () => assert.deepEqual(parseMoment(text), { isRelative, sec, nsec }));
  }

  for (const text of [
    '',
    'now',
    '-5',
    '+',
    '1e9',
    '1.',
    '.5',
    '1.1234567890',
    '2026-13-01',
    '2026-02-30',
    '2026-11-21T25:00',
    '2026-11-21T08:30:15+99',
    '21.11.2026',
    '2026-1-1',
    '+2026-11-21',
  ]) {
    it(`'${text}' is none`, () => assert.equal(parseMoment(text), undefined));
  }
});
