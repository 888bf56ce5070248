/**
 * Times of what was played back, against those of the capture: when each line was, since the first one. Owns by how much they may differ.
 */
import assert from 'node:assert/strict';

/**
 * tcpreplay sleeps between packets, and on a busy machine wakes up late: 40 ms of the capture have been seen to take 200 ms.
 * What it is late by is the packet's time, so only what is gone or out of order altogether would go beyond this.
 */
const LATE_MS = 1000;
const DAY_MS = 86_400_000;

/** Milliseconds since midnight of hours, minutes, seconds and milliseconds, in digits. */
export const dayMsOf = (hours: string, minutes: string, seconds: string, ms: string): number =>
  Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds + ms);

/** Times of day since the first that is one; midnight may lie between. */
export function sinceFirst(times: readonly (number | undefined)[]): (number | undefined)[] {
  const first = times.find((dayMs) => dayMs !== undefined) ?? 0;
  return times.map((dayMs) => (dayMs === undefined ? undefined : (dayMs - first + DAY_MS) % DAY_MS));
}

/** Each line's time is near that of the reference. */
export function assertNear(found: readonly (number | undefined)[], expected: readonly (number | undefined)[]): void {
  found.forEach((ms, index) => {
    const late = (ms ?? 0) - (expected[index] ?? 0);
    assert.ok(Math.abs(late) <= LATE_MS, `line ${index + 2}: ${ms} ms, in the reference ${expected[index]} ms`);
  });
}
