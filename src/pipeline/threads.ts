/**
 * The threads of a run: started through piscina, one long task each, and ended together. Owns how a failure of any of
 * them, a signal or an output that fails ends all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { HURRIED_END_MS, Interrupted } from './interrupted.js';
import { allocateStarts, allStarted, announceStart } from './start-count.js';

/** A thread came to an end before its work did. */
export class ThreadFailure extends Error {}

/** The run ended for the reason in `cause`, but there is a thread that has not: one stuck in a system call, or, in a hurry, a slow one. */
export class ThreadStuck extends Error {
  /** Waits for it as long as it takes, for whoever cannot leave without. */
  readonly end: () => Promise<void>;

  constructor(cause: unknown, end: () => Promise<void>) {
    super('a thread does not end', { cause });
    this.end = end;
  }
}

/**
 * A thread that does not end within this is stuck in a system call, such as reading from a dead network disk. Far longer than a busy
 * machine takes: the exit code of a run whose thread counts as stuck is not always its own.
 */
const END_MS = 5000;
/** Threads are up long before this, even on a busy machine: ending one before it is takes the process down. One that is not has failed. */
const START_MS = 20_000;

/**
 * What the garbage collector of a thread may let grow, in MiB. Sessions lie outside the heap, and next to nothing in it lives long; but how much garbage
 * may pile up before it is collected follows from the limit: with the usual one, 4 times what lives, with this one twice that.
 */
const OLD_MB = 2040;
const YOUNG_MB = 16;

/** What every thread is told beside its work. */
export interface ThreadStart {
  /** To be told that the thread is up: see start-count.ts. */
  readonly starts: SharedArrayBuffer;
  readonly thread: number;
}

export class Threads {
  readonly #pool: Piscina;
  readonly #starts: SharedArrayBuffer;
  #started = 0;
  #isAborted = false;

  /** `most`: threads that will be started at most; `least`: those that will be for certain. */
  constructor(least: number, most: number) {
    this.#pool = new Piscina({
      minThreads: least,
      maxThreads: most,
      // A worker must not inherit what only the command line knows.
      argv: [],
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
      workerData: null,
      // Else a thread that ends closes what it opened, by number: one that a socket has closed before may be another thread's by then.
      trackUnmanagedFds: false,
    });
    this.#starts = allocateStarts(most);
  }

  /**
   * Runs the function `name` of the module `file` in a thread of its own with `message` and resolves with what it
   * returns. Rejects with a ThreadFailure that names the `role`.
   */
  async run<T>(role: string, file: URL, name: string, message: object, transfer: Transferable[] = []): Promise<T> {
    // One that began to load now could not be ended.
    if (this.#isAborted) throw new ThreadFailure(`${role} was not started: the run ends`);
    const start: ThreadStart = { starts: this.#starts, thread: this.#started++ };
    try {
      const options = { filename: fileURLToPath(file), name, transferList: transfer };
      return (await this.#pool.run({ ...message, ...start }, options)) as T;
    } catch (error) {
      announceStart(this.#starts, start.thread);
      throw new ThreadFailure(`${role} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Ends all threads after their work was done. */
  async end(): Promise<void> {
    await this.#pool.destroy();
  }

  /** Ends all threads before their work is done; resolves with the error to be thrown for `reason`. A signal is in a hurry. */
  async abort(reason: unknown): Promise<unknown> {
    this.#isAborted = true;
    const isHurried = reason instanceof Interrupted;
    const endMs = performance.now() + (isHurried ? HURRIED_END_MS : START_MS);
    const end = async (limitMs: number): Promise<void> => {
      await allStarted(this.#starts, this.#started, limitMs);
      await this.#pool.destroy();
    };
    const areUp = await allStarted(this.#starts, this.#started, endMs - performance.now());
    // Ending one that still loads its modules would take the process down.
    if (!areUp && isHurried) return new ThreadStuck(reason, () => end(START_MS));
    const ended = this.#pool.destroy();
    // Threads that are still there keep the process waiting; once they are not, nothing else is to.
    const tooLong = sleep(isHurried ? Math.max(0, endMs - performance.now()) : END_MS, false, { ref: false });
    const isEnded = await Promise.race([ended.then(() => true), tooLong]);
    return isEnded ? reason : new ThreadStuck(reason, () => ended);
  }
}

/** Rejects with the reason of `stop` when that fires. */
export function stopped(stop: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (stop.aborted) reject(stop.reason);
    stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
}
