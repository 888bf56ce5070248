/**
 * The clock of a run: its own time, without what it was stopped by SIGSTOP or Ctrl-Z. Owns the regular look at the system's clock, and the
 * signal that ends a stop.
 */
import { BEAT_MS, OwnTime } from '../monitor/own-time.js';

export class RunClock {
  readonly #time = new OwnTime(performance.now());
  readonly #beats: NodeJS.Timeout;
  readonly #onGoOn = (): void => this.#time.goOn(performance.now());

  /** Runs from now on; `onBeat` is called many times a second. It keeps no process alive. */
  constructor(onBeat: () => void) {
    process.on('SIGCONT', this.#onGoOn);
    this.#beats = setInterval(() => {
      this.#time.beat(performance.now());
      onBeat();
    }, BEAT_MS).unref();
  }

  /** Milliseconds since the start; never less than was told before. */
  get elapsedMs(): number {
    return this.#time.elapsedMs(performance.now());
  }

  /** Listens no more: a stop from now on counts. */
  close(): void {
    clearInterval(this.#beats);
    process.off('SIGCONT', this.#onGoOn);
  }
}
