/**
 * Where what a run says goes: results in their places, all else to standard error. Owns which of them are one and the same stream, so that
 * no line is written into another.
 */
import { fstatSync } from 'node:fs';
import { isSystemError } from '../capture/problem.js';
import { type LineOutput, SplitOutput, UnreadOutput } from '../pipeline/line-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { OutputFile } from '../pipeline/output-file.js';
import type { RunOutputs } from '../pipeline/run.js';
import type { ProgressLine } from './progress-line.js';
import type { ResultFormatName, ResultPlace } from './result-places.js';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

export class OpenOutputs {
  /** For the run. */
  readonly results: RunOutputs;
  /** All that goes to standard error goes through here, while it is open. */
  readonly #messages: LineOutput;
  readonly #encoder = new TextEncoder();

  /** `line` steps aside for what goes to its terminal. */
  constructor(places: readonly ResultPlace[], line: ProgressLine | undefined) {
    const standard = new OutputFile({ descriptor: STANDARD_OUTPUT }, process.stdout.isTTY ? line : undefined);
    const isResult = places.some(({ target }) => isStandardError(target));
    // A closed standard error is nobody's loss; where it is the same as standard output, it is that of the results.
    this.#messages = isOneFile(STANDARD_OUTPUT, STANDARD_ERROR)
      ? standard
      : new UnreadOutput(
          new OutputFile({ descriptor: STANDARD_ERROR }, process.stderr.isTTY ? line : undefined),
          isResult,
        );
    const open = ({ target }: ResultPlace): LineOutput => {
      if (isStandardError(target)) return this.#messages;
      return 'descriptor' in target ? standard : new OutputFile(target);
    };
    const outputOf = (format: ResultFormatName): LineOutput | undefined => {
      const outputs = places.filter((place) => place.format === format).map(open);
      return outputs.length < 2 ? outputs[0] : new SplitOutput(outputs);
    };
    const tcpeek = outputOf('tcpeek');
    this.results = { miruo: outputOf('miruo'), tcpeek, notes: tcpeek && this.#messages };
  }

  /** Writes whole lines to standard error, behind what was written there before. */
  say(text: string): void {
    try {
      this.#messages.append(this.#encoder.encode(text));
      this.#messages.push();
    } catch (error) {
      // Where it is that of the results, the run has been told.
      if (!(error instanceof OutputFailure)) throw error;
    }
  }

  /** Resolves when everything is written, or cannot be. */
  async settle(): Promise<void> {
    const { miruo, tcpeek } = this.results;
    await Promise.allSettled([miruo, tcpeek, this.#messages].map((output) => output?.flush()));
  }
}

const isStandardError = (target: ResultPlace['target']): boolean =>
  'descriptor' in target && target.descriptor === STANDARD_ERROR;

/** Whether two descriptors are the same file, pipe or terminal. */
function isOneFile(a: number, b: number): boolean {
  try {
    const [first, second] = [fstatSync(a), fstatSync(b)];
    return first.dev === second.dev && first.ino === second.ino;
  } catch (error) {
    // One of them is closed.
    if (isSystemError(error)) return false;
    throw error;
  }
}
