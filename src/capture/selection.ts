/**
 * Which packets of the input are to be read: a stretch of time, a number. Owns the arithmetic of time bounds; where
 * the values come from is the command line's business.
 */

/** A moment: since 1970, or, when `isRelative`, since the first packet of all input. */
export interface TimeBound {
  readonly isRelative: boolean;
  readonly sec: number;
  readonly nsec: number;
}

/** What is to be read; everything when empty. Both bounds are inclusive. */
export interface Selection {
  readonly from?: TimeBound | undefined;
  readonly to?: TimeBound | undefined;
  /** Most packets, counted after the bounds. */
  readonly maxPackets?: number | undefined;
  /** The first packet after `to` ends the reading. */
  readonly endsAtTo?: boolean;
}

/** Says of each packet's time whether it is selected. Seconds unsigned, nanoseconds below 1e9. */
export class PacketSelector {
  /** False when every time is selected, so that nobody needs to ask. */
  readonly hasBounds: boolean;
  readonly maxPackets: number;
  /** No packet that follows can be selected. */
  isOver = false;
  readonly #selection: Selection;
  #isStarted = false;
  #fromSec = 0;
  #fromNsec = 0;
  #toSec = Number.POSITIVE_INFINITY;
  #toNsec = 0;

  constructor(selection: Selection) {
    this.#selection = selection;
    this.hasBounds = selection.from !== undefined || selection.to !== undefined;
    this.maxPackets = selection.maxPackets ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a packet of this time is selected; the first time asked about is that of the first packet. */
  takes(sec: number, nsec: number): boolean {
    if (!this.#isStarted) this.#start(sec, nsec);
    if (sec < this.#fromSec || (sec === this.#fromSec && nsec < this.#fromNsec)) return false;
    if (sec < this.#toSec || (sec === this.#toSec && nsec <= this.#toNsec)) return true;
    this.isOver = this.#selection.endsAtTo === true;
    return false;
  }

  #start(sec: number, nsec: number): void {
    this.#isStarted = true;
    const { from, to } = this.#selection;
    if (from !== undefined) [this.#fromSec, this.#fromNsec] = absolute(from, sec, nsec);
    if (to !== undefined) [this.#toSec, this.#toNsec] = absolute(to, sec, nsec);
  }
}

function absolute(bound: TimeBound, sec: number, nsec: number): [number, number] {
  if (!bound.isRelative) return [bound.sec, bound.nsec];
  const sum = nsec + bound.nsec;
  return sum < 1e9 ? [sec + bound.sec, sum] : [sec + bound.sec + 1, sum - 1e9];
}
