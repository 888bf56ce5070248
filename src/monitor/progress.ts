/**
 * How far a run is and when it will be done. Owns the arithmetic: percentage, rates, ETA and ETF; is told the
 * time and the counters, prints nothing.
 */
import { scaled, spoken, timeOfDay } from './units.js';

/** The rate that predicts the end is that of this last stretch. */
const RECENT_MS = 10_000;

/** Counters at one moment. */
export interface ProgressSample {
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly bytes: number;
  readonly packets: number;
  /** Undefined where none are tracked. */
  readonly sessions: number | undefined;
}

/** What is known of a run's course. Rates are per second of the last stretch. */
export interface ProgressView {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly percent: number;
  readonly bytesPerSec: number;
  readonly packetsPerSec: number;
  readonly sessions: number | undefined;
  /** Seconds left, and when the run will be done (milliseconds since 1970); undefined until there is a rate. */
  readonly remainingSec: number | undefined;
  readonly finishMs: number | undefined;
}

export class ProgressMeter {
  readonly #totalBytes: number;
  readonly #samples: ProgressSample[];

  /** `totalBytes`: of all input files, 0 when unknown (pipes). */
  constructor(totalBytes: number, start: ProgressSample) {
    this.#totalBytes = totalBytes;
    this.#samples = [start];
  }

  /** Takes a sample into account and says how things stand. */
  update(now: ProgressSample): ProgressView {
    this.#samples.push(now);
    while (this.#samples.length > 2 && now.atMs - this.#samples[1].atMs >= RECENT_MS) this.#samples.shift();
    const oldest = this.#samples[0];
    const stretchSec = (now.atMs - oldest.atMs) / 1000;
    const rate = (a: number, b: number): number => (stretchSec > 0 ? (b - a) / stretchSec : 0);
    const bytesPerSec = rate(oldest.bytes, now.bytes);
    const leftBytes = this.#totalBytes - now.bytes;
    const remainingSec = this.#totalBytes > 0 && bytesPerSec > 0 ? Math.max(0, leftBytes / bytesPerSec) : undefined;
    return {
      bytes: now.bytes,
      totalBytes: this.#totalBytes,
      percent: this.#totalBytes > 0 ? Math.min(100, (100 * now.bytes) / this.#totalBytes) : 0,
      bytesPerSec,
      packetsPerSec: rate(oldest.packets, now.packets),
      sessions: now.sessions,
      remainingSec,
      finishMs: remainingSec === undefined ? undefined : now.atMs + remainingSec * 1000,
    };
  }
}

/** One line of at most `columns` characters; what matters least is left out first. */
export function renderProgress(view: ProgressView, nowMs: number, columns: number): string {
  const parts = [
    view.totalBytes > 0 ? `${view.percent.toFixed(1)}%` : '',
    `${scaled(view.bytes)}B`,
    `${scaled(view.bytesPerSec)}B/s`,
    view.remainingSec === undefined ? '' : `ETA ${spoken(view.remainingSec)}`,
    view.finishMs === undefined ? '' : `ETF ${timeOfDay(view.finishMs, nowMs)}`,
    `${scaled(view.packetsPerSec)}pkt/s`,
    view.sessions === undefined ? '' : `${scaled(view.sessions).trim()} sessions`,
  ].filter((part) => part !== '');
  while (parts.length > 1 && parts.join('  ').length > columns) parts.pop();
  return parts.join('  ').slice(0, columns);
}
