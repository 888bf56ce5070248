/**
 * Property tests with a seed of their own each run: printed, and taken from FC_SEED to see a failure again.
 */
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import fc from 'fast-check';

/** Checks the property as a part of `t`; `runs` examples. */
export function checkProperty<T>(t: TestContext, property: fc.IProperty<T>, runs = 100): void {
  const seed = Number(process.env.FC_SEED ?? randomInt(2 ** 31));
  t.diagnostic(`seed ${seed}`);
  fc.assert(property, { seed, numRuns: runs });
}
