/**
 * The table of what can be expected: names, what they are shares of, values, and the pages that tell of it. TCPLOOM_WRITE_PAGE=1 writes them.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CHECK_SCHEMA } from '../../src/expect/check-schema.js';
import { keyFigures, keyMetric, keyName } from '../../src/expect/key-figures.js';
import { METRICS, metricNamed, wholeOf } from '../../src/expect/metrics.js';
import { expectationsPage } from '../support/expectations-page.js';
import { captureFigures, groupFigures } from '../support/made-up-figures.js';

const FIGURES = captureFigures();

describe('metrics', () => {
  it('have names of their own, in either scope', () => {
    for (const scope of ['sessions', 'capture'] as const) {
      const names = METRICS.filter((metric) => metric.scope === scope).flatMap(({ name, aliases }) => [
        name,
        ...aliases,
      ]);
      assert.equal(new Set(names).size, names.length, scope);
      for (const name of names) assert.equal(metricNamed(name.split('.'), scope)?.scope, scope, name);
    }
    assert.equal(new Set(METRICS.map(keyName)).size, METRICS.length);
  });

  it('are shares of metrics that are there', () => {
    for (const metric of METRICS.filter(({ whole }) => whole !== undefined)) {
      assert.equal(wholeOf(metric)?.name, metric.whole, metric.name);
      assert.equal(wholeOf(metric)?.scope, metric.scope, metric.name);
    }
  });

  it('have a value in whole figures, a number', () => {
    for (const metric of METRICS) {
      assert.equal(typeof metric.value(FIGURES, FIGURES.sessions.groups[0]), 'number', metric.name);
    }
  });

  it('have each a figure of its own behind it', () => {
    // Every number in the made-up figures is another one.
    const [group] = FIGURES.sessions.groups;
    const values = METRICS.filter(({ name }) => !/^tcpeek|^throughput|\.count$/.test(name)).map((metric) => [
      metric.value(FIGURES, group),
      `${metric.scope} ${metric.name}`,
    ]);
    const byValue = new Map<unknown, unknown>();
    for (const [value, name] of values) {
      assert.ok(!byValue.has(value), `${name} and ${byValue.get(value)}: ${value}`);
      byValue.set(value, name);
    }
  });

  it('of tcpeek are of all handshakes, or of those of a filter', () => {
    const worth = (name: readonly string[], tcpeek: typeof FIGURES.tcpeek): number | null | undefined =>
      metricNamed(name, 'capture')?.value({ ...FIGURES, tcpeek }, groupFigures());
    const counts = { success: 10, dupsyn: 2, dupsynack: 1, failure: 3, timeout: 1, reject: 2, unreach: 0 };
    const other = { ...counts, reject: 5, failure: 6 };
    assert.equal(worth(['tcpeek', 'reject'], { ALL: counts }), 2);
    assert.equal(worth(['tcpeek', 'reject'], { RX: counts, TX: other, web: counts }), 7);
    assert.equal(worth(['tcpeek', 'handshakes'], { ALL: counts }), 13);
    assert.equal(worth(['tcpeek', 'my web', 'reject'], { RX: counts, TX: other, 'my web': other }), 5);
    assert.equal(worth(['tcpeek', 'web', 'reject'], { ALL: counts }), null);
    assert.equal(worth(['tcpeek', 'reject'], {}), null);
    assert.equal(metricNamed(['tcpeek', 'web', 'nothing'], 'capture'), undefined);
    const web = metricNamed(['tcpeek', 'my "web"', 'reject'], 'capture')!;
    assert.equal(web.name, 'tcpeek."my \\"web\\"".reject');
    assert.equal(wholeOf(web)?.name, 'tcpeek."my \\"web\\"".handshakes');
    // A name that objects have by themselves is no filter.
    assert.equal(worth(['tcpeek', 'constructor', 'reject'], { ALL: counts }), null);
  });

  it('that snapshots keep are found again', () => {
    const { values } = keyFigures('a.pcap', FIGURES);
    for (const key of Object.keys(values)) assert.equal(keyName(keyMetric(key)!), key);
    assert.ok('sessions.packets' in values && 'packets' in values && 'handshake.p99' in values);
    assert.ok(!('handshake.p90' in values));
  });
});

describe('pages', () => {
  for (const [path, page] of [
    ['docs/expectations.md', expectationsPage()],
    ['docs/tcploom.schema.json', `${JSON.stringify(CHECK_SCHEMA, undefined, 2)}\n`],
  ] as const) {
    it(`${path} says what the program has`, () => {
      if (process.env.TCPLOOM_WRITE_PAGE === '1') writeFileSync(path, page);
      const hint = `${path} is not up to date: TCPLOOM_WRITE_PAGE=1 npm test -- expect/metrics`;
      assert.equal(readFileSync(path, 'utf8'), page, hint);
    });
  }
});
