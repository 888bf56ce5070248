/**
 * The retransmission timers of a generated capture: a wheel of 10 ms ticks that holds session slots, each at most once,
 * and the list of those whose time has come. Setting, expiring and taking cost the same for one session as for millions.
 */

const TICK_USEC = 10_000;
const TICKS = 256;
const NONE = -1;

export class Timers {
  private readonly nextInList: Int32Array;
  private readonly wheel = new Int32Array(TICKS).fill(NONE);
  private tick = 0;
  private due = NONE;

  constructor(slots: number) {
    this.nextInList = new Int32Array(slots);
  }

  /** Starts the timer of a slot that has none running; at most 255 ticks ahead. */
  start(slot: number, delayTicks: number): void {
    const bucket = (this.tick + delayTicks) % TICKS;
    this.nextInList[slot] = this.wheel[bucket];
    this.wheel[bucket] = slot;
  }

  /** Lets time pass up to `elapsedUsec` since the start of the capture. */
  advance(elapsedUsec: number): void {
    const tick = Math.floor(elapsedUsec / TICK_USEC);
    while (this.tick < tick) this.expire(++this.tick % TICKS);
  }

  /** Removes and returns a slot whose timer has run out; -1: there is none. */
  take(): number {
    const slot = this.due;
    if (slot !== NONE) this.due = this.nextInList[slot];
    return slot;
  }

  private expire(bucket: number): void {
    let slot = this.wheel[bucket];
    this.wheel[bucket] = NONE;
    while (slot !== NONE) {
      const next = this.nextInList[slot];
      this.nextInList[slot] = this.due;
      this.due = slot;
      slot = next;
    }
  }
}
