/**
 * Where what a pass says goes: results in their places, all else to standard error, or to the log. Owns which of them are one and the same
 * stream, so that no line is written into another.
 */
import { fstatSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from '../capture/problem.js';
import type { PageOptions } from '../page/page-options.js';
import { type LineOutput, SplitOutput } from '../pipeline/line-output.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { OutputFile, unreadable } from '../pipeline/output-file.js';
import { pathBehind } from '../pipeline/path-behind.js';
import { isWholeOnly, RenderedRecords, SplitRecords } from '../pipeline/record-output.js';
import type { RunOutcome, RunOutputs, RunPlan } from '../pipeline/run.js';
import { SummaryOutput } from '../pipeline/summary-output.js';
import { ofMessages, ReadPlaces, UnreadOutput } from '../pipeline/unread-output.js';
import { ALL_SESSIONS, captureFigures } from './capture-figures.js';
import type { Log } from './log.js';
import type { ProgressLine } from './progress-line.js';
import { type ResultFormatName, type ResultPlace, recordFormOf } from './result-places.js';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

export class OpenOutputs {
  /** For the run. */
  readonly results: RunOutputs;
  readonly standardOutput: OutputFile;
  /** Metrics at the end. */
  readonly metrics: LineOutput | undefined;
  /** Files of metrics, which are replaced as a whole; behind all links. */
  readonly replaced: readonly { readonly path: string; readonly name: string }[];
  /** All that goes to standard error goes through here, while it is open. */
  readonly #standardError: LineOutput;
  readonly #messages: LineOutput;
  readonly #reports: LineOutput;
  readonly #rendered: readonly RecordPlace[];
  /** What sums up sessions, and where that is written, if anywhere. */
  readonly #summary: SummaryOutput | undefined;
  readonly #figures: LineOutput | undefined;
  /** Where figures are to be written, and are not yet. */
  #placesWithoutFigures: readonly string[];
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
    this.standardOutput = new OutputFile({ descriptor: STANDARD_OUTPUT }, process.stdout.isTTY ? line : undefined);
    const read = new ReadPlaces();
    const standard = new UnreadOutput(this.standardOutput, read.place(false));
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
          ofMessages(isResult),
        );
    if (log !== undefined) log.instead = this.#standardError;
    this.#messages = log ?? this.#standardError;
    const open = ({ target }: ResultPlace): LineOutput => {
      if (isStandardError(target)) return this.#standardError;
      return 'descriptor' in target ? standard : new UnreadOutput(new OutputFile(target), read.place(true));
    };
    const outputOf = (format: ResultFormatName): LineOutput | undefined =>
      together(places.filter((place) => place.format === format).map(open));
    const tcpeek = outputOf('tcpeek');
    const ofMetrics = places.filter(({ format }) => format === 'prometheus');
    this.metrics = together(ofMetrics.filter(({ target }) => !isReplaced(target)).map(open));
    this.replaced = ofMetrics.flatMap(({ target, name }) =>
      'path' in target && isReplaced(target) ? [{ path: pathBehind(target.path), name }] : [],
    );
    const told = places.filter(({ format }) => format === 'report');
    const ofReports = told.filter(({ target }) => !isStandardError(target)).map(open);
    // Among all that is said, those for people are messages.
    const usual = reportFormat === 'human' ? this.#messages : this.#standardError;
    this.#reports = together(told.length > ofReports.length ? [usual, ...ofReports] : ofReports) ?? usual;
    this.#figures = outputOf('figures');
    this.#placesWithoutFigures = places.filter(({ format }) => format === 'figures').map(({ name }) => name);
    // That a place failed is told by what failed.
    this.#figures?.failed.catch(() => {
      this.#placesWithoutFigures = [];
    });
    this.#summary = this.#figures && new SummaryOutput(ALL_SESSIONS, addressKey);
    this.#rendered = places.flatMap((place) => {
      const form = recordFormOf(place.format, page);
      if (form === undefined) return [];
      const { name, target } = place;
      const file = isWholeOnly(form) && 'path' in target ? new OutputFile(target, undefined, 'whole') : undefined;
      const output = file === undefined ? open(place) : new UnreadOutput(file, read.place(true));
      return [{ name, file, records: new RenderedRecords(form, output, addressKey) }];
    });
    const rendered = this.#rendered.map((place) => place.records);
    const records = this.#summary === undefined ? rendered : [...rendered, this.#summary];
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

  /** Writes the figures of a run that came to its end, where they are wanted. Rejects with the error of a write. */
  async writeFigures(plan: RunPlan, outcome: RunOutcome): Promise<void> {
    const sessions = this.#summary?.figures;
    if (this.#figures === undefined || sessions === undefined) return;
    const figures = captureFigures(plan, outcome, sessions);
    this.#figures.append(this.#encoder.encode(`${JSON.stringify(figures)}\n`));
    await this.#figures.flush();
    this.#placesWithoutFigures = [];
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

  /** Says of a run that ended before its end which results lack what was found. */
  sayUnwritten(): void {
    for (const { name, records, file } of this.#rendered) {
      if (records.unwritten > 0) this.say(`tcploom: ${name}: ${unwrittenText(records.unwritten, file)}\n`);
    }
    for (const name of this.#placesWithoutFigures) {
      this.say(`tcploom: ${name}: figures were not written: the run ended before its end\n`);
    }
  }

  /** Resolves when everything is written, or cannot be. */
  async settle(): Promise<void> {
    const { miruo, tcpeek, records } = this.results;
    await Promise.allSettled(
      [miruo, tcpeek, records, this.metrics, this.standardOutput, this.#messages, this.#reports].map((output) =>
        output?.flush(),
      ),
    );
  }

  /** The same, but for not long: nobody may take what is written. */
  async settleSoon(mostMs: number): Promise<void> {
    await Promise.race([this.settle(), sleep(mostMs)]);
  }
}

/** Records in a place; `file`: where that is to be whole. */
interface RecordPlace {
  readonly name: string;
  readonly records: RenderedRecords;
  readonly file: OutputFile | undefined;
}

function unwrittenText(count: number, file: OutputFile | undefined): string {
  if (file === undefined) return `${count} records are missing at the end: there was no time for them`;
  const partial = file.partialFile;
  const where = partial === undefined ? '' : `; ${unreadable(partial)}`;
  return `there was no time to finish it${where}`;
}

/** One place for all of them. */
const together = (outputs: readonly LineOutput[]): LineOutput | undefined =>
  outputs.length < 2 ? outputs[0] : new SplitOutput(outputs);

const isStandardError = (target: ResultPlace['target']): boolean =>
  'descriptor' in target && target.descriptor === STANDARD_ERROR;

/** Pipes and devices stay what they are. */
const isReplaced = (target: ResultPlace['target']): boolean =>
  'path' in target && (statSync(target.path, { throwIfNoEntry: false })?.isFile() ?? true);

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
