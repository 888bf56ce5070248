/**
 * The moments of reports by packet time: whenever it has advanced by the interval, counted from the first packet. Owns when they are.
 */
import type { CaptureFormat } from './format.js';
import { type Moment, momentOf } from './tally.js';

export class ReportMoments {
  readonly #everySec: number;
  readonly #tell: (latest: Moment) => void;
  #baseSec = -1;
  #baseNsec = 0;
  /** Intervals from the base to the next moment, and that in seconds. */
  #next = 1;
  #dueSec = 0;

  /** `tell` is told of each moment before anybody else comes to know of it. */
  constructor(everySec: number, tell: (latest: Moment) => void) {
    this.#everySec = everySec;
    this.#tell = tell;
  }

  /**
   * Whether a moment comes after the packet of the format's record. Several that passed at once are one. `isTick`: with it the clock of
   * all packets comes to another second; when that begins anew, so do the intervals.
   */
  isAfter(format: CaptureFormat, isTick: boolean): boolean {
    if (!format.hasTime) return false;
    const sec = format.sec >>> 0;
    if (this.#baseSec < 0 || (isTick && sec < this.#baseSec)) {
      this.#baseSec = sec;
      this.#baseNsec = format.nsec;
      this.#next = 1;
      this.#dueSec = this.#everySec;
      return false;
    }
    const passedSec = sec - this.#baseSec + (format.nsec - this.#baseNsec) / 1e9;
    if (passedSec < this.#dueSec) return false;
    this.#next = Math.floor(passedSec / this.#everySec) + 1;
    // The quotient may be rounded up to the next interval, or down to this one.
    while (this.#next * this.#everySec <= passedSec) this.#next++;
    this.#dueSec = this.#next * this.#everySec;
    this.#tell(momentOf(format));
    return true;
  }
}
