/**
 * How an input is to be read: by the reader thread itself, or through the feeder thread. Looks at what kind of
 * thing a name stands for; never reads from it.
 */
import { fstatSync, type Stats, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { describeSystemError, isSystemError } from './problem.js';

/** The name that means standard input. */
export const STANDARD_INPUT = '-';

/** What is wrong with an input that cannot be read at all. */
export interface KindProblem {
  readonly found: string;
  readonly expected?: string;
}

/**
 * `direct`: reading blocks for no longer than the storage takes, so the reader does it itself (a regular file that turns
 * out to be compressed is for the feeder all the same). `feed`: a pipe, FIFO or socket, which may stay silent.
 */
export function feedKind(name: string): 'direct' | 'feed' | KindProblem {
  const descriptor = descriptorOf(name);
  let stats: Stats;
  try {
    stats = descriptor === undefined ? statSync(name) : fstatSync(descriptor);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return { found: 'no file is open as this descriptor' };
    return { found: describeSystemError(error) };
  }
  if (stats.isDirectory()) return { found: 'is a directory' };
  if (stats.isFIFO()) return 'feed';
  if (stats.isSocket()) {
    if (descriptor !== undefined) return 'feed';
    return { found: 'is a socket that nobody here is connected to', expected: 'a file or a pipe' };
  }
  if (descriptor !== undefined && isatty(descriptor)) {
    return { found: 'is a terminal', expected: 'a capture from a file or a pipe' };
  }
  return 'direct';
}

/**
 * The descriptor that a name stands for, or undefined for the name of a file. Such a name is never opened anew: a FIFO
 * whose writer has already gone would then wait for another one, and a socket cannot be opened at all.
 */
export function descriptorOf(name: string): number | undefined {
  if (name === STANDARD_INPUT || name === '/dev/stdin') return 0;
  const match = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
