import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { KEY_WORDS, SessionTable } from '../../src/flow/session-table.js';
import { TIMER_WORDS, TimerWheel } from '../../src/flow/timer-wheel.js';
import { checkProperty } from '../support/property.js';

/** Longest time to a deadline: of sessions 900 s and one; handshakes may have as long as anybody likes. */
const MOST_SEC = 5000;

/** What a row must agree with. */
interface Expected {
  deadline: number;
  /** Second that it is entered for, or may be: no row is entered for a later one than this. */
  entered: number;
}

/** A wheel and the Map of deadlines it must agree with; rows are made as they are needed. */
class Pair {
  readonly rows = new Map<number, Expected>();
  clock: number;
  readonly #table = new SessionTable(TIMER_WORDS);
  readonly #wheel = new TimerWheel(this.#table, KEY_WORDS);
  #made = 0;

  constructor(clock: number) {
    this.clock = clock;
  }

  /** `limit` may be 0 and less: what a packet is of that is older than the clock is entered for the second to come. */
  add(limit: number): void {
    const row = this.#table.insert(this.#made++, 0, 0, 0, 0);
    const deadline = this.clock + limit;
    const entered = Math.max(deadline, this.clock + 1);
    this.rows.set(row, { deadline, entered });
    this.#wheel.add(row, entered);
  }

  /** As a segment does: later without a call, earlier with one; `always`: with a call, as handshakes do. */
  move(row: number, limit: number, always = false): void {
    const expected = this.rows.get(row)!;
    const deadline = this.clock + limit;
    const entry = Math.max(deadline, this.clock + 1);
    if (always || deadline < expected.deadline) this.#wheel.advance(row, entry);
    expected.deadline = deadline;
    expected.entered = Math.min(expected.entered, entry);
  }

  remove(row: number): void {
    this.#wheel.remove(row);
    this.#table.remove(row);
    this.rows.delete(row);
  }

  /** The clock is set back, of which the wheel is not told. */
  setBack(sec: number): void {
    this.clock = Math.max(0, this.clock - sec);
  }

  /** The clock goes on; exactly those that were entered by then and are at or past their deadline come out, each once. */
  tick(sec: number): void {
    const to = this.clock + sec;
    const due: number[] = [];
    this.#wheel.expire(this.clock, to, (row) => this.rows.get(row)!.deadline, due);
    this.clock = to;
    const isDue = ({ deadline, entered }: Expected): boolean => deadline <= to && entered <= to;
    const expected = [...this.rows].filter(([, row]) => isDue(row)).map(([row]) => row);
    assert.deepEqual(
      due.sort((a, b) => a - b),
      expected.sort((a, b) => a - b),
      `at second ${to}`,
    );
    for (const row of due) {
      this.#table.remove(row);
      this.rows.delete(row);
    }
    for (const row of this.rows.values()) if (row.entered <= to) row.entered = row.deadline;
  }
}

type Step = { do: 'add' | 'move' | 'follow' | 'remove' | 'tick' | 'back'; which: number; sec: number; past: boolean };

const secArbitrary: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(30, 31, 32, 33, 63, 64, 65, 899, 900, 901),
  fc.integer({ min: 1, max: MOST_SEC }),
  fc.constantFrom(991, 992, 993, 1000, 1023, 1024, 1025, 2047, 2048, 2049, 3600, 5000, 100_000),
);

const stepsOf = (...kinds: Step['do'][]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      do: fc.constantFrom(...kinds),
      which: fc.nat(1000),
      sec: secArbitrary,
      past: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 120 },
  );

const startArbitrary: fc.Arbitrary<number> = fc.constantFrom(0, 1, 1_700_000_000, 2 ** 31 - 1500, 2 ** 32 - 20_000_000);

function play(pair: Pair, steps: readonly Step[]): void {
  for (const { do: what, which, sec, past } of steps) {
    const rows = [...pair.rows.keys()];
    const row = rows[which % rows.length];
    const limit = 1 + ((sec - 1) % MOST_SEC);
    if (what === 'tick') pair.tick(sec);
    else if (what === 'back') pair.setBack(sec);
    else if (what === 'add' || row === undefined) pair.add(what === 'add' && past ? -limit : limit);
    else if (what === 'move') pair.move(row, limit);
    else if (what === 'follow') pair.move(row, past ? -limit : limit, true);
    else pair.remove(row);
  }
}

describe('timer wheel', () => {
  it('lets each row go at the first tick at or after its deadline, and no other', (t: TestContext) => {
    const steps = stepsOf('add', 'add', 'move', 'move', 'move', 'remove', 'tick', 'tick', 'tick');
    const property = fc.property(startArbitrary, steps, (start, played) => {
      const pair = new Pair(start);
      play(
        pair,
        played.map((step) => ({ ...step, past: false })),
      );
      pair.tick(MOST_SEC);
      assert.equal(pair.rows.size, 0);
    });
    checkProperty(t, property, 1000);
  });

  it('does so when the clock is set back in between, and when what comes is older than the clock', (t: TestContext) => {
    const steps = stepsOf('add', 'add', 'follow', 'follow', 'follow', 'remove', 'tick', 'tick', 'back');
    const property = fc.property(startArbitrary, steps, (start, played) => {
      const pair = new Pair(start);
      play(pair, played);
      const last = [...pair.rows.values()].reduce((most, row) => Math.max(most, row.entered, row.deadline), 0);
      pair.tick(Math.max(1, last - pair.clock));
      assert.equal(pair.rows.size, 0);
    });
    checkProperty(t, property, 1000);
  });

  it('takes out what is due when the clock jumps to and fro by more than its slots and by less', () => {
    for (const sec of [31, 32, 33, 900, 1023, 1024, 1025, 4096]) {
      const pair = new Pair(1_700_000_000);
      for (let turn = 0; turn < 50; turn++) {
        pair.add(60);
        pair.tick(sec);
        pair.add(60);
        assert.equal(pair.rows.size, sec < 60 ? 2 * turn + 2 : turn + 1, `turn ${turn}, ${sec} s`);
        pair.setBack(sec);
      }
    }
  });

  it('leaves a row that is due rounds later where it is, whatever else is in its slot', () => {
    const pair = new Pair(1000);
    pair.add(3 * 1024 + 5);
    pair.add(1024 + 5);
    pair.add(5);
    for (const [sec, left] of [
      [4, 3],
      [1, 2],
      [1023, 2],
      [1, 1],
      [2047, 1],
      [1, 0],
    ]) {
      pair.tick(sec);
      assert.equal(pair.rows.size, left, `at second ${pair.clock}`);
    }
  });

  it('keeps a row until the second that it was entered for, whichever others share its slot', () => {
    const pair = new Pair(3000);
    pair.add(-2990);
    pair.setBack(2048);
    pair.add(1);
    pair.tick(1);
    assert.deepEqual([...pair.rows.keys()], [0]);
    pair.tick(2047);
    assert.equal(pair.rows.size, 1);
    pair.tick(1);
    assert.equal(pair.rows.size, 0);
  });

  it('keeps a row whose deadline moves on with every second, then lets it go in time', () => {
    const pair = new Pair(500);
    pair.add(901);
    for (let second = 0; second < 3000; second++) {
      pair.tick(1);
      pair.move(0, 901);
    }
    pair.tick(900);
    assert.equal(pair.rows.size, 1);
    pair.tick(1);
    assert.equal(pair.rows.size, 0);
  });

  it('brings a deadline forward that was made shorter, and only forward', () => {
    const pair = new Pair(100);
    pair.add(901);
    pair.add(901);
    pair.move(0, 31);
    pair.move(0, 901);
    pair.move(1, 31);
    pair.tick(30);
    assert.equal(pair.rows.size, 2);
    pair.tick(1);
    assert.deepEqual([...pair.rows.keys()], [0]);
    pair.tick(870);
    assert.equal(pair.rows.size, 0);
  });

  it('takes rows out of the middle, the front and the end of a slot', () => {
    for (const removed of [0, 1, 2]) {
      const pair = new Pair(0);
      for (let row = 0; row < 3; row++) pair.add(10);
      pair.remove(removed);
      pair.tick(9);
      pair.tick(1);
      assert.equal(pair.rows.size, 0);
    }
  });
});
