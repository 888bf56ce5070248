/**
 * The moments of reports by packet time: whenever it has advanced by the interval, counted from the first packet. Owns when they are, to the
 * nanosecond.
 */
import type { CaptureFormat } from './format.js';
import { type Moment, momentOf } from './tally.js';

const NSEC_PER_SEC = 1_000_000_000n;

export class ReportMoments {
  readonly #everyNsec: bigint;
  readonly #tell: (latest: Moment) => void;
  /** Where the intervals are counted from; -1: no packet with a time yet. */
  #baseSec = -1;
  #baseNsec = 0;
  /** A packet of this time or later has the next moment after it. */
  #dueSec = 0;
  #dueNsec = 0;
  /** The second that the clock of all packets came to last. */
  #clockSec = 0;

  /** A moment every `everySec` seconds, a nanosecond at least. `tell` is told of each before anybody else comes to know of it. */
  constructor(everySec: number, tell: (latest: Moment) => void) {
    this.#everyNsec = BigInt(Math.max(1, Math.round(everySec * 1e9)));
    this.#tell = tell;
  }

  /**
   * Whether a moment comes after the packet of the format's record. Several that passed at once are one. `isTick`: with it the clock of
   * all packets comes to another second; when that begins anew, so do the intervals.
   */
  isAfter(format: CaptureFormat, isTick: boolean): boolean {
    if (!format.hasTime) return false;
    const sec = format.sec >>> 0;
    const { nsec } = format;
    const isAnew = isTick && sec < this.#clockSec;
    if (isTick) this.#clockSec = sec;
    if (this.#baseSec < 0 || isAnew) {
      this.#baseSec = sec;
      this.#baseNsec = nsec;
      this.#setDue(this.#everyNsec);
      return false;
    }
    if (sec < this.#dueSec || (sec === this.#dueSec && nsec < this.#dueNsec)) return false;
    const passedNsec = BigInt(sec - this.#baseSec) * NSEC_PER_SEC + BigInt(nsec - this.#baseNsec);
    this.#setDue((passedNsec / this.#everyNsec + 1n) * this.#everyNsec);
    this.#tell(momentOf(format));
    return true;
  }

  /** The next moment comes so long after the base. Whole numbers: epoch nanoseconds, and tenths of seconds, have no doubles. */
  #setDue(afterNsec: bigint): void {
    const dueNsec = afterNsec + BigInt(this.#baseNsec);
    this.#dueSec = this.#baseSec + Number(dueNsec / NSEC_PER_SEC);
    this.#dueNsec = Number(dueNsec % NSEC_PER_SEC);
  }
}
