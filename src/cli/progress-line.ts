/**
 * The progress line on a terminal. Owns when it is drawn and that it leaves no trace; what it says comes from
 * src/monitor/progress.ts.
 */
import type { Ora } from 'ora';
import { ProgressMeter, type ProgressSample, renderProgress } from '../monitor/progress.js';
import type { WriteHooks } from '../pipeline/output-file.js';

const UPDATE_MS = 250;
/** A run that is over before this shows no line. */
const FIRST_MS = 400;
/** Cells that the spinner and its space take. */
const SPINNER_COLUMNS = 3;
/** On a narrower terminal nothing useful fits; one that says 0, as some consoles do, makes ora clear lines for ever. */
const LEAST_COLUMNS = 20;

export class ProgressLine implements WriteHooks {
  readonly #stream: NodeJS.WriteStream;
  readonly #spinner: Ora;
  #timer: NodeJS.Timeout | undefined;
  #delay: NodeJS.Timeout | undefined;
  /** Outputs that it is stepping aside for. */
  #aside = 0;
  readonly #onResize = (): void => {
    if (this.#stream.columns < LEAST_COLUMNS) this.stop();
  };

  /**
   * A line on `stream`, if that is a terminal to draw on: not in CI, not a dumb one. ora is loaded only when it may
   * be, since most runs have no terminal.
   */
  static async on(stream: NodeJS.WriteStream): Promise<ProgressLine | undefined> {
    if (!stream.isTTY || !(stream.columns >= LEAST_COLUMNS)) return undefined;
    const { default: ora } = await import('ora');
    const spinner = ora({
      stream,
      spinner: { interval: UPDATE_MS, frames: ['|', '/', '-', '\\'] },
      discardStdin: false,
    });
    // Disabled, it would print its text as a line at each start.
    return spinner.isEnabled ? new ProgressLine(stream, spinner) : undefined;
  }

  private constructor(stream: NodeJS.WriteStream, spinner: Ora) {
    this.#stream = stream;
    this.#spinner = spinner;
  }

  /** Starts drawing, a moment later; `sample` is asked for the counters. */
  start(totalBytes: number, sample: () => ProgressSample): void {
    const meter = new ProgressMeter(totalBytes, sample());
    const text = (): string => {
      const now = sample();
      return renderProgress(meter.update(now), now.atMs, this.#stream.columns - SPINNER_COLUMNS);
    };
    this.#stream.prependListener('resize', this.#onResize);
    this.#delay = setTimeout(() => {
      if (this.#aside === 0) this.#spinner.start(text());
      this.#timer = setInterval(() => {
        this.#spinner.text = text();
      }, UPDATE_MS);
    }, FIRST_MS);
  }

  /** Steps aside for other output on the terminal, until as many calls of `after`: results may be on their way in two streams. */
  before(): void {
    this.#aside++;
    if (this.#timer !== undefined) this.#spinner.stop();
  }

  after(): void {
    this.#aside--;
    if (this.#timer !== undefined && this.#aside === 0) this.#spinner.start();
  }

  /** Ends for good; the line is gone. */
  stop(): void {
    this.#stream.off('resize', this.#onResize);
    clearTimeout(this.#delay);
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#spinner.stop();
  }
}
