/**
 * The corpus of real captures and the reference outputs that lie beside a checkout, when they are there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';

const SHARED = join(process.cwd(), '..', 'shared');
const CAPTURES = join(SHARED, 'captures');
const GOLDEN = join(SHARED, 'golden', 'miruo');

/** Why corpus tests are skipped, or false when they can run. */
export const corpusMissing: string | false =
  existsSync(join(CAPTURES, 'SOURCES.tsv')) && existsSync(join(GOLDEN, 'index.tsv'))
    ? false
    : 'the corpus (../shared) is not beside this checkout';

/** The reference runs' options. */
export const OPTION_SETS: Readonly<Record<string, MiruoOptions>> = {
  all: { ...MIRUO_DEFAULTS, classic: true, timeouts: false, all: true },
  default: { ...MIRUO_DEFAULTS, classic: true, timeouts: false },
  deep: {
    ...MIRUO_DEFAULTS,
    classic: true,
    timeouts: false,
    retransmitMs: 1,
    longConnectMs: 100,
    longDelayMs: 50,
    contextSegments: 2,
    resets: 2,
  },
  live: { ...MIRUO_DEFAULTS, classic: true, timeouts: false, all: true, live: true, retransmitMs: 1 },
  limits: {
    ...MIRUO_DEFAULTS,
    ...{ classic: true, timeouts: false, all: true, synRetransmits: false, fragments: false, quiet: 2 },
    ...{ sessionLimit: 8, segmentLimit: 64 },
  },
  http: {
    ...MIRUO_DEFAULTS,
    classic: true,
    timeouts: false,
    colour: true,
    all: true,
    retransmitMs: 1,
    http: { request: ['User-Agent', 'Referer'], response: ['Server', 'Content-Type'] },
  },
  quiet: { ...MIRUO_DEFAULTS, classic: true, timeouts: false, colour: true, quiet: 1, all: true, retransmitMs: 1 },
};

export interface GoldenRow {
  readonly capture: string;
  readonly path: string;
  readonly set: string;
  readonly sha256: string;
  readonly sessions: number;
  readonly rst: number;
  readonly errors: number;
}

const rowsOf = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));

/** Reference rows of the original that are to be reproduced, for the option sets above. */
export function goldenRows(): GoldenRow[] {
  const excepted = new Set(rowsOf(join(GOLDEN, 'not-reproduced.tsv')).map(([file, set]) => `${file} ${set}`));
  return rowsOf(join(GOLDEN, 'index.tsv'))
    .filter(([capture, set, code]) => code === '0' && set in OPTION_SETS && !excepted.has(`${capture} ${set}`))
    .map(([capture, set, , , sha256, sessions, rst, errors]) => ({
      capture,
      path: join(CAPTURES, capture),
      set,
      sha256,
      sessions: Number(sessions),
      rst: Number(rst),
      errors: Number(errors),
    }));
}

/** Captures that the original refuses or crashes on, or whose output is rightly another one. */
export function unreferencedCaptures(): { readonly name: string; readonly path: string }[] {
  const referenced = new Set(goldenRows().map(({ capture }) => capture));
  const names = new Set(rowsOf(join(GOLDEN, 'index.tsv')).map(([capture]) => capture));
  return [...names].filter((name) => !referenced.has(name)).map((name) => ({ name, path: join(CAPTURES, name) }));
}

/** Rows of the table of captures: name, format, link types, packets, captured and wire bytes, first, last, interfaces ... */
export function captureRows(): readonly (readonly string[])[] {
  return rowsOf(join(SHARED, 'golden', 'captures.tsv'));
}

/** A filter expression on a capture: how many packets it selects and a hash of their numbers, or undefined for an error. */
export interface FilterRow {
  readonly capture: string;
  readonly expression: string;
  readonly selected: { readonly count: number; readonly sha256: string } | undefined;
}

/** What tcpdump selects. */
export function filterRows(): FilterRow[] {
  return rowsOf(join(SHARED, 'golden', 'filter.tsv')).map(([capture, expression, count, sha256]) => ({
    capture,
    expression,
    selected: count === 'error' ? undefined : { count: Number(count), sha256 },
  }));
}

/** Path of a capture by its name in the tables. */
export const capturePath = (name: string): string => join(CAPTURES, name);

/** A file of the original's outputs. */
export const goldenText = (name: string): string => readFileSync(join(GOLDEN, name), 'latin1');

/** Paths of all captures of the corpus, whatever their format. */
export function corpusFiles(): { readonly name: string; readonly path: string }[] {
  return rowsOf(join(CAPTURES, 'SOURCES.tsv')).map(([name]) => ({ name, path: join(CAPTURES, name) }));
}

/** Which packets of a capture tshark marks with a symptom: how many, and a hash of their numbers. */
export interface SymptomRow {
  readonly capture: string;
  readonly symptom: string;
  readonly count: number;
  readonly sha256: string;
}

/** What tshark says of symptoms. */
export function symptomRows(): SymptomRow[] {
  return rowsOf(join(SHARED, 'golden', 'tshark.tsv')).map(([capture, symptom, count, sha256]) => ({
    ...{ capture, symptom, count: Number(count), sha256 },
  }));
}
