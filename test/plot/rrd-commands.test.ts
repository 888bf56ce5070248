/**
 * What rrdtool is told: names it takes, archives that fit the step, and each report once.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createArguments, parseInfo, type RrdFacts, RrdFeed, sourceName } from '../../src/plot/rrd-commands.js';
import { MORNING_SEC, parsed, type ReportRow, reportText } from '../support/machine-reports.js';
import { checkProperty } from '../support/property.js';

const T = MORNING_SEC;
const rows = (times: readonly number[]): ReportRow[] => times.map((sec) => ['D', T + sec, 10, sec, '0x1']);
const reportsAt = (...times: number[]) => parsed(reportText(['numPkts', 'globalWarn'], rows(times)));
const FACTS: RrdFacts = { stepSec: 10, lastUpdateSec: T - 10, sources: new Set(['numPkts', 'dur']) };

describe('names of data sources', () => {
  it('are those of the columns where rrdtool takes them', () => {
    for (const name of ['numPkts', '0x0806Pkts', 'a', 'x'.repeat(19)]) assert.equal(sourceName(name), name);
  });

  it('are else short, allowed, and still differ', (t) => {
    assert.match(sourceName('miruoRetransmissions'), /^miruoRetransmi_[0-9a-f]{4}$/);
    assert.notEqual(sourceName('miruoRetransmissionsA'), sourceName('miruoRetransmissionsB'));
    assert.notEqual(sourceName('a-b'), sourceName('a_b'));
    checkProperty(
      t,
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (column) => {
        assert.match(sourceName(column), /^[A-Za-z0-9_]{1,19}$/);
      }),
    );
  });
});

describe('a new database', () => {
  it('has the step of the reports and begins before the first', () => {
    const { reports, columns } = reportsAt(0.5, 10.6, 20.5);
    const args = createArguments('x.rrd', reports, columns);
    assert.deepEqual(args.slice(0, 6), ['create', 'x.rrd', '--step', '10', '--start', String(T - 10)]);
    assert.deepEqual(
      args.filter((arg) => arg.startsWith('DS:')),
      ['DS:dur:GAUGE:30:U:U', 'DS:numPkts:GAUGE:30:U:U'],
    );
  });

  const CASES: readonly (readonly [stepSec: number, archives: string[]])[] = [
    [
      1,
      ['AVERAGE:0.5:1:43200', 'AVERAGE:0.5:300:2880', 'MAX:0.5:300:2880', 'AVERAGE:0.5:7200:4800', 'MAX:0.5:7200:4800'],
    ],
    [30, ['AVERAGE:0.5:1:1440', 'AVERAGE:0.5:10:2880', 'MAX:0.5:10:2880', 'AVERAGE:0.5:240:4800', 'MAX:0.5:240:4800']],
    [300, ['AVERAGE:0.5:1:2880', 'AVERAGE:0.5:24:4800', 'MAX:0.5:24:4800']],
    [7200, ['AVERAGE:0.5:1:4800']],
  ];
  for (const [stepSec, expected] of CASES) {
    it(`keeps hours, days and more than a year, step ${stepSec} s`, () => {
      const { reports, columns } = reportsAt(0, stepSec, 2 * stepSec);
      const archives = createArguments('x.rrd', reports, columns).filter((arg) => arg.startsWith('RRA:'));
      assert.deepEqual(
        archives,
        expected.map((archive) => `RRA:${archive}`),
      );
    });
  }
});

describe('feeding', () => {
  it('hands over each report once, with what is new', () => {
    const feed = new RrdFeed('x.rrd', FACTS);
    const parser = reportsAt(0, 10.25);
    assert.deepEqual(
      [...feed.batches(parser.reports)],
      [['update', 'x.rrd', '--template', 'dur:numPkts', `${T}:10:0`, `${T + 10}.25:10:10.25`]],
    );
    assert.deepEqual([...feed.batches(parser.reports)], []);
    parser.reports.push(...reportsAt(20).reports);
    assert.deepEqual(
      [...feed.batches(parser.reports)].map((args) => args.at(-1)),
      [`${T + 20}:10:20`],
    );
    assert.deepEqual([feed.fed, feed.passedOver], [3, 0]);
  });

  it('passes over what is not later than the last update, or than the report before', () => {
    const feed = new RrdFeed('x.rrd', { ...FACTS, lastUpdateSec: T + 10 });
    const args = [...feed.batches(reportsAt(0, 10.9, 11, 11, 5, 12).reports)].flat().slice(4);
    assert.deepEqual(args, [`${T + 11}:10:11`, `${T + 12}:10:12`]);
    assert.deepEqual([feed.fed, feed.passedOver], [2, 4]);
  });

  it('leaves out columns that the database does not have, and names them', () => {
    const feed = new RrdFeed('x.rrd', { ...FACTS, sources: new Set(['numPkts', 'other']) });
    const [args] = feed.batches(reportsAt(0).reports);
    assert.deepEqual(args.slice(2), ['--template', 'numPkts', `${T}:0`]);
    assert.deepEqual([...feed.missing], ['dur']);
  });

  it('says that a value is unknown, and makes differences where both kinds occur', () => {
    const both: ReportRow[] = [
      ['A', T, 10, 5],
      ['A', T + 10, 20, '0x1'],
      ['A', T + 20, 30, 12],
      ['D', T + 30, 10, 4],
    ];
    const feed = new RrdFeed('x.rrd', FACTS);
    const args = [...feed.batches(parsed(reportText(['numPkts'], both)).reports)].flat().slice(4);
    assert.deepEqual(args, [`${T}:10:5`, `${T + 10}:10:U`, `${T + 20}:10:7`, `${T + 30}:10:4`]);
  });

  it('comes in batches that a command line holds, one template each', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    const feed = new RrdFeed('x.rrd', FACTS);
    const batches = [...feed.batches(reportsAt(...many).reports)];
    assert.ok(batches.length > 4);
    for (const batch of batches) assert.ok(batch.join(' ').length < 100_000);
    assert.equal(batches.flatMap((batch) => batch.slice(4)).length, many.length);
    const two = parsed(
      reportText(
        ['numPkts'],
        rows([0]).map((row) => row.slice(0, 4) as unknown as ReportRow),
      ) + reportText(['x'], [['D', T + 10, 1, 1]]),
    );
    const templates = [...new RrdFeed('x.rrd', FACTS).batches(two.reports)].map((batch) => batch[3]);
    assert.deepEqual(templates, ['dur:numPkts', 'dur']);
  });

  it('begins with another file anew, but for what is in the database', () => {
    const feed = new RrdFeed('x.rrd', FACTS);
    assert.equal([...feed.batches(reportsAt(0, 10).reports)].length, 1);
    assert.deepEqual([...feed.batches(reportsAt(10, 20).reports)].flat().slice(4), [`${T + 20}:10:20`]);
  });
});

describe('what rrdtool info says', () => {
  it('is step, last update and names', () => {
    const text =
      'filename = "x.rrd"\nstep = 10\nlast_update = 123\nds[a].index = 0\nds[a].type = "GAUGE"\nds[b].type = "GAUGE"\n';
    assert.deepEqual(parseInfo(text), { stepSec: 10, lastUpdateSec: 123, sources: new Set(['a', 'b']) });
    assert.equal(parseInfo('something else'), undefined);
  });
});
