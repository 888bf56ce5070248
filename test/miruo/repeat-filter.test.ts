/** The filter in front of the chunks of a session of middling length: denies nothing that is stored, and most of what is not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEY_WORDS } from '../../src/flow/session-table.js';
import { RepeatFilter } from '../../src/miruo/repeat-filter.js';
import { SegmentStore } from '../../src/miruo/segment-store.js';
import { M_HEAD, M_SEGMENTS, M_TAIL, MIRUO_ROW_WORDS } from '../../src/miruo/session-row.js';

const SEGMENTS = 2000;
const ACK = 0x10;

describe('filter for repeats', () => {
  const store = new SegmentStore();
  const row = new Int32Array(KEY_WORDS + MIRUO_ROW_WORDS);
  const seq = (n: number): number => (0x7ffff000 + n * 1448) | 0;
  store.begin(row, 0, 1000, 0, seq(0), 0, 74);
  for (let n = 0; n < SEGMENTS; n++) {
    row[M_SEGMENTS] = n;
    store.append(row, 0, seq(n), 1, 1502, ACK, 1000, n);
  }
  const filter = new RepeatFilter(store.arena, row[M_HEAD]);

  it('has entered nothing before it is told to', () => {
    assert.equal(filter.next(), row[M_HEAD]);
    assert.equal(filter.mayHold(seq(1), 1, ACK, 1502), false);
  });

  it('may hold all of the closed chunks, and none of the last one', () => {
    filter.cover(row[M_TAIL]);
    assert.equal(filter.next(), row[M_TAIL]);
    const inTail = store.arena.page(row[M_TAIL])[store.arena.at(row[M_TAIL]) + 2] >>> 8;
    const closed = SEGMENTS - (inTail & 0x3f);
    assert.ok(closed > SEGMENTS - 64);
    for (let n = 0; n < closed; n++) assert.ok(filter.mayHold(seq(n), 1, ACK, 1502), `segment ${n}`);
  });

  it('denies most of what is not stored', () => {
    let denied = 0;
    for (let n = 0; n < 1000; n++) if (!filter.mayHold(seq(n) + 700, 1, ACK, 1502)) denied++;
    assert.ok(denied > 900, `${denied} of 1000`);
  });
});
