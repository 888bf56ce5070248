/**
 * Script: how long a report takes, from SIGUSR1 to its last line, in all the states that a run may be in: `npm run report-delay --
 * [--tries N] [--bytes N] [--only PATTERN]`. Prints the median and the worst of each kind, beside what a process that does nothing takes to
 * answer a signal, and how busy the machine was.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateFile } from '../../datasets/generate.js';
import { untilAsleep, untilOpened } from '../support/processes.js';
import { ReportingRun } from '../support/reporting-run.js';
import { median } from './measure.js';

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '100' },
    bytes: { type: 'string', default: '100000000' },
    only: { type: 'string', default: '' },
  },
});
const TRIES = Number(values.tries);
/** Between one report and the next signal: a moment drawn from here. */
const MOST_PAUSE_MS = 100;

interface Kind {
  readonly name: string;
  readonly args: readonly string[];
  /** Nobody reads standard output, and all that can be done is. */
  readonly isBlocked?: boolean;
  /** Nothing was read. */
  readonly isSilent?: boolean;
  /** Only reports of when all is read count. */
  readonly isAtEnd?: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'tcploom-reports-'));
const capture = join(folder, 'large.pcap');
const open = join(folder, 'open.pcap');
const silent = join(folder, 'silent.fifo');
const unread = join(folder, 'unread.fifo');
process.stderr.write('making captures\n');
generateFile({ bytes: Number(values.bytes), profile: 'small', sessions: 3000, loss: 0.01 }, capture);
generateFile({ packets: 2_000_000, profile: 'small', sessions: 300_000, segments: 0, rate: 100_000 }, open);
execFileSync('gzip', ['-1', '-k', capture]);
for (const path of [silent, unread]) execFileSync('mkfifo', [path]);

const many = (path: string): string[] => Array.from({ length: 8 }, () => path);
const kinds: readonly Kind[] = [
  { name: 'at full speed', args: many(capture) },
  { name: 'sessions alone', args: ['-o', 'miruo', ...many(capture)] },
  { name: '8 workers', args: ['--workers', '8', ...many(capture)] },
  { name: 'every packet a line', args: ['--all', '--view-data', '1000', ...many(capture)] },
  { name: 'gzip', args: many(`${capture}.gz`) },
  { name: 'output not read', args: ['--all', ...many(capture)], isBlocked: true },
  { name: 'all read, lines merged', args: ['--all', '--unfinished', '-o', 'miruo', open], isAtEnd: true },
  { name: 'before the first packet', args: [silent], isSilent: true },
  { name: 'info', args: ['info', ...many(capture)] },
  { name: 'filter', args: ['filter', '-c', 'tcp port 80', ...many(capture)] },
];

process.stdout.write(`${'a process that does nothing'.padEnd(28)} ${figures(await answers())}\n`);
for (const kind of kinds.filter(({ name }) => new RegExp(values.only).test(name))) {
  const tookMs: number[] = [];
  while (tookMs.length < TRIES) tookMs.push(...(await measure(kind, TRIES - tookMs.length)));
  process.stdout.write(`${kind.name.padEnd(28)} ${figures(tookMs)}\n`);
}
rmSync(folder, { recursive: true });

function figures(tookMs: readonly number[]): string {
  const text = (ms: number): string => ms.toFixed(0).padStart(5);
  const load = loadavg()[0].toFixed(1);
  return `median ${text(median(tookMs))} ms, worst ${text(Math.max(...tookMs))} ms of ${tookMs.length}   (load ${load})`;
}

/** Up to so many delays of one run, which is ended then. */
async function measure(kind: Kind, most: number): Promise<number[]> {
  // Both ends in one descriptor: the program waits for the other end to say or take something.
  const held = [silent, unread].map((path) => openSync(path, 'r+'));
  const run = new ReportingRun(kind.args, kind.isBlocked === true ? held[1] : 'ignore');
  await untilOpened(run.pid, kind.args.at(-1)!);
  if (kind.isBlocked || kind.isSilent) await untilAsleep(run.pid);
  const tookMs: number[] = [];
  // What comes while it starts is not counted: it listens when it has answered.
  await run.ask();
  while (tookMs.length < most) {
    await sleep(Math.random() * (kind.isAtEnd ? MOST_PAUSE_MS / 5 : MOST_PAUSE_MS));
    const report = await run.ask();
    if (report === undefined) break;
    if (kind.isAtEnd !== true || report.text.includes('completed: 99.90%')) tookMs.push(report.ms);
  }
  run.child.kill('SIGKILL');
  await run.end;
  for (const descriptor of held) closeSync(descriptor);
  return tookMs;
}

/** The same of a node that answers signals and does nothing else. */
async function answers(): Promise<number[]> {
  const script =
    "process.on('SIGUSR1', () => process.stderr.write('.')); process.stderr.write('.'); setInterval(() => {}, 1e6)";
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  await said(child);
  const tookMs: number[] = [];
  for (let index = 0; index < TRIES; index++) {
    await sleep(Math.random() * MOST_PAUSE_MS);
    const beganMs = performance.now();
    const answer = said(child);
    child.kill('SIGUSR1');
    await answer;
    tookMs.push(performance.now() - beganMs);
  }
  child.kill();
  return tookMs;
}

function said(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.stderr!.once('data', () => resolve()));
}
