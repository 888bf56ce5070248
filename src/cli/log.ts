/**
 * The file that everything goes to which is said and is no result, in place of standard error (`--log`). Owns what it may be, and what
 * becomes of what is said when it cannot be written any more.
 */
import { openSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import type { OutputTarget } from '../pipeline/blocking-output.js';
import type { LineOutput } from '../pipeline/line-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { OutputFile } from '../pipeline/output-file.js';
import { areOnePlace, placeByName, refuseInputs } from './output-place.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/**
 * The place that `--log` names; undefined for standard error, where everything goes without it. Throws a UsageError if it is one of the
 * `inputs`, or where `results` go.
 */
export function logTarget(
  given: ParsedOptions,
  inputs: readonly string[],
  results: readonly OutputTarget[],
): OutputTarget | undefined {
  const { log } = given;
  if (log === undefined) return undefined;
  if (log === '') throw new UsageError('--log needs the name of a file');
  const { target } = placeByName(log);
  if ('descriptor' in target && target.descriptor === 2) return undefined;
  if (results.some((result) => areOnePlace(result, target))) {
    throw new UsageError(`--log ${printable(log)} is where results go`);
  }
  refuseInputs(log, inputs, given);
  return target;
}

export class Log implements LineOutput {
  /** A log that is lost ends no run. */
  readonly failed: Promise<never> = new Promise(() => {});
  readonly #place: OutputFile;
  readonly #isTerminal: boolean;
  #isLost = false;
  #instead: LineOutput | undefined;

  /** Opens it, and begins it anew: what is wrong with it is told before the run. Throws an OutputFailure. */
  constructor(target: OutputTarget) {
    const opened = openedNow(target);
    this.#place = new OutputFile(opened);
    this.#isTerminal = 'descriptor' in opened && isatty(opened.descriptor);
    const name = 'path' in target ? target.path : 'standard output';
    this.#place.failed.catch((error: NodeJS.ErrnoException) => this.#lose(name, error));
  }

  /** Whether lines were lost: what could not be written is told on standard error, as is all that comes after it. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** Where what is said goes when it can no longer be written here. */
  set instead(output: LineOutput) {
    this.#instead = output;
  }

  get isFull(): boolean {
    return this.#output.isFull;
  }

  append(bytes: Uint8Array): void {
    // Between the failure and the news of it: lost like what was written.
    if (!this.#isLost && this.#place.hasFailed) return;
    this.#output.append(bytes);
  }

  begin(): void {
    this.#output.begin();
  }

  push(): void {
    this.#output.push();
  }

  /** Writes whole lines. */
  say(text: string): void {
    this.append(new TextEncoder().encode(text));
    this.push();
  }

  async ready(): Promise<void> {
    await this.#place.ready().catch(() => {});
  }

  async flush(): Promise<void> {
    await this.#place.flush().catch(() => {});
    // What took its place has more to write then.
    if (this.#isLost) await this.#instead?.flush();
  }

  async complete(): Promise<void> {
    await this.flush();
  }

  get #output(): LineOutput {
    return this.#isLost ? (this.#instead ?? STANDARD_ERROR) : this.#place;
  }

  #lose(name: string, error: NodeJS.ErrnoException): void {
    this.#isLost = true;
    const reason = error instanceof OutputFailure ? error.message : failureText(name, error);
    this.say(`tcploom: ${reason}: what is said from here on is said on standard error\n`);
  }
}

/** Before there is a run, and after it. */
const STANDARD_ERROR: LineOutput = {
  isFull: false,
  failed: new Promise(() => {}),
  append: (bytes) => process.stderr.write(bytes),
  begin: () => {},
  push: () => {},
  ready: async () => {},
  flush: async () => {},
  complete: async () => {},
};

const failureText = (name: string, error: NodeJS.ErrnoException): string =>
  `writing ${printable(name)}: ${describeSystemError(error, 'written')}`;

/** A FIFO is opened when there is something to write, without waiting for its reader. */
function openedNow(target: OutputTarget): OutputTarget {
  if (!('path' in target)) return target;
  try {
    if (statSync(target.path, { throwIfNoEntry: false })?.isFIFO()) return target;
    return { descriptor: openSync(target.path, 'w'), name: printable(target.path) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const failure = error as NodeJS.ErrnoException;
    throw new OutputFailure(failureText(target.path, failure), failure.code ?? '');
  }
}
