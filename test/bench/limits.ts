/**
 * Memory of the program on inputs that only a generator can make: a million sessions open at once, and an endless
 * stream through a FIFO. Prints the figures and fails when they are beyond the bounds that the project promises.
 *
 *   node dist/test/bench/limits.js [sessions | stream] [--gigabytes N]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const GENERATOR = fileURLToPath(new URL('../../datasets/generate.js', import.meta.url));

/** What the program may use: so much at all, for each session alive at once, for each segment kept. */
const BASE_MB = 300;
const SESSION_BYTES = 400;
const SEGMENT_BYTES = 40;
const SAMPLE_MS = 200;

interface Measured {
  readonly code: number;
  readonly statistics: string;
  readonly peakMb: number;
  /** Resident memory over time, in MB. */
  readonly residentMb: readonly number[];
  readonly seconds: number;
}

/** Runs tcploom on what the generator writes to a FIFO. */
async function runOnStream(generatorArgs: readonly string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-limits-'));
  const fifo = join(folder, 'stream.pcap');
  execFileSync('mkfifo', [fifo]);
  const begun = process.hrtime.bigint();
  const program = spawn(process.execPath, [LAUNCHER, fifo], { stdio: ['ignore', 'ignore', 'pipe'] });
  const generator = spawn(process.execPath, [GENERATOR, ...generatorArgs, '--out', fifo], { stdio: 'ignore' });
  const residentMb: number[] = [];
  const timer = setInterval(() => residentMb.push(statusMb(program, 'VmRSS') ?? 0), SAMPLE_MS);
  let peakMb = 0;
  const peakTimer = setInterval(() => {
    peakMb = Math.max(peakMb, statusMb(program, 'VmHWM') ?? 0);
  }, SAMPLE_MS);
  let statistics = '';
  program.stderr.on('data', (chunk: Buffer) => {
    statistics += chunk.toString();
  });
  const code = await new Promise<number>((resolve) => program.on('close', (status) => resolve(status ?? -1)));
  clearInterval(timer);
  clearInterval(peakTimer);
  generator.kill();
  rmSync(folder, { recursive: true });
  return { code, statistics, peakMb, residentMb, seconds: Number(process.hrtime.bigint() - begun) / 1e9 };
}

function statusMb(child: ChildProcess, name: string): number | undefined {
  try {
    const line = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'));
    return line === null ? undefined : Number(line[1]) / 1024;
  } catch {
    // The process is gone.
    return undefined;
  }
}

const figure = (statistics: string, name: string): number =>
  Number(new RegExp(`^${name}\\s*: (\\d+)`, 'm').exec(statistics)?.[1] ?? Number.NaN);

function report(title: string, measured: Measured): boolean {
  const sessions = figure(measured.statistics, 'ActiveSessionMax');
  const segments = figure(measured.statistics, 'ActiveSegmentMax');
  const packets = figure(measured.statistics, 'recv');
  const boundMb = BASE_MB + (SESSION_BYTES * sessions + SEGMENT_BYTES * segments) / 1e6;
  console.log(`${title}: ${packets} packets in ${measured.seconds.toFixed(1)} s`);
  console.log(`  at most ${sessions} sessions and ${segments} kept segments at once`);
  console.log(`  peak ${measured.peakMb.toFixed(0)} MB, bound ${boundMb.toFixed(0)} MB`);
  return measured.code === 0 && measured.peakMb <= boundMb;
}

async function sessions(): Promise<boolean> {
  const measured = await runOnStream([
    '--packets',
    '6M',
    '--profile',
    'small',
    '--sessions',
    '1M',
    '--segments',
    '0',
    '--rate',
    '100K',
  ]);
  return report('a million sessions', measured);
}

/** Memory after a tenth of the stream against that at its end. */
async function stream(gigabytes: string): Promise<boolean> {
  const measured = await runOnStream([
    '--bytes',
    `${gigabytes}G`,
    '--profile',
    'full',
    '--sessions',
    '5000',
    '--loss',
    '0.001',
  ]);
  const at = (part: number): number => measured.residentMb[Math.floor(part * (measured.residentMb.length - 1))];
  const fits = report(`a stream of ${gigabytes} GB`, measured);
  console.log(
    `  resident at 10, 25, 50, 75, 99 %: ${[0.1, 0.25, 0.5, 0.75, 0.99].map((p) => at(p).toFixed(0)).join(', ')} MB`,
  );
  return fits && at(0.99) < 1.25 * at(0.1) + 20;
}

const args = process.argv.slice(2);
const gigabytes = args.includes('--gigabytes') ? args[args.indexOf('--gigabytes') + 1] : '100';
const results: boolean[] = [];
if (!args.includes('stream')) results.push(await sessions());
if (!args.includes('sessions')) results.push(await stream(gigabytes));
process.exitCode = results.every(Boolean) ? 0 : 1;
