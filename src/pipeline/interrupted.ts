/**
 * A signal ends a pass at once: a reason that leaves no time. Owns how little of it there is, and how much there is for what is under way when a pass
 * ends before its end for whatever reason.
 */

export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;
  /** Fires, or has fired, when this is not the first signal: whoever sent it wants nothing more. */
  readonly again: AbortSignal;

  constructor(signal: NodeJS.Signals, again: AbortSignal = AbortSignal.abort()) {
    super(signal);
    this.signal = signal;
    this.again = again;
  }
}

/**
 * How long threads, and after them outputs, and after those the log, may take to come to their end then: together less than the half
 * second within which the process is to be gone.
 */
export const HURRIED_END_MS = 150;
export const HURRIED_FLUSH_MS = 100;

/** How long the lines of a run that failed may take to be written: on a busy machine too, where somebody takes them. */
export const FLUSH_MS = 1500;

/**
 * How long a file may take that is of no use without its end: the last group of rows of a Parquet file takes one to three seconds. Another signal ends that.
 */
const WHOLE_FILE_MS = 5000;

/** How long what is under way may take when a pass ends before its end: each resolves when that is over. */
export class Patience {
  /** For lines, which are whole up to wherever they end. */
  readonly lines: Promise<void>;
  /** For a file that is whole or of no use. */
  readonly whole: Promise<void>;
  readonly #timers: NodeJS.Timeout[] = [];

  /** Of a pass that ends for `reason`. */
  constructor(reason: unknown) {
    const isHurried = reason instanceof Interrupted;
    this.lines = this.#after(isHurried ? HURRIED_END_MS : FLUSH_MS);
    const whole = this.#after(WHOLE_FILE_MS);
    this.whole = isHurried ? Promise.race([whole, fired(reason.again).then(() => this.lines)]) : whole;
  }

  /** Nothing is waited for any more. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#timers.push(setTimeout(resolve, ms)));
  }
}

const fired = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
