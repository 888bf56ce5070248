/**
 * Short runs of what `npm run fuzz` does at length: changed captures, changed gzip files, and coverage-guided fuzzing from
 * the corpus. The seeds are fixed: what fails here fails again.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { corpusCaptures, ownCaptures } from '../support/capture-bases.js';
import { fuzzGuided } from './guided.js';
import { GzipRun } from './gzip-run.js';
import { known } from './mutate.js';
import { type Failure, MutationRun } from './mutation-run.js';
import { craftSeeds } from './seeds.js';
import { fuzzTarget } from './target.js';

const SEED = 20;
const MUTATIONS = 2500;
const GZIP_MUTATIONS = 1000;
const GUIDED_RUNS = 600;

const CORPUS = join('test', 'fuzz', 'corpus');
const corpus = readdirSync(CORPUS)
  .sort()
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(CORPUS, name))) }));

function onFailure({ number, mutation, error }: Failure): void {
  const what = `mutation ${number} of seed ${SEED} (${mutation.base}: ${mutation.kinds.join(', ')})`;
  throw new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error });
}

describe('changed captures', () => {
  const bases = [...ownCaptures(), ...corpusCaptures()].map(known);

  it('are read to a told end, the same for any block size and number of trackers', (t) => {
    const run = new MutationRun(bases);
    run.run({ seed: SEED, first: 0, count: MUTATIONS }, onFailure);
    const { ends, slowestMs, slowest } = run.figures;
    t.diagnostic(`${JSON.stringify([...ends])}; the slowest was ${slowest}: ${slowestMs.toFixed(0)} ms`);
    for (const end of ['whole', 'cut', 'bad record', 'no capture']) assert.ok(ends.get(end)! > MUTATIONS / 50, end);
  });

  it('in gzip: what zlib cannot decompress is told', async () => {
    const run = new GzipRun(bases);
    await run.run({ seed: SEED, first: 0, count: GZIP_MUTATIONS }, onFailure);
    assert.ok(run.figures.told > 0 && run.figures.good > 0);
  });
});

describe('the corpus of fuzzing', () => {
  it('has every crafted seed', () => {
    for (const { name, bytes } of craftSeeds()) {
      assert.deepEqual(corpus.find((file) => file.name === `${name}.bin`)?.bytes, bytes, `${name}: --write-seeds`);
    }
  });

  it('holds nothing that anything is wrong with', () => {
    for (const { name, bytes } of corpus) {
      try {
        fuzzTarget(bytes);
      } catch (error) {
        throw new Error(`${name}: ${error}`, { cause: error });
      }
    }
  });

  it('leads to new code, and to nothing that is wrong', (t) => {
    const result = fuzzGuided({ seed: SEED, seeds: corpus, mostRuns: corpus.length + GUIDED_RUNS, mostMs: Infinity });
    t.diagnostic(`${result.runs} runs, ${result.kept.length} kept, ${result.reachedBytes} bytes of program text`);
    if (result.failures.length > 0) throw result.failures[0].error;
    assert.ok(result.kept.length > 0, 'something new was reached');
  });
});
