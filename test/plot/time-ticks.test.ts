/**
 * Time axes in local time: steps that clocks and calendars have, also where a clock is set.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { momentText, stretchText, timeTicks, zoneText } from '../../src/plot/time-ticks.js';
import { MORNING_SEC } from '../support/machine-reports.js';
import { checkProperty } from '../support/property.js';

const ZONE = process.env.TZ;
after(() => setZone(ZONE));

function setZone(zone: string | undefined): void {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
}

const labels = (fromSec: number, toSec: number, chars = 80): string =>
  timeTicks(fromSec, toSec, chars)
    .map(({ label }) => label)
    .join(' ');

describe('ticks of time', () => {
  const CASES: readonly (readonly [spanSec: number, labels: string])[] = [
    [0.05, '08:00:00.00 08:00:00.01 08:00:00.02 08:00:00.03 08:00:00.04 08:00:00.05'],
    [3, '08:00:00.0 08:00:00.5 08:00:01.0 08:00:01.5 08:00:02.0 08:00:02.5 08:00:03.0'],
    [5, '08:00:00 08:00:01 08:00:02 08:00:03 08:00:04 08:00:05'],
    [60, '08:00:00 08:00:10 08:00:20 08:00:30 08:00:40 08:00:50 08:01:00'],
    [3600, '08:00 08:10 08:20 08:30 08:40 08:50 09:00'],
    [6 * 3600, '08:00 09:00 10:00 11:00 12:00 13:00 14:00'],
    [86_400, '09:00 12:00 15:00 18:00 21:00 00:00 03:00 06:00'],
    [6 * 86_400, '22 Nov 23 Nov 24 Nov 25 Nov 26 Nov 27 Nov'],
    [30 * 86_400, '23 Nov 30 Nov 7 Dec 14 Dec 21 Dec'],
    [300 * 86_400, 'Dec Jan Feb Mar Apr May Jun Jul Aug Sep'],
    [20 * 365 * 86_400, '2028 2030 2032 2034 2036 2038 2040 2042 2044 2046'],
  ];
  for (const [spanSec, expected] of CASES) {
    it(`of ${spanSec} s`, () => {
      setZone('UTC');
      assert.equal(labels(MORNING_SEC, MORNING_SEC + spanSec), expected);
    });
  }

  it('have the date, or the year, that labels leave out', () => {
    setZone('UTC');
    const contexts = (spanSec: number): string[] => [
      ...new Set(timeTicks(MORNING_SEC, MORNING_SEC + spanSec, 80).map(({ context }) => context)),
    ];
    assert.deepEqual(contexts(60), ['21 Nov 2026']);
    assert.deepEqual(contexts(86_400), ['21 Nov 2026', '22 Nov 2026']);
    assert.deepEqual(contexts(60 * 86_400), ['2026', '2027']);
    assert.deepEqual(contexts(20 * 365 * 86_400), ['']);
  });

  it('stand at whole hours of the local clock, with half hours of distance from UTC too', () => {
    setZone('Asia/Kolkata');
    assert.equal(labels(MORNING_SEC, MORNING_SEC + 6 * 3600), '14:00 15:00 16:00 17:00 18:00 19:00');
    assert.equal(labels(MORNING_SEC, MORNING_SEC + 3600), '13:30 13:40 13:50 14:00 14:10 14:20 14:30');
  });

  it('pass over the hour that a clock is set forward, and go on where it is set back', () => {
    setZone('Europe/Berlin');
    const hours = (date: string): string => {
      const fromSec = Date.parse(`${date}T00:00:00`) / 1000;
      return labels(fromSec, fromSec + 6 * 3600, 60);
    };
    assert.equal(hours('2026-03-29'), '00:00 01:00 03:00 04:00 05:00 06:00 07:00');
    assert.match(hours('2026-10-25'), /^00:00 01:00 02:00 03:00 04:00 05:00$/);
    const days = Date.parse('2026-03-27T00:00:00') / 1000;
    assert.equal(labels(days, days + 4 * 86_400, 60), '27 Mar 28 Mar 29 Mar 30 Mar 31 Mar');
  });

  for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'America/Sao_Paulo']) {
    it(`rise, lie within and have room for their labels, ${zone}`, (t) => {
      setZone(zone);
      const span = fc.double({ min: -2, max: 10, noNaN: true }).map((power) => 10 ** power);
      checkProperty(
        t,
        fc.property(
          fc.double({ min: 0, max: 4e9, noNaN: true }),
          span,
          fc.integer({ min: 10, max: 300 }),
          (from, sec, chars) => {
            const ticks = timeTicks(from, from + sec, chars);
            assert.ok(ticks.length <= chars / 4 + 2, `${ticks.length} ticks`);
            ticks.forEach(({ atSec, label }, index) => {
              assert.ok(atSec >= from && atSec <= from + sec && label !== '');
              if (index > 0) assert.ok(atSec > ticks[index - 1].atSec);
            });
          },
        ),
        300,
      );
    });
  }
});

describe('moments and zones', () => {
  it('are told in local time', () => {
    setZone('Europe/Berlin');
    assert.equal(momentText(MORNING_SEC + 0.9999, false), '2026-11-21 09:00:00');
    assert.equal(momentText(MORNING_SEC + 0.25, true), '2026-11-21 09:00:00.250');
    assert.equal(stretchText(MORNING_SEC, MORNING_SEC + 60), '2026-11-21 09:00:00 to 09:01:00');
    assert.equal(stretchText(MORNING_SEC, MORNING_SEC + 1), '2026-11-21 09:00:00.000 to 09:00:01.000');
    assert.equal(stretchText(MORNING_SEC, MORNING_SEC + 86_400), '2026-11-21 09:00:00 to 2026-11-22 09:00:00');
  });

  const CASES: readonly (readonly [zone: string, text: string])[] = [
    ['UTC', 'UTC'],
    ['Europe/Berlin', 'Europe/Berlin, UTC+01:00'],
    ['America/St_Johns', 'America/St_Johns, UTC-03:30'],
  ];
  for (const [zone, text] of CASES) {
    it(zone, () => {
      setZone(zone);
      assert.equal(zoneText(MORNING_SEC, MORNING_SEC + 60), text);
    });
  }

  it('name both distances when the clock was set in between', () => {
    setZone('Europe/Berlin');
    assert.equal(zoneText(1_790_000_000, MORNING_SEC), 'Europe/Berlin, UTC+02:00 to UTC+01:00');
  });
});
