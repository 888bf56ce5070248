/**
 * Where what a pass says goes: results in their places, all else to standard error, or to the log. Owns which of them are one and the same
 * stream, so that no line is written into another.
 */
import { fstatSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from '../capture/problem.js';
import type { PageOptions } from '../page/page-options.js';
import { type LineOutput, SplitOutput, UnreadOutput } from '../pipeline/line-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { OutputFile } from '../pipeline/output-file.js';
import { RenderedRecords, SplitRecords } from '../pipeline/record-output.js';
import type { RunOutputs } from '../pipeline/run.js';
import type { Log } from './log.js';
import type { ProgressLine } from './progress-line.js';
import { type ResultFormatName, type ResultPlace, recordFormOf } from './result-places.js';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

export class OpenOutputs {
  /** For the run. */
  readonly results: RunOutputs;
  readonly standardOutput: OutputFile;
  /** All that goes to standard error goes through here, while it is open. */
  readonly #standardError: LineOutput;
  readonly #messages: LineOutput;
  readonly #reports: LineOutput;
  readonly #encoder = new TextEncoder();

  /** `line` steps aside for what goes to its terminal. `addressKey`: what addresses in records are mapped by; `page`: what is decided about one. */
  constructor(
    places: readonly ResultPlace[],
    line: ProgressLine | undefined,
    log: Log | undefined,
    reportFormat: 'human' | 'machine' = 'human',
    addressKey?: Uint8Array,
    page?: PageOptions,
  ) {
    const standard = new OutputFile({ descriptor: STANDARD_OUTPUT }, process.stdout.isTTY ? line : undefined);
    this.standardOutput = standard;
    const hasOwnReports = places.some(({ format, target }) => format === 'report' && !isStandardError(target));
    // Columns are for programs: they are results.
    const isResult =
      places.some(({ format, target }) => format !== 'report' && isStandardError(target)) ||
      (reportFormat === 'machine' && !hasOwnReports);
    // A closed standard error is nobody's loss; where it is the same as standard output, it is that of the results.
    this.#standardError = isOneFile(STANDARD_OUTPUT, STANDARD_ERROR)
      ? standard
      : new UnreadOutput(
          new OutputFile({ descriptor: STANDARD_ERROR }, process.stderr.isTTY ? line : undefined),
          isResult,
        );
    if (log !== undefined) log.instead = this.#standardError;
    this.#messages = log ?? this.#standardError;
    const open = ({ target }: ResultPlace): LineOutput => {
      if (isStandardError(target)) return this.#standardError;
      return 'descriptor' in target ? standard : new OutputFile(target);
    };
    const outputOf = (format: ResultFormatName): LineOutput | undefined =>
      together(places.filter((place) => place.format === format).map(open));
    const tcpeek = outputOf('tcpeek');
    const told = places.filter(({ format }) => format === 'report');
    const ofReports = told.filter(({ target }) => !isStandardError(target)).map(open);
    // Among all that is said, those for people are messages.
    const usual = reportFormat === 'human' ? this.#messages : this.#standardError;
    this.#reports = together(told.length > ofReports.length ? [usual, ...ofReports] : ofReports) ?? usual;
    const records = places.flatMap((place) => {
      const form = recordFormOf(place.format, page);
      return form === undefined ? [] : [new RenderedRecords(form, open(place), addressKey)];
    });
    this.results = {
      miruo: outputOf('miruo'),
      tcpeek,
      records: records.length === 0 ? undefined : new SplitRecords(records),
      notes: tcpeek && this.#messages,
      reports: this.#reports,
    };
  }

  /** Writes whole lines to standard error or the log, behind what was written there before. */
  say(text: string): void {
    this.#write(this.#messages, text);
  }

  /** Writes a report where reports go. */
  report(text: string): void {
    this.#write(this.#reports, text);
  }

  /** Whoever reads reports is behind. */
  get isReportFull(): boolean {
    return this.#reports.isFull;
  }

  #write(output: LineOutput, text: string): void {
    try {
      output.append(this.#encoder.encode(text));
      output.push();
    } catch (error) {
      // Where it is that of the results, the run has been told.
      if (!(error instanceof OutputFailure)) throw error;
    }
  }

  /** Resolves when everything is written, or cannot be. */
  async settle(): Promise<void> {
    const { miruo, tcpeek, records } = this.results;
    await Promise.allSettled(
      [miruo, tcpeek, records, this.standardOutput, this.#messages, this.#reports].map((output) => output?.flush()),
    );
  }

  /** The same, but for not long: nobody may take what is written. */
  async settleSoon(mostMs: number): Promise<void> {
    await Promise.race([this.settle(), sleep(mostMs)]);
  }
}

/** One place for all of them. */
const together = (outputs: readonly LineOutput[]): LineOutput | undefined =>
  outputs.length < 2 ? outputs[0] : new SplitOutput(outputs);

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
