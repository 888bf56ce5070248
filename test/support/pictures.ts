/**
 * Pictures to be drawn: of values that a test chooses, or of any that reports can have.
 */
import fc from 'fast-check';
import { makePicture, type Picture, type PictureRequest } from '../../src/plot/picture.js';
import { MORNING_SEC, parsed, type ReportRow, reportText } from './machine-reports.js';

export const REQUEST: PictureRequest = { fields: ['numPkts'], isLogarithmic: false };

/** Of two fields whose units differ, or of the first only. */
export function pictureOf(rows: readonly ReportRow[], request: Partial<PictureRequest> = {}): Picture {
  const whole = { ...REQUEST, ...request };
  return makePicture(parsed(reportText(['numPkts', 'rawBandwidth'], rows), whole.fields), whole);
}

const figure = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom<number | string>(0, -0, 5e-324, '0x12'),
);

const pause = fc.oneof(
  fc.constant(10),
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.integer({ min: -100, max: 1_000_000 }),
);

/** Reports of both kinds, with pauses of all lengths, clocks that are set back, and values of all sizes. */
export const anyRows: fc.Arbitrary<ReportRow[]> = fc
  .array(fc.tuple(fc.constantFrom('A' as const, 'D' as const), pause, figure, figure), { minLength: 1, maxLength: 60 })
  .map((parts) => {
    let timeSec = MORNING_SEC;
    return parts.map(([kind, pauseSec, first, second]): ReportRow => {
      timeSec += pauseSec;
      return [kind, timeSec, Math.abs(pauseSec), first, second];
    });
  });

const limit = fc.option(fc.double({ min: 1e-50, max: 1e50, noNaN: true }), { nil: undefined });

export const anyRequest: fc.Arbitrary<PictureRequest> = fc
  .record({
    fields: fc.constantFrom(['numPkts'], ['numPkts', 'rawBandwidth'], ['rawBandwidth', 'dur']),
    isLogarithmic: fc.boolean(),
    lastSec: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
    lower: limit,
    upper: limit,
  })
  .filter(({ lower, upper }) => lower === undefined || upper === undefined || lower < upper);
