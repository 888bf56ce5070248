import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type ProgressCounters, ProgressMeter, type ProgressView } from '../../src/monitor/progress.js';
import { checkProperty } from '../support/property.js';
import {
  countersAt,
  durationMsOf,
  PACKET_BYTES,
  play,
  type SimulatedRun,
  START_MS,
  totalBytesOf,
} from '../support/simulated-run.js';

const MB = 1e6;
const LOOK_MS = 50;
/** The most that an announced finish may be wrong, of the whole duration. */
const ALLOWED = 0.1;

const everyLook = (_: number): number => LOOK_MS;
const even = (ms: number, bytesPerMs: number, stepBytes = 1): SimulatedRun => ({
  startMs: 0,
  stretches: [{ ms, bytesPerMs }],
  stepBytes,
});

/** Looks as a main thread has them: about every 50 ms, now and then late. */
function looksOf(delaysMs: readonly number[]): (elapsedMs: number) => number {
  let index = 0;
  return () => LOOK_MS + delaysMs[index++ % delaysMs.length];
}
const delays = fc.array(fc.oneof({ weight: 20, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(100) }), {
  minLength: 1,
  maxLength: 50,
});

/** What is told between two moments of a run. */
function toldIn(run: SimulatedRun, fromMs: number, toMs = Infinity, nextMs = everyLook): [number, ProgressView][] {
  const told: [number, ProgressView][] = [];
  play(run, nextMs, (atMs, view) => {
    if (atMs >= fromMs && atMs < toMs) told.push([atMs, view]);
  });
  return told;
}

/** Everything told from `fromMs` on announces the finish that came true. */
function assertHonest(run: SimulatedRun, fromMs: number, nextMs = everyLook): void {
  const durationMs = durationMsOf(run);
  for (const [atMs, { finishMs }] of toldIn(run, fromMs, durationMs, nextMs)) {
    assert.ok(finishMs !== undefined, `nothing is announced after ${atMs} of ${durationMs} ms`);
    const share = Math.abs(finishMs - START_MS - durationMs) / durationMs;
    assert.ok(share <= ALLOWED, `${(100 * share).toFixed(1)} % wrong after ${atMs} of ${durationMs} ms`);
  }
}

const isNear = (value: number | undefined, expected: number, share: number): boolean =>
  value !== undefined && Math.abs(value - expected) <= Math.abs(expected) * share;

describe('the announced finish', () => {
  const startMs = fc.nat(500);

  it('of an even run is right from a tenth of it on, in whatever steps the counters move', (t: TestContext) => {
    const property = fc.property(
      fc.record({
        startMs,
        ms: fc.integer({ min: 15_000, max: 200_000 }),
        steps: fc.integer({ min: 80, max: 20_000 }),
      }),
      delays,
      ({ startMs, ms, steps }, delaysMs) => {
        const bytesPerMs = 1000;
        const stepBytes = Math.max(1, Math.floor((ms * bytesPerMs) / steps));
        assertHonest({ startMs, stretches: [{ ms, bytesPerMs }], stepBytes }, 0.1 * (ms + startMs), looksOf(delaysMs));
      },
    );
    checkProperty(t, property, 60);
  });

  it('is right ten seconds after the speed changed by half, or doubled', (t: TestContext) => {
    const property = fc.property(
      fc.record({
        startMs,
        beforeMs: fc.integer({ min: 2000, max: 60_000 }),
        afterMs: fc.integer({ min: 12_000, max: 100_000 }),
        slower: fc.constantFrom(0.5, 2),
        // Up to a step in 1.5 s.
        stepBytes: fc.integer({ min: 1, max: 750_000 }),
      }),
      delays,
      ({ startMs, beforeMs, afterMs, slower, stepBytes }, delaysMs) => {
        const stretches = [
          { ms: beforeMs, bytesPerMs: 1000 },
          { ms: afterMs, bytesPerMs: 1000 / slower },
        ];
        assertHonest({ startMs, stretches, stepBytes }, startMs + beforeMs + 10_000, looksOf(delaysMs));
      },
    );
    checkProperty(t, property, 60);
  });

  it('is right ten seconds after a stall was over', (t: TestContext) => {
    const property = fc.property(
      fc.record({
        startMs,
        stallMs: fc.integer({ min: 500, max: 60_000 }),
        stepBytes: fc.integer({ min: 1, max: 500_000 }),
      }),
      ({ startMs, stallMs, stepBytes }) => {
        const stretches = [
          { ms: 15_000, bytesPerMs: 1000 },
          { ms: stallMs, bytesPerMs: 0 },
          { ms: 40_000, bytesPerMs: 1000 },
        ];
        assertHonest({ startMs, stretches, stepBytes }, startMs + 15_000 + stallMs + 10_000);
      },
    );
    checkProperty(t, property, 60);
  });

  it('is not spoilt by a slow start, or by one that is faster because buffers are filled', (t: TestContext) => {
    const property = fc.property(
      fc.record({
        startMs,
        share: fc.double({ min: 0, max: 0.05, noNaN: true }),
        ms: fc.integer({ min: 20_000, max: 90_000 }),
      }),
      ({ startMs, share, ms }) => {
        const start = { ms: 0.02 * ms, bytesPerMs: (share * ms * 1000) / (0.02 * ms) };
        assertHonest({ startMs, stretches: [start, { ms, bytesPerMs: 1000 }], stepBytes: 64_000 }, 0.2 * ms);
      },
    );
    checkProperty(t, property, 60);
  });

  it('of bytes that come in bursts is right too', () => {
    const burst = [
      { ms: 900, bytesPerMs: 0 },
      { ms: 100, bytesPerMs: 10_000 },
    ];
    const stretches = Array.from({ length: 60 }, () => burst).flat();
    assertHonest({ startMs: 0, stretches, stepBytes: 64_000 }, 10_000);
  });
});

describe('progress', () => {
  it('of an even run: percentage and rates', () => {
    for (const [atMs, view] of toldIn(even(100_000, 10_000), 1000)) {
      assert.ok(isNear(view.percent, Math.min(99.9, atMs / 1000), 1e-6));
      assert.ok(isNear(view.bytesPerSec, 10 * MB, 1e-6));
      assert.ok(isNear(view.packetsPerSec, (10 * MB) / PACKET_BYTES, 0.001));
      assert.equal(view.elapsedSec, atMs / 1000);
      assert.equal(view.totalBytes, 1000 * MB);
    }
  });

  it('while nothing moves the time left grows, and then is not known; the rate falls to 0', () => {
    const stretches = [
      { ms: 20_000, bytesPerMs: 10_000 },
      { ms: 30_000, bytesPerMs: 0 },
      { ms: 20_000, bytesPerMs: 10_000 },
    ];
    for (const stepBytes of [1, 5 * MB]) {
      const told = toldIn({ startMs: 0, stretches, stepBytes }, 21_500, 49_000);
      const remaining = told.map(([, { remainingSec }]) => remainingSec);
      const gone = remaining.indexOf(undefined);
      assert.ok(told[gone][0] >= 25_000 && told[gone][0] < 30_000, `unknown ${told[gone][0]} ms after the start`);
      const known = remaining.slice(0, gone) as number[];
      for (let index = 1; index < known.length; index++) assert.ok(known[index] >= known[index - 1]);
      assert.ok(known.at(-1)! > 3 * known[0]);
      assert.ok(told.slice(gone).every(([, view]) => view.remainingSec === undefined && view.finishMs === undefined));
      assert.ok(told.slice(gone).every(([, view]) => view.bytesPerSec === 0 && view.packetsPerSec === 0));
    }
  });

  it('announces nothing before there is a rate', () => {
    for (const [, view] of toldIn({ ...even(100_000, 1000), startMs: 3000 }, 0, 3200)) {
      assert.equal(view.remainingSec, undefined);
    }
    const counters = { bytes: 50, packets: 1, sessions: 3, leftBytes: 0 };
    const view = new ProgressMeter(100).view({ elapsedMs: 0, nowMs: START_MS }, counters);
    assert.deepEqual([view.bytesPerSec, view.remainingSec, view.percent, view.sessions], [0, undefined, 50, 3]);
  });

  it('knows no percentage and no end of an input of unknown length', () => {
    const run = even(30_000, 10_000);
    play(
      run,
      everyLook,
      (atMs, view) => {
        assert.deepEqual([view.percent, view.remainingSec, view.finishMs, view.totalBytes], Array(4).fill(undefined));
        if (atMs > 500) assert.ok(isNear(view.bytesPerSec, 10 * MB, 1e-6));
      },
      new ProgressMeter(undefined),
    );
  });

  it('has no percentage once more came than was announced', () => {
    const run = even(30_000, 10_000);
    let after = 0;
    play(
      run,
      everyLook,
      (atMs, view) => {
        assert.ok(view.percent === undefined || view.percent < 100);
        if (atMs <= 15_000) return;
        after++;
        assert.deepEqual([view.percent, view.remainingSec, view.isAllRead], [undefined, undefined, false]);
      },
      new ProgressMeter(totalBytesOf(run) / 2),
    );
    assert.ok(after > 100);
  });

  it('when all is read it is not done: below 100 %, no time is announced; at the end it is', () => {
    const run = even(10_000, 10_000);
    const counters = countersAt(run, 10_000);
    const meter = new ProgressMeter(totalBytesOf(run));
    play(run, everyLook, () => {}, meter);
    for (const elapsedMs of [10_000, 10_200, 15_000, 60_000]) {
      meter.note(elapsedMs, counters);
      const view = meter.view({ elapsedMs, nowMs: START_MS + elapsedMs }, counters);
      assert.deepEqual([view.isAllRead, view.remainingSec, view.finishMs], [true, undefined, undefined]);
      assert.ok(view.percent! > 99 && view.percent! < 100);
    }
    const moment = { elapsedMs: 20_000, nowMs: START_MS + 20_000 };
    const done = meter.endView(moment, counters, true);
    assert.deepEqual([done.percent, done.remainingSec, done.finishMs], [100, 0, moment.nowMs]);
    assert.equal(done.bytesPerSec, 5 * MB, 'of the whole run');
    const cutShort = meter.endView(moment, { ...counters, bytes: 50 * MB }, false);
    assert.deepEqual([cutShort.percent, cutShort.remainingSec, cutShort.finishMs], [50, undefined, undefined]);
  });

  it('files that were given up count no longer', () => {
    const counters = { bytes: 40, packets: 1, sessions: undefined, leftBytes: 20 };
    const view = new ProgressMeter(100).view({ elapsedMs: 1000, nowMs: START_MS }, counters);
    assert.equal(view.percent, 50);
    const nothing = new ProgressMeter(100).view({ elapsedMs: 1000, nowMs: START_MS }, { ...counters, leftBytes: 100 });
    assert.equal(nothing.percent, undefined);
  });

  it('is the same however often somebody asks in between', (t: TestContext) => {
    const run = { startMs: 130, stretches: [{ ms: 20_000, bytesPerMs: 1000 }], stepBytes: 300_000 };
    const asks = fc.array(fc.nat(20_000), { maxLength: 100 });
    const plain = toldIn(run, 0);
    const property = fc.property(asks, (times) => {
      const told: [number, ProgressView][] = [];
      const meter = new ProgressMeter(totalBytesOf(run));
      const ask = (atMs: number, view: ProgressView): void => {
        told.push([atMs, view]);
        for (const elapsedMs of times.filter((time) => time >= atMs && time < atMs + LOOK_MS)) {
          meter.view({ elapsedMs, nowMs: START_MS + elapsedMs }, countersAt(run, elapsedMs));
        }
      };
      play(run, everyLook, ask, meter);
      assert.deepEqual(told, plain);
    });
    checkProperty(t, property, 20);
  });

  it('has finite figures for any course of any counters', (t: TestContext) => {
    const step = fc.tuple(fc.nat(20_000), fc.oneof(fc.constant(0), fc.nat(1e9)), fc.nat(1e6));
    const property = fc.property(fc.array(step, { maxLength: 80 }), fc.nat(1e12), (steps, total) => {
      const meter = new ProgressMeter(total);
      let counters: ProgressCounters = { bytes: 0, packets: 0, sessions: undefined, leftBytes: 0 };
      let elapsedMs = 0;
      for (const [ms, bytes, packets] of steps) {
        elapsedMs += ms;
        counters = { ...counters, bytes: counters.bytes + bytes, packets: counters.packets + packets };
        meter.note(elapsedMs, counters);
        const view = meter.view({ elapsedMs, nowMs: START_MS + elapsedMs }, counters);
        for (const value of Object.values(view)) {
          if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0, JSON.stringify(view));
        }
        if (view.finishMs !== undefined) assert.ok(view.finishMs >= START_MS + elapsedMs);
      }
    });
    checkProperty(t, property, 300);
  });
});
