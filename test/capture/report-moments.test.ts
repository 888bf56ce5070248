/**
 * When reports by packet time are due: on a grid from the first packet, to the nanosecond, a pause of any length being one report.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { CaptureFormat } from '../../src/capture/format.js';
import { ReportMoments } from '../../src/capture/report-moments.js';
import type { Moment } from '../../src/capture/tally.js';
import { checkProperty } from '../support/property.js';

const NSEC = 1_000_000_000n;

interface Packet {
  /** `sec.nsec` with nine digits; undefined for none. */
  readonly at: string | undefined;
  /** The clock of all packets comes to another second with it. */
  readonly isTick?: boolean;
}

/** Times of the packets that a report comes after, as they were told. */
function momentsOf(everySec: number, packets: readonly Packet[]): string[] {
  const told: string[] = [];
  const tell = ({ sec, nsec }: Moment): void => {
    told.push(`${sec}.${String(nsec).padStart(9, '0')}`);
  };
  const moments = new ReportMoments(everySec, tell);
  for (const { at, isTick = false } of packets) {
    const [sec, nsec] = (at ?? '0.0').split('.');
    const record = { hasTime: at !== undefined, sec: Number(sec) | 0, nsec: Number(nsec), era: 0 };
    const before = told.length;
    const isAfter = moments.isAfter(record as CaptureFormat, isTick);
    assert.equal(told.length - before, isAfter ? 1 : 0, 'told once for each');
  }
  return told;
}

const at = (...times: string[]): Packet[] => times.map((time) => ({ at: time }));

const CASES: readonly [what: string, everySec: number, packets: readonly Packet[], moments: readonly string[]][] = [
  ['no packet, no report', 1, [], []],
  ['the first packet is none', 1, at('1000.500000000'), []],
  [
    'the grid begins at the first packet, not at whole seconds',
    1,
    at('1000.500000000', '1001.000000000', '1001.499999999', '1001.500000000', '1001.500000001', '1002.500000000'),
    ['1001.500000000', '1002.500000000'],
  ],
  [
    'a packet past the tick has the report, and the next tick is where it was',
    10,
    at('1000.000000000', '1013.000000000', '1019.999999999', '1020.000000000'),
    ['1013.000000000', '1020.000000000'],
  ],
  [
    'a pause of hours is one report',
    10,
    at('1000.000000000', '8000.000000001', '8000.000000002', '8009.999999999', '8010.000000000'),
    ['8000.000000001', '8010.000000000'],
  ],
  [
    'tenths of a second are no doubles',
    0.1,
    at('5.000000000', '5.100000000', '5.200000000', '5.300000000', '5.600000000', '5.699999999', '5.700000000'),
    ['5.100000000', '5.200000000', '5.300000000', '5.600000000', '5.700000000'],
  ],
  [
    'nanoseconds count after years, too',
    1,
    at('0.000000001', '1700000000.000000000', '1700000000.000000001', '1700000001.000000000', '1700000001.000000001'),
    ['1700000000.000000000', '1700000000.000000001', '1700000001.000000001'],
  ],
  ['seconds above 2^31', 1, at('4294967294.000000000', '4294967295.000000000'), ['4294967295.000000000']],
  [
    'packets that come late have none',
    1,
    at('1000.000000000', '1002.000000000', '1001.000000000', '1001.500000000', '1003.000000000'),
    ['1002.000000000', '1003.000000000'],
  ],
  [
    'a packet without a time has none',
    1,
    [{ at: undefined, isTick: true }, ...at('1000.000000000'), { at: undefined }, ...at('1001.000000000')],
    ['1001.000000000'],
  ],
  [
    'where the clock begins anew before the first packet, so does the grid',
    10,
    [
      { at: '1000000.000000000', isTick: true },
      { at: '5000.250000000', isTick: true },
      ...at('5010.000000000', '5010.250000000'),
    ],
    ['5010.250000000'],
  ],
  [
    'where it begins anew behind the first packet, so does the grid',
    10,
    [
      { at: '1000.000000000', isTick: true },
      { at: '1000000.000000000', isTick: true },
      { at: '5000.250000000', isTick: true },
      ...at('5010.000000000', '5010.250000000'),
    ],
    ['1000000.000000000', '5010.250000000'],
  ],
];

describe('moments of reports by packet time', () => {
  for (const [what, everySec, packets, moments] of CASES) {
    it(what, () => assert.deepEqual(momentsOf(everySec, packets), moments));
  }

  it('are those of whole nanoseconds', (t: TestContext) => {
    const everyNsec = fc.constantFrom(1, 3, 100_000_000, 333_333_333, 700_000_000, 1_000_000_000, 86_400_000_000_000);
    const gaps = fc.array(fc.oneof(fc.nat(2), fc.nat(1_000_000_000), fc.constant(99_999_999), fc.maxSafeNat()), {
      maxLength: 30,
    });
    const property = fc.property(everyNsec, fc.nat(3e9), gaps, (every, startSec, steps) => {
      let now = BigInt(startSec) * NSEC + 7n;
      const text = (time: bigint): string => `${time / NSEC}.${String(time % NSEC).padStart(9, '0')}`;
      const times = [now];
      for (const step of steps) {
        now += BigInt(step);
        // Above 2^32 seconds the era counts on, and the clock begins anew.
        if (now / NSEC < 2n ** 32n) times.push(now);
      }
      const expected = times.filter((time, i) => {
        const passed = (moment: bigint): bigint => (moment - times[0]) / BigInt(every);
        return i > 0 && passed(time) > passed(times[i - 1]);
      });
      assert.deepEqual(momentsOf(every / 1e9, at(...times.map(text))), expected.map(text));
    });
    checkProperty(t, property, 500);
  });
});
