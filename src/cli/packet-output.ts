/**
 * Where packets are to be written: a file or standard output. Owns what must not be written to: a terminal, and a file that is
 * read at the same time.
 */
import { fstatSync, type Stats, statSync } from 'node:fs';
import { descriptorOf } from '../capture/feed-kind.js';
import { isSystemError, printable } from '../capture/problem.js';
import type { PacketOutput } from '../pipeline/filter-pass.js';
import { UsageError } from './usage-error.js';

/** The output `name`, `-` for standard output, of a run that reads `files`, captures or others. Throws a UsageError. */
export function packetOutput(name: string, files: readonly string[], isTerminal: boolean): PacketOutput {
  if (name === '') throw new UsageError('-w needs the name of a file, or - for standard output');
  const isStandard = name === '-';
  if (isStandard && isTerminal) throw new UsageError('packets are not written to a terminal: -w FILE, or a pipe');
  refuseInputs(name, files);
  return isStandard
    ? { name: 'standard output', target: { descriptor: 1 } }
    : { name: printable(name), target: { path: name } };
}

/** Throws a UsageError if the output `name`, `-` for standard output, is one of the files that are read. */
export function refuseInputs(name: string, files: readonly string[]): void {
  const output = statOf(name === '-' ? 1 : name);
  for (const file of files) {
    const input = statOf(descriptorOf(file) ?? file);
    if (output === undefined || input === undefined || !output.isFile()) continue;
    if (input.dev === output.dev && input.ino === output.ino) {
      throw new UsageError(`${printable(name)} is one of the files that are read: it would be overwritten`);
    }
  }
}

/** Undefined when it is not there; then it cannot be the same as another. */
function statOf(place: string | number): Stats | undefined {
  try {
    return typeof place === 'number' ? fstatSync(place) : statSync(place);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
