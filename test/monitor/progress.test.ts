import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ProgressMeter, type ProgressView, renderProgress } from '../../src/monitor/progress.js';
import { checkProperty } from '../support/property.js';

const START_MS = Date.UTC(2024, 0, 31, 10, 0, 0);
const TICK_MS = 250;
const RECENT_MS = 10_000;
const MB = 1e6;

/** A run whose speed (bytes and packets per second) is a function of the seconds since its start. */
class Run {
  readonly meter: ProgressMeter;
  bytes = 0;
  atMs = START_MS;
  view: ProgressView | undefined;

  constructor(totalBytes: number) {
    this.meter = new ProgressMeter(totalBytes, { atMs: START_MS, bytes: 0, packets: 0, sessions: 0 });
  }

  go(sec: number, bytesPerSec: number, tickMs = TICK_MS): ProgressView {
    for (const endMs = this.atMs + sec * 1000; this.atMs < endMs; ) {
      const stepMs = Math.min(tickMs, endMs - this.atMs);
      this.atMs += stepMs;
      this.bytes += (bytesPerSec * stepMs) / 1000;
      this.view = this.meter.update({ atMs: this.atMs, bytes: this.bytes, packets: this.bytes / 500, sessions: 7 });
    }
    return this.view!;
  }
}

const isNear = (value: number | undefined, expected: number, share = 1e-9): boolean =>
  value !== undefined && Math.abs(value - expected) <= Math.abs(expected) * share;

describe('progress', () => {
  it('of an even run: percentage, rates, ETA and ETF are exact', () => {
    const run = new Run(1000 * MB);
    for (let sec = 1; sec < 100; sec++) {
      const view = run.go(1, 10 * MB);
      assert.ok(isNear(view.percent, sec));
      assert.ok(isNear(view.bytesPerSec, 10 * MB));
      assert.ok(isNear(view.packetsPerSec, 20_000));
      assert.ok(isNear(view.remainingSec, 100 - sec));
      assert.ok(Math.abs(view.finishMs! - (START_MS + 100_000)) < 1);
      assert.deepEqual([view.sessions, view.totalBytes, view.bytes], [7, 1000 * MB, run.bytes]);
    }
    const end = run.go(1, 10 * MB);
    assert.deepEqual([end.percent, end.remainingSec], [100, 0]);
  });

  for (const [before, after] of [
    [100, 10],
    [1, 200],
    [50, 51],
  ]) {
    it(`ten seconds after the speed went from ${before} to ${after} MB/s, the end is that of the new speed`, () => {
      for (const tickMs of [TICK_MS, 1000]) {
        const run = new Run(100_000 * MB);
        run.go(60, before * MB, tickMs);
        const half = run.go(5, after * MB, tickMs);
        assert.ok(isNear(half.bytesPerSec, ((before + after) / 2) * MB, 0.11), 'half way, it is between the two');
        const view = run.go(5, after * MB, tickMs);
        assert.ok(isNear(view.bytesPerSec, after * MB), `${view.bytesPerSec}`);
        assert.ok(isNear(view.remainingSec, (100_000 * MB - run.bytes) / (after * MB)));
      }
    });
  }

  it('says no end while nothing moves, and the right one again ten seconds after it goes on', () => {
    const run = new Run(1000 * MB);
    run.go(20, 10 * MB);
    const stalled = run.go(11, 0);
    assert.deepEqual([stalled.bytesPerSec, stalled.remainingSec, stalled.finishMs], [0, undefined, undefined]);
    assert.ok(isNear(stalled.percent, 20));
    assert.ok(isNear(run.go(10, 10 * MB).remainingSec, 70));
  });

  it('has a rate from the first sample on', () => {
    const run = new Run(100 * MB);
    assert.ok(isNear(run.go(0.25, 10 * MB).bytesPerSec, 10 * MB));
    const meter = new ProgressMeter(100, { atMs: 5, bytes: 0, packets: 0, sessions: 0 });
    const view = meter.update({ atMs: 5, bytes: 50, packets: 1, sessions: 0 });
    assert.deepEqual([view.bytesPerSec, view.remainingSec, view.percent], [0, undefined, 50], 'no time has passed');
  });

  it('knows no percentage and no end of an input of unknown length', () => {
    const view = new Run(0).go(30, 10 * MB);
    assert.deepEqual([view.percent, view.remainingSec, view.finishMs], [0, undefined, undefined]);
    assert.ok(isNear(view.bytesPerSec, 10 * MB));
  });

  it('of a file that grows while it is read stays at 100 % and never ends in the past', () => {
    const view = new Run(100 * MB).go(30, 10 * MB);
    assert.deepEqual([view.percent, view.remainingSec], [100, 0]);
    assert.equal(view.finishMs, START_MS + 30_000);
  });

  it('takes its rates from the last ten seconds of any run', (t: TestContext) => {
    const step = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.nat(1e9), fc.nat(1e6));
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const meter = new ProgressMeter(1e12, { atMs: START_MS, bytes: 0, packets: 0, sessions: 0 });
      const samples = [{ atMs: START_MS, bytes: 0, packets: 0 }];
      for (const [ms, bytes, packets] of steps) {
        const last = samples.at(-1)!;
        const now = { atMs: last.atMs + ms, bytes: last.bytes + bytes, packets: last.packets + packets };
        samples.push(now);
        const view = meter.update({ ...now, sessions: 0 });
        // The youngest sample that is ten seconds old, or the first one; the very last is never enough.
        const from = samples.slice(0, -1).findLast((one) => now.atMs - one.atMs >= RECENT_MS) ?? samples[0];
        const sec = (now.atMs - from.atMs) / 1000;
        assert.ok(isNear(view.bytesPerSec, (now.bytes - from.bytes) / sec));
        assert.ok(isNear(view.packetsPerSec, (now.packets - from.packets) / sec));
      }
    });
    checkProperty(t, property, 300);
  });
});

describe('progress line', () => {
  const view: ProgressView = {
    bytes: 35_443_192,
    totalBytes: 83_586_990,
    percent: 42.4027,
    bytesPerSec: 11_880_000,
    packetsPerSec: 173_300,
    sessions: 1234,
    remainingSec: 256.4,
    finishMs: START_MS + 256_400,
  };

  it('has everything where there is room', () => {
    const clock = new Date(view.finishMs!).toTimeString().slice(0, 8);
    const line = renderProgress(view, START_MS, 200);
    assert.equal(line, `42.4%  35.44 MB  11.88 MB/s  ETA 4 m 16 s  ETF ${clock}  173.30 Kpkt/s  1.23 K sessions`);
  });

  it('leaves the least important out first, and is never longer than the terminal', (t: TestContext) => {
    const whole = renderProgress(view, START_MS, 200).split('  ');
    const number = fc.oneof(fc.nat(2000), fc.maxSafeNat());
    const optional = fc.option(fc.nat(10_000_000), { nil: undefined });
    for (let columns = 0; columns <= 100; columns++) {
      const line = renderProgress(view, START_MS, columns);
      assert.ok(line.length <= columns, `${line.length} of ${columns}`);
      const parts = line.split('  ');
      if (columns >= whole[0].length) assert.deepEqual(parts, whole.slice(0, parts.length), `${columns} columns`);
      const more = whole.slice(0, parts.length + 1).join('  ');
      if (columns >= whole[0].length && parts.length < whole.length)
        assert.ok(more.length > columns, 'no room is wasted');
    }
    const property = fc.property(
      fc.record({
        ...{
          bytes: number,
          totalBytes: number,
          percent: fc.double({ min: 0, max: 100, noNaN: true }),
          sessions: number,
        },
        ...{ bytesPerSec: number, packetsPerSec: number, remainingSec: optional, finishMs: optional },
      }),
      fc.nat(150),
      (any, columns) => {
        const line = renderProgress(any, START_MS, columns);
        assert.ok(line.length <= columns && !line.includes('\n') && !/undefined|NaN/.test(line), line);
      },
    );
    checkProperty(t, property, 500);
  });

  it('says nothing of a percentage and an end that are not known', () => {
    const line = renderProgress(
      { ...view, totalBytes: 0, remainingSec: undefined, finishMs: undefined },
      START_MS,
      200,
    );
    assert.equal(line, '35.44 MB  11.88 MB/s  173.30 Kpkt/s  1.23 K sessions');
  });
});
