/** Owns the large captures that are measured: what is in them, and making each once. */

import { existsSync, mkdirSync, readFileSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GenerateOptions, type GenerateSummary, generateFile } from '../../datasets/generate.js';

export interface Capture {
  name: string;
  path: string;
  packets: number;
  bytes: number;
}

/** What made a capture; kept beside it, so that a changed recipe or a cut file is noticed. */
interface Label {
  options: Partial<GenerateOptions>;
  summary: GenerateSummary;
}

const COMMON: Partial<GenerateOptions> = { sessions: 5000, loss: 0.002, refused: 0.01 };
const RECIPES: Readonly<Record<string, Partial<GenerateOptions>>> = {
  full: { ...COMMON, profile: 'full', packets: 4_000_000, scan: 4000 },
  small: { ...COMMON, profile: 'small', packets: 20_000_000, scan: 20_000, rate: 50_000 },
};
const MAX_RECORD_BYTES: Readonly<Record<string, number>> = { full: 600, small: 120 };
const SPARE_BYTES = 500_000_000;
const QUICK_DIVISOR = 10;

export const CAPTURE_NAMES: readonly string[] = Object.keys(RECIPES);

/** The capture of that name in `dir`, made first unless it is there as it should be. `quick`: a tenth of the size. */
export function prepareCapture(dir: string, name: string, quick: boolean): Capture {
  const options = quick ? tenth(RECIPES[name]) : RECIPES[name];
  const path = join(dir, `${name}${quick ? '-quick' : ''}.pcap`);
  const labelPath = `${path}.json`;
  const made = madeBefore(path, labelPath, options);
  if (made !== undefined) return { name, path, packets: made.packets, bytes: made.bytes };
  mkdirSync(dir, { recursive: true });
  needSpace(dir, path, (options.packets ?? 0) * MAX_RECORD_BYTES[name]);
  process.stderr.write(`making ${path} ... `);
  const startMs = performance.now();
  const summary = generateFile(options, path);
  writeFileSync(labelPath, `${JSON.stringify({ options, summary } satisfies Label, null, 2)}\n`);
  process.stderr.write(`${summary.bytes} bytes in ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
  return { name, path, packets: summary.packets, bytes: summary.bytes };
}

function tenth(options: Partial<GenerateOptions>): Partial<GenerateOptions> {
  const { packets = 0, scan = 0 } = options;
  return { ...options, packets: packets / QUICK_DIVISOR, scan: scan / QUICK_DIVISOR };
}

function madeBefore(path: string, labelPath: string, options: object): GenerateSummary | undefined {
  if (!existsSync(path) || !existsSync(labelPath)) return undefined;
  const label = JSON.parse(readFileSync(labelPath, 'utf8')) as Label;
  const same = JSON.stringify(label.options) === JSON.stringify(options);
  return same && statSync(path).size === label.summary.bytes ? label.summary : undefined;
}

function needSpace(dir: string, path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dir);
  const freeBytes = bavail * bsize + (existsSync(path) ? statSync(path).size : 0);
  if (freeBytes >= bytes + SPARE_BYTES) return;
  throw new Error(`${dir}: ${freeBytes} bytes are free, ${bytes + SPARE_BYTES} needed for ${path}; see --dir`);
}
