/**
 * The moments at which figures are wanted while reading goes on: every so many seconds of packet time, or, for packets as
 * they come, of the clock. Owns when they are; what is made of the figures is others' business.
 */
import type { CaptureFormat, CaptureInterface } from './format.js';
import { type CaptureTally, type Moment, momentOf } from './tally.js';

/** How often figures are wanted. */
export interface MomentInterval {
  readonly everySec: number;
  /** By the clock on the wall rather than by the packets' times. */
  readonly byClock: boolean;
}

/** How far reading has come. */
export interface ReadSoFar {
  /** Packets over all captures. */
  readonly packets: number;
  /** Time of the latest. */
  readonly last: Moment | undefined;
  /** Of the capture being read: its first time and what was wrong with frames are right, sums may be behind. */
  readonly tally: CaptureTally;
  /** Interfaces of that capture, with what it has said of them. */
  readonly interfaces: readonly CaptureInterface[];
}

export class Moments {
  readonly #everySec: number;
  readonly #byClock: boolean;
  readonly #tell: (soFar: ReadSoFar) => void;
  /** Packet time: the second that segments have come to, and the second of the next moment. */
  #sec = Number.POSITIVE_INFINITY;
  #dueSec = 0;
  #dueMs: number;

  /** The clock on the wall counts from now. `tell` is told of each moment before anybody else comes to know of it. */
  constructor({ everySec, byClock }: MomentInterval, tell: (soFar: ReadSoFar) => void) {
    this.#everySec = everySec;
    this.#byClock = byClock;
    this.#tell = tell;
    this.#dueMs = performance.now() + 1000 * everySec;
  }

  /**
   * Whether a moment comes after the packet of the format's record, which is number `packets` over all captures and with which
   * the clock of segments (segment-clock.ts) comes to second `sec`. Intervals count from the first segment, anew when that
   * clock begins anew; several that passed at once are one moment.
   */
  isAfter(sec: number, packets: number, tally: CaptureTally, format: CaptureFormat): boolean {
    if (this.#byClock) return false;
    const isNew = sec < this.#sec;
    this.#sec = sec;
    if (isNew) this.#dueSec = sec + this.#everySec;
    if (sec < this.#dueSec) return false;
    this.#dueSec += this.#everySec * (Math.floor((sec - this.#dueSec) / this.#everySec) + 1);
    this.#tell({ packets, last: momentOf(format), tally, interfaces: format.interfaces });
    return true;
  }

  /** Whether a moment by the clock is now, after `packets` packets over all captures. */
  isNow(packets: number, tally: CaptureTally, format: CaptureFormat): boolean {
    if (!this.#byClock) return false;
    const lateMs = performance.now() - this.#dueMs;
    if (lateMs < 0) return false;
    const everyMs = 1000 * this.#everySec;
    this.#dueMs += everyMs * (Math.floor(lateMs / everyMs) + 1);
    this.#tell({ packets, last: tally.last, tally, interfaces: format.interfaces });
    return true;
  }
}
