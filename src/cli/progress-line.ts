/**
 * The progress line on a terminal. Owns when it is drawn and that it leaves no trace; what it says comes from
 * src/monitor/progress.ts.
 */
import ora, { type Ora } from 'ora';
import { ProgressMeter, type ProgressSample, renderProgress } from '../monitor/progress.js';
import type { WriteHooks } from '../pipeline/output-file.js';

const UPDATE_MS = 250;
/** Cells that the spinner and its space take. */
const SPINNER_COLUMNS = 3;

export class ProgressLine implements WriteHooks {
  readonly #stream: NodeJS.WriteStream;
  readonly #spinner: Ora;
  #timer: NodeJS.Timeout | undefined;

  /** Draws on `stream`, which must be a terminal. */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#spinner = ora({
      stream,
      spinner: { interval: UPDATE_MS, frames: ['|', '/', '-', '\\'] },
      discardStdin: false,
    });
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
