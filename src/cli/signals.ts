/**
 * Signals that end a pass: at once, or, for input that has no end of its own, well. Owns which signal does what.
 */
import type { ReadPlan } from '../capture/read-captures.js';
import { SIGNAL_EXITS } from './exit-codes.js';

/** A signal ended the run. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals) {
    super(signal);
    this.signal = signal;
  }
}

export class EndingSignals {
  /** The signal that asked input without an end to come to one. */
  #asked: NodeJS.Signals | undefined;
  readonly #stop = new AbortController();
  readonly #isEndless: boolean;
  readonly #onSignal = (signal: NodeJS.Signals): void => this.#take(signal);
  #finish: (() => void) | undefined;

  /** Listens from now on. */
  constructor(plan: ReadPlan) {
    this.#isEndless = plan.followTimeoutMs !== undefined || plan.inputs.some((input) => typeof input !== 'string');
    for (const signal of Object.keys(SIGNAL_EXITS) as NodeJS.Signals[]) process.on(signal, this.#onSignal);
  }

  /** Fires when the pass is to end at once, its reason an Interrupted. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** How to end the reading well, once that is possible. */
  set finish(finish: () => void) {
    this.#finish = finish;
  }

  /**
   * The exit code of a pass that came to its end with `code`: SIGINT is how input without an end is ended, and says
   * nothing more unless there was more to read; another signal cut it short.
   */
  exitCode(code: number, isCutShort: boolean): number {
    if (this.#asked === undefined || (this.#asked === 'SIGINT' && !isCutShort)) return code;
    return SIGNAL_EXITS[this.#asked] ?? code;
  }

  /** Listens no more. */
  close(): void {
    for (const signal of Object.keys(SIGNAL_EXITS) as NodeJS.Signals[]) process.off(signal, this.#onSignal);
  }

  #take(signal: NodeJS.Signals): void {
    if (this.#isEndless && this.#finish !== undefined && this.#asked === undefined) {
      this.#asked = signal;
      this.#finish();
    } else {
      this.#stop.abort(new Interrupted(signal));
    }
  }
}
