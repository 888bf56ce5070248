/**
 * Which packets a selection takes: bounds, absolute and relative to the first packet, inclusive to the nanosecond.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PacketSelector, type Selection, type TimeBound } from '../../src/capture/selection.js';

const at = (sec: number, nsec = 0): TimeBound => ({ isRelative: false, sec, nsec });
const after = (sec: number, nsec = 0): TimeBound => ({ isRelative: true, sec, nsec });
/** The first packet is at 100.5 s. */
const TIMES: readonly (readonly [number, number])[] = [
  [100, 500_000_000],
  [99, 999_999_999],
  [100, 499_999_999],
  [101, 0],
  [110, 0],
  [110, 1],
  [0xffffffff, 999_999_999],
];

const taken = (selection: Selection): number[] => {
  const selector = new PacketSelector(selection);
  return TIMES.flatMap(([sec, nsec], i) => (selector.takes(sec, nsec) ? [i] : []));
};

describe('a selection takes', () => {
  const cases: readonly [what: string, selection: Selection, expected: readonly number[]][] = [
    ['everything without bounds', {}, [0, 1, 2, 3, 4, 5, 6]],
    ['from a moment on', { from: at(100, 500_000_000) }, [0, 3, 4, 5, 6]],
    ['from just after the first packet on', { from: at(100, 500_000_001) }, [3, 4, 5, 6]],
    ['up to a moment', { to: at(110) }, [0, 1, 2, 3, 4]],
    ['a stretch', { from: at(101), to: at(110) }, [3, 4]],
    ['from seconds after the first packet', { from: after(9, 500_000_000) }, [4, 5, 6]],
    ['up to seconds after the first packet, with a carry', { to: after(9, 500_000_001) }, [0, 1, 2, 3, 4, 5]],
    ['from the first packet on', { from: after(0) }, [0, 3, 4, 5, 6]],
    ['nothing when the end is before the start', { from: at(110), to: at(100) }, []],
  ];
  for (const [what, selection, expected] of cases) it(what, () => assert.deepEqual(taken(selection), expected));

  it('any number of packets unless told otherwise', () => {
    assert.equal(new PacketSelector({}).maxPackets, Number.POSITIVE_INFINITY);
    assert.equal(new PacketSelector({ maxPackets: 0 }).maxPackets, 0);
  });
});
