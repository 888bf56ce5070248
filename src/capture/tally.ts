/**
 * What the packets of one capture add up to: numbers, bytes, times. Owns the order of times; packets are counted
 * where they are walked.
 */
import type { CaptureFormat } from './format.js';
import { DECODE_REASONS } from './frame-reasons.js';

/** A moment: seconds since 1970 and nanoseconds. */
export interface Moment {
  readonly sec: number;
  readonly nsec: number;
}

export class CaptureTally {
  packets = 0;
  capturedBytes = 0;
  /** Lengths on the wire. */
  wireBytes = 0;
  /** Packets whose time is before that of the packet before them. */
  backwards = 0;
  /** Frames by what became of them: see decode.ts. */
  readonly reasons = new Float64Array(DECODE_REASONS);
  /** Later fragments whose first one was not seen before them. */
  strayFragments = 0;
  /** Packets that a selection left out. */
  leftOut = 0;
  /** The same by interface, as far as there are some. */
  readonly leftOutByInterface: number[] = [];
  /** Time of the first packet that has one, and of the last packet, undefined when that has none. */
  first: Moment | undefined;
  last: Moment | undefined;
  /** Earliest and latest time, where they are not those of the first and last packet. */
  #earliest: Moment | undefined;
  #latest: Moment | undefined;

  get earliest(): Moment | undefined {
    return earlierOf(this.#earliest, earlierOf(this.first, this.last));
  }

  get latest(): Moment | undefined {
    return laterOf(this.#latest, laterOf(this.first, this.last));
  }

  /** Counts a packet of the interface that a selection left out. */
  leaveOut(interfaceIndex: number): void {
    this.leftOut++;
    this.leftOutByInterface[interfaceIndex] = (this.leftOutByInterface[interfaceIndex] ?? 0) + 1;
  }

  /** Notes that the packet at time `sec`, `nsec` came after one of time `formerSec`, `formerNsec`, which is later. */
  noteBackwards(formerSec: number, formerNsec: number, sec: number, nsec: number): void {
    this.backwards++;
    this.#latest = laterOf(this.#latest, { sec: formerSec, nsec: formerNsec });
    this.#earliest = earlierOf(this.#earliest, { sec, nsec });
  }

  /** Adds the figures of a capture that follows this one. */
  add(next: CaptureTally): void {
    this.#earliest = earlierOf(this.earliest, next.earliest);
    this.#latest = laterOf(this.latest, next.latest);
    this.first ??= next.first;
    if (next.packets > 0) this.last = next.last;
    this.packets += next.packets;
    this.capturedBytes += next.capturedBytes;
    this.wireBytes += next.wireBytes;
    this.backwards += next.backwards;
    this.strayFragments += next.strayFragments;
    this.leftOut += next.leftOut;
    for (let reason = 0; reason < DECODE_REASONS; reason++) this.reasons[reason] += next.reasons[reason];
  }
}

function earlierOf(a: Moment | undefined, b: Moment | undefined): Moment | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.sec < b.sec || (a.sec === b.sec && a.nsec <= b.nsec) ? a : b;
}

/** Undefined where neither is known. */
export function laterOf(a: Moment | undefined, b: Moment | undefined): Moment | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return earlierOf(a, b) === a ? b : a;
}

/** The time of the record that the format looked at last, all of it. */
export function momentOf({ sec, era, nsec }: Pick<CaptureFormat, 'sec' | 'era' | 'nsec'>): Moment {
  return { sec: (sec >>> 0) + era * 2 ** 32, nsec };
}
