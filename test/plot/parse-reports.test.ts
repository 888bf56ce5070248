/**
 * Machine reports as they are read: what is understood, what is passed over and how that is told.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type DamageKind, ReportParser } from '../../src/plot/parse-reports.js';
import { columnValue } from '../../src/plot/series.js';
import { headerLine, MORNING_SEC, parsed, reportLine, reportText } from '../support/machine-reports.js';
import { checkProperty } from '../support/property.js';

const T = MORNING_SEC;
const TWO = reportText(
  ['numPkts', 'globalWarn'],
  [
    ['D', T, 10, 5, '0x0000000000004004'],
    ['D', T + 10.5, 10, 7.25, '0x00'],
  ],
);

describe('reports', () => {
  it('have kind, time, duration and values by column', () => {
    const { reports, columns, damages } = parsed(TWO);
    assert.deepEqual(damages, []);
    assert.deepEqual([...columns], ['time', 'dur', 'numPkts', 'globalWarn']);
    assert.deepEqual(
      reports.map((report) => [report.isAggregate, report.timeSec, report.durSec, columnValue(report, 'numPkts')]),
      [
        [false, T, 10, 5],
        [false, T + 10.5, 10, 7.25],
      ],
    );
    assert.ok(Number.isNaN(columnValue(reports[0], 'globalWarn')));
    assert.ok(Number.isNaN(columnValue(reports[0], 'numFlows')));
  });

  it('keep the columns that are wanted only, and check all', () => {
    const { reports, columns, damages } = parsed(TWO.replace('7.25', 'many'), ['globalWarn']);
    assert.equal(reports.length, 1);
    assert.equal(reports[0].values.length, 1);
    assert.ok(columns.has('numPkts'));
    assert.equal(damages[0].kind, 'number');
  });

  it('of the page that describes them, copied with spaces, are read', () => {
    const { reports, damages } = parsed(
      '%repTyp time dur memUsageKB  0x0806Pkts\nUSR1MR_D 1613666103.342685 6.873169 20508 4\n',
    );
    assert.deepEqual(damages, []);
    assert.deepEqual([...reports[0].values], [1613666103.342685, 6.873169, 20508, 4]);
  });

  it('may end lines with CR LF, and have empty lines between them', () => {
    const { reports, damages } = parsed(TWO.replaceAll('\n', '\r\n\r\n'));
    assert.deepEqual([reports.length, damages.length], [2, 0]);
  });

  it('begin a run with each header, and where aggregates begin anew', () => {
    const runs = (text: string): number[] => parsed(text).reports.map(({ run }) => run);
    assert.deepEqual(runs(TWO + TWO.replace('numPkts', 'numFlows')), [0, 0, 1, 1]);
    const rows = [10, 20, 30, 5, 15].map((dur, i) => reportLine(['A', T + i, dur, 1]));
    assert.deepEqual(runs(headerLine('numPkts') + rows.join('')), [0, 0, 0, 1, 1]);
    assert.deepEqual(runs(TWO + headerLine('x') + headerLine('x') + reportLine(['D', T + 30, 1, 1])), [0, 0, 1]);
  });
});

describe('damage', () => {
  const HEAD = headerLine('numPkts');
  const GOOD = reportLine(['D', T, 10, 5]);
  const CASES: readonly (readonly [text: string, kind: DamageKind, line: number, found: RegExp, expected: RegExp])[] = [
    [`hello world\n${HEAD}${GOOD}`, 'foreign', 1, /^'hello'$/, /USR1MR_A or USR1MR_D/],
    [`${HEAD}\n${GOOD}USR1MR_X\t1\t2\t3\n`, 'foreign', 4, /^'USR1MR_X'$/, /a report/],
    [`${HEAD}${GOOD}toString\t1\t2\t3\n`, 'foreign', 3, /^'toString'$/, /a report/],
    [`${HEAD}${GOOD}${'x'.repeat(70_000)}\n`, 'foreign', 3, /more than 65536 characters/, /a report/],
    [`${HEAD}${GOOD}USR1MR_D\t${T}\t1\n`, 'columns', 3, /^3 columns$/, /^4 as in the header$/],
    [`${HEAD}${GOOD}USR1MR_D\t${T}\t1\t2\t3\n`, 'columns', 3, /^5 columns$/, /^4 as/],
    [`${HEAD}USR1MR_D\t${T}\t1\tNaN\n${GOOD}`, 'number', 2, /^'NaN' in column 'numPkts'$/, /^a number$/],
    [`${HEAD}USR1MR_D\t${T}\t1\t\n${GOOD}`, 'number', 2, /^'' in column 'numPkts'$/, /^a number$/],
    [`${HEAD}USR1MR_D\t${T}\t1\t1e200\n${GOOD}`, 'number', 2, /^'1e200'/, /^a number$/],
    [`${HEAD}USR1MR_D\t-1\t1\t1\n${GOOD}`, 'number', 2, /^'-1' in column 'time'$/, /^seconds$/],
    [`${HEAD}USR1MR_D\t1e15\t1\t1\n${GOOD}`, 'number', 2, /^'1e15' in column 'time'$/, /^seconds$/],
    [`${HEAD}USR1MR_D\t0x12\t1\t1\n${GOOD}`, 'number', 2, /^'0x12' in column 'time'$/, /^seconds$/],
    [`${GOOD}${HEAD}${GOOD}`, 'header', 1, /^a report$/, /a header line before it/],
    [`${HEAD}${GOOD}%repTyp\tnumPkts\n`, 'header', 3, /without a column time/, /time and dur/],
    [`${HEAD}${GOOD}%date\tnumPkts\n`, 'header', 3, /^'%date'$/, /begins with %repTyp/],
    [`${HEAD}${GOOD}%repTyp\ttime\tdur\ta\tb\ta\n`, 'header', 3, /^two columns 'a'$/, /once/],
    [`${HEAD}${GOOD}%repTyp\ttime\tdur\t\u001b[2J\n`, 'header', 3, /^a column '.\[2J'$/, /can be printed/],
    [`${HEAD}${GOOD}%repTyp\ttime\tdur\t\n`, 'header', 3, /^a column ''$/, /can be printed/],
    [`${HEAD}${GOOD}${GOOD.trimEnd()}`, 'cut', 3, /without an end/, /a whole line/],
  ];
  for (const [text, kind, line, found, expected] of CASES) {
    it(`is told with its line: ${kind}, ${found}`, () => {
      const { damages, reports } = parsed(text);
      assert.equal(damages.length, 1, JSON.stringify(damages));
      assert.deepEqual([damages[0].kind, damages[0].line, damages[0].lines], [kind, line, 1]);
      assert.match(damages[0].found, found);
      assert.match(damages[0].expected, expected);
      assert.equal(reports.length, 1);
    });
  }

  it('of the same kind is told once and counted, the first line first', () => {
    const { damages } = parsed(`${HEAD}x\n${GOOD}USR1MR_D\t1\ny\nz\n`);
    assert.deepEqual(
      damages.map(({ kind, line, lines }) => [kind, line, lines]),
      [
        ['foreign', 2, 3],
        ['columns', 4, 1],
      ],
    );
  });

  it('of a header takes the reports below it with it, up to the next', () => {
    const { reports, damages } = parsed(`${HEAD}${GOOD}%repTyp\tnumPkts\n${GOOD}${GOOD}${HEAD}${GOOD}`);
    assert.equal(reports.length, 2);
    assert.deepEqual(
      damages.map(({ kind, line, lines }) => [kind, line, lines]),
      [['header', 3, 3]],
    );
  });
});

describe('a file in pieces', () => {
  const BYTES = readFileSync('datasets/reports.tsv').subarray(0, 2000);

  it('is the same as the whole, wherever it is cut', () => {
    const whole = new ReportParser();
    whole.feed(BYTES);
    for (let cut = 0; cut <= BYTES.length; cut++) {
      const parser = new ReportParser();
      parser.feed(BYTES.subarray(0, cut));
      parser.feed(BYTES.subarray(cut));
      assert.deepEqual(parser.reports, whole.reports, `cut at ${cut}`);
    }
  });

  it('that breaks off anywhere gives the reports before, and tells of the rest', () => {
    for (let length = 0; length <= BYTES.length; length++) {
      const text = new TextDecoder().decode(BYTES.subarray(0, length));
      const { reports, damages } = parsed(text);
      assert.equal(reports.length, Math.max(0, text.split('\n').length - 2), `${length} bytes`);
      assert.equal(damages.length, text === '' || text.endsWith('\n') ? 0 : 1);
    }
  });

  it('of any bytes at all breaks nothing', (t) => {
    const part = fc.oneof(
      fc.constantFrom('%repTyp\ttime\tdur\tx\n', 'USR1MR_D', 'USR1MR_A', '\t', '\n', '1', '%', '\r', ' ', '0x', 'e5'),
      fc.string({ unit: 'binary' }),
    );
    checkProperty(
      t,
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const { reports, damages } = parsed(parts.join(''));
        for (const { timeSec, values } of reports) assert.ok(Number.isFinite(timeSec) && values.length > 1);
        for (const { line, lines } of damages) assert.ok(line >= 1 && lines >= 1);
      }),
      500,
    );
  });
});
