/**
 * Results that are told when all is known, in several forms and places at once: which were asked for, and writing them.
 */
import { writeFileSync } from 'node:fs';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import type { OutputTarget } from '../pipeline/blocking-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { areOnePlace, placeByName, refuseInputs, STANDARD_OUTPUT } from './output-place.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

export interface ToldOutput<Format extends string> {
  readonly format: Format;
  readonly target: OutputTarget;
  /** For messages. */
  readonly name: string;
}

/**
 * The outputs that `-o` asks for, of these formats; `text` goes to standard output where nothing else does, unless it was sent elsewhere. `inputs`: files that are read; `snapshots`:
 * those that are read or written, there already or not. Formats of `lines` may share standard output. Throws a UsageError.
 */
export function toldOutputs<Format extends string>(
  given: ParsedOptions,
  formats: readonly Format[],
  lines: readonly Format[],
  inputs: readonly string[],
  snapshots: readonly string[] = [],
): ToldOutput<Format | 'text'>[] {
  const outputs: ToldOutput<Format | 'text'>[] = (given.output ?? []).map((text) => {
    const sign = text.indexOf('=');
    const name = sign < 0 ? text : text.slice(0, sign);
    const format = formats.find((known) => known === name);
    if (format === undefined) {
      throw new UsageError(`--output '${text}': there is no format '${name}': expected ${formats.join(', ')}`);
    }
    const path = sign < 0 ? '-' : text.slice(sign + 1);
    if (path === '') throw new UsageError(`--output '${text}': a path is missing behind '='`);
    if (path !== '-') refuseInputs(path, inputs, given);
    const place = placeByName(path);
    if (snapshots.some((snapshot) => areOnePlace({ path: snapshot }, place.target))) {
      throw new UsageError(`${place.name} is a snapshot: it would be overwritten`);
    }
    return { format, ...place };
  });
  if (!outputs.some(({ format, target }) => format === 'text' || areOnePlace(target, STANDARD_OUTPUT))) {
    outputs.push({ format: 'text', name: 'standard output', target: STANDARD_OUTPUT });
  }
  for (const [index, one] of outputs.entries()) {
    const other = outputs.slice(0, index).find(({ target }) => areOnePlace(target, one.target));
    const isShared = other !== undefined && [one, other].every(({ format }) => lines.some((line) => line === format));
    if (other !== undefined && !isShared) {
      throw new UsageError(`${other.format} and ${one.format} cannot both go to ${one.name}`);
    }
  }
  return outputs;
}

/** Writes each of them, as far as any can be written; throws an OutputFailure for the first that could not. */
export function writeTold<Format extends string>(
  outputs: readonly ToldOutput<Format>[],
  render: (format: Format) => string,
): void {
  let failure: OutputFailure | undefined;
  for (const { format, target, name } of outputs) {
    try {
      writeFileSync('path' in target ? target.path : target.descriptor, render(format));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const { code = '' } = error as NodeJS.ErrnoException;
      // Whoever read it has had enough.
      if (code === 'EPIPE' && !('path' in target)) continue;
      failure ??= new OutputFailure(`writing ${printable(name)}: ${describeSystemError(error, 'written')}`, code);
    }
  }
  if (failure !== undefined) throw failure;
}
