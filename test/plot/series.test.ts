/**
 * What of reports becomes a line: gaps, runs, both kinds together, the stretch of time that was asked for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FieldKind } from '../../src/plot/fields.js';
import { makePicture, NothingToDraw, type PictureRequest, WrongField } from '../../src/plot/picture.js';
import { differences, formOf, usualIntervalSec } from '../../src/plot/series.js';
import { headerLine, MORNING_SEC, parsed, type ReportRow, reportLine, reportText } from '../support/machine-reports.js';
import { pictureOf, REQUEST } from '../support/pictures.js';
import { checkProperty } from '../support/property.js';

const T = MORNING_SEC;

/** A row with a bandwidth that nobody looks at. */
const row = (kind: 'A' | 'D', atSec: number, durSec: number, value: number | string): ReportRow => [
  kind,
  T + atSec,
  durSec,
  value,
  0,
];
const values = (rows: readonly ReportRow[], request: Partial<PictureRequest> = {}): number[][] =>
  pictureOf(rows, request).series[0].stretches.map((stretch) => [...stretch.values]);

describe('a line', () => {
  it('has a gap where a pause is longer than three usual intervals', () => {
    const at = (seconds: number[]): number[][] => values(seconds.map((sec) => row('D', sec, 10, sec)));
    assert.deepEqual(at([0, 10, 20, 50, 60]), [[0, 10, 20, 50, 60]]);
    assert.deepEqual(at([0, 10, 20, 50.1, 60.1]), [
      [0, 10, 20],
      [50.1, 60.1],
    ]);
  });

  it('ends where the value is missing, the clock goes back, or a run ends', () => {
    assert.deepEqual(values([row('D', 0, 9, 1), row('D', 10, 9, '0x1'), row('D', 20, 9, 3)]), [[1], [3]]);
    assert.deepEqual(values([row('D', 0, 9, 1), row('D', 10, 9, 2), row('D', 5, 9, 3), row('D', 15, 9, 4)]), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(values([row('A', 0, 90, 1), row('A', 10, 100, 2), row('A', 20, 5, 3)]), [[1, 2], [3]]);
  });

  it('passes over the reports of a run that has no such column', () => {
    const text =
      reportText(
        ['numPkts'],
        [
          ['D', T, 10, 1],
          ['D', T + 10, 10, 2],
        ],
      ) +
      reportText(['numFlows'], [['D', T + 20, 10, 7]]) +
      reportText(['numFlows', 'numPkts'], [['D', T + 30, 10, 8, 4]]);
    const { series } = makePicture(parsed(text), REQUEST);
    assert.deepEqual(
      series[0].stretches.map((stretch) => [...stretch.values]),
      [[1, 2], [4]],
    );
  });

  it('is in the base unit, with statistics of what is drawn', () => {
    const rows: ReportRow[] = [1, 2, 6].map((value, i) => ['D', T + 10 * i, 10, 0, value]);
    const [series] = pictureOf(rows, { fields: ['rawBandwidth'] }).series;
    assert.deepEqual(series.statistics, { count: 3, min: 1000, average: 3000, max: 6000, last: 6000 });
    assert.equal(series.field.baseUnit, 'bit/s');
  });
});

describe('aggregates', () => {
  it('alone are drawn as they are', () => {
    const rows = [row('A', 0, 10, 5), row('A', 10, 20, 9)];
    assert.deepEqual(values(rows), [[5, 9]]);
    assert.equal(pictureOf(rows).series[0].span, 'since the start');
    assert.equal(pictureOf([row('D', 0, 10, 5)]).series[0].span, 'per report');
  });

  const CASES: readonly (readonly [what: string, kind: FieldKind, rows: ReportRow[], expected: number[]])[] = [
    ['counts', 'count', [row('A', 0, 10, 5), row('D', 10, 10, 3), row('A', 20, 30, 12)], [5, 3, 4]],
    ['levels', 'level', [row('A', 0, 10, 500), row('D', 10, 10, -20), row('A', 20, 30, 490)], [500, -20, 10]],
    ['rates', 'rate', [row('A', 0, 10, 6), row('D', 10, 10, 3), row('A', 20, 40, 4)], [6, 3, 3.5]],
    ['rates that say less than before', 'rate', [row('A', 0, 10, 6), row('A', 10, 20, 2.9)], [6, 0]],
    ['rates of no time', 'rate', [row('A', 0, 10, 6), row('A', 0, 10, 6)], [6, Number.NaN]],
  ];
  for (const [what, kind, rows, expected] of CASES) {
    it(`among differences become differences: ${what}`, () => {
      const { reports } = parsed(reportText(['numPkts', 'x'], rows));
      assert.deepEqual(differences(reports, 'numPkts', kind), expected);
    });
  }

  it('begin with nothing in each run', () => {
    const rows = [row('A', 0, 10, 5), row('A', 10, 20, 8), row('D', 15, 5, 1)];
    const text = reportText(['numPkts', 'x'], rows) + headerLine('numPkts', 'x') + reportLine(row('A', 20, 10, 4));
    const { reports } = parsed(text);
    assert.ok(formOf(reports).asDifferences);
    assert.deepEqual(differences(reports, 'numPkts', 'count'), [5, 3, 1, 4]);
  });

  it('give the same counts as differences, wherever they stand among them', (t) => {
    const parts = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 1000 })), { minLength: 1, maxLength: 30 });
    checkProperty(
      t,
      fc.property(parts, (gained) => {
        let total = 0;
        const rows = gained.map(([isAggregate, amount], i) => {
          total += amount;
          return isAggregate ? row('A', 10 * i, 10 * (i + 1), total) : row('D', 10 * i, 10, amount);
        });
        const { reports } = parsed(reportText(['numPkts', 'x'], rows));
        assert.deepEqual(
          differences(reports, 'numPkts', 'count'),
          gained.map(([, amount]) => amount),
        );
      }),
    );
  });
});

describe('the usual interval', () => {
  const CASES: readonly (readonly [times: number[], expected: number | undefined])[] = [
    [[0], undefined],
    [[0, 0], undefined],
    [[0, 10], 10],
    [[0, 10, 20, 500, 510], 10],
    [[0, 10, 5, 15], 10],
  ];
  for (const [times, expected] of CASES) {
    it(`of ${times.join(', ')} is ${expected}`, () => {
      const { reports } = parsed(
        reportText(
          ['x'],
          times.map((sec) => ['D', T + sec, 1, 1]),
        ),
      );
      assert.equal(usualIntervalSec(reports), expected);
    });
  }
});

describe('the stretch of time', () => {
  const ROWS = [0, 10, 20, 30].map((sec) => row('D', sec, 10, sec));
  const CASES: readonly (readonly [request: Partial<PictureRequest>, values: number[], from: number, to: number])[] = [
    [{}, [0, 10, 20, 30], 0, 30],
    [{ lastSec: 15 }, [20, 30], 20, 30],
    [{ start: { isRelative: true, sec: 10 } }, [10, 20, 30], 10, 30],
    [{ end: { isRelative: false, sec: T + 20 } }, [0, 10, 20], 0, 20],
    [{ start: { isRelative: false, sec: T + 5 }, end: { isRelative: true, sec: 25 } }, [10, 20], 5, 25],
    [
      { start: { isRelative: false, sec: T - 100 }, end: { isRelative: false, sec: T + 100 } },
      [0, 10, 20, 30],
      -100,
      100,
    ],
    [{ lastSec: 5 }, [30], 25, 35],
  ];
  for (const [request, expected, from, to] of CASES) {
    it(JSON.stringify(request), () => {
      const { series, range } = pictureOf(ROWS, request);
      assert.deepEqual([...series[0].stretches[0].values], expected);
      assert.deepEqual([range.fromSec - T, range.toSec - T], [from, to]);
    });
  }
});

describe('nothing to draw', () => {
  const rows = [row('D', 0, 10, 0), row('D', 10, 10, -1)];
  const CASES: readonly (readonly [request: Partial<PictureRequest>, message: RegExp, isWrongField: boolean])[] = [
    [{ fields: ['numPkt'] }, /no field 'numPkt' in it \(near it: numPkts\)/, true],
    [{ fields: ['zzz'] }, /no field 'zzz' in it \(-L lists the fields\)/, true],
    [{ fields: ['time'] }, /time is what the other fields are drawn over/, true],
    [{ isLogarithmic: true }, /no value of numPkts is above 0/, false],
    [{ start: { isRelative: true, sec: 100 } }, /no report is of the time .* from 2026-11-21 08:00:00 to /, false],
  ];
  for (const [request, message, isWrongField] of CASES) {
    it(String(message), () => {
      assert.throws(
        () => pictureOf(rows, request),
        (error: Error) =>
          error instanceof NothingToDraw && error instanceof WrongField === isWrongField && message.test(error.message),
      );
    });
  }

  it('in reports that have bits only, or that are none', () => {
    const bits = parsed(reportText(['globalWarn', 'numPkts'], [['D', T, 1, '0x1', '0x1']]));
    assert.throws(() => makePicture(bits, { ...REQUEST, fields: ['globalWarn'] }), /are bits/);
    assert.throws(() => makePicture(bits, REQUEST), /no report of that time has a value of numPkts/);
    assert.throws(() => makePicture(parsed(headerLine('numPkts')), REQUEST), /no machine reports/);
  });
});

describe('axes', () => {
  it('are shared by fields of the same unit only', () => {
    const rows: ReportRow[] = [['D', T, 10, 5, 5]];
    assert.deepEqual(pictureOf(rows, { fields: ['numPkts', 'rawBandwidth'] }).axisOf, [0, 1]);
    const text = reportText(['numPkts', 'numAPkts'], rows);
    assert.deepEqual(makePicture(parsed(text), { ...REQUEST, fields: ['numPkts', 'numAPkts'] }).axisOf, [0, 0]);
  });
});
