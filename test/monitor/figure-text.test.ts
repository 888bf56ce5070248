import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bandwidthText,
  countText,
  durationText,
  fixed,
  meanText,
  percentText,
  shareText,
} from '../../src/monitor/figure-text.js';

type Case = readonly [text: string, expected: string];

const CASES: readonly Case[] = [
  [countText(0), '0'],
  [countText(999), '999'],
  [countText(1000), '1000 (1.00 K)'],
  [countText(35_443_192), '35443192 (35.44 M)'],
  [countText(83_586_990), '83586990 (83.59 M)'],
  [countText(7_000_000_000), '7000000000 (7.00 G)'],
  [countText(2.5e12), '2500000000000 (2.50 T)'],
  [countText(2 ** 53), '9007199254740992 (9.01 P)'],
  [countText(-79), '-79'],
  [countText(-1500), '-1500 (-1.50 K)'],
  [meanText(3.0099), '3.01'],
  [meanText(999.4), '999.40'],
  [meanText(999.994), '999.99'],
  [meanText(999.996), '1000.00 (1.00 K)'],
  [meanText(48_673.70189717), '48673.70 (48.67 K)'],
  [fixed(-0.004), '0.00'],
  [fixed(-0.006), '-0.01'],
  [fixed(-0), '0.00'],
  [shareText(35_443_192, 83_586_990), ' [42.40%]'],
  [shareText(516_830, 517_029), ' [99.96%]'],
  [shareText(0, 0), ' [0.00%]'],
  [shareText(5, 0), ' [0.00%]'],
  [percentText(1, 3), '33.33%'],
  [bandwidthText(0), '0 b/s'],
  [bandwidthText(999.4), '999 b/s'],
  [bandwidthText(999.6), '1000 b/s (1.00 Kb/s)'],
  [bandwidthText(3444.12), '3444 b/s (3.44 Kb/s)'],
  [bandwidthText(268_411_789.18), '268411789 b/s (268.41 Mb/s)'],
  [durationText(0), '0.000000 sec'],
  [durationText(1), '0.000001 sec'],
  [durationText(4_052_367), '4.052367 sec'],
  [durationText(59.9e6), '59.900000 sec'],
  [durationText(60e6), '60.000000 sec'],
  [durationText(60_000_001), '60.000001 sec (1 m 00 s)'],
  [durationText(256e6), '256.000000 sec (4 m 16 s)'],
  [durationText(3600e6), '3600.000000 sec (1 h 00 m)'],
  [durationText(7500e6), '7500.000000 sec (2 h 05 m)'],
  [durationText(273_600e6), '273600.000000 sec (3 d 04 h)'],
];

describe('values in reports', () => {
  for (const [index, [text, expected]] of CASES.entries()) {
    it(`${index}: ${expected}`, () => assert.equal(text, expected));
  }
});
