/** Owns the large captures that are measured: what is in them, and making each once. */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GenerateOptions, generateFile, writeAll } from '../../datasets/generate.js';
import { mix } from '../../datasets/mix.js';
import { chooseSources, digestOf, readSources } from './mixed-sources.js';

export interface Capture {
  name: string;
  path: string;
  packets: number;
  bytes: number;
}

/** What makes a capture, and from what, so that a changed recipe is noticed. */
interface Recipe {
  options: object;
  /** At most. */
  bytes: number;
  make(path: string): Made;
}

interface Made {
  packets: number;
  bytes: number;
}

/** Kept beside a capture: a changed recipe, or a file that was cut, is noticed by it. */
interface Label {
  options: object;
  summary: Made;
}

const COMMON: Partial<GenerateOptions> = { sessions: 5000, loss: 0.002, refused: 0.01 };
const FULL: Partial<GenerateOptions> = { ...COMMON, profile: 'full', packets: 4_000_000, scan: 4000 };
const SMALL: Partial<GenerateOptions> = {
  ...COMMON,
  profile: 'small',
  packets: 20_000_000,
  scan: 20_000,
  rate: 50_000,
};
const MIXED_BYTES = 2_000_000_000;
const MIXED_SEED = 1;
const LONGEST_RECORD_BYTES = 300_000;
const SPARE_BYTES = 500_000_000;
const QUICK_DIVISOR = 10;

const RECIPES: Readonly<Record<string, (divisor: number) => Recipe>> = {
  full: (divisor) => generated(FULL, divisor, 600),
  small: (divisor) => generated(SMALL, divisor, 120),
  mixed: (divisor) => mixed(MIXED_BYTES / divisor),
};

export const CAPTURE_NAMES: readonly string[] = Object.keys(RECIPES);

/** The capture of that name in `dir`, made first unless it is there as it should be. `quick`: a tenth of the size. */
export function prepareCapture(dir: string, name: string, quick: boolean): Capture {
  const recipe = RECIPES[name](quick ? QUICK_DIVISOR : 1);
  const path = join(dir, `${name}${quick ? '-quick' : ''}.pcap`);
  const labelPath = `${path}.json`;
  const { options } = recipe;
  const made = madeBefore(path, labelPath, options);
  if (made !== undefined) return { name, path, packets: made.packets, bytes: made.bytes };
  mkdirSync(dir, { recursive: true });
  needSpace(dir, path, recipe.bytes);
  process.stderr.write(`making ${path} ... `);
  const startMs = performance.now();
  const summary = recipe.make(path);
  writeFileSync(labelPath, `${JSON.stringify({ options, summary } satisfies Label, null, 2)}\n`);
  process.stderr.write(`${summary.bytes} bytes in ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
  return { name, path, packets: summary.packets, bytes: summary.bytes };
}

function generated(whole: Partial<GenerateOptions>, divisor: number, recordBytes: number): Recipe {
  const { packets = 0, scan = 0 } = whole;
  const options = { ...whole, packets: packets / divisor, scan: scan / divisor };
  return { options, bytes: options.packets * recordBytes, make: (path) => generateFile(options, path) };
}

/** Without the corpus beside the checkout it is made of fewer captures, and is another one. */
function mixed(bytes: number): Recipe {
  const chosen = chooseSources();
  const options = { bytes, seed: MIXED_SEED };
  return {
    options: { ...options, captures: chosen.length, sha256: digestOf(chosen) },
    bytes: bytes + LONGEST_RECORD_BYTES,
    make: (path) => {
      const sources = readSources(chosen);
      const file = openSync(path, 'w');
      try {
        return mix(sources, options, (chunk) => writeAll(file, chunk));
      } finally {
        closeSync(file);
      }
    },
  };
}

function madeBefore(path: string, labelPath: string, options: object): Made | undefined {
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
