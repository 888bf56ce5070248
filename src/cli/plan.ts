/**
 * From parsed options to a plan in which everything is decided: all defaults, sizes, numbers of threads.
 * Owns the checks of values against each other.
 */
import { availableParallelism } from 'node:os';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../miruo/options.js';
import type { RunPlan } from '../pipeline/run.js';

/** The command line is wrong: told in one line, exit code 2. */
export class UsageError extends Error {}

/** Values as the parser leaves them, by the option's first name in camel case; absent when not given. */
export interface ParsedOptions {
  file?: string[];
  viewData?: number;
  longConnect?: number;
  longDelay?: number;
  retransmit?: number;
  syn?: string;
  rst?: string;
  fragment?: string;
  color?: string;
  quiet?: number;
  all?: boolean;
  classic?: boolean;
  /** False with --no-timeout. */
  timeout?: boolean;
  unfinished?: boolean;
  workers?: number;
  blockSize?: number;
}

export const MOST_WORKERS = 64;
/**
 * With one tracker the reader waits much of the time, so there are as many trackers as cores (ARCHITECTURE.md has the
 * figure for two). Up to this: by estimate the reader is saturated before; more cores were not at hand to measure.
 */
const MOST_USEFUL_TRACKERS = 8;
export const LEAST_BLOCK_BYTES = 64 * 1024;
export const MOST_BLOCK_BYTES = 16 * 1024 * 1024;
const DEFAULT_BLOCK_BYTES = 1024 * 1024;

/** The plan for reading `files`; `isTerminal`: standard output is one. */
export function makePlan(files: readonly string[], given: ParsedOptions, isTerminal: boolean): RunPlan {
  if (files.length === 0) throw new UsageError('no capture to read was given');
  const trackers = given.workers ?? Math.min(availableParallelism(), MOST_USEFUL_TRACKERS);
  if (trackers < 1 || trackers > MOST_WORKERS) {
    throw new UsageError(`--workers must be from 1 to ${MOST_WORKERS}, not ${trackers}`);
  }
  const blockBytes = given.blockSize ?? DEFAULT_BLOCK_BYTES;
  if (blockBytes < LEAST_BLOCK_BYTES || blockBytes > MOST_BLOCK_BYTES) {
    throw new UsageError(
      `--block-size must be from ${LEAST_BLOCK_BYTES} to ${MOST_BLOCK_BYTES} bytes, not ${blockBytes}`,
    );
  }
  const firstLine =
    files.length === 1 ? `reading from ${files[0]}\n` : `reading from ${files.length} files, ${files[0]} first\n`;
  return Object.freeze({ files, miruo: miruoOptions(given, isTerminal), firstLine, trackers, blockBytes });
}

function miruoOptions(given: ParsedOptions, isTerminal: boolean): MiruoOptions {
  const classic = given.classic ?? false;
  return Object.freeze({
    contextSegments: given.viewData ?? MIRUO_DEFAULTS.contextSegments,
    longConnectMs: given.longConnect ?? MIRUO_DEFAULTS.longConnectMs,
    longDelayMs: given.longDelay ?? MIRUO_DEFAULTS.longDelayMs,
    retransmitMs: given.retransmit ?? MIRUO_DEFAULTS.retransmitMs,
    synRetransmits: given.syn === undefined ? MIRUO_DEFAULTS.synRetransmits : given.syn === '1',
    resets: given.rst === undefined ? MIRUO_DEFAULTS.resets : (Number(given.rst) as 0 | 1 | 2),
    fragments: given.fragment === undefined ? MIRUO_DEFAULTS.fragments : given.fragment === '1',
    colour: given.color === undefined ? isTerminal : given.color === '1',
    quiet: Math.min(2, given.quiet ?? 0) as 0 | 1 | 2,
    all: given.all ?? false,
    classic,
    timeouts: !classic && given.timeout !== false,
    unfinished: given.unfinished ?? false,
  });
}
