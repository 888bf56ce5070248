/**
 * A sample of changed captures and gzip files through the program itself: it ends with one of its exit codes, says in one
 * line each what is wrong, and never that it failed.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ownCaptures } from '../support/capture-bases.js';
import { built, ended, hasStatistics, messagesOf, tcploom, temporaryFolder } from '../support/launch.js';
import { NaiveCapture } from '../support/naive-capture.js';
import { Random } from '../support/random.js';
import { known, mutate } from './mutate.js';
import { craftSeeds } from './seeds.js';

const SEED = 7;
const IN_ONE_PROCESS = 60;
const AS_PROCESSES = 6;

const FOLDER = temporaryFolder();
const crafted = craftSeeds().map(({ name, bytes }) => ({ name, bytes: bytes.slice(1) }));
const bases = [...ownCaptures(), ...crafted.filter(({ name }) => name.startsWith('pcap'))].map(known);

interface Sample {
  readonly path: string;
  /** Without compression. */
  readonly capture: Uint8Array | undefined;
}

/** One in three is a gzip file that was changed. */
function makeSample(random: Random, number: number): Sample {
  const { bytes } = mutate(bases, random);
  const path = join(FOLDER, `sample-${number}`);
  if (number % 3 !== 0) {
    writeFileSync(path, bytes);
    return { path, capture: bytes };
  }
  const gzip = { name: 'gzip', bytes: new Uint8Array(gzipSync(bytes)), starts: [0] };
  writeFileSync(path, mutate([gzip], random, bases).bytes);
  return { path, capture: undefined };
}

const random = new Random(SEED);
const samples = Array.from({ length: IN_ONE_PROCESS }, (_, number) => makeSample(random, number));

function check({ path, capture }: Sample, code: number, stderr: string): void {
  const messages = messagesOf(stderr);
  const what = `${path}, exit code ${code}: ${JSON.stringify(messages)}`;
  assert.ok([0, 1, 2].includes(code), what);
  assert.doesNotMatch(stderr, /^\s+at |the run failed/m, what);
  for (const message of messages) assert.ok(message.startsWith(`tcploom: ${path}`), what);
  assert.equal(code === 0, messages.length === 0, what);
  assert.equal(code === 2, !hasStatistics(stderr), what);
  if (capture === undefined) return;
  const naive = NaiveCapture.open(capture);
  if (naive === undefined) assert.equal(code, 2, what);
  else if (naive.walk() !== 'whole') assert.ok(code > 0, what);
}

describe('the program over changed captures', () => {
  for (const options of [[], ['--resync', '--workers', '2', '--block-size', '64K']]) {
    it(`ends as it should: ${IN_ONE_PROCESS} times${options.map((option) => ` ${option}`).join('')}`, async () => {
      const script = [built('test/support/run-each.ts'), ...options, '--', ...samples.map(({ path }) => path)];
      const run = await ended(spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'pipe'] }));
      assert.equal(run.code, 0, run.stderr);
      const parts = run.stderr.split(/^#end (\d)\n/m);
      for (const [index, sample] of samples.entries()) check(sample, Number(parts[2 * index + 1]), parts[2 * index]);
    });
  }

  it('as processes of their own', async () => {
    for (const sample of samples.slice(0, AS_PROCESSES)) {
      const { code, stderr } = await tcploom([sample.path]);
      check(sample, code, stderr);
    }
  });
});
