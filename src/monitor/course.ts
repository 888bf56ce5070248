/**
 * The course of counters over time: lines between the points where they are known. Owns how its slope is found.
 */

/** Counters at a moment. */
export interface Point {
  readonly atMs: number;
  readonly bytes: number;
  readonly packets: number;
}

export interface Slopes {
  readonly bytesPerSec: number;
  readonly packetsPerSec: number;
}

/** The values at a moment between two points, or those of the first or last. */
export function valuesAt(points: readonly Point[], atMs: number): Point {
  let after = points.length - 1;
  if (atMs >= points[after].atMs) return points[after];
  while (after > 0 && points[after - 1].atMs > atMs) after--;
  return after === 0 ? points[0] : between(points[after - 1], points[after], atMs);
}

/**
 * The slope of the straight line that is nearest to the course from `fromMs` to `toMs` (least squares over time, not over points: it
 * does not matter how often was looked). What comes in bursts disturbs it by the square of their share of the stretch only.
 */
export function slopesOver(points: readonly Point[], fromMs: number, toMs: number): Slopes {
  const lengthMs = toMs - fromMs;
  if (lengthMs <= 0) return { bytesPerSec: 0, packetsPerSec: 0 };
  const middleMs = (fromMs + toMs) / 2;
  // Values count from the last point's: the sum of a constant is 0, and less is lost to rounding.
  const last = points[points.length - 1];
  let bytes = 0;
  let packets = 0;
  let right = valuesAt(points, toMs);
  for (let index = points.length - 1; index >= 0 && right.atMs > fromMs; index--) {
    const point = points[index];
    if (point.atMs >= right.atMs) continue;
    const left = point.atMs >= fromMs ? point : between(point, right, fromMs);
    // Simpson's rule, which is exact for a product of two lines.
    const widthMs = (right.atMs - left.atMs) / 6;
    const [leftMs, rightMs] = [left.atMs - middleMs, right.atMs - middleMs];
    const centreMs = (leftMs + rightMs) / 2;
    const moment = (a: number, b: number): number =>
      widthMs * (leftMs * a + 4 * centreMs * ((a + b) / 2) + rightMs * b);
    bytes += moment(left.bytes - last.bytes, right.bytes - last.bytes);
    packets += moment(left.packets - last.packets, right.packets - last.packets);
    right = left;
  }
  const perSec = 12_000 / lengthMs ** 3;
  return { bytesPerSec: Math.max(0, bytes * perSec), packetsPerSec: Math.max(0, packets * perSec) };
}

function between(left: Point, right: Point, atMs: number): Point {
  const share = (atMs - left.atMs) / (right.atMs - left.atMs);
  return {
    atMs,
    bytes: left.bytes + share * (right.bytes - left.bytes),
    packets: left.packets + share * (right.packets - left.packets),
  };
}
