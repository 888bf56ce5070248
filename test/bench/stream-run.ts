/**
 * Runs the program on what a script writes to a FIFO, so that a capture of any length takes no room. Owns what such a run is seen to
 * take: memory, time, lines.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const SAMPLE_MS = 200;
const LINE_FEED = 0x0a;

export interface Measured {
  readonly code: number;
  /** What came on standard error. */
  readonly statistics: string;
  /** Lines of standard output. */
  readonly lines: number;
  readonly peakMb: number;
  /** Resident memory over time, in MB. */
  readonly residentMb: readonly number[];
  readonly seconds: number;
  /** Processor time of all threads; NaN where the statistics of sessions do not tell. */
  readonly cpuSec: number;
  readonly packets: number;
}

/** Runs tcploom with `options` on what a script writes; the FIFO's path is the last argument of both. */
export async function runOnStream(script: readonly string[], options: readonly string[] = []): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-limits-'));
  const fifo = join(folder, 'stream.pcap');
  execFileSync('mkfifo', [fifo]);
  const begun = process.hrtime.bigint();
  const program = spawn(process.execPath, [LAUNCHER, ...options, fifo], { stdio: ['ignore', 'pipe', 'pipe'] });
  const generator = spawn(process.execPath, [...script, fifo], { stdio: 'ignore' });
  const residentMb: number[] = [];
  let peakMb = 0;
  const timer = setInterval(() => {
    residentMb.push(statusMb(program, 'VmRSS') ?? 0);
    peakMb = Math.max(peakMb, statusMb(program, 'VmHWM') ?? 0);
  }, SAMPLE_MS);
  let statistics = '';
  program.stderr.on('data', (chunk: Buffer) => {
    statistics += chunk.toString();
  });
  let lines = 0;
  program.stdout.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
  });
  const code = await new Promise<number>((resolve) => program.on('close', (status) => resolve(status ?? -1)));
  clearInterval(timer);
  generator.kill();
  rmSync(folder, { recursive: true });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const cpuSec = (figure(statistics, 'CPU') * seconds) / 100;
  const packets = figure(statistics, 'recv');
  return { code, statistics, lines, peakMb, residentMb, seconds, cpuSec, packets };
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

/** The figure that the statistics, or the summary of handshakes, have under `name`; NaN without it. */
export const figure = (statistics: string, name: string): number =>
  Number(new RegExp(`^ *${name}\\s*: *([\\d.]+)`, 'm').exec(statistics)?.[1] ?? Number.NaN);
