/**
 * What must not be written to: a file that is read by the same run, whatever for, or one that would be read next.
 */
import { fstatSync, type Stats, statSync } from 'node:fs';
import { descriptorOf } from '../capture/feed-kind.js';
import { isSystemError, printable } from '../capture/problem.js';
import { areOfSeries } from '../capture/series.js';
import { PARTIAL } from '../pipeline/unfinished-file.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/**
 * Throws a UsageError if the output `name`, `-` for standard output, is one of the files that are read: the captures `inputs`, lists
 * of them, or the one with the filter; or one of the series that is followed.
 */
export function refuseInputs(name: string, inputs: readonly string[], given: ParsedOptions): void {
  const others = [...(given.filesFrom ?? []), ...(given.filterFile === undefined ? [] : [given.filterFile])];
  const output = statOf(name === '-' ? 1 : name);
  // What could not be finished gets this name, in place of what has it.
  const partial = name === '-' ? undefined : statOf(`${name}${PARTIAL}`);
  for (const file of [...inputs, ...others]) {
    const input = statOf(descriptorOf(file) ?? file);
    if (isSameFile(input, output)) {
      throw new UsageError(`${printable(name)} is one of the files that are read: it would be overwritten`);
    }
    if (isSameFile(input, partial)) {
      const what = `${printable(name)}${PARTIAL} is one of the files that are read`;
      throw new UsageError(`${what}: it would be replaced if ${printable(name)} could not be finished`);
    }
  }
  const last = inputs.at(-1);
  if (given.follow && name !== '-' && last !== undefined && areOfSeries(last, name)) {
    throw new UsageError(`${printable(name)} would be taken for a file of the series that is followed`);
  }
}

const isSameFile = (input: Stats | undefined, output: Stats | undefined): boolean =>
  output?.isFile() === true && input?.dev === output.dev && input.ino === output.ino;

/** Undefined when it is not there; then it cannot be the same as another. */
function statOf(place: string | number): Stats | undefined {
  try {
    return typeof place === 'number' ? fstatSync(place) : statSync(place);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
