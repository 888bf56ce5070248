/**
 * A capture played back at its own pace from one network namespace to a program in another, through a pair of virtual interfaces.
 * Owns the namespaces and when playing may begin; knows nothing of what the program prints.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, ended, LAUNCHER } from './launch.js';
import { readPcap } from './pcap-naive.js';
import { untilAsleep } from './processes.js';
import { missing } from './programs.js';
import { until } from './prompt.js';

const SENDER = `tcploom-send-${process.pid}`;
const LISTENER = `tcploom-hear-${process.pid}`;
/** Name of the interface that the program listens on. */
export const REPLAY_DEVICE = 'v2';
/** Longer than any frame that offloading makes. */
const MTU = '65535';
const POLL_MS = 50;
/** More of what came than there is in any capture played back. */
const CAPTURE_KIB = '16384';
/** Only times are wanted, and the buffer has room for so many packets as their longest part fits into it. */
const SNAPLEN = '128';
/** It sleeps between packets: on a busy machine others should not keep it from waking up. */
const AT_ONCE = ['nice', '-n', '-20'];

export interface Replayed extends Ended {
  /** What came on the interface, as a capture made beside the program: when the packets came depends on the machine. */
  readonly came: Uint8Array;
}

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

/** Runs tcploom with `args` while `capture` is played back, then interrupts it, as a user does. Files go to `folder`. */
export async function replay(
  capture: string,
  args: readonly string[],
  folder: string,
  { address, beside }: ReplayForm = {},
): Promise<Replayed> {
  makeNamespaces(address);
  const children: ChildProcess[] = [];
  try {
    const came = join(folder, 'came.pcap');
    const buffer = ['-B', CAPTURE_KIB, '-s', SNAPLEN, '-U', '--immediate-mode'];
    const witness = start(LISTENER, ['tcpdump', '-i', REPLAY_DEVICE, ...buffer, '-w', came]);
    const program = start(LISTENER, [process.execPath, LAUNCHER, ...args]);
    children.push(witness, program);
    const outcomes = children.map((child) => ended(child));
    // Who waits for them comes later, and a failure must not end the process before.
    for (const outcome of outcomes) outcome.catch(() => {});
    // Either may have more sockets than one: the witness has begun its file when it listens.
    const hasBegun = (): boolean => (statSync(came, { throwIfNoEntry: false })?.size ?? 0) > 0;
    await until('both listen', () => socketsOfInterfaces() >= 2 && hasBegun(), POLL_MS);
    await untilAsleep(...listeners());
    let isPlaying = true;
    const watched = beside?.({ pid: program.pid!, isPlaying: () => isPlaying });
    watched?.catch(() => {});
    const played = await ended(start(SENDER, [...AT_ONCE, 'tcpreplay', '-q', '-i', 'v1', capture]));
    isPlaying = false;
    await watched;
    if (played.code !== 0) throw new Error(`tcpreplay ended with exit code ${played.code}: ${played.stderr}`);
    // The witness may be behind; what it has not written when it is interrupted is lost.
    const sent = packetsIn(capture);
    await until('every packet comes', () => packetsIn(came) >= sent, POLL_MS);
    await untilAsleep(...listeners());
    for (const child of children) child.kill('SIGINT');
    await outcomes[0];
    return { ...(await outcomes[1]), came: readFileSync(came) };
  } finally {
    // Where it went wrong on the way, nobody else ends them.
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const name of [SENDER, LISTENER]) spawnSync('ip', ['netns', 'del', name]);
  }
}

const packetsIn = (path: string): number => readPcap(readFileSync(path)).packets.length;

function makeNamespaces(address: string | undefined): void {
  const ip = (...args: string[]): unknown => execFileSync('ip', args, { stdio: 'pipe' });
  for (const name of [SENDER, LISTENER]) {
    ip('netns', 'add', name);
    // The kernel would greet its neighbours.
    ip('netns', 'exec', name, 'sh', '-c', 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done');
  }
  const peer = ['type', 'veth', 'peer', 'name', REPLAY_DEVICE, 'netns', LISTENER, 'mtu', MTU];
  ip('-n', SENDER, 'link', 'add', 'v1', 'mtu', MTU, ...peer);
  if (address !== undefined) ip('-n', LISTENER, 'addr', 'add', ...address.split(' '), 'dev', REPLAY_DEVICE);
  ip('-n', LISTENER, 'link', 'set', REPLAY_DEVICE, 'up');
  ip('-n', SENDER, 'link', 'set', 'v1', 'up');
}

function start(namespace: string, command: readonly string[]): ChildProcess {
  return spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** How many packet sockets are on an interface: lines after the heading, whose fifth column is the interface's number. */
function socketsOfInterfaces(): number {
  const table = execFileSync('ip', ['netns', 'exec', LISTENER, 'cat', '/proc/net/packet'], { encoding: 'utf8' });
  const sockets = table.trim().split('\n').slice(1);
  return sockets.filter((line) => Number(line.trim().split(/\s+/)[4]) > 1).length;
}

/** The processes that listen. */
function listeners(): number[] {
  const pids = execFileSync('ip', ['netns', 'pids', LISTENER], { encoding: 'utf8' });
  return pids.trim().split('\n').map(Number);
}
