import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { KEY_WORDS, SessionTable } from '../../src/flow/session-table.js';
import { TIMER_WORDS, TimerWheel } from '../../src/flow/timer-wheel.js';
import { checkProperty } from '../support/property.js';

/** Longest time to a deadline, as in the product: 900 s and one. */
const MOST_SEC = 901;

/** A wheel and the Map of deadlines it must agree with; rows are made as they are needed. */
class Pair {
  readonly deadlines = new Map<number, number>();
  clock: number;
  readonly #table = new SessionTable(TIMER_WORDS);
  readonly #wheel = new TimerWheel(this.#table, KEY_WORDS);
  #made = 0;

  constructor(clock: number) {
    this.clock = clock;
  }

  add(limit: number): void {
    const row = this.#table.insert(this.#made++, 0, 0, 0, 0);
    this.deadlines.set(row, this.clock + limit);
    this.#wheel.add(row, this.clock + limit);
  }

  /** As a segment does: later without a call, earlier with one. */
  move(row: number, limit: number): void {
    const due = this.clock + limit;
    const isEarlier = due < this.deadlines.get(row)!;
    this.deadlines.set(row, due);
    if (isEarlier) this.#wheel.advance(row, due);
  }

  remove(row: number): void {
    this.#wheel.remove(row);
    this.#table.remove(row);
    this.deadlines.delete(row);
  }

  /** The clock goes on; exactly those at or past their deadline come out, each once. */
  tick(sec: number): void {
    const to = this.clock + sec;
    const due: number[] = [];
    this.#wheel.expire(this.clock, to, (row) => this.deadlines.get(row)!, due);
    this.clock = to;
    const expected = [...this.deadlines].filter(([, deadline]) => deadline <= to).map(([row]) => row);
    assert.deepEqual(
      due.sort((a, b) => a - b),
      expected.sort((a, b) => a - b),
      `at second ${to}`,
    );
    for (const row of due) {
      this.#table.remove(row);
      this.deadlines.delete(row);
    }
  }
}

type Step = { do: 'add' | 'move' | 'remove' | 'tick'; which: number; sec: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('add', 'add', 'move', 'move', 'move', 'remove', 'tick', 'tick', 'tick'),
  which: fc.nat(1000),
  sec: fc.oneof(
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(30, 31, 32, 899, 900, 901),
    fc.integer({ min: 1, max: MOST_SEC }),
    fc.constantFrom(1000, 1023, 1024, 1025, 2048, 5000, 100_000),
  ),
});

describe('timer wheel', () => {
  it('lets each row go at the first tick at or after its deadline, and no other', (t: TestContext) => {
    const starts = fc.constantFrom(0, 1, 1_700_000_000, 2 ** 31 - 1500, 2 ** 32 - 20_000_000);
    const property = fc.property(starts, fc.array(stepArbitrary, { maxLength: 120 }), (start, steps) => {
      const pair = new Pair(start);
      for (const step of steps) {
        const rows = [...pair.deadlines.keys()];
        const row = rows[step.which % rows.length];
        const limit = 1 + ((step.sec - 1) % MOST_SEC);
        if (step.do === 'tick') pair.tick(step.sec);
        else if (step.do === 'add' || row === undefined) pair.add(limit);
        else if (step.do === 'move') pair.move(row, limit);
        else pair.remove(row);
      }
      pair.tick(MOST_SEC);
      assert.equal(pair.deadlines.size, 0);
    });
    checkProperty(t, property, 1000);
  });

  it('keeps a row whose deadline moves on with every second, then lets it go in time', () => {
    const pair = new Pair(500);
    pair.add(901);
    for (let second = 0; second < 3000; second++) {
      pair.tick(1);
      pair.move(0, 901);
    }
    pair.tick(900);
    assert.equal(pair.deadlines.size, 1);
    pair.tick(1);
    assert.equal(pair.deadlines.size, 0);
  });

  it('brings a deadline forward that was made shorter, and only forward', () => {
    const pair = new Pair(100);
    pair.add(901);
    pair.add(901);
    pair.move(0, 31);
    pair.move(0, 901);
    pair.move(1, 31);
    pair.tick(30);
    assert.equal(pair.deadlines.size, 2);
    pair.tick(1);
    assert.deepEqual([...pair.deadlines.keys()], [0]);
    pair.tick(870);
    assert.equal(pair.deadlines.size, 0);
  });

  it('takes rows out of the middle, the front and the end of a slot', () => {
    for (const removed of [0, 1, 2]) {
      const pair = new Pair(0);
      for (let row = 0; row < 3; row++) pair.add(10);
      pair.remove(removed);
      pair.tick(9);
      pair.tick(1);
      assert.equal(pair.deadlines.size, 0);
    }
  });
});
