/**
 * Where a time axis has ticks, and what they say.
 */
import type { Clock } from './clock.js';

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** The least step of a clock's that leaves no more than `most` ticks between two times; below a second 1, 2 and 5 of a decade; above a day whole days. */
export function timeStep(seconds: number, most: number): number {
  const least = seconds / Math.max(1, most);
  if (least > 86400) return 86400 * roundStep(least / 86400);
  if (least > 0.5) return CLOCK_STEPS.find((step) => step >= least)!;
  return roundStep(least);
}

/** The next of 1, 2 and 5 of a decade. */
export function roundStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((of) => of * decade >= least * (1 - 1e-9)) ?? 10;
  // A decade below 1 is not exact.
  return Number((factor * decade).toPrecision(1));
}

/** Multiples of a step, counted from `origin`, within a range. */
export function ticksWithin(min: number, max: number, step: number, origin = 0): number[] {
  const ticks: number[] = [];
  const last = Math.floor((max - origin) / step + 1e-6);
  for (let at = Math.ceil((min - origin) / step - 1e-6); at <= last; at++) ticks.push(origin + at * step);
  return ticks;
}

/** What ticks, in seconds since `origin`, say; the first one, and each that begins a day, has its date below. */
export function timeLabels(ticks: readonly number[], step: number, clock: Clock, origin = 0): string[] {
  let before = '';
  return ticks.map((tick) => {
    const date = clock.date(origin + tick + 1e-6);
    const time =
      step >= 86400
        ? ''
        : step >= 60
          ? clock.time(origin + tick + 1e-6).slice(0, 5)
          : clock.time(origin + tick, decimalsOf(step));
    const text = date === before ? time : `${time}\n${date}`;
    before = date;
    return text.trim();
  });
}

/** Decimals that a step of seconds needs. */
export const decimalsOf = (step: number): number => (step >= 1 ? 0 : Math.min(7, Math.ceil(-Math.log10(step) - 1e-9)));
