/**
 * The time of flows, and how many there are: by packet time, as the reader's ticks tell it. Owns when a flow is over.
 */

/** Of a flow that had no packet yet. */
export const NEVER = -0x40000000;

export class FlowClock {
  /** Seconds of its own, of which a pause takes no more than end all flows. It never goes back: where packet time begins anew, all flows are over. */
  sec = 0;
  /** Flows that a packet came of in the last `timeoutSec` seconds. */
  active = 0;
  readonly #timeoutSec: number;
  /** For each second that is not over: flows whose latest packet came in it. */
  readonly #latest: Int32Array;
  #at = 0;
  #packetSec = -1;

  constructor(timeoutSec: number) {
    this.#timeoutSec = timeoutSec;
    this.#latest = new Int32Array(timeoutSec + 1);
  }

  /** Packet time comes to second `packetSec`, as a tick of src/capture/segment-clock.ts. */
  tick(packetSec: number): void {
    const all = this.#latest.length;
    const isFirst = this.#packetSec < 0;
    const passed = packetSec > this.#packetSec ? packetSec - this.#packetSec : all;
    this.#packetSec = packetSec;
    if (isFirst) return;
    // A pause of any length is one that ends all flows.
    for (let i = Math.min(passed, all); i > 0; i--) {
      this.sec++;
      this.#at = this.#at + 1 === all ? 0 : this.#at + 1;
      this.active -= this.#latest[this.#at];
      this.#latest[this.#at] = 0;
    }
  }

  /** Whether a flow whose latest packet came at `sec` of this clock and `nsec` nanoseconds is over, `nsec` of the current second being now. */
  isOver(sec: number, latestNsec: number, nsec: number): boolean {
    const idleSec = this.sec - sec;
    return idleSec > this.#timeoutSec || (idleSec === this.#timeoutSec && nsec > latestNsec);
  }

  /** A packet comes now of a flow whose latest one came at `sec`. */
  move(sec: number): void {
    if (sec === this.sec) return;
    this.#latest[this.#placeOf(sec)]--;
    this.#latest[this.#at]++;
  }

  /** A flow begins now in the place of one whose latest packet came at `sec`, which may be NEVER. */
  begin(sec: number): void {
    if (this.sec - sec <= this.#timeoutSec) this.#latest[this.#placeOf(sec)]--;
    else this.active++;
    this.#latest[this.#at]++;
  }

  #placeOf(sec: number): number {
    const place = this.#at - (this.sec - sec);
    return place < 0 ? place + this.#latest.length : place;
  }
}
