/**
 * The clock of time-outs: the second that segments have come to, in packet time. Owns when it moves.
 */

/** It begins anew at a segment more than this behind it, when this many right before were so too. */
const BEHIND_SEC = 900;
const SEGMENTS_BEHIND = 1000;

export class SegmentClock {
  #sec = -1;
  #segmentsBehind = 0;

  /**
   * Whether the clock moves to second `sec`, that of a segment: forward at once; back, to begin anew there, only when
   * many segments in a row were far behind it, so that neither one absurd time nor files in the wrong order stop
   * time-outs for good, and two clocks in one capture do not pull it to and fro.
   */
  isNewSecond(sec: number): boolean {
    if (sec < this.#sec - BEHIND_SEC) {
      if (++this.#segmentsBehind <= SEGMENTS_BEHIND) return false;
    } else if (sec <= this.#sec) {
      this.#segmentsBehind = 0;
      return false;
    }
    this.#sec = sec;
    this.#segmentsBehind = 0;
    return true;
  }
}
