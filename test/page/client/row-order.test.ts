/**
 * Rows of the page's table: against the plain way to filter and sort.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RowWish, rowsFor } from '../../../src/page/client/row-order.js';
import { readSessions, worstRows } from '../../../src/page/client/sessions.js';
import { seedOf } from '../../support/property.js';
import { reportData } from '../../support/report-data.js';

const ALL: RowWish = { choice: 'all', search: '', within: null, sort: 'session', descending: false };

describe('rows', () => {
  const sessions = readSessions(reportData(seedOf(), 3000).sessions);
  const { at, told, symptoms, http } = sessions;
  const rows = [...Array(3000).keys()];
  const wished = (wish: Partial<RowWish>): number[] => [...rowsFor(sessions, { ...ALL, ...wish })];

  it('are all of them, in order, if nothing else is wished', () => assert.deepEqual(wished({}), rows));

  it('are those with a symptom, in a state, under way at a time', () => {
    assert.deepEqual(
      wished({ choice: 'zero_window' }),
      rows.filter((row) => symptoms.zero_window[row] > 0),
    );
    assert.deepEqual(
      wished({ choice: 'refused' }),
      rows.filter((row) => told.states[at.state[row]] === 'REJ'),
    );
    const [from, to] = [at.first[1000], at.first[1400]];
    assert.deepEqual(
      wished({ within: [from, to] }),
      rows.filter((row) => at.first[row] <= to && at.first[row] + at.duration[row] >= from),
    );
  });

  it('are those that hold all words of a search', () => {
    const holds = (row: number): boolean =>
      [at.src_port[row], at.dst_port[row]].includes(443) && http.get(row)?.host === 'www3.example.com';
    assert.deepEqual(wished({ search: ' 443  WWW3.example ' }), rows.filter(holds));
    assert.deepEqual(wished({ search: '#17' }), [17]);
    const v6 = rows.find((row) => told.addresses[at.dst[row]] === '2001:db8::3')!;
    assert.ok(wished({ search: `[2001:db8::3]:${at.dst_port[v6]}` }).includes(v6));
  });

  it('are sorted by numbers, equal ones as they began, unknown ones last either way', () => {
    for (const descending of [false, true]) {
      const order = wished({ sort: 'handshake', descending });
      const known = rows.filter((row) => !Number.isNaN(at.handshake[row]));
      known.sort((a, b) => (at.handshake[a] - at.handshake[b]) * (descending ? -1 : 1) || a - b);
      assert.deepEqual(order, [...known, ...rows.filter((row) => Number.isNaN(at.handshake[row]))]);
    }
  });

  it('are sorted by addresses as numbers, IPv4 first', () => {
    const number = (row: number): number =>
      told.addresses[at.dst[row]].split('.').reduce((sum, part) => sum * 256 + Number(part), 0) * 65536 +
      at.dst_port[row];
    const order = wished({ sort: 'dst' });
    const four = order.filter((row) => !told.addresses[at.dst[row]].includes(':'));
    assert.deepEqual(order.slice(0, four.length), four);
    assert.deepEqual(
      four,
      four.toSorted((a, b) => number(a) - number(b) || a - b),
    );
  });

  it('with the worst of something are the first of all sorted by it', () => {
    const by = symptoms.retransmission;
    const sorted = rows.filter((row) => by[row] > 0).sort((a, b) => by[b] - by[a] || a - b);
    assert.deepEqual(worstRows(sessions, by, 7), sorted.slice(0, 7));
  });
});
