/**
 * How far a run is, at any time. Owns its clock, its meter, and who is told regularly.
 */
import { type ProgressCounters, ProgressMeter, type ProgressMoment, type ProgressView } from '../monitor/progress.js';
import { RunClock } from './run-clock.js';

const NOTHING: ProgressCounters = { bytes: 0, packets: 0, sessions: undefined, leftBytes: 0 };

export class RunProgress {
  readonly #meter: ProgressMeter;
  readonly #clock: RunClock;
  readonly #timers: NodeJS.Timeout[] = [];
  #counters: () => ProgressCounters = () => NOTHING;

  /** The run's time begins. `totalBytes`: of all inputs, undefined when unknown. */
  constructor(totalBytes: number | undefined) {
    this.#meter = new ProgressMeter(totalBytes);
    this.#clock = new RunClock(() => this.#meter.note(this.#clock.elapsedMs, this.#counters()));
  }

  /** Where the counters are, as soon as there are some. */
  set counters(counters: () => ProgressCounters) {
    this.#counters = counters;
  }

  /** How things stand; may be asked as often as wanted. */
  view(): ProgressView {
    return this.#meter.view(this.#moment, this.#counters());
  }

  /** How things stand now that the run is over. `isComplete`: it came to its end by itself. */
  endView(isComplete: boolean): ProgressView {
    return this.#meter.endView(this.#moment, this.#counters(), isComplete);
  }

  /** Calls `tell` every `everyMs` until the end. */
  every(everyMs: number, tell: () => void): void {
    this.#timers.push(setInterval(tell, everyMs));
  }

  /** Nobody is told any more; what is asked is answered still. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#clock.close();
  }

  get #moment(): ProgressMoment {
    return { elapsedMs: this.#clock.elapsedMs, nowMs: Date.now() };
  }
}
