/**
 * Places that are written to: by which names they are known, which two are one, and which must not be written to because the same run reads
 * them, whatever for, would read them next, or would put something else in their place.
 */
import { fstatSync, type Stats, statSync } from 'node:fs';
import { descriptorOf } from '../capture/feed-kind.js';
import { isSystemError, printable } from '../capture/problem.js';
import { areOfSeries } from '../capture/series.js';
import type { OutputTarget } from '../pipeline/blocking-output.js';
import { pathBehind } from '../pipeline/path-behind.js';
import { PARTIAL } from '../pipeline/unfinished-file.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

export const STANDARD_OUTPUT: OutputTarget = { descriptor: 1 };
export const STANDARD_ERROR: OutputTarget = { descriptor: 2 };

/** Names of descriptors, which are opened already: a second time they would be written from the beginning. */
const DESCRIPTOR_PATHS: readonly (readonly [RegExp, OutputTarget, string])[] = [
  [/^(-|\/dev\/stdout|\/(dev|proc\/self)\/fd\/1)$/, STANDARD_OUTPUT, 'standard output'],
  [/^(\/dev\/stderr|\/(dev|proc\/self)\/fd\/2)$/, STANDARD_ERROR, 'standard error'],
];

/** The place that a name stands for, and its name for messages. */
export function placeByName(path: string): { readonly name: string; readonly target: OutputTarget } {
  for (const [pattern, target, name] of DESCRIPTOR_PATHS) if (pattern.test(path)) return { name, target };
  return { name: printable(path), target: { path } };
}

/** For messages. */
function nameOf(place: OutputTarget): string {
  if ('path' in place) return printable(place.path);
  return place.name ?? (place.descriptor === 1 ? 'standard output' : 'standard error');
}

/** The name that the file at `path` gets when it could not be finished. */
const partialOf = (path: string): string => `${pathBehind(path)}${PARTIAL}`;

/** Whether two places are the same descriptor, the same path, or the same file, there already or not. */
export function areOnePlace(one: OutputTarget, other: OutputTarget): boolean {
  if ('path' in one && 'path' in other && pathBehind(one.path) === pathBehind(other.path)) return true;
  if ('descriptor' in one && 'descriptor' in other && one.descriptor === other.descriptor) return true;
  const [first, second] = [one, other].map((place) => statOf('path' in place ? place.path : place.descriptor));
  if (first === undefined || second === undefined || !first.isFile()) return false;
  return first.dev === second.dev && first.ino === second.ino;
}

/**
 * Throws a UsageError if the output `name`, `-` for standard output, is one of the files that are read: the captures `inputs`, lists
 * of them or of sessions, or the one with the filter; or one of the series that is followed.
 */
export function refuseInputs(name: string, inputs: readonly string[], given: ParsedOptions): void {
  const { filesFrom = [], sessionsFrom = [], filterFile } = given;
  const others = [...filesFrom, ...sessionsFrom, ...(filterFile === undefined ? [] : [filterFile])];
  const { target } = placeByName(name);
  const output = statOf('path' in target ? target.path : target.descriptor);
  // What could not be finished gets this name, in place of what has it.
  const partial = 'path' in target ? partialOf(target.path) : undefined;
  const replaced = partial === undefined ? undefined : statOf(partial);
  for (const file of [...inputs, ...others]) {
    const input = statOf(descriptorOf(file) ?? file);
    if (isSameFile(input, output)) {
      throw new UsageError(`${printable(name)} is one of the files that are read: it would be overwritten`);
    }
    if (partial !== undefined && isSameFile(input, replaced)) {
      const what = `${printable(partial)} is one of the files that are read`;
      throw new UsageError(`${what}: it would be replaced if ${printable(name)} could not be finished`);
    }
  }
  const last = inputs.at(-1);
  if (given.follow && name !== '-' && last !== undefined && areOfSeries(last, name)) {
    throw new UsageError(`${printable(name)} would be taken for a file of the series that is followed`);
  }
}

/**
 * Throws a UsageError if one of the `results` would get the place of another when it could not be finished, or that of one of the `others`
 * (a log, which is never given another name), or of the standard outputs.
 */
export function refusePartials(results: readonly OutputTarget[], others: readonly OutputTarget[]): void {
  const places = [...results, ...others, STANDARD_OUTPUT, STANDARD_ERROR];
  for (const result of results) {
    if (!('path' in result)) continue;
    const partial = { path: partialOf(result.path) };
    const replaced = places.find((place) => areOnePlace(place, partial));
    if (replaced === undefined) continue;
    const what = `${nameOf(replaced)} is written to as well`;
    throw new UsageError(`${what}: it would be replaced if ${nameOf(result)} could not be finished`);
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
