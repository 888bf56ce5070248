/**
 * Runs that a signal ends: by the first SIGINT well, with all that follows from what was read by then, as if there had been no more;
 * by the second one, SIGTERM and SIGHUP at once, with whole lines and packets up to there.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import {
  assertMessages,
  type Ended,
  ended,
  hasStatistics,
  LAUNCHER,
  messagesOf,
  steady,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { untilAsleep, untilOpened } from '../support/processes.js';
import { assertPrompt } from '../support/prompt.js';
import { FILE_HEADER_BYTES } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const LARGE = join(FOLDER, 'large.pcap');
const PACKED = `${LARGE}.gz`;
/** Far more than is read before the signal comes, without a file of that size. */
const FILES = 400;
const MANY: readonly string[] = Array.from({ length: FILES }, () => LARGE);
/** With these, every packet is a line. */
const EVERYTHING = ['--all', '--view-data', '1000'];
/** Far above what a signal takes, far below what is left of the run. */
const PROMPT_MS = 3000;

before(() => {
  generateFile({ bytes: 14_000_000, profile: 'small', sessions: 300, loss: 0.01 }, LARGE);
  execFileSync('gzip', ['-1', '-k', LARGE]);
});

const start = (args: readonly string[], options: SpawnOptions = {}): ChildProcess =>
  spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });

let fifos = 0;
/** A FIFO that somebody holds open at both ends, until `release` is called or `use` is done. */
async function withFifo<T>(use: (path: string, held: number, release: () => void) => Promise<T>): Promise<T> {
  const path = join(FOLDER, `${fifos++}.fifo`);
  execFileSync('mkfifo', [path]);
  const held = openSync(path, 'r+');
  let isHeld = true;
  const release = (): void => {
    if (isHeld) closeSync(held);
    isHeld = false;
  };
  try {
    return await use(path, held, release);
  } finally {
    release();
  }
}

/** Messages about what was not read. */
const UNREAD = /: not read(, nor \d+ files after it| further)?: the run was ended$/;

/** What comes on standard error but for what a machine's load changes, and for what was not read. */
const reportOf = (stderr: string): string =>
  steady(stderr)
    .split('\n')
    .filter((line) => !UNREAD.test(line))
    .join('\n');

const packetsOf = (stderr: string): number => Number(/libpcap Statistics[\s\S]*?\nrecv {2}: (\d+)\n/.exec(stderr)?.[1]);

/** What a run came to that SIGINT ended is what one over the same number of packets comes to. */
async function assertIsOfPackets(run: { stdout: string; stderr: string }, args: readonly string[]): Promise<void> {
  const packets = packetsOf(run.stderr);
  assert.ok(packets > 0, run.stderr.slice(-1500));
  const whole = await tcploom(['--max-packets', String(packets), ...args]);
  assert.equal(whole.code, 0);
  assert.ok(run.stdout === whole.stdout, `other lines than those of ${packets} packets`);
  assert.equal(reportOf(run.stderr), reportOf(whole.stderr));
}

describe('the first SIGINT', () => {
  for (const attempt of [1, 2, 3, 4]) {
    it(`in the middle of files (${attempt}): all that follows from what was read, and what was not is named`, async () => {
      const args = [...EVERYTHING, '--unfinished', ...MANY];
      let run: Ended;
      // Files are looked at before the run, too: then there is nothing to tell.
      for (let delayMs = 0; ; delayMs += 200) {
        const child = start(args);
        const end = ended(child);
        await untilOpened(child.pid!, LARGE);
        await sleep(delayMs + Math.random() * 500);
        child.kill('SIGINT');
        run = await end;
        if (hasStatistics(run.stderr)) break;
      }
      assert.equal(run.code, 130);
      const told = messagesOf(run.stderr);
      assert.ok(told.length > 0 && told.every((line) => UNREAD.test(line)), JSON.stringify(told));
      await assertIsOfPackets(run, args);
    });
  }

  it('in compressed files: the same', async () => {
    const args = ['--all', ...Array.from({ length: FILES }, () => PACKED)];
    let run: Ended;
    // On a busy machine it may take a while until something was decompressed.
    for (let delayMs = 200; ; delayMs *= 2) {
      const child = start(args);
      const end = ended(child);
      await untilOpened(child.pid!, PACKED);
      await sleep(delayMs);
      child.kill('SIGINT');
      run = await end;
      if (hasStatistics(run.stderr)) break;
    }
    assert.equal(run.code, 130);
    const told = messagesOf(run.stderr);
    assert.ok(told.length > 0 && told.every((line) => UNREAD.test(line)), JSON.stringify(told));
    if (told[0].includes('further')) assert.match(told[0], /at byte \d+ of what was compressed: not read further/);
    await assertIsOfPackets(run, args);
  });

  it('while nobody reads standard output: it ends as soon as somebody does', async () => {
    await withFifo(async (path, held, release) => {
      const args = [...EVERYTHING, ...MANY];
      const child = start(args, { stdio: ['ignore', held, 'pipe'] });
      const end = ended(child);
      await untilOpened(child.pid!, LARGE);
      await untilAsleep(child.pid!);
      child.kill('SIGINT');
      await untilAsleep(child.pid!);
      assert.equal(child.exitCode, null);
      const stdout = ended(spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] }));
      // When the program is gone, this descriptor keeps the FIFO open for cat alone.
      const run = await end;
      release();
      assert.equal(run.code, 130);
      await assertIsOfPackets({ stdout: (await stdout).stdout, stderr: run.stderr }, args);
    });
  });

  it('while a pipe is silent: what came is reported, and that its end was not seen', async () => {
    await withFifo(async (path, held) => {
      const some = readFileSync(LARGE).subarray(0, 40_000);
      writeSync(held, some);
      const out = join(FOLDER, 'cut.pcap');
      for (const args of [[path], ['info', path], ['filter', '', '-w', out, path]]) {
        if (args[0] !== path) writeSync(held, some);
        const child = start(args);
        const end = ended(child);
        await untilOpened(child.pid!, path);
        await untilAsleep(child.pid!);
        child.kill('SIGINT');
        const run = await end;
        assert.equal(run.code, 130, args[0]);
        assertMessages(run.stderr, [`tcploom: ${path} at byte 40000: not read further: the run was ended`]);
        if (args[0] === 'info') assert.match(run.stdout, /^Packets +4\d\d\b/m);
      }
      // Whole packets of what came.
      const cut = readFileSync(out);
      assert.ok(cut.length > 39_000 && readFileSync(LARGE).subarray(0, cut.length).equals(cut), `${cut.length} bytes`);
    });
  });

  it('filter: the output is a capture of what was selected by then', async () => {
    const out = join(FOLDER, 'selected.pcap');
    const child = start(['filter', 'tcp[tcpflags] & tcp-syn != 0', '-w', out, ...MANY]);
    const end = ended(child);
    await untilOpened(child.pid!, out);
    child.kill('SIGINT');
    const run = await end;
    assert.equal(run.code, 130);
    assert.ok(messagesOf(run.stderr).every((line) => UNREAD.test(line)));
    const info = await tcploom(['info', out]);
    assertMessages(info.stderr, []);
    assert.equal(info.code, 0);
  });

  it('info: what was read is described, and the exit code is 130', async () => {
    const child = start(['info', ...MANY]);
    const end = ended(child);
    await untilOpened(child.pid!, LARGE);
    await sleep(200);
    child.kill('SIGINT');
    const run = await end;
    assert.equal(run.code, 130);
    assert.match(run.stdout, /^File +.*large\.pcap\n/);
    assert.ok(run.stdout.endsWith('\n'));
    const told = messagesOf(run.stderr);
    assert.ok(told.length > 0 && told.every((line) => UNREAD.test(line)), JSON.stringify(told));
  });
});

describe('a signal that ends a run at once', () => {
  const runs: readonly (readonly [string, readonly string[]])[] = [
    ['a run', [...EVERYTHING, ...MANY]],
    ['a run of many workers', ['--workers', '8', ...MANY]],
    ['a run over compressed files', ['--all', ...MANY.map(() => PACKED)]],
    ['info', ['info', ...MANY]],
    ['filter', ['filter', '-c', 'tcp', ...MANY]],
  ];
  for (const [what, args] of runs) {
    it(`${what}, at any moment from the start on: its exit code, and nothing else goes wrong`, async () => {
      for (let attempt = 0; attempt < 12; attempt++) {
        const signal = attempt % 3 === 0 ? 'SIGHUP' : 'SIGTERM';
        const child = start(args, { stdio: ['ignore', 'ignore', 'pipe'] });
        const end = ended(child);
        const delayMs = Math.random() * 600;
        await sleep(delayMs);
        child.kill(signal);
        const run = await end;
        assert.equal(run.code, signal === 'SIGHUP' ? 129 : 143, `${signal} after ${delayMs} ms: ${run.stderr}`);
        assertMessages(run.stderr, []);
      }
    });
  }

  it('SIGTERM: whole lines in files, whole packets in captures, and how things stood', async () => {
    const [sessions, handshakes, out] = ['sessions', 'handshakes', 'out.pcap'].map((name) => join(FOLDER, name));
    const run = await endedBy(
      ['--all', '-o', `miruo=${sessions}`, '-o', `tcpeek=${handshakes}`, ...MANY],
      handshakes,
      'SIGTERM',
    );
    assert.ok(hasStatistics(run.stderr), run.stderr);
    assert.ok(packetsOf(run.stderr) > 0);
    assert.ok(Number(/^Total Sessions {2}: (\d+)$/m.exec(run.stderr)?.[1]) > 0);
    assert.ok(Number(/^ {2}Lookup {8}: (\d+)$/m.exec(run.stderr)?.[1]) > 0);
    const usual = [...MANY.slice(0, 3)];
    for (const [path, ...args] of [
      [sessions, '--all', '-o', 'miruo'],
      [handshakes, '-o', 'tcpeek'],
    ]) {
      const text = existsSync(path) ? readFileSync(path, 'latin1') : '';
      assert.ok(text.endsWith('\n'), `${path}: ${JSON.stringify(text.slice(-100))}`);
      const first = text
        .split('\n')
        .slice(1, 200)
        .filter((line) => line !== '');
      const whole = await tcploom([...args, ...usual]);
      assert.deepEqual(first, whole.stdout.split('\n').slice(1, 1 + first.length));
    }
    await endedBy(['filter', '-w', out, 'tcp', ...MANY], out, 'SIGTERM');
    const info = await tcploom(['info', out]);
    assertMessages(info.stderr, []);
    assert.ok(existsSync(out) && readFileSync(out).length >= FILE_HEADER_BYTES);
    rmSync(out);
  });

  it('SIGTERM ends runs promptly while nobody reads their output, the second SIGINT too', async () => {
    for (const signals of [['SIGTERM'], ['SIGINT', 'SIGINT']] as const) {
      for (const args of [EVERYTHING, ['filter', '-w', '-', 'tcp']]) {
        await assertPrompt(PROMPT_MS, () =>
          withFifo(async (_, held) => {
            const child = start([...args, ...MANY], { stdio: ['ignore', held, 'pipe'] });
            const end = ended(child);
            await untilOpened(child.pid!, LARGE);
            await untilAsleep(child.pid!);
            const beganMs = performance.now();
            for (const signal of signals) {
              child.kill(signal);
              await sleep(50);
            }
            const { code } = await end;
            assert.equal(code, signals[0] === 'SIGINT' ? 130 : 143);
            return performance.now() - beganMs;
          }),
        );
      }
    }
  });

  /** Ends a run when it has the file open that it writes. */
  async function endedBy(args: readonly string[], path: string, signal: NodeJS.Signals): Promise<{ stderr: string }> {
    const child = start(args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const end = ended(child);
    await untilOpened(child.pid!, path);
    await sleep(100);
    child.kill(signal);
    const run = await end;
    assert.equal(run.code, 143);
    return run;
  }
});
