/**
 * Script: how long a run takes from a signal to its end, in all the states that it may be in: `npm run endings -- [--tries N] [--bytes N] [--only PATTERN]`.
 * Prints the median and the worst of each kind, and how it ended.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateFile } from '../../datasets/generate.js';
import { untilOpened } from '../support/processes.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '50' },
    bytes: { type: 'string', default: '600000000' },
    only: { type: 'string', default: '' },
  },
});
const TRIES = Number(values.tries);

interface Kind {
  readonly name: string;
  readonly args: readonly string[];
  /** The last one is what is measured; a second one follows the first at once. */
  readonly signals: readonly NodeJS.Signals[];
  /** It is past starting: its input, the last argument, is open. */
  readonly isAtWork?: boolean;
  /** When they are sent after that, or after the start: a moment drawn from here. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Nobody reads standard output. */
  readonly isBlocked?: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'tcploom-endings-'));
const capture = join(folder, 'large.pcap');
const fifo = join(folder, 'silent.fifo');
const unread = join(folder, 'unread.fifo');
const out = join(folder, 'out');
process.stderr.write('making a capture\n');
generateFile({ bytes: Number(values.bytes), profile: 'small', sessions: 3000, loss: 0.01 }, capture);
execFileSync('gzip', ['-1', '-k', capture]);
for (const path of [fifo, unread]) execFileSync('mkfifo', [path]);

const AT_WORK = { isAtWork: true, fromMs: 0, toMs: 500 };
const kinds: readonly Kind[] = [
  { name: 'SIGTERM, start-up', args: [capture], signals: ['SIGTERM'], fromMs: 0, toMs: 300 },
  {
    name: 'SIGTERM, start-up, 8 workers',
    args: ['--workers', '8', capture],
    signals: ['SIGTERM'],
    fromMs: 0,
    toMs: 400,
  },
  { name: 'SIGTERM, start-up, gzip', args: [`${capture}.gz`], signals: ['SIGTERM'], fromMs: 0, toMs: 300 },
  { name: 'SIGTERM', args: [capture], signals: ['SIGTERM'], ...AT_WORK },
  {
    name: 'SIGTERM, everything to files',
    args: ['--all', '-o', `miruo=${out}.m`, '-o', `tcpeek=${out}.t`, capture],
    signals: ['SIGTERM'],
    ...AT_WORK,
  },
  { name: 'SIGTERM, gzip', args: [`${capture}.gz`], signals: ['SIGTERM'], ...AT_WORK },
  { name: 'SIGTERM, output not read', args: ['--all', capture], signals: ['SIGTERM'], ...AT_WORK, isBlocked: true },
  { name: 'SIGTERM, silent FIFO', args: [fifo], signals: ['SIGTERM'], ...AT_WORK },
  { name: 'SIGTERM, info', args: ['info', capture, capture, capture], signals: ['SIGTERM'], ...AT_WORK },
  {
    name: 'SIGTERM, filter',
    args: ['filter', '-w', out, 'tcp', capture],
    signals: ['SIGTERM'],
    isAtWork: true,
    fromMs: 0,
    toMs: 300,
  },
  {
    name: 'SIGTERM, filter, output not read',
    args: ['filter', '-w', '-', 'tcp', capture],
    signals: ['SIGTERM'],
    ...AT_WORK,
    isBlocked: true,
  },
  { name: 'SIGHUP', args: [capture], signals: ['SIGHUP'], ...AT_WORK },
  { name: 'second SIGINT', args: ['--all', capture], signals: ['SIGINT', 'SIGINT'], ...AT_WORK },
  {
    name: 'second SIGINT, output not read',
    args: ['--all', capture],
    signals: ['SIGINT', 'SIGINT'],
    ...AT_WORK,
    isBlocked: true,
  },
  { name: 'SIGINT', args: [capture], signals: ['SIGINT'], ...AT_WORK },
  { name: 'SIGINT, gzip', args: [`${capture}.gz`], signals: ['SIGINT'], ...AT_WORK },
  {
    name: 'SIGINT, filter',
    args: ['filter', '-w', out, 'tcp', capture],
    signals: ['SIGINT'],
    isAtWork: true,
    fromMs: 0,
    toMs: 300,
  },
  { name: 'SIGINT, start-up', args: [capture], signals: ['SIGINT'], fromMs: 0, toMs: 300 },
];

for (const kind of kinds.filter(({ name }) => new RegExp(values.only).test(name))) {
  const took: number[] = [];
  const codes = new Map<string, number>();
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { ms, how } = await measure(kind);
    took.push(ms);
    codes.set(how, (codes.get(how) ?? 0) + 1);
  }
  took.sort((a, b) => a - b);
  const median = took[took.length >> 1].toFixed(0).padStart(5);
  const worst = took.at(-1)!.toFixed(0).padStart(5);
  const how = [...codes].map(([code, times]) => `${code}: ${times}`).join(', ');
  process.stdout.write(`${kind.name.padEnd(34)} median ${median} ms, worst ${worst} ms   (${how})\n`);
}
rmSync(folder, { recursive: true });

async function measure(kind: Kind): Promise<{ ms: number; how: string }> {
  // Both ends in one descriptor: the program waits for the other end to say or take something.
  const held = [fifo, unread].map((path) => openSync(path, 'r+'));
  const options: SpawnOptions = { stdio: ['ignore', kind.isBlocked === true ? held[1] : 'ignore', 'ignore'] };
  const child = spawn(process.execPath, [LAUNCHER, ...kind.args], options);
  const end = ended(child);
  if (kind.isAtWork === true) await untilOpened(child.pid!, kind.args.at(-1)!);
  await sleep(kind.fromMs + Math.random() * (kind.toMs - kind.fromMs));
  for (const signal of kind.signals.slice(0, -1)) {
    child.kill(signal);
    await sleep(20);
  }
  const beganMs = performance.now();
  child.kill(kind.signals.at(-1));
  const how = await end;
  const ms = performance.now() - beganMs;
  for (const descriptor of held) closeSync(descriptor);
  return { ms, how };
}

/** The exit code as a shell tells it, and whether it was the signal itself that ended the process. */
function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(code === null ? `${128 + constants.signals[signal!]} by signal` : String(code)),
    );
  });
}
