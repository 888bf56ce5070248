/**
 * Segments of live sessions: the first and the last of each, whatever comes in between; within the room that there is.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  FIRST_SEGMENTS,
  LAST_SEGMENTS,
  SEGMENT_BY_DST,
  SEGMENT_FLAGS,
  SEGMENT_SEQ,
  SEGMENT_WORDS,
} from '../../src/analysis/segments-record.js';
import { KEPT_WORDS, SessionSegments } from '../../src/analysis/session-segments.js';
import { D_SEQ } from '../../src/capture/descriptor.js';
import { numbersFrom } from '../support/draw-records.js';
import { seedOf } from '../support/property.js';

const DESCRIPTOR = new Int32Array(16);
const MOST = FIRST_SEGMENTS + LAST_SEGMENTS;
/** Of a page of the room. */
const SEGMENTS_OF_PAGE = 8 * 4096;

/** Sessions by the naive way: all segments of each. */
class Sessions {
  readonly rows: Int32Array;
  readonly segments: SessionSegments;
  readonly #all: number[][];

  constructor(count: number, mostPages?: number) {
    this.rows = new Int32Array(count * KEPT_WORDS);
    this.segments = new SessionSegments(mostPages);
    this.#all = Array.from({ length: count }, () => []);
  }

  keep(session: number, seq: number): void {
    DESCRIPTOR[D_SEQ] = seq;
    this.segments.keep(this.rows, session * KEPT_WORDS, seq & 1, DESCRIPTOR, 0, 1, 2, 0x10, 4);
    this.#all[session].push(seq);
  }

  forget(session: number): void {
    this.segments.forget(this.rows, session * KEPT_WORDS);
    this.#all[session] = [];
  }

  assertKept(session: number, originator: number): void {
    const k = session * KEPT_WORDS;
    const all = this.#all[session];
    const expected = all.length <= MOST ? all : [...all.slice(0, FIRST_SEGMENTS), ...all.slice(-LAST_SEGMENTS)];
    const words = new Int32Array(MOST * SEGMENT_WORDS);
    this.segments.copy(this.rows, k, originator, words);
    const kept = this.segments.kept(this.rows, k);
    assert.equal(this.segments.beforeGap(this.rows, k), all.length <= MOST ? all.length : FIRST_SEGMENTS);
    const of = (word: number): number[] => Array.from({ length: kept }, (_, i) => words[i * SEGMENT_WORDS + word]);
    assert.deepEqual(of(SEGMENT_SEQ), expected);
    assert.deepEqual(
      of(SEGMENT_FLAGS),
      expected.map((seq) => 0x10 | (((seq & 1) ^ originator) * SEGMENT_BY_DST)),
    );
  }
}

describe('segments of live sessions', () => {
  it('are the first and the last of each, at any length', () => {
    const sessions = new Sessions(1);
    for (let seq = 0; seq < 2 * MOST + 50; seq++) {
      sessions.keep(0, seq);
      if (seq < 40 || Math.abs(seq - FIRST_SEGMENTS) < 20 || Math.abs(seq - MOST) < 30 || seq % 97 === 0) {
        sessions.assertKept(0, seq & 1);
      }
    }
    assert.equal(sessions.segments.without, 0);
  });

  it('are not mixed up, and make room when a session is over', (t) => {
    const draw = numbersFrom(seedOf(t));
    const count = 50;
    // One page is less than all would need without those that are over.
    const sessions = new Sessions(count, 1);
    for (let i = 0; i < 8 * SEGMENTS_OF_PAGE; i++) {
      const session = draw() % 4 === 0 ? draw() % 3 : draw() % count;
      sessions.keep(session, i);
      if (draw() % 300 !== 0) continue;
      sessions.assertKept(session, draw() & 1);
      sessions.forget(session);
    }
    assert.equal(sessions.segments.without, 0);
    for (let session = 0; session < count; session++) sessions.assertKept(session, 0);
  });

  it('are none where there is no room, until others are over', () => {
    const sessions = new Sessions(4098, 1);
    for (let session = 0; session < 4096; session++) sessions.keep(session, session);
    // There is no chunk for another session, nor for a ninth segment of one.
    sessions.keep(4096, 1);
    for (let i = 1; i < 9; i++) sessions.keep(0, i);
    assert.equal(sessions.segments.without, 2);
    assert.equal(sessions.segments.kept(sessions.rows, 0), 0);
    assert.equal(sessions.segments.kept(sessions.rows, 4096 * KEPT_WORDS), 0);
    sessions.assertKept(4095, 0);
    // What the one had has become free.
    sessions.keep(4097, 7);
    sessions.assertKept(4097, 0);
    sessions.keep(0, 9);
    assert.equal(sessions.segments.kept(sessions.rows, 0), 0);
    sessions.forget(0);
  });
});
