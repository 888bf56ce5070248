/**
 * A signal ends a pass at once: a reason that leaves no time. Owns how little of it there is.
 */

export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals) {
    super(signal);
    this.signal = signal;
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
