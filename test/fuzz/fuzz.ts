/**
 * `npm run fuzz [-- OPTIONS] [FILE...]`: fuzzes everything that bytes of captures go through. Owns options and reporting.
 *
 *   --seconds S, --runs N  coverage-guided, from test/fuzz/corpus, for so long or so often (default: 60 seconds)
 *   --mutations N          instead: N changed captures of datasets/ and the corpus, and N / 10 changed gzip files
 *   --seed N               (default 1)
 *   --first N              number of the first mutation: to see one again
 *   --keep                 write inputs that reached something new to test/fuzz/corpus
 *   --write-seeds          only write the crafted seeds there
 *   FILE...                instead: run the target over these inputs
 *
 * An input that something is wrong with is written to fuzz-failures/. Exit code 1 when there was one.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusCaptures, ownCaptures } from '../support/capture-bases.js';
import { fuzzGuided, minimised } from './guided.js';
import { GzipRun } from './gzip-run.js';
import { known } from './mutate.js';
import { type Failure, MutationRun } from './mutation-run.js';
import { craftSeeds, type Seed } from './seeds.js';
import { fuzzTarget } from './target.js';

const CORPUS = join('test', 'fuzz', 'corpus');
const FAILURES = 'fuzz-failures';
const USUAL_SECONDS = '60';
const REPORT_EVERY = 5000;

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string' },
    runs: { type: 'string' },
    mutations: { type: 'string' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    keep: { type: 'boolean', default: false },
    'write-seeds': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const seed = Number(values.seed);
let failed = 0;

if (values['write-seeds']) writeSeeds();
else if (positionals.length > 0) for (const file of positionals) runAgain(file);
else if (values.mutations !== undefined) await runMutations(Number(values.mutations));
else runGuided();
process.exitCode = failed > 0 ? 1 : 0;

function writeSeeds(): void {
  mkdirSync(CORPUS, { recursive: true });
  for (const { name, bytes } of craftSeeds()) writeFileSync(join(CORPUS, `${name}.bin`), bytes);
}

function runAgain(file: string): void {
  try {
    fuzzTarget(readFileSync(file));
    console.log(`${file}: nothing wrong`);
  } catch (error) {
    failed++;
    console.log(`${file}: ${textOf(error)}`);
  }
}

function runGuided(): void {
  const mostMs =
    Number(values.seconds ?? (values.runs === undefined ? USUAL_SECONDS : Number.POSITIVE_INFINITY)) * 1000;
  const mostRuns = Number(values.runs ?? Number.POSITIVE_INFINITY);
  const result = fuzzGuided({ seed, seeds: corpusSeeds(), mostRuns, mostMs });
  const { runs, ms, keptSeeds, kept, reachedBytes, reachedBySeeds } = result;
  console.log(`${runs} runs in ${seconds(ms)} s; ${keptSeeds} inputs of the corpus and ${kept.length} new ones kept`);
  console.log(`${reachedBytes} bytes of program text reached, ${reachedBySeeds} by the corpus`);
  for (const { input, error } of result.failures) keepFailure(minimised(input), textOf(error));
  if (!values.keep) return;
  for (const input of kept) writeFileSync(join(CORPUS, `found-${nameOf(input)}.bin`), input);
}

function corpusSeeds(): Seed[] {
  const names = readdirSync(CORPUS).sort();
  return names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(CORPUS, name))) }));
}

async function runMutations(count: number): Promise<void> {
  const bases = [...ownCaptures(), ...corpusCaptures()].map(known);
  const first = Number(values.first);
  const startedAt = performance.now();
  const run = new MutationRun(bases);
  const gzip = new GzipRun(bases);
  const onFailure = ({ number, mutation, error }: Failure): void => {
    const what = `mutation ${number} (seed ${seed}; ${mutation.base}: ${mutation.kinds.join(', ')})`;
    keepFailure(mutation.bytes, `${what}: ${textOf(error)}`);
  };
  for (let done = 0; done < count; done += REPORT_EVERY) {
    run.run({ seed, first: first + done, count: Math.min(REPORT_EVERY, count - done) }, onFailure);
    console.error(`${Math.min(count, done + REPORT_EVERY)} of ${count}, ${seconds(performance.now() - startedAt)} s`);
  }
  const captureMs = performance.now() - startedAt;
  await gzip.run({ seed, first, count: Math.ceil(count / 10) }, onFailure);
  const { figures } = run;
  console.log(
    `${bases.length} bases, ${figures.runs} mutations of captures in ${seconds(captureMs)} s, ${failed} failures`,
  );
  console.log(
    JSON.stringify(
      { ...figures, ends: sorted(figures.ends), endsResync: sorted(figures.endsResync), kinds: sorted(figures.kinds) },
      undefined,
      2,
    ),
  );
  console.log(`gzip, ${seconds(performance.now() - startedAt - captureMs)} s: ${JSON.stringify(gzip.figures)}`);
}

function keepFailure(input: Uint8Array, what: string): void {
  failed++;
  mkdirSync(FAILURES, { recursive: true });
  const file = join(FAILURES, `${nameOf(input)}.bin`);
  writeFileSync(file, input);
  console.log(`${file}: ${what}`);
}

function nameOf(input: Uint8Array): string {
  return createHash('sha1').update(input).digest('hex').slice(0, 12);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}
