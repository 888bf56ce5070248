/**
 * Times of what was played back, against those of the capture: when each line was, since the first one. Owns by how much they may differ.
 */
import assert from 'node:assert/strict';
import { readPcap } from './pcap-naive.js';

/** Rounding, and what lies between two captures of the same packet. */
const NEAR_MS = 20;
const DAY_MS = 86_400_000;

/** Milliseconds since midnight of hours, minutes, seconds and milliseconds, in digits. */
export const dayMsOf = (hours: string, minutes: string, seconds: string, ms: string): number =>
  Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds + ms);

/** Times of day since the first that is one; midnight may lie between. */
export function sinceFirst(times: readonly (number | undefined)[]): (number | undefined)[] {
  const first = times.find((dayMs) => dayMs !== undefined) ?? 0;
  return times.map((dayMs) => (dayMs === undefined ? undefined : (dayMs - first + DAY_MS) % DAY_MS));
}

/**
 * By how much the replay's times may differ: tcpreplay sleeps between packets, and on a busy machine wakes up late. A capture made
 * beside the program says how late the packets really were.
 */
export function mostMsOff(original: Uint8Array, came: Uint8Array): number {
  const [sent, heard] = [original, came].map((file) => readPcap(file).packets.map((p) => p.sec * 1000 + p.nsec / 1e6));
  assert.equal(heard.length, sent.length, 'packets that came');
  const lateMs = heard.map((ms, index) => ms - heard[0] - (sent[index] - sent[0]));
  return NEAR_MS + Math.max(...lateMs) - Math.min(...lateMs);
}

/** Each line's time is near that of the reference. */
export function assertNear(
  found: readonly (number | undefined)[],
  expected: readonly (number | undefined)[],
  mostMs: number,
): void {
  found.forEach((ms, index) => {
    const late = (ms ?? 0) - (expected[index] ?? 0);
    assert.ok(Math.abs(late) <= mostMs, `line ${index + 2}: ${ms} ms, in the reference ${expected[index]} ms`);
  });
}
