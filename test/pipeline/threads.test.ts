/**
 * The program as users run it, with its threads: the same bytes on standard output, and the same statistics, for
 * 1, 2, 3 and 8 trackers and for small and large blocks, on generated captures with thousands of concurrent
 * sessions, loss and scans, and on a sample of the corpus.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateFile } from '../../datasets/generate.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { steady } from '../support/launch.js';
import { isReadable } from '../support/single-thread.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const FORMS = [
  ['--workers', '2'],
  ['--workers', '3'],
  ['--workers', '8'],
  ['--workers', '1', '--block-size', '64K'],
  ['--workers', '3', '--block-size', '64K'],
  ['--workers', '8', '--block-size', '16M'],
];

interface Output {
  readonly stdout: string;
  readonly statistics: string;
}

function run(args: readonly string[]): Output {
  const result = spawnSync(process.execPath, [LAUNCHER, ...args], { encoding: 'latin1', maxBuffer: 1 << 30 });
  assert.ok(result.status === 0 || result.status === 1, `exit ${result.status}: ${result.stderr}`);
  // What the process itself used differs from run to run.
  return { stdout: result.stdout, statistics: steady(result.stderr) };
}

function checkForms(path: string, options: readonly string[], forms: readonly (readonly string[])[]): Output {
  const expected = run([...options, '--workers', '1', path]);
  for (const form of forms) {
    const output = run([...options, ...form, path]);
    assert.ok(output.stdout === expected.stdout, `${path} ${form.join(' ')}: other lines`);
    assert.equal(output.statistics, expected.statistics, `${path} ${form.join(' ')}`);
  }
  return expected;
}

describe('threads do not change results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-threads-'));
  after(() => rmSync(folder, { recursive: true }));

  test('thousands of sessions, loss and scans', () => {
    const path = join(folder, 'lossy.pcap');
    const summary = generateFile(
      {
        packets: 300_000,
        profile: 'small',
        sessions: 5000,
        loss: 0.02,
        scan: 3000,
        refused: 0.02,
        rate: 3000,
        seed: 11,
      },
      path,
    );
    const { stdout, statistics } = checkForms(path, ['--retransmit', '1', '--view-data', '1', '--unfinished'], FORMS);
    assert.ok(stdout.length > 1e6, `${stdout.length} bytes of results`);
    // The generator knows what it made.
    assert.match(statistics, new RegExp(`^Total Sessions  : ${summary.opened + summary.scans}$`, 'm'));
    assert.match(statistics, new RegExp(`^recv  : ${summary.packets}$`, 'm'));
    assert.match(statistics, /^ {4}Timeout {5}: [1-9]\d*$/m);
  });

  test('every session printed', () => {
    const path = join(folder, 'all.pcap');
    generateFile({ packets: 200_000, profile: 'mixed', sessions: 800, segments: 30, seed: 12 }, path);
    const { stdout } = checkForms(path, ['--all', '--view-data', '100000'], FORMS.slice(1, 4));
    assert.ok(stdout.length > 10e6, `${stdout.length} bytes of results`);
  });

  test('a sample of the corpus', { skip: corpusMissing }, (t) => {
    const readable = corpusFiles().filter(({ path }) => isReadable(readFileSync(path)));
    const sample = readable.filter((_, i) => i % 16 === 0);
    for (const { path } of sample) checkForms(path, ['--all', '--retransmit', '1', '--unfinished'], FORMS.slice(0, 3));
    t.diagnostic(`${sample.length} captures`);
    assert.ok(sample.length > 8);
  });
});
