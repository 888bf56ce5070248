/**
 * The answers byte for byte, the original's among them, and what is read from an answer.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AnswerMistake, filtersOf, reportedCounts, tableLines } from '../../src/tcpeek/answered-counts.js';
import { renderCounts, renderRefresh } from '../../src/tcpeek/answers.js';
import { COUNTS } from '../../src/tcpeek/counts.js';
import { checkProperty } from '../support/property.js';

const GOLDEN = '../shared/golden/tcpeek/own_live1.get.json';
/** What the original had counted when it gave that answer: success, repeated SYN, SYN/ACK, failure, timeout, reject, unreach. */
const FILTERS = [
  { name: 'RX', counts: [10, 0, 0, 3, 0, 3, 0] },
  { name: 'TX', counts: [2, 0, 0, 3, 0, 1, 2] },
  { name: 'http', counts: [8, 0, 0, 0, 0, 0, 0] },
  { name: 'bulk', counts: [2, 0, 0, 0, 0, 0, 0] },
  { name: 'out', counts: [2, 0, 0, 3, 0, 1, 2] },
];
const PACKETS = { received: 2763, dropped: 0, droppedByInterface: 0 };
/** Every figure another one. */
const ONE = { name: 'one', counts: Float64Array.of(1, 2, 3, 4, 5, 6, 70) };

const filter = fc.record({ name: fc.string(), counts: fc.array(fc.nat(), { minLength: COUNTS, maxLength: COUNTS }) });

describe('the answer to GET', () => {
  it('is that of the original', { skip: !existsSync(GOLDEN) && `${GOLDEN} is not here` }, () => {
    assert.equal(renderCounts(FILTERS, PACKETS), readFileSync(GOLDEN, 'utf8'));
  });

  it('has each figure in its place', () => {
    assert.equal(
      renderCounts([ONE], { received: 8, dropped: 9, droppedByInterface: 10 }),
      '[{"one":{"success":{"total":1,"dupsyn":2,"dupsynack":3},"failure":{"total":4,"timeout":5,"reject":6, "unreach":70}}},' +
        '{"pcap":{"stats":{"recv":8,"drop":9,"ifdrop":10}}}]',
    );
  });

  it('is JSON whatever a filter is called', (t) => {
    const nasty = fc.constantFrom('"', '\\', '\n\x00\x1f', '\u2028', '\ud800', '__proto__', 'pcap', '日本', '80', '');
    const named = fc.record({ name: nasty, counts: fc.constant([1, 2, 3, 4, 5, 6, 7]) });
    const property = fc.property(fc.array(fc.oneof(filter, named)), (filters) => {
      const answer = JSON.parse(renderCounts(filters, PACKETS)) as Record<string, unknown>[];
      const names = answer.flatMap((element) => Object.keys(element));
      assert.deepEqual(names, [...filters.map(({ name }) => name), 'pcap']);
      assert.deepEqual(
        filtersOf(answer).map(({ success, failure }) => [...success, ...failure].map(({ count }) => count)),
        filters.map(({ counts }) => [...counts]),
      );
    });
    checkProperty(t, property);
  });
});

describe('the answer to REFRESH', () => {
  it('has no packets, and who could not be reached was rejected', () => {
    assert.equal(
      renderRefresh([ONE], []),
      '[{"one":{"success":{"total":1,"dupsyn":2,"dupsynack":3},"failure":{"total":4,"timeout":5,"reject":76}}}]',
    );
    assert.equal(renderRefresh([], []), '[]');
  });

  it('has what came since', (t) => {
    const property = fc.property(filter, filter, (before, more) => {
      const counts = Uint32Array.from(before.counts, (count, place) => count / 2 + more.counts[place] / 2);
      const then = before.counts.map((count) => Math.floor(count / 2));
      const since = Array.from(counts, (count, place) => count - then[place]);
      const name = before.name;
      assert.equal(renderRefresh([{ name, counts }], [then]), renderRefresh([{ name, counts: since }], []));
    });
    checkProperty(t, property);
  });
});

describe('the table', () => {
  it('has a block for each filter, and none for packets', () => {
    const answer = JSON.parse(renderCounts([ONE, { name: 'pcap', counts: [0, 0, 0, 0, 0, 0, 12345678901] }], PACKETS));
    assert.deepEqual(tableLines(filtersOf(answer)), [
      '====== TCPEEK SUMMARY ======',
      '----------------------------',
      ' one',
      '----------------------------',
      ' success',
      '     total               1',
      '     dupsyn              2',
      '     dupsynack           3',
      ' failure',
      '     total               4',
      '     timeout             5',
      '     reject              6',
      '     unreach            70',
      '----------------------------',
      ' pcap',
      '----------------------------',
      ' success',
      '     total               0',
      '     dupsyn              0',
      '     dupsynack           0',
      ' failure',
      '     total               0',
      '     timeout             0',
      '     reject              0',
      '     unreach    12345678901',
      '============================',
    ]);
  });
});

describe('values for other programs', () => {
  it('are four of each filter', () => {
    assert.deepEqual(reportedCounts(filtersOf(JSON.parse(renderRefresh([ONE, FILTERS[1]], [])))), [
      { name: 'tcpeek_one_success_dupsyn', count: 2 },
      { name: 'tcpeek_one_success_dupsynack', count: 3 },
      { name: 'tcpeek_one_failure_timeout', count: 5 },
      { name: 'tcpeek_one_failure_reject', count: 76 },
      { name: 'tcpeek_TX_success_dupsyn', count: 0 },
      { name: 'tcpeek_TX_success_dupsynack', count: 0 },
      { name: 'tcpeek_TX_failure_timeout', count: 0 },
      { name: 'tcpeek_TX_failure_reject', count: 3 },
    ]);
  });

  it('are not made up', () => {
    const answer = [{ one: { success: { dupsyn: 1, dupsynack: 2 }, failure: { timeout: 3 } } }];
    assert.throws(() => reportedCounts(filtersOf(answer)), /^Error: there is no reject in failure of "one"$/);
  });
});

describe('an answer that is none', () => {
  const rest = { total: 1 };
  for (const [answer, message] of [
    [null, /no array/],
    [{ one: { success: rest, failure: rest } }, /no array/],
    [[1], /element 0 has not one name/],
    [[{ pcap: { stats: {} } }, {}], /element 1 has not one name/],
    [[{ one: { success: rest, failure: rest }, two: {} }], /element 0 has not one name/],
    [[{ one: 1 }], /there is no success of "one"/],
    [[{ pcap: {} }], /there is no success of "pcap"/],
    [[{ one: { success: rest } }], /there is no failure of "one"/],
    [[{ one: { success: [1], failure: rest } }], /there is no success of "one"/],
    [[{ one: { success: rest, failure: { total: '1' } } }], /total in failure of "one" is no number/],
    [[{ one: { success: { total: 1.5 }, failure: rest } }], /total in success of "one" is no number/],
  ] as const) {
    it(JSON.stringify(answer), () => {
      assert.throws(
        () => filtersOf(answer),
        (error: Error) => error instanceof AnswerMistake && message.test(error.message),
      );
    });
  }
});
