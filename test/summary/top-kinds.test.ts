/**
 * Lists of the largest kinds against exact counts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type KindCounts, TopKinds } from '../../src/summary/top-kinds.js';
import { checkProperty } from '../support/property.js';

interface Added {
  readonly kind: number;
  readonly bytes: number;
}

/** The words of a kind's key: some of them the same in all. */
const keyOf = (kind: number): Int32Array => Int32Array.of(1, kind % 7, -7 - kind);
const kindOf = (key: Int32Array): number => -7 - key[2];

function topOf(added: readonly Added[], kept: number): KindCounts[] {
  const kinds = new TopKinds(3, kept);
  for (const { kind, bytes } of added) kinds.add(keyOf(kind), bytes, 1 + (bytes % 5), bytes % 3);
  return kinds.ranked(kept);
}

interface Exact {
  kind: number;
  sessions: number;
  bytes: number;
  packets: number;
  retransmissions: number;
}

/** By bytes, sessions, who came first. */
function exactOf(added: readonly Added[]): Exact[] {
  const found = new Map<number, Exact>();
  for (const { kind, bytes } of added) {
    const exact = found.get(kind) ?? { kind, sessions: 0, bytes: 0, packets: 0, retransmissions: 0 };
    found.set(kind, exact);
    exact.sessions++;
    exact.bytes += bytes;
    exact.packets += 1 + (bytes % 5);
    exact.retransmissions += bytes % 3;
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes || b.sessions - a.sessions);
}

const addedOf = (kinds: number, most: number): fc.Arbitrary<Added[]> =>
  fc.array(
    fc.record({
      kind: fc.oneof(fc.nat(kinds), fc.nat(5)),
      bytes: fc.oneof(fc.constant(0), fc.nat(10), fc.nat(1_000_000)),
    }),
    { maxLength: most },
  );

describe('the largest kinds', () => {
  it('are exact while no more come than are kept', (t) => {
    const property = fc.property(addedOf(39, 400), (added) => {
      const found = topOf(added, 40).map(({ key, error, ...counts }) => ({ kind: kindOf(key), ...counts, error }));
      assert.deepEqual(
        found,
        exactOf(added).map((exact) => ({ ...exact, error: 0 })),
      );
    });
    checkProperty(t, property);
  });

  it('are too large by their error at most, and none that is large enough is missing', (t) => {
    const kept = 8;
    const property = fc.property(addedOf(200, 600), (added) => {
      const exact = new Map(exactOf(added).map((counts) => [counts.kind, counts]));
      const found = topOf(added, kept);
      const total = added.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { key, bytes, error, sessions, packets } of found) {
        const own = exact.get(kindOf(key));
        assert.ok(own !== undefined, 'a kind that never came');
        assert.ok(own.bytes <= bytes && own.bytes >= bytes - error, `${bytes} - ${error} for ${own.bytes}`);
        assert.ok(error <= total / kept);
        assert.ok(sessions <= own.sessions && packets <= own.packets);
      }
      const listed = new Set(found.map(({ key }) => kindOf(key)));
      assert.equal(listed.size, found.length);
      for (const { kind, bytes } of exact.values()) if (bytes > total / kept) assert.ok(listed.has(kind), `${bytes}`);
    });
    checkProperty(t, property);
  });

  it('are the ones there are, however many small ones come in between', () => {
    const added: Added[] = [];
    for (let i = 0; i < 20_000; i++) added.push({ kind: 1000 + i, bytes: 1 }, { kind: i % 4, bytes: 1000 + (i % 4) });
    const found = topOf(added, 100).slice(0, 4);
    assert.deepEqual(
      found.map(({ key, bytes, error }) => [kindOf(key), bytes - error <= 5000 * (1000 + kindOf(key))]),
      [3, 2, 1, 0].map((kind) => [kind, true]),
    );
    assert.ok(found.every(({ error }) => error === 0));
  });
});
