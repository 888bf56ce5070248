/**
 * Seeds of generated tests: a new one each run, printed, and taken from TCPLOOM_SEED to see a failure again. Nothing else in the
 * tests draws at random without such a seed.
 */
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import fc from 'fast-check';

const GIVEN = process.env.TCPLOOM_SEED;

/** The seed of everything that a test generates, printed as a part of `t` where there is one. */
export function seedOf(t?: TestContext): number {
  const seed = GIVEN === undefined ? randomInt(2 ** 31) : Number(GIVEN);
  if (!Number.isSafeInteger(seed)) throw new Error(`TCPLOOM_SEED is not a number: ${GIVEN}`);
  t?.diagnostic(`TCPLOOM_SEED=${seed}`);
  return seed;
}

/** Checks the property as a part of `t`; `runs` examples. */
export function checkProperty<T>(t: TestContext, property: fc.IProperty<T>, runs = 100): void {
  fc.assert(property, { seed: seedOf(t), numRuns: runs });
}

/** The same of a property that is awaited. */
export async function checkAsyncProperty<T>(t: TestContext, property: fc.IAsyncProperty<T>, runs = 100): Promise<void> {
  await fc.assert(property, { seed: seedOf(t), numRuns: runs });
}
