import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { BEAT_MS, OwnTime } from '../../src/monitor/own-time.js';
import { checkProperty } from '../support/property.js';

/** More than a beat that came late for no reason. */
const NEAR_MS = 5 * BEAT_MS;

/** A process whose clock is looked at every BEAT_MS while it is neither stopped nor busy. */
class Process {
  nowMs = 1_000_000;
  readonly time = new OwnTime(this.nowMs);

  get elapsedMs(): number {
    return this.time.elapsedMs(this.nowMs);
  }

  idle(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs = Math.min(endMs, this.nowMs + BEAT_MS);
      this.time.beat(this.nowMs);
    }
  }

  /** The main thread is busy: one beat comes late. */
  busy(ms: number): void {
    this.nowMs += ms;
    this.time.beat(this.nowMs);
  }

  /** Stopped for so long; what the event loop looks at first when it goes on, the clock or the signal, is not known. */
  stop(ms: number, isClockFirst: boolean): void {
    this.nowMs += ms;
    if (isClockFirst) this.time.beat(this.nowMs);
    this.time.goOn(this.nowMs);
  }
}

describe("a process's own time", () => {
  it('goes with the clock', () => {
    const process = new Process();
    process.idle(10_000);
    assert.equal(process.elapsedMs, 10_000);
    process.nowMs += 30;
    assert.equal(process.elapsedMs, 10_030);
  });

  for (const isClockFirst of [false, true]) {
    it(`stands still in a stop, the ${isClockFirst ? 'clock' : 'signal'} heard first`, () => {
      const process = new Process();
      process.idle(3000);
      process.stop(5000, isClockFirst);
      assert.ok(Math.abs(process.elapsedMs - 3000) <= BEAT_MS, `${process.elapsedMs}`);
      process.idle(2000);
      assert.ok(Math.abs(process.elapsedMs - 5000) <= BEAT_MS, `${process.elapsedMs}`);
    });
  }

  it('does not count a stop of which nobody has heard yet', () => {
    const process = new Process();
    process.idle(3000);
    process.nowMs += 5000;
    assert.ok(process.elapsedMs <= 3000 + NEAR_MS);
    process.time.beat(process.nowMs);
    assert.ok(process.elapsedMs <= 3000 + NEAR_MS);
    process.time.goOn(process.nowMs);
    process.idle(1000);
    assert.ok(Math.abs(process.elapsedMs - 4000) <= BEAT_MS);
  });

  it('counts what a busy main thread took', () => {
    const process = new Process();
    process.idle(1000);
    process.busy(3000);
    process.idle(BEAT_MS);
    assert.equal(process.elapsedMs, 4000 + BEAT_MS);
    for (let turn = 0; turn < 10; turn++) process.busy(700);
    process.idle(2 * BEAT_MS);
    assert.equal(process.elapsedMs, 11_000 + 3 * BEAT_MS);
  });

  it('loses next to nothing to signals that ended no stop', () => {
    const process = new Process();
    for (let signal = 0; signal < 100; signal++) {
      process.idle(BEAT_MS);
      process.nowMs += 20;
      process.time.goOn(process.nowMs);
    }
    assert.equal(process.elapsedMs, 100 * (BEAT_MS + 20));
  });

  it('never goes backwards, and is near the truth after anything', (t: TestContext) => {
    const step = fc.tuple(fc.constantFrom('idle', 'busy', 'stop'), fc.integer({ min: 1, max: 20_000 }), fc.boolean());
    const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const process = new Process();
      let [ownMs, stops, told] = [0, 0, 0];
      for (const [kind, ms, isClockFirst] of steps) {
        if (kind === 'stop') process.stop(ms, isClockFirst);
        else process[kind](ms);
        // What is not yet known of a busy stretch is known a beat later.
        process.idle(2 * BEAT_MS);
        ownMs += (kind === 'stop' ? 0 : ms) + 2 * BEAT_MS;
        stops += kind === 'stop' ? 1 : 0;
        const now = process.elapsedMs;
        assert.ok(now >= told);
        told = now;
        assert.ok(Math.abs(now - ownMs) <= NEAR_MS + stops * BEAT_MS, `${now}, not ${ownMs}`);
      }
    });
    checkProperty(t, property, 300);
  });
});
