/**
 * Results that are told when all is known, in several forms and places at once: which were asked for, and writing them.
 */
import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { BlockingOutput, type OutputTarget } from '../pipeline/blocking-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { isSpecial, pathBehind } from '../pipeline/path-behind.js';
import { ReplacedFile } from '../pipeline/replaced-file.js';
import { areOnePlace, placeByName, refuseInputs, STANDARD_OUTPUT } from './output-place.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

export interface ToldOutput<Format extends string> {
  readonly format: Format;
  readonly target: OutputTarget;
  /** For messages. */
  readonly name: string;
}

const USUAL: ToldOutput<'text'> = { format: 'text', name: 'standard output', target: STANDARD_OUTPUT };

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
    if (snapshots.some((snapshot) => areOnePlace({ path: dirname(snapshot) }, place.target))) {
      throw new UsageError(`${place.name} is the folder of snapshots: an output is a file`);
    }
    return { format, ...place };
  });
  if (!outputs.some(({ format, target }) => format === 'text' || areOnePlace(target, STANDARD_OUTPUT))) {
    outputs.push(USUAL);
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

/** Rejects with an OutputFailure where one of them could not be written to; nothing is changed. */
export async function claimTold(outputs: readonly ToldOutput<string>[]): Promise<void> {
  for (const output of outputs) {
    const { target, name } = output;
    if (!('path' in target)) continue;
    const file = fileOf(output);
    if (file !== undefined) await file.claim();
    else attempt(name, () => claimSpecial(target.path));
  }
}

/**
 * Writes each of them, as far as any can be written: files whole or not at all. Rejects with an OutputFailure that names those that could not; then the
 * text goes to standard output, where nothing else does.
 */
export async function writeTold<Format extends string>(
  outputs: readonly ToldOutput<Format | 'text'>[],
  render: (format: Format | 'text') => string,
): Promise<void> {
  const failures: OutputFailure[] = [];
  const write = async (output: ToldOutput<Format | 'text'>): Promise<void> => {
    try {
      await writeText(output, render(output.format));
    } catch (error) {
      if (!(error instanceof OutputFailure)) throw error;
      // Whoever read it has had enough.
      if (error.code !== 'EPIPE' || 'path' in output.target) failures.push(error);
    }
  };
  for (const output of outputs) await write(output);
  if (failures.length === 0) return;
  if (!outputs.some(({ target }) => areOnePlace(target, STANDARD_OUTPUT))) await write(USUAL);
  throw new OutputFailure(failures.map(({ message }) => message).join('; '), failures[0].code);
}

async function writeText(output: ToldOutput<string>, text: string): Promise<void> {
  const file = fileOf(output);
  if (file !== undefined) return await file.replace(text);
  const { target, name } = output;
  // Also a descriptor that another process made non-blocking gets all of it.
  const place = new BlockingOutput(target);
  const bytes = new TextEncoder().encode(text);
  attempt(name, () => {
    try {
      place.append(bytes, 0, bytes.length);
      place.flush();
    } finally {
      place.close();
    }
  });
}

/** Undefined for what stays what it is: a pipe, a device, a descriptor. */
const fileOf = ({ target, name }: ToldOutput<string>): ReplacedFile | undefined =>
  'path' in target && !isSpecial(target.path) ? new ReplacedFile(pathBehind(target.path), name) : undefined;

/** Throws the system's error where a pipe or a device could not be opened, or it is a folder. */
function claimSpecial(path: string): void {
  if (statSync(path).isDirectory()) closeSync(openSync(path, 'r+'));
  accessSync(path, constants.W_OK);
}

function attempt(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new OutputFailure(`writing ${printable(name)}: ${describeSystemError(error, 'written')}`, code);
  }
}
