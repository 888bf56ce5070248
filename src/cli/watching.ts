/**
 * What all commands that read captures show of their progress while they do. Owns which form it has.
 */
import type { ReadPlan } from '../capture/read-captures.js';
import { storedBytes } from '../capture/stored-size.js';
import { renderTitle } from '../monitor/process-title.js';
import type { ProgressCounters, ProgressView } from '../monitor/progress.js';
import { type ProgressEventKind, plainProgress, progressEvent, renderProgress } from '../monitor/progress-text.js';
import { PROGRESS_BYTES, PROGRESS_LEFT_BYTES, PROGRESS_PACKETS } from '../ring/layout.js';
import { totalBytes } from './input-size.js';
import type { Log } from './log.js';
import type { ParsedOptions } from './plan.js';
import { ProgressLine } from './progress-line.js';
import { RunProgress } from './run-progress.js';
import { UsageError } from './usage-error.js';

/** What a pass knows of the program that it is. */
export interface ProgramFacts {
  readonly version: string;
  /** As given, without the program's name. */
  readonly args: readonly string[];
  /** Standard error is a terminal. */
  readonly isTerminal: boolean;
}

/** What is wanted of the progress; every value decided. */
export interface Showing {
  readonly form: 'auto' | 'plain' | 'json' | 'none';
  /** Between lines of `plain` and `json`. */
  readonly intervalMs: number;
  /** Of all inputs, as somebody says who knows. */
  readonly totalBytes: number | undefined;
}

const DEFAULT_INTERVAL_SEC = 1;
/** What timers understand. */
const MOST_INTERVAL_MS = 2 ** 31 - 1;
/** Milliseconds of a timer that is to come every so many seconds; one that cannot be so long would come at once. */
export const timerMs = (everySec: number): number => Math.min(MOST_INTERVAL_MS, 1000 * everySec);

/** How often the title of the process is told. */
const TITLE_MS = 1000;

/** Throws a UsageError. */
export function showingOf(given: ParsedOptions, files: readonly string[]): Showing {
  const { progress: form = 'auto', reportInterval = DEFAULT_INTERVAL_SEC, totalBytes: announced } = given;
  if (announced !== undefined) {
    if (announced === 0) throw new UsageError('--total-bytes must be at least 1');
    if (given.interface !== undefined) throw new UsageError('--total-bytes is for pipes: an interface has no end');
    const sizes = files.map(storedBytes);
    if (!given.follow && sizes.length > 0 && sizes.every((size) => size !== undefined && size > 0)) {
      throw new UsageError('--total-bytes is for pipes: how much is in files is known');
    }
  }
  return { form, intervalMs: timerMs(reportInterval), totalBytes: announced };
}

/** The progress of a pass, and whoever is shown it. */
export class Watching {
  readonly progress: RunProgress;
  /** What is drawn on the terminal, if anything is: it steps aside for what else goes there. */
  readonly line: ProgressLine | undefined;
  readonly #showing: Showing;
  readonly #args: readonly string[];
  #say: (text: string) => void = () => {};
  #counters = (): ProgressCounters => ({ bytes: 0, packets: 0, sessions: undefined, leftBytes: 0 });
  #isStarted = false;
  #isOver = false;

  /** The run's time begins. `passes`: how often all is read. */
  static async begin(
    plan: ReadPlan,
    showing: Showing,
    { args }: ProgramFacts,
    log: Log | undefined,
    passes = 1,
  ): Promise<Watching> {
    const bytes = totalBytes(plan);
    const progress = new RunProgress(showing.totalBytes ?? (bytes === undefined ? undefined : passes * bytes));
    const isDrawn = showing.form === 'auto' && log?.isTerminal !== true;
    return new Watching(progress, isDrawn ? await ProgressLine.on(process.stderr) : undefined, showing, args);
  }

  private constructor(
    progress: RunProgress,
    line: ProgressLine | undefined,
    showing: Showing,
    args: readonly string[],
  ) {
    this.#args = args;
    this.progress = progress;
    this.line = line;
    this.#showing = showing;
  }

  /**
   * Reading begins. `counters`: src/ring/layout.ts; `sessions`: how many there were, where some are tracked; `say` writes whole lines.
   */
  start(counters: Float64Array, sessions: () => number | undefined, say: (text: string) => void): void {
    const { progress } = this;
    this.#counters = () => ({
      bytes: counters[PROGRESS_BYTES],
      packets: counters[PROGRESS_PACKETS],
      sessions: sessions(),
      leftBytes: counters[PROGRESS_LEFT_BYTES],
    });
    progress.counters = this.#counters;
    this.#say = say;
    this.#isStarted = true;
    this.line?.start((columns) => renderProgress(progress.view(), Date.now(), columns));
    // For ps, top and `tcploom stat`.
    progress.every(TITLE_MS, () => {
      process.title = renderTitle(progress.view().percent, this.#args);
    });
    if (this.#showing.form === 'json') this.#tell('start', progress.view());
    if (this.#isSaid) progress.every(this.#showing.intervalMs, () => this.#tell('progress', progress.view()));
  }

  /** Another pass over the same input begins, with counters of its own: what the former ones counted is added to them. */
  goOn(counters: Float64Array): void {
    const { bytes, packets, leftBytes } = this.#counters();
    this.#counters = () => ({
      bytes: bytes + counters[PROGRESS_BYTES],
      packets: packets + counters[PROGRESS_PACKETS],
      sessions: undefined,
      leftBytes: leftBytes + counters[PROGRESS_LEFT_BYTES],
    });
    this.progress.counters = this.#counters;
  }

  /** The pass is over: the line is gone, and the last thing of all is told. `isComplete`: it came to its end by itself. */
  end(isComplete: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.line?.stop();
    this.progress.stop();
    if (this.#isStarted) this.#tell('end', this.progress.endView(isComplete), isComplete);
  }

  get #isSaid(): boolean {
    return this.#showing.form === 'plain' || this.#showing.form === 'json';
  }

  #tell(kind: ProgressEventKind, view: ProgressView, isComplete?: boolean): void {
    if (this.#showing.form === 'json') this.#say(progressEvent(kind, view, Date.now(), isComplete));
    if (this.#showing.form === 'plain') this.#say(plainProgress(view, Date.now(), kind === 'end'));
  }
}
