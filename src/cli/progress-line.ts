/**
 * The progress line on a terminal. Owns when it is drawn and that it leaves no trace; what it says comes from
 * src/monitor/progress.ts.
 */
import type { Ora } from 'ora';
import { ProgressMeter, type ProgressSample, renderProgress } from '../monitor/progress.js';
import type { WriteHooks } from '../pipeline/output-file.js';

const UPDATE_MS = 250;
/** Cells that the spinner and its space take. */
const SPINNER_COLUMNS = 3;

export class ProgressLine implements WriteHooks {
  readonly #stream: NodeJS.WriteStream;
  readonly #spinner: Ora;
  #timer: NodeJS.Timeout | undefined;

  /** A line on `stream`, which must be a terminal. ora is loaded only here: most runs have no terminal. */
  static async on(stream: NodeJS.WriteStream): Promise<ProgressLine> {
    const { default: ora } = await import('ora');
    const spinner = ora({
      stream,
      spinner: { interval: UPDATE_MS, frames: ['|', '/', '-', '\\'] },
      discardStdin: false,
    });
    return new ProgressLine(stream, spinner);
  }

  private constructor(stream: NodeJS.WriteStream, spinner: Ora) {
    this.#stream = stream;
    this.#spinner = spinner;
  }

  /** Starts drawing; `sample` is asked for the counters. */
  start(totalBytes: number, sample: () => ProgressSample): void {
    const meter = new ProgressMeter(totalBytes, sample());
    this.#spinner.start(' ');
    this.#timer = setInterval(() => {
      const now = sample();
      const columns = (this.#stream.columns ?? 80) - SPINNER_COLUMNS;
      this.#spinner.text = renderProgress(meter.update(now), now.atMs, columns);
    }, UPDATE_MS);
  }

  /** Steps aside for other output on the terminal. */
  before(): void {
    if (this.#timer !== undefined) this.#spinner.stop();
  }

  after(): void {
    if (this.#timer !== undefined) this.#spinner.start();
  }

  /** Ends for good; the line is gone. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#spinner.stop();
  }
}
