import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { StampClock } from '../../src/capture/time-stamp.js';
import { checkProperty } from '../support/property.js';

const HIGHEST = 2n ** 64n - 1n;

/** What the words mean, in whole numbers of any size. */
function expected(resolution: number, offset: bigint, stamp: bigint): [sec: number, nsec: number] {
  const base = (resolution & 0x80) === 0 ? 10n : 2n;
  const unitsPerSecond = base ** BigInt(resolution & 0x7f);
  const sec = BigInt.asUintN(32, stamp / unitsPerSecond + offset);
  return [Number(sec), Number(((stamp % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond)];
}

function check(clock: StampClock, resolution: number, offset: bigint, stamp: bigint): void {
  clock.set(Number(stamp >> 32n), Number(BigInt.asUintN(32, stamp)));
  const found = [clock.sec >>> 0, clock.nsec];
  assert.deepEqual(found, expected(resolution, offset, stamp), `resolution ${resolution}, stamp ${stamp}`);
}

const clockOf = (resolution: number, offset: bigint): StampClock =>
  new StampClock(resolution, Number(BigInt.asIntN(32, offset)));

describe('a time stamp', () => {
  for (let resolution = 0; resolution < 256; resolution++) {
    const unitsPerSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
    it(`at the edges of seconds and words, resolution ${resolution}`, () => {
      const clock = clockOf(resolution, 0n);
      for (const sec of [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 1_700_000_000n, 2n ** 32n - 1n, 2n ** 32n]) {
        for (const more of [-1n, 0n, 1n, unitsPerSecond / 2n, unitsPerSecond - 1n]) {
          const stamp = sec * unitsPerSecond + more;
          if (stamp >= 0n && stamp <= HIGHEST) check(clock, resolution, 0n, stamp);
        }
      }
      for (const stamp of [0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, HIGHEST]) {
        check(clock, resolution, 0n, stamp);
      }
    });
  }

  it('is exact for any unit, offset and number, cut to the nanosecond', (t: TestContext) => {
    const stamps = fc.oneof(fc.bigInt(0n, HIGHEST), fc.bigInt(0n, 2n ** 53n), fc.bigInt(2n ** 60n, 2n ** 61n));
    const property = fc.property(
      fc.oneof(fc.nat(255), fc.constantFrom(6, 9)),
      fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constant(0n)),
      fc.array(stamps, { minLength: 1, maxLength: 8 }),
      (resolution, offset, numbers) => {
        const clock = clockOf(resolution, offset);
        for (const stamp of numbers) check(clock, resolution, offset, stamp);
        // Again, with what was kept of the last one.
        for (const stamp of numbers) check(clock, resolution, offset, stamp);
      },
    );
    checkProperty(t, property, 20_000);
  });

  it('names its unit', () => {
    const names = [0, 3, 6, 9, 12, 0x80, 0x8a, 0xff].map((resolution) => new StampClock(resolution, 0).unit);
    assert.deepEqual(names, ['10^-0 s', '10^-3 s', 'us', 'ns', '10^-12 s', '2^-0 s', '2^-10 s', '2^-127 s']);
  });
});
