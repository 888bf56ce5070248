/**
 * Times in reports, in several zones.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { microsBetween, momentText, packetTimeText, wallTimeText } from '../../src/monitor/report-time.js';

const WINTER = 1_643_656_805_288_080;
const SUMMER = 1_656_656_805_288_080;

describe('the wall clock', () => {
  const CASES: readonly (readonly [zone: string, micros: number, text: string])[] = [
    ['Europe/Berlin', WINTER, '1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)'],
    ['Europe/Berlin', SUMMER, '1656656805.288080 sec (Fri 01 Jul 2022 08:26:45 CEST)'],
    ['Europe/London', WINTER, '1643656805.288080 sec (Mon 31 Jan 2022 19:20:05 GMT)'],
    ['Europe/London', SUMMER, '1656656805.288080 sec (Fri 01 Jul 2022 07:26:45 BST)'],
    ['UTC', WINTER, '1643656805.288080 sec (Mon 31 Jan 2022 19:20:05 UTC)'],
    ['America/New_York', WINTER, '1643656805.288080 sec (Mon 31 Jan 2022 14:20:05 EST)'],
    ['America/New_York', SUMMER, '1656656805.288080 sec (Fri 01 Jul 2022 02:26:45 EDT)'],
    ['Asia/Tokyo', WINTER, '1643656805.288080 sec (Tue 01 Feb 2022 04:20:05 JST)'],
    ['Asia/Kolkata', WINTER, '1643656805.288080 sec (Tue 01 Feb 2022 00:50:05 IST)'],
    ['Asia/Shanghai', WINTER, '1643656805.288080 sec (Tue 01 Feb 2022 03:20:05 CST)'],
    ['Australia/Sydney', WINTER, '1643656805.288080 sec (Tue 01 Feb 2022 06:20:05 AEDT)'],
    ['Asia/Kathmandu', WINTER, '1643656805.288080 sec (Tue 01 Feb 2022 01:05:05 GMT+5:45)'],
  ];
  for (const [name, micros, text] of CASES) {
    it(`in ${name}: ${text}`, () => {
      process.env.TZ = name;
      assert.equal(wallTimeText(micros), text);
    });
  }
});

describe('packet time', () => {
  const CASES: readonly (readonly [sec: number, nsec: number, text: string])[] = [
    [1_022_171_712, 313_520_000, '1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)'],
    [1_022_171_712, 999_999_999, '1022171712.999999 sec (Thu 23 May 2002 16:35:12 GMT)'],
    [0, 0, '0.000000 sec (Thu 01 Jan 1970 00:00:00 GMT)'],
    [2 ** 32, 1000, '4294967296.000001 sec (Sun 07 Feb 2106 06:28:16 GMT)'],
    [2 ** 45, 0, '35184372088832.000000 sec'],
  ];
  for (const [sec, nsec, text] of CASES) {
    it(text, () => {
      for (const name of ['Asia/Tokyo', 'America/New_York', 'UTC']) {
        process.env.TZ = name;
        assert.equal(packetTimeText({ sec, nsec }), text);
      }
    });
  }

  it('is cut to microseconds', () => assert.equal(momentText({ sec: 7, nsec: 1999 }), '7.000001'));

  it('between packets is exact, and none where the clock went backwards', () => {
    const first = { sec: 1_022_171_701, nsec: 691_172_000 };
    const latest = { sec: 1_022_171_712, nsec: 313_520_000 };
    assert.equal(microsBetween(first, latest), 10_622_348);
    assert.equal(microsBetween(latest, first), 0);
    assert.equal(microsBetween({ sec: 0, nsec: 1 }, { sec: 4_294_967_295, nsec: 999_999_999 }), 4_294_967_295_999_999);
    assert.equal(microsBetween({ sec: 5, nsec: 100 }, { sec: 5, nsec: 1099 }), 0);
  });
});
