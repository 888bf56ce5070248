/**
 * The time that a process has had for itself, without what it was stopped. Owns how a stop is told from a main thread that was busy: by
 * the signal that ends a stop, and how long before it the last regular look at the clock was.
 */

/** How often the clock is looked at. */
export const BEAT_MS = 50;
/** A look that comes later than this may have had a stop before it: until that is known, time stands still. */
const DOUBT_MS = 4 * BEAT_MS;

export class OwnTime {
  readonly #startMs: number;
  #stoppedMs = 0;
  /** The last look that is known to have had no stop before it. */
  #beatMs: number;
  /** A look behind it of which that is not known. */
  #doubtfulMs: number | undefined;
  #toldMs = 0;

  /** All times are those of one clock that never goes backwards. */
  constructor(nowMs: number) {
    this.#startMs = nowMs;
    this.#beatMs = nowMs;
  }

  /** The regular look at the clock, every BEAT_MS as far as the main thread has time. */
  beat(nowMs: number): void {
    // The end of a stop would have been heard of since.
    this.#beatMs = this.#doubtfulMs ?? this.#beatMs;
    const isDoubtful = nowMs - this.#beatMs > DOUBT_MS;
    this.#doubtfulMs = isDoubtful ? nowMs : undefined;
    if (!isDoubtful) this.#beatMs = nowMs;
  }

  /** A signal said that the process goes on, whether it was stopped or not. */
  goOn(nowMs: number): void {
    this.#stoppedMs += Math.max(0, nowMs - this.#beatMs - BEAT_MS);
    this.#beatMs = nowMs;
    this.#doubtfulMs = undefined;
  }

  /** Own time since the start; never less than was told before. */
  elapsedMs(nowMs: number): number {
    const knownMs = Math.min(nowMs, this.#beatMs + DOUBT_MS);
    this.#toldMs = Math.max(this.#toldMs, knownMs - this.#startMs - this.#stoppedMs);
    return this.#toldMs;
  }
}
