/**
 * How long a small capture takes, from the start of the process to the first byte of its results and to its end, against a Node that does nothing. Many
 * rounds in turn, since all of it is a tenth of a second.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateFile } from '../../datasets/generate.js';
import { median } from './measure.js';

/** Name of this part of the benchmark. */
export const START = 'start';

const TCPLOOM = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const CAPTURE_BYTES = 10_000;
const ROUNDS = 41;
const QUICK_ROUNDS = 11;

/** Medians, in seconds. */
export interface StartCosts {
  readonly captureBytes: number;
  readonly rounds: number;
  /** `node -e 0` to its end. */
  readonly nodeSec: number;
  /** To the first byte that tcploom writes to standard output, and to its end. */
  readonly firstSec: number;
  readonly endSec: number;
}

/** The capture is made in `dir`. Rejects when a process fails. */
export async function measureStart(dir: string, quick: boolean): Promise<StartCosts> {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${START}.pcap`);
  const { bytes } = generateFile({ bytes: CAPTURE_BYTES, profile: 'mixed', sessions: 5 }, path);
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const node: number[] = [];
  const first: number[] = [];
  const end: number[] = [];
  // The first round brings the files into the page cache.
  for (let round = 0; round <= rounds; round++) {
    const nothing = await timesOf(['-e', '0']);
    const run = await timesOf([TCPLOOM, path]);
    if (round === 0) continue;
    node.push(nothing.endSec);
    first.push(run.firstSec);
    end.push(run.endSec);
  }
  return { captureBytes: bytes, rounds, nodeSec: median(node), firstSec: median(first), endSec: median(end) };
}

export function printStart({ captureBytes, rounds, nodeSec, firstSec, endSec }: StartCosts): void {
  console.log(`\n${START}: a capture of ${captureBytes} bytes; medians of ${rounds} rounds, in turn`);
  const line = (name: string, sec: number): string =>
    `${name.padEnd(28)} ${sec.toFixed(3)} s  ${(sec / nodeSec).toFixed(2)} x node -e 0`;
  console.log(line('node -e 0', nodeSec));
  console.log(line('tcploom, to its first result', firstSec));
  console.log(line('tcploom, to its end', endSec));
}

/** Runs Node with standard output read; the first byte of that may never come (NaN). */
function timesOf(args: readonly string[]): Promise<{ firstSec: number; endSec: number }> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    let firstMs = Number.NaN;
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => {
      firstMs = performance.now();
    });
    child.stdout.resume();
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const endSec = (performance.now() - startMs) / 1000;
      if (code === 0) resolve({ firstSec: (firstMs - startMs) / 1000, endSec });
      else reject(new Error(`node ${args.join(' ')}: ended with ${code ?? signal}`));
    });
  });
}
