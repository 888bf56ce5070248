/**
 * A series -> lines on a surface of columns and rows, whatever their size. Owns what many reports in one column come to, and what happens
 * at the edges: no point is outside.
 */
import type { Stretch } from './series.js';

/** Where a plot lies: x from `left` to `right`, y from `top` to `bottom`, which is the lower end of the scale. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Points of a line: x0, y0, x1, y1 and so on; x never falls. A single point is a report with gaps around it. */
export type Line = readonly number[];

/** A value far outside is as good as any other. */
const FAR = 1e9;

/** `across` and `up` give the place of a time and a value, from 0 to 1 within the area; NaN where there is none. */
export function drawnLines(
  stretches: readonly Stretch[],
  area: Area,
  across: (timeSec: number) => number,
  up: (value: number) => number,
): Line[] {
  const lines: Line[] = [];
  for (const { timesSec, values } of stretches) {
    let points: number[] = [];
    for (let i = 0; i < timesSec.length; i++) {
      const y = area.bottom - up(values[i]) * (area.bottom - area.top);
      if (Number.isNaN(y)) {
        lines.push(...clipped(thinned(points), area));
        points = [];
      } else {
        const x = area.left + Math.min(1, Math.max(0, across(timesSec[i]))) * (area.right - area.left);
        points.push(x, Math.min(FAR, Math.max(-FAR, y)));
      }
    }
    lines.push(...clipped(thinned(points), area));
  }
  return lines;
}

/** Of the points in a column the first, the lowest, the highest and the last: the picture is the same. */
function thinned(points: readonly number[]): number[] {
  const kept: number[] = [];
  for (let begin = 0; begin < points.length; ) {
    const column = Math.floor(points[begin]);
    let [end, low, high] = [begin, begin, begin];
    for (; end < points.length && Math.floor(points[end]) === column; end += 2) {
      if (points[end + 1] < points[low + 1]) low = end;
      if (points[end + 1] > points[high + 1]) high = end;
    }
    const some = [...new Set([begin, low, high, end - 2])].sort((a, b) => a - b);
    for (const at of some) kept.push(points[at], points[at + 1]);
    begin = end;
  }
  return kept;
}

/** The parts within top and bottom, cut where the line leaves. */
function clipped(points: readonly number[], { top, bottom }: Area): Line[] {
  const isInside = (y: number): boolean => y >= top && y <= bottom;
  const lines: number[][] = [];
  let open: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    if (i > 0) {
      const [x0, y0] = [points[i - 2], points[i - 1]];
      const cuts = crossings(x0, y0, x, y, top, bottom);
      open.push(...cuts);
      // Beyond the edge the line is gone until it comes back.
      if (!isInside(y) && open.length > 0) {
        lines.push(open);
        open = [];
      }
    }
    if (isInside(y)) open.push(x, y);
  }
  if (open.length > 0) lines.push(open);
  return lines;
}

/** Where a segment with an end outside crosses the edges, in its direction. */
function crossings(x0: number, y0: number, x1: number, y1: number, top: number, bottom: number): number[] {
  const found: number[] = [];
  const edges = y1 > y0 ? [top, bottom] : [bottom, top];
  for (const edge of edges) {
    if ((y0 < edge && y1 > edge) || (y0 > edge && y1 < edge))
      found.push(x0 + ((x1 - x0) * (edge - y0)) / (y1 - y0), edge);
  }
  return found;
}
