/**
 * Runs that never happen: how many bytes a counter shows at which moment, for any course of speeds, stalls, and steps in which the
 * counter moves; and a meter that looks at it at the moments a real one would.
 */
import { type ProgressCounters, ProgressMeter, type ProgressView } from '../../src/monitor/progress.js';

/** A stretch of even speed. */
export interface Stretch {
  readonly ms: number;
  readonly bytesPerMs: number;
}

export interface SimulatedRun {
  /** Before anything is read. */
  readonly startMs: number;
  readonly stretches: readonly Stretch[];
  /** The counter shows whole multiples of this only. */
  readonly stepBytes: number;
}

export const PACKET_BYTES = 500;
export const START_MS = Date.UTC(2024, 0, 31, 10, 0, 0);

export const totalBytesOf = ({ stretches }: SimulatedRun): number =>
  Math.round(stretches.reduce((bytes, { ms, bytesPerMs }) => bytes + ms * bytesPerMs, 0));

export const durationMsOf = ({ startMs, stretches }: SimulatedRun): number =>
  stretches.reduce((sum, { ms }) => sum + ms, startMs);

/** What the counters show `elapsedMs` after the start. */
export function countersAt(run: SimulatedRun, elapsedMs: number): ProgressCounters {
  let leftMs = elapsedMs - run.startMs;
  let bytes = 0;
  for (const { ms, bytesPerMs } of run.stretches) {
    bytes += Math.max(0, Math.min(ms, leftMs)) * bytesPerMs;
    leftMs -= ms;
  }
  const total = totalBytesOf(run);
  const isOver = elapsedMs >= durationMsOf(run);
  const shown = isOver ? total : Math.min(total, Math.floor(bytes / run.stepBytes) * run.stepBytes);
  return { bytes: shown, packets: Math.floor(shown / PACKET_BYTES), sessions: undefined, leftBytes: 0 };
}

/** Plays a run to its end; `at` is called with what is told at each look. Looks come when `nextMs` says. */
export function play(
  run: SimulatedRun,
  nextMs: (elapsedMs: number) => number,
  at: (elapsedMs: number, view: ProgressView) => void,
  meter = new ProgressMeter(totalBytesOf(run)),
): void {
  const endMs = durationMsOf(run);
  for (let elapsedMs = 0; elapsedMs < endMs; elapsedMs += nextMs(elapsedMs)) {
    const counters = countersAt(run, elapsedMs);
    meter.note(elapsedMs, counters);
    at(elapsedMs, meter.view({ elapsedMs, nowMs: START_MS + elapsedMs }, counters));
  }
}
