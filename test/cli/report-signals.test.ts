/**
 * Signals that ask for reports, from the moment at which the program is started: they end nothing and open no port that anybody could connect to.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { built, type Ended, ended, LAUNCHER, steady, temporaryFolder } from '../support/launch.js';
import { answeringAddresses, listeningPorts } from '../support/listening.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
const CAPTURE = 'datasets/lossy.pcap';
const FLAGS = ['--inspect-port=255.255.255.255:0', '--inspect-publish-uid=http'];
const skip = process.platform !== 'linux' && 'this looks into /proc';
/** Numbers of signals as bits of the masks in /proc/PID/status. */
const BITS = { SIGUSR1: 1n << 9n, SIGUSR2: 1n << 11n } as const;

/** The program as it is installed: a link that is executed. */
const LINK = join(FOLDER, 'tcploom');
before(() => {
  chmodSync(LAUNCHER, 0o755);
  symlinkSync(LAUNCHER, LINK);
});

/** Nodes that the program is run with: the one of this test, and those that TCPLOOM_OTHER_NODES names. */
const NODES = [process.execPath, ...(process.env.TCPLOOM_OTHER_NODES ?? '').split(delimiter)].filter((n) => n !== '');

/** The environment in which the launcher finds this node. */
function withNode(node: string): NodeJS.ProcessEnv {
  const folder = join(FOLDER, `node-${NODES.indexOf(node)}`);
  if (!made.has(folder)) {
    mkdirSync(folder);
    symlinkSync(node, join(folder, 'node'));
    made.add(folder);
  }
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}
const made = new Set<string>();

const start = (args: readonly string[], node: string): ChildProcess =>
  spawn(LINK, args, { stdio: ['ignore', 'pipe', 'pipe'], env: withNode(node) });

/** Whether a signal does not end the process: it is ignored, caught or waits; as well when there is no such process any more. */
function isSafe(pid: number, signal: keyof typeof BITS, masks = ['SigIgn', 'SigBlk', 'SigCgt']): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    if (/^State:\t[ZX]/m.test(status)) return true;
    return masks.some((mask) => BigInt(`0x${new RegExp(`^${mask}:\t(.*)`, 'm').exec(status)![1]}`) & BITS[signal]);
  } catch {
    return true;
  }
}

/** Runs the program while `signal` comes every millisecond, from when it cannot end it. */
async function hammered(args: readonly string[], signal: keyof typeof BITS, node: string): Promise<Ended> {
  const child = start(args, node);
  const pid = child.pid!;
  let isOver = false;
  const end = ended(child).finally(() => {
    isOver = true;
  });
  // SIGUSR2 ends a node that does not run JavaScript yet, and nothing can be done about it.
  const masks = signal === 'SIGUSR2' ? ['SigCgt'] : undefined;
  await until(`${signal} is safe for ${pid}`, () => isSafe(pid, signal, masks), 1);
  for (let sent = 0; !isOver; sent++) {
    child.kill(signal);
    if (sent % 8 === 0) for (const port of listeningPorts(pid)) assert.deepEqual(await answeringAddresses(port), []);
    await sleep(1);
  }
  return await end;
}

/** Whoever reads captures answers with reports on standard error, and nobody else says anything. */
function assertUndisturbed(run: Ended, expected: Ended): void {
  assert.doesNotMatch(run.stderr, /debugger|inspector|listening/i);
  assert.deepEqual([run.code, run.stdout], [expected.code, expected.stdout], run.stderr);
  assert.equal(steady(run.stderr), steady(expected.stderr));
}

describe('the launcher', { skip }, () => {
  it('ignores the signals, then becomes node with a debugger that nobody can reach', async () => {
    const folder = join(FOLDER, 'stand-in');
    mkdirSync(folder);
    const script = '#!/bin/sh\ngrep SigIgn /proc/$$/status; echo $$; for word in "$@"; do echo "<$word>"; done\n';
    writeFileSync(join(folder, 'node'), script, { mode: 0o755 });
    const args = ['-o', 'a b', '', '*', "it's", '$HOME', '-r'];
    const child = spawn(LINK, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    const run = await ended(child);
    const [mask, pid, ...words] = run.stdout.trimEnd().split('\n');
    const ignored = BigInt(`0x${/SigIgn:\t(.*)/.exec(mask)?.[1]}`);
    assert.equal(ignored & (BITS.SIGUSR1 | BITS.SIGUSR2), BITS.SIGUSR1 | BITS.SIGUSR2);
    assert.equal(Number(pid), child.pid);
    assert.deepEqual(
      words,
      [...FLAGS, LINK, ...args].map((word) => `<${word}>`),
    );
    assert.equal(run.stderr, '');
    assert.equal(run.code, 0);
  });

  it('says that there is no node', async () => {
    const run = await ended(spawn(LINK, ['--version'], { env: { PATH: '/nowhere' } }));
    assert.match(run.stderr, /\bnode\b.*not found/);
    assert.equal(run.code, 127);
  });

  it('is understood by sh and by node, whatever it is called by', async () => {
    const expected = `${(JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version}\n`;
    for (const [program, ...args] of [[LINK], ['sh', LINK], ['sh', LAUNCHER], ['node', LINK], ['node', LAUNCHER]]) {
      const run = await ended(spawn(program, [...args, '--version'], { env: withNode(process.execPath) }));
      assert.deepEqual(run, { code: 0, stdout: expected, stderr: '' }, `${program} ${args}`);
    }
  });
});

for (const [index, node] of NODES.entries()) {
  describe(`signals every millisecond, ${index === 0 ? 'this node' : node}`, { skip }, () => {
    const CASES: readonly (readonly [readonly string[], number])[] = [
      [['-o', 'miruo', CAPTURE], 4],
      [['miruo', '-f', CAPTURE], 1],
      [['tcpeek', '-r', CAPTURE], 1],
      [['info', CAPTURE], 2],
      [['filter', 'tcp', CAPTURE, '-c'], 2],
      [['peekstat', '-U', join(FOLDER, 'nobody')], 2],
      [['plot', '-L'], 2],
      [['interfaces'], 1],
      [['--help'], 2],
      [['--version'], 4],
      [['--nonsense'], 2],
      [[join(FOLDER, 'absent')], 2],
    ];
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
      for (const [args, times] of CASES) {
        it(`${signal}: ${args.join(' ').replaceAll(`${FOLDER}/`, '')}`, async () => {
          const expected = await ended(start(args, node));
          for (let time = 0; time < times; time++) {
            assertUndisturbed(await hammered(args, signal, node), expected);
          }
        });
      }
    }
  });

  describe(`SIGUSR1 before anybody listens, ${index === 0 ? 'this node' : node}`, { skip }, () => {
    const PROGRAM = built('test/support/early-signal.ts');
    const early = (...args: string[]): Promise<Ended> =>
      ended(spawn(node, args, { env: { ...process.env, NODE_OPTIONS: '' } }));

    it('asks for a report, and nobody can debug', async () => {
      const run = await early(...FLAGS, PROGRAM);
      assert.equal(run.stderr, '');
      const seen = { ports: 1, answering: [], isClosed: true, asked: ['SIGUSR1', 'SIGUSR2', 'SIGUSR1'] };
      assert.deepEqual(JSON.parse(run.stdout), seen);
    });

    it('asks for a report where node chose the port, which is closed', async () => {
      const run = await early('--inspect-port=127.0.0.1:0', PROGRAM);
      const { answering, ...seen } = JSON.parse(run.stdout) as { answering: string[] };
      assert.ok(answering.includes('127.0.0.1'), 'the test does not see ports that are open');
      assert.deepEqual(seen, { ports: 1, isClosed: true, asked: ['SIGUSR1', 'SIGUSR2', 'SIGUSR1'] });
    });

    it('closes no debugger that was asked for', async () => {
      const run = await early('--inspect=127.0.0.1:0', PROGRAM, 'keep');
      const seen = JSON.parse(run.stdout) as { isClosed: boolean; asked: string[] };
      assert.equal(seen.isClosed, false);
      assert.deepEqual(seen.asked, ['SIGUSR2', 'SIGUSR1']);
    });
  });
}
