/**
 * What packets add up to: times in any order, several captures as one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureTally, type Moment } from '../../src/capture/tally.js';

const at = (sec: number, nsec = 0): Moment => ({ sec, nsec });

/** A tally of packets at these times, noted as the walk does. */
function tallyOf(...times: readonly Moment[]): CaptureTally {
  const tally = new CaptureTally();
  times.forEach((time, index) => {
    const former = times[index - 1];
    if (former === undefined) tally.first = time;
    else if (time.sec < former.sec || (time.sec === former.sec && time.nsec < former.nsec)) {
      tally.noteBackwards(former.sec, former.nsec, time.sec, time.nsec);
    }
    tally.last = time;
    tally.packets++;
  });
  return tally;
}

const timesOf = ({ first, last, earliest, latest, backwards }: CaptureTally): object => ({
  first,
  last,
  earliest,
  latest,
  backwards,
});

describe('a tally', () => {
  it('of nothing has no times', () => {
    const none = { first: undefined, last: undefined, earliest: undefined, latest: undefined, backwards: 0 };
    assert.deepEqual(timesOf(tallyOf()), none);
  });

  it('of times that go back knows the earliest and latest', () => {
    const [a, b, c, d] = [at(10, 5), at(12), at(9, 999_999_999), at(10)];
    const expected = { first: a, last: d, earliest: c, latest: b, backwards: 1 };
    assert.deepEqual(timesOf(tallyOf(a, b, c, d)), expected);
    assert.deepEqual(timesOf(tallyOf(d, a)), { first: d, last: a, earliest: d, latest: a, backwards: 0 });
  });

  it('looks at nanoseconds within a second', () => {
    assert.equal(tallyOf(at(1, 2), at(1, 1), at(1, 1), at(1, 3)).backwards, 1);
  });

  it('of captures one after the other is that of all their packets but for the times between them', () => {
    const parts = [tallyOf(at(5), at(7), at(6)), tallyOf(), tallyOf(at(2), at(3)), tallyOf(at(4))];
    parts.forEach((part, index) => {
      part.capturedBytes = 10 ** index;
      part.wireBytes = 2 * 10 ** index;
      part.leftOut = index;
      part.strayFragments = index;
      part.reasons[1] = index;
    });
    const sum = new CaptureTally();
    for (const part of parts) sum.add(part);
    assert.deepEqual(timesOf(sum), { first: at(5), last: at(4), earliest: at(2), latest: at(7), backwards: 1 });
    assert.deepEqual([sum.packets, sum.capturedBytes, sum.wireBytes], [6, 1111, 2222]);
    assert.deepEqual([sum.leftOut, sum.strayFragments, sum.reasons[1], sum.reasons[0]], [6, 6, 6, 0]);
  });

  it('whose last packet has no time has no last time', () => {
    const [timed, timeless] = [tallyOf(at(1)), new CaptureTally()];
    timeless.packets = 1;
    const sum = new CaptureTally();
    sum.add(timed);
    sum.add(timeless);
    assert.deepEqual([sum.first, sum.last, sum.latest], [at(1), undefined, at(1)]);
  });
});
