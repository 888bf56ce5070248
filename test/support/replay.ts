/**
 * A capture played back at its own pace from one network namespace to a program in another, through a pair of virtual interfaces.
 * Owns the namespaces and when playing may begin; knows nothing of what the program prints.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, ended, LAUNCHER } from './launch.js';
import { missing } from './programs.js';

const SENDER = `tcploom-send-${process.pid}`;
const LISTENER = `tcploom-hear-${process.pid}`;
/** Name of the interface that the program listens on. */
export const REPLAY_DEVICE = 'v2';
/** Longer than any frame that offloading makes. */
const MTU = '65535';
/** For the program and its capture to be up on a busy machine. */
const READY_MS = 20_000;
const POLL_MS = 50;
/** For what was sent last to come through. */
const SETTLE_MS = 1500;

/** Why nothing can be replayed here, or false. */
export function cannotReplay(): string | false {
  const absent = missing('ip', 'tcpreplay', 'tcpdump');
  if (absent !== false) return absent;
  const name = `tcploom-try-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'no network namespaces can be made here';
  spawnSync('ip', ['netns', 'del', name]);
  return false;
}

/** What is to be different from an interface without addresses that nobody asks about. */
export interface ReplayForm {
  /** `ADDR/LEN` that the interface has, with what else ip(8) takes of it. */
  readonly address?: string;
  /** What goes on beside: it is waited for, and may ask whether packets still come. */
  readonly beside?: (run: ReplayedRun) => Promise<void>;
}

export interface ReplayedRun {
  /** The program's process. */
  readonly pid: number;
  isPlaying(): boolean;
}

/** Runs tcploom with `args` while `capture` is played back, then interrupts it, as a user does. */
export async function replay(
  capture: string,
  args: readonly string[],
  limitMs: number,
  form: ReplayForm = {},
): Promise<Ended> {
  let program: ChildProcess | undefined;
  try {
    makeNamespaces(form.address);
    program = spawn('ip', ['netns', 'exec', LISTENER, process.execPath, LAUNCHER, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome = ended(program, limitMs);
    // Who waits for it comes later, and a failure must not end the process before.
    outcome.catch(() => {});
    await listening();
    let isPlaying = true;
    const play = async (): Promise<void> => {
      try {
        await playBack(capture, limitMs);
      } finally {
        isPlaying = false;
      }
    };
    const beside = form.beside?.({ pid: program.pid!, isPlaying: () => isPlaying });
    beside?.catch(() => {});
    // What goes wrong beside is told when nothing plays any more.
    await play();
    await beside;
    await sleep(SETTLE_MS);
    program.kill('SIGINT');
    return await outcome;
  } finally {
    // Where it went wrong on the way, nobody else ends it.
    if (program?.exitCode === null) program.kill('SIGKILL');
    for (const name of [SENDER, LISTENER]) spawnSync('ip', ['netns', 'del', name]);
  }
}

async function playBack(capture: string, limitMs: number): Promise<void> {
  const player = spawn('ip', ['netns', 'exec', SENDER, 'tcpreplay', '-q', '-i', 'v1', capture], { stdio: 'ignore' });
  const { code } = await ended(player, limitMs);
  if (code !== 0) throw new Error(`tcpreplay ended with exit code ${code}`);
}

function makeNamespaces(address: string | undefined): void {
  const ip = (...args: string[]): unknown => execFileSync('ip', args, { stdio: 'pipe' });
  for (const name of [SENDER, LISTENER]) {
    ip('netns', 'add', name);
    // The kernel would greet its neighbours.
    ip('netns', 'exec', name, 'sh', '-c', 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done');
  }
  const peer = ['type', 'veth', 'peer', 'name', REPLAY_DEVICE, 'netns', LISTENER, 'mtu', MTU];
  ip('-n', SENDER, 'link', 'add', 'v1', 'mtu', MTU, ...peer);
  if (address !== undefined) {
    ip('-n', LISTENER, 'addr', 'add', ...address.split(' '), 'dev', REPLAY_DEVICE);
  }
  ip('-n', LISTENER, 'link', 'set', REPLAY_DEVICE, 'up');
  ip('-n', SENDER, 'link', 'set', 'v1', 'up');
}

/** Until somebody has a packet socket on an interface: a line after the heading, whose fifth column is the interface's number. */
async function listening(): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += POLL_MS) {
    const table = execFileSync('ip', ['netns', 'exec', LISTENER, 'cat', '/proc/net/packet'], { encoding: 'utf8' });
    const sockets = table.trim().split('\n').slice(1);
    if (sockets.some((line) => Number(line.trim().split(/\s+/)[4]) > 1)) {
      await sleep(SETTLE_MS);
      return;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`nobody listened within ${READY_MS} ms`);
}
