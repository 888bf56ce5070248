/**
 * Signals that end a pass: the first SIGINT well, with all that follows from what was read by then; the second, SIGTERM and SIGHUP at
 * once. Owns which signal does what.
 */
import type { ReadPlan } from '../capture/read-captures.js';
import { Interrupted } from '../pipeline/interrupted.js';
import { ThreadStuck } from '../pipeline/threads.js';
import { SIGNAL_EXITS } from './exit-codes.js';

/** Input without an end of its own is ended well by SIGTERM and SIGHUP too, where that takes no longer. */
const GRACE_MS = 150;

/** The signal that ended what failed with this, if one did. */
export function interruptionOf(error: unknown): Interrupted | undefined {
  const reason = error instanceof ThreadStuck ? error.cause : error;
  return reason instanceof Interrupted ? reason : undefined;
}

export class EndingSignals {
  /** The signal that asked the pass to come to an end. */
  #asked: NodeJS.Signals | undefined;
  #grace: NodeJS.Timeout | undefined;
  readonly #stop = new AbortController();
  /** Fires when a signal is not the first. */
  readonly #again = new AbortController();
  #isFirst = true;
  readonly #isEndless: boolean;
  readonly #onSignal = (signal: NodeJS.Signals): void => this.#take(signal);
  #finish: (() => void) | undefined;

  /** Listens from now on. */
  constructor(plan: Pick<ReadPlan, 'inputs' | 'followTimeoutMs'>) {
    this.#isEndless = plan.followTimeoutMs !== undefined || plan.inputs.some((input) => typeof input !== 'string');
    for (const signal of Object.keys(SIGNAL_EXITS) as NodeJS.Signals[]) process.on(signal, this.#onSignal);
  }

  /** Fires when the pass is to end at once, its reason an Interrupted. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** A signal asked the pass to come to an end well. */
  get isAsked(): boolean {
    return this.#asked !== undefined;
  }

  /** How to end the reading well, once that is possible. */
  set finish(finish: () => void) {
    this.#finish = finish;
  }

  /**
   * The exit code of a pass that came to its end with `code`: SIGINT is how input without an end is ended, and says
   * nothing more unless there was more to read; of any other it cut the reading short.
   */
  exitCode(code: number, isCutShort: boolean): number {
    if (this.#asked === undefined) return code;
    const isUsual = this.#asked === 'SIGINT' && this.#isEndless && !isCutShort;
    return isUsual ? code : (SIGNAL_EXITS[this.#asked] ?? code);
  }

  /** Listens no more. */
  close(): void {
    clearTimeout(this.#grace);
    for (const signal of Object.keys(SIGNAL_EXITS) as NodeJS.Signals[]) process.off(signal, this.#onSignal);
  }

  #take(signal: NodeJS.Signals): void {
    if (!this.#isFirst) this.#again.abort();
    this.#isFirst = false;
    const mayFinish = this.#finish !== undefined && this.#asked === undefined;
    if (mayFinish && (signal === 'SIGINT' || this.#isEndless)) {
      this.#asked = signal;
      this.#finish?.();
      if (signal !== 'SIGINT') this.#grace = setTimeout(() => this.#end(signal), GRACE_MS);
    } else {
      this.#end(signal);
    }
  }

  #end(signal: NodeJS.Signals): void {
    this.#stop.abort(new Interrupted(signal, this.#again.signal));
  }
}
