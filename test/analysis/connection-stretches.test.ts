/**
 * What of a side's payload came in order and what never came, against a naive account of every sequence number.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConnectionStretches, SIDE_STRETCH_WORDS, sentInOrder } from '../../src/analysis/connection-stretches.js';
import { checkProperty } from '../support/property.js';

/** Numbers that the naive account has. */
const SPAN = 400;

/** Every number of a side by itself. */
class NaiveSide {
  readonly came = new Set<number>();
  highest = 0;
  contiguous = 0;
  missed = 0;
  #isHoleTold = false;

  sent(from: number, to: number): boolean {
    const isOld = to > from && to <= this.highest;
    this.highest = Math.max(this.highest, to);
    for (let n = Math.max(from, this.contiguous); n < to; n++) this.came.add(n);
    this.#advance(from <= this.contiguous && to > this.contiguous ? to : this.contiguous);
    return isOld;
  }

  acknowledged(ack: number): number {
    let holes = 0;
    while (this.contiguous < ack && [...this.came].some((n) => n >= this.contiguous)) {
      if (!this.#isHoleTold) holes++;
      this.#isHoleTold = true;
      while (this.contiguous < ack && !this.came.has(this.contiguous)) {
        this.contiguous++;
        this.missed++;
      }
      this.#advance(this.contiguous);
    }
    return holes;
  }

  /** To `to`, and on as far as numbers came. */
  #advance(to: number): void {
    this.contiguous = to;
    while (this.came.has(this.contiguous)) {
      this.contiguous++;
      this.#isHoleTold = false;
    }
  }
}

const step = fc.record({ at: fc.nat(SPAN), length: fc.nat(40), isAck: fc.boolean() });

describe('stretches of a side', () => {
  it('are those of a naive account, wherever the numbers begin', (t) => {
    checkProperty(
      t,
      fc.property(fc.integer(), fc.array(step, { maxLength: 60 }), (base, steps) => {
        const stretches = new ConnectionStretches();
        const page = new Int32Array(SIDE_STRETCH_WORDS + 1);
        const naive = new NaiveSide();
        stretches.sent(page, 0, base | 0, 0, false);
        for (const { at, length, isAck } of steps) {
          const number = (base + at) | 0;
          if (isAck) assert.equal(stretches.acknowledged(page, 0, number), naive.acknowledged(at));
          else assert.equal(stretches.sent(page, 0, number, length, false), naive.sent(at, at + length));
          assert.equal(stretches.missed(page, 0), naive.missed);
          assert.equal(stretches.bytes(page, 0), naive.highest);
        }
        stretches.forget(page, 0);
        assert.equal(stretches.live, 0);
        assert.equal(page[SIDE_STRETCH_WORDS], 0);
      }),
      300,
    );
  });

  it('are bounded: beyond 64, what lies between two counts as seen', () => {
    for (const order of [1, -1]) {
      const stretches = new ConnectionStretches();
      const page = new Int32Array(SIDE_STRETCH_WORDS);
      stretches.sent(page, 0, 0, 0, false);
      const starts = Array.from({ length: 10_000 }, (_, n) => 10 + 10 * n);
      if (order < 0) starts.reverse();
      for (const start of starts) stretches.sent(page, 0, start, 5, false);
      assert.equal(stretches.live, 64);
      assert.equal(stretches.acknowledged(page, 0, 200_000), 64);
      assert.ok(stretches.missed(page, 0) <= 5 * 10_000 + 5);
      assert.equal(stretches.live, 0);
      assert.equal(stretches.bytes(page, 0), 100_005);
    }
  });

  it('of packets in order are the same by the short way, which does nothing where it does not fit', (t) => {
    const steps = fc.array(fc.record({ gap: fc.constantFrom(0, 0, 0, 0, 7, -5), length: fc.nat(40) }), {
      maxLength: 60,
    });
    let short = 0;
    const property = fc.property(fc.integer(), steps, (base, packets) => {
      const stretches = new ConnectionStretches();
      const page = new Int32Array(SIDE_STRETCH_WORDS);
      let seq = base;
      for (const { gap, length } of packets) {
        seq = (seq + gap) | 0;
        const tried = page.slice();
        const isShort = sentInOrder(tried, 0, seq, length);
        const before = page.slice();
        const isOld = stretches.sent(page, 0, seq, length, false);
        assert.deepEqual(tried, isShort ? page : before);
        if (isShort) assert.equal(isOld, false);
        short += isShort ? 1 : 0;
        seq = (seq + length) | 0;
      }
    });
    checkProperty(t, property, 300);
    assert.ok(short > 100, `${short} packets took the short way`);
  });

  it('of many sides lie in one pool, which grows and is used again', () => {
    const stretches = new ConnectionStretches();
    const pages = Array.from({ length: 500 }, () => new Int32Array(SIDE_STRETCH_WORDS));
    for (let round = 0; round < 3; round++) {
      for (const page of pages) {
        page.fill(0);
        stretches.sent(page, 0, 0, 0, false);
        stretches.sent(page, 0, 30, 5, false);
        stretches.sent(page, 0, 10, 5, false);
      }
      assert.equal(stretches.live, 1000);
      for (const page of pages) {
        assert.equal(stretches.acknowledged(page, 0, 100), 2);
        assert.equal(stretches.missed(page, 0), 25);
      }
      assert.equal(stretches.live, 0);
    }
  });
});
