/**
 * Counts over time: whatever the times and their order, and however they are shared out, they are those of a naive sum.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addStretches, type StretchCounts, Stretches } from '../../src/analysis/stretches.js';
import { checkProperty } from '../support/property.js';

const COLUMNS = 2;
const MOST = 4096;

type Event = readonly [sec: number, nsec: number, value: number];

function counted(events: readonly Event[]): StretchCounts {
  const stretches = new Stretches(COLUMNS);
  for (const [sec, nsec, value] of events) {
    const at = stretches.at(sec | 0, nsec);
    stretches.sums[at]++;
    stretches.sums[at + 1] += value;
  }
  return stretches.counts();
}

/** Sums by the number of the stretch, from whole nanoseconds. */
function naive(events: readonly Event[], exponent: number): Map<number, number[]> {
  const sums = new Map<number, number[]>();
  for (const [sec, nsec, value] of events) {
    const time = BigInt(sec) * 1_000_000_000n + BigInt(nsec);
    const number = Number(
      exponent < 0 ? (time << BigInt(-exponent)) / 1_000_000_000n : (time / 1_000_000_000n) >> BigInt(exponent),
    );
    const [count, sum] = sums.get(number) ?? [0, 0];
    sums.set(number, [count + 1, sum + value]);
  }
  return sums;
}

function assertSame(counts: StretchCounts, events: readonly Event[]): void {
  const expected = [...naive(events, counts.exponent)].sort(([a], [b]) => a - b);
  assert.deepEqual(
    [...counts.numbers],
    expected.map(([number]) => number),
  );
  assert.deepEqual(
    [...counts.sums],
    expected.flatMap(([, sums]) => sums),
  );
  assert.ok(counts.numbers.length <= MOST);
}

/** Times around some moments, far from each other or near, to and fro. */
const events = fc
  .record({
    moments: fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 3 }),
    spreads: fc.array(fc.integer({ min: 0, max: 36 }), { minLength: 1, maxLength: 3 }),
    draws: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(999_999_999), fc.nat(1500)), { maxLength: 9000, size: 'max' }),
  })
  .map(({ moments, spreads, draws }) =>
    draws.map(([pick, offset, nsec, value]): Event => {
      const spread = 2 ** spreads[pick % spreads.length];
      return [(moments[pick % moments.length] + (offset % spread)) % 2 ** 32, nsec, value];
    }),
  );

describe('counts over time', () => {
  it('are those of a naive sum', (t) => {
    checkProperty(
      t,
      fc.property(events, (all) => assertSame(counted(all), all)),
      20,
    );
  });

  it('are the same however they are shared out, and in any order', (t) => {
    checkProperty(
      t,
      fc.property(events, fc.integer({ min: 1, max: 5 }), (all, shards) => {
        const shares = Array.from({ length: shards }, (_, shard) =>
          all.filter((_, i) => (i * 7 + (i >> 3)) % shards === shard),
        );
        const whole = counted(all);
        assert.deepEqual(addStretches(shares.map(counted)), whole);
        assert.deepEqual(counted([...all].reverse()), whole);
      }),
      10,
    );
  });

  it('keep the finest stretches while there is room, with an absurd time among them', () => {
    const all: Event[] = Array.from({ length: MOST - 1 }, (_, i) => [
      1_700_000_000 + (i >> 10),
      (i & 1023) * 976_563,
      1,
    ]);
    all.splice(100, 0, [0, 0, 1]);
    const counts = counted(all);
    assert.equal(counts.exponent, -10);
    assertSame(counts, all);
    const more: Event[] = [...all, [4_294_967_295, 999_999_999, 1]];
    assert.equal(counted(more).exponent, -9);
    assertSame(counted(more), more);
  });

  it('of nobody are none', () => assert.equal(addStretches([]), undefined));
});
