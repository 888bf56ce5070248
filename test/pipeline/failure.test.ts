/**
 * A thread that fails: the run ends at once with exit code 2 and one message that names the thread, and no
 * thread is left behind.
 */
import assert from 'node:assert/strict';
import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { before, describe, it } from 'node:test';
import { generateFile } from '../../datasets/generate.js';
import { assertMessages, built, type Ended, ended, hasStatistics, temporaryFolder } from '../support/launch.js';

const CAPTURE = join(temporaryFolder(), 'traffic.pcap');
/** More than the block ring holds, so that a thread that fails leaves others waiting for it. */
const CAPTURE_BYTES = 20_000_000;

interface Threads {
  readonly started: number;
  readonly left: number;
}

interface FailedRun extends Ended {
  /** Undefined when the process did not live to tell. */
  readonly threads: Threads | undefined;
}

async function run(
  failure: string,
  workers: number,
  nodeArgs: string[] = [],
  first: string[] = [],
): Promise<FailedRun> {
  const args = [
    ...nodeArgs,
    built('test/support/run-failing.ts'),
    ...first,
    '--workers',
    String(workers),
    '--all',
    CAPTURE,
  ];
  const options: SpawnOptions = {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, FAILURE: failure },
  };
  const child = spawn(process.execPath, args, options);
  let told = '';
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const end = await ended(child);
  return { ...end, threads: told === '' ? undefined : (JSON.parse(told) as Threads) };
}

function assertFailed(failed: FailedRun, message: RegExp, workers: number): void {
  assertMessages(failed.stderr, [message]);
  assert.equal(hasStatistics(failed.stderr), false, 'statistics of a run that failed');
  assert.equal(failed.code, 2);
  assert.equal(failed.threads?.left, 0);
  assert.ok(failed.threads.started > workers, `${failed.threads.started} threads`);
}

describe('a run with a thread that fails', () => {
  before(() => generateFile({ bytes: CAPTURE_BYTES, sessions: 200 }, CAPTURE));

  it('would end well without the failure', async () => {
    const good = await run('', 2);
    assertMessages(good.stderr, []);
    assert.equal(good.code, 0);
    assert.deepEqual(good.threads, { started: 3, left: 0 });
  });

  const cases: readonly [failure: string, message: RegExp][] = [
    ['tracker throws', /^tcploom: tracker 0 failed: made to fail$/],
    ['tracker throws no error', /^tcploom: tracker 0 failed: made to fail$/],
    ['tracker exits', /^tcploom: tracker 0 failed: .*exit/],
    ['reader throws', /^tcploom: the reader failed: made to fail$/],
    ['reader throws within a file', /^tcploom: the reader failed: made to fail$/],
    ['reader exits', /^tcploom: the reader failed: .*exit/],
  ];
  for (const [failure, message] of cases) {
    for (const workers of [1, 3]) {
      it(`${failure}, ${workers} workers: exit code 2, one message, no thread left`, async () => {
        assertFailed(await run(failure, workers), message, workers);
      });
    }
  }

  for (const failure of [
    'tracker throws while another thread still starts',
    'tracker throws while another is slow to end',
  ]) {
    it(`${failure}: exit code 2, one message, no thread left`, async () => {
      assertFailed(await run(failure, 3), /^tcploom: tracker 0 failed: made to fail$/, 3);
    });
  }

  it('tracker runs out of memory: exit code 2, one message, no thread left', async () => {
    const failed = await run('tracker runs out of memory', 2, ['--max-old-space-size=64']);
    assertFailed(failed, /^tcploom: tracker 0 failed: .*memory/, 2);
  });

  it('files of threads that are not there: exit code 2, one message, no thread left', async () => {
    assertFailed(
      await run('', 2, [], ['--missing']),
      /^tcploom: (the reader|tracker \d) failed: Cannot find module/,
      2,
    );
  });
});
