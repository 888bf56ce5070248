/**
 * Coverage-guided fuzzing: inputs that reach something new are kept and changed further. Equal seeds and equal corpora
 * give equal inputs, as far as V8 counts the same.
 */
import { Random } from '../support/random.js';
import { BlockCoverage } from './coverage.js';
import { type KnownBase, known, mutate } from './mutate.js';
import type { Seed } from './seeds.js';
import { fuzzTarget } from './target.js';

export interface GuidedPlan {
  readonly seed: number;
  readonly seeds: readonly Seed[];
  /** It ends after so many runs or so much time. */
  readonly mostRuns: number;
  readonly mostMs: number;
}

export interface GuidedResult {
  readonly runs: number;
  readonly ms: number;
  /** Seeds that reached something new, and inputs made of them that did. */
  readonly keptSeeds: number;
  readonly kept: readonly Uint8Array[];
  readonly failures: readonly { readonly input: Uint8Array; readonly error: unknown }[];
  /** Bytes of program text reached, of which after the seeds alone. */
  readonly reachedBytes: number;
  readonly reachedBySeeds: number;
}

/** Longer inputs are slower and show nothing more. */
const MOST_INPUT_BYTES = 4096;
const MOST_FAILURES = 20;

export function fuzzGuided(plan: GuidedPlan): GuidedResult {
  const random = new Random(plan.seed);
  const coverage = new BlockCoverage();
  const failures: { input: Uint8Array; error: unknown }[] = [];
  const pool: { readonly how: number; readonly base: KnownBase }[] = [];
  const kept: Uint8Array[] = [];
  const startedAt = performance.now();
  let runs = 0;

  /** Returns whether the input reached something new. */
  const attempt = (input: Uint8Array): boolean => {
    runs++;
    try {
      fuzzTarget(input);
    } catch (error) {
      failures.push({ input, error });
    }
    const isNew = coverage.isNew();
    if (isNew) pool.push({ how: input[0], base: known({ name: `${pool.length}`, bytes: input.slice(1) }) });
    return isNew;
  };

  for (const { bytes } of plan.seeds) attempt(bytes);
  const keptSeeds = pool.length;
  const reachedBySeeds = sumOf(coverage);
  const isOver = (): boolean => runs >= plan.mostRuns || performance.now() - startedAt >= plan.mostMs;
  while (!isOver() && failures.length < MOST_FAILURES) {
    // What was found lately is nearest to what has not been reached.
    const from = random.below(2) === 0 ? Math.max(0, pool.length - 32) : 0;
    const { how, base } = pool[from + random.below(pool.length - from)];
    const { bytes } = mutate([base], random, [random.pick(pool).base]);
    const input = new Uint8Array(Math.min(1 + bytes.length, MOST_INPUT_BYTES));
    input.set(bytes.subarray(0, input.length - 1), 1);
    input[0] = random.below(4) === 0 ? random.below(256) : how;
    if (attempt(input)) kept.push(input);
  }
  const reachedBytes = sumOf(coverage);
  coverage.end();
  return { runs, ms: performance.now() - startedAt, keptSeeds, kept, failures, reachedBytes, reachedBySeeds };
}

const sumOf = (coverage: BlockCoverage): number =>
  [...coverage.reached().values()].reduce((sum, bytes) => sum + bytes, 0);

/** The failing input made as short as single removals and zeros make it, still failing with the same kind of error. */
export function minimised(input: Uint8Array): Uint8Array {
  const wanted = errorOf(input);
  let best = input;
  for (let step = best.length >> 1; step >= 1; step >>= 1) {
    for (let at = 1; at < best.length; ) {
      const shorter = Uint8Array.from(Buffer.concat([best.subarray(0, at), best.subarray(at + step)]));
      if (errorOf(shorter) === wanted) best = shorter;
      else at += step;
    }
  }
  return best;
}

/** The place an error comes from, which tells one kind from another. */
function errorOf(input: Uint8Array): string {
  try {
    fuzzTarget(input);
    return '';
  } catch (error) {
    return error instanceof Error
      ? `${error.name} ${error.stack?.split('\n').find((line) => /^\s+at /.test(line))}`
      : '?';
  }
}
