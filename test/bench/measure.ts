/** Owns running one command and what it cost: wall time, CPU time of all its threads, peak memory. */

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Cost {
  wallSec: number;
  /** User and system; NaN where /usr/bin/time is not installed. */
  cpuSec: number;
  /** Maximum resident set; NaN where /usr/bin/time is not installed. */
  peakBytes: number;
  /** Exit code, or the signal that ended it; 0 is success. */
  exit: number | string;
}

const TIME = '/usr/bin/time';

/** CPU time and peak memory are what wait4 reports to `time`: nothing in Node tells them for a child. */
export const HAS_TIME: boolean = existsSync(TIME);

/** Runs a command with its output thrown away. */
export async function measure(command: readonly string[]): Promise<Cost> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const report = join(dir, 'time');
  const words = HAS_TIME ? [TIME, '-f', '%U %S %M', '-o', report, ...command] : [...command];
  try {
    const start = process.hrtime.bigint();
    const exit = await run(words);
    const wallSec = Number(process.hrtime.bigint() - start) / 1e9;
    return { wallSec, ...readReport(report), exit };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** How many bytes the command writes to standard output. Rejects when it fails. */
export function outputBytes([program, ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(bytes);
      else reject(new Error(`${program} ${args.join(' ')}: ended with ${code ?? signal}`));
    });
  });
}

export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function run(words: readonly string[]): Promise<number | string> {
  return new Promise((resolve, reject) => {
    // Output to /dev/null: a pipe would measure this process as well.
    const child = spawn(words[0], words.slice(1), { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}

/** The figures are on the last line; one before it tells of an exit code or signal that was not 0. */
function readReport(path: string): { cpuSec: number; peakBytes: number } {
  const line = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').pop()! : '';
  const [userSec, systemSec, peakKib] = line.split(' ').map(Number);
  return { cpuSec: userSec + systemSec, peakBytes: peakKib * 1024 };
}
