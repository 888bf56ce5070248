/**
 * Payload of a direction, every sequence number once. Exact as long as no more than MOST_HOLES ranges are missing at a time between the lowest and
 * the highest sequence number; of more the oldest is given up: what comes of it later does not count. What is more than 2^30 behind the highest is
 * forgotten, so that numbers may come round again.
 */
import { MOST_HOLES, N_HAS_PAYLOAD, N_HIGH, N_HOLE_BOUNDS, N_HOLES, N_LOW } from './side-notes.js';

const MOST_BEHIND = 2 ** 30;

/** How many of the bytes from sequence number `seq` up to `end` were not there before; `n`: word of the side's notes in `page`. */
export function takePayload(page: Int32Array, n: number, seq: number, end: number): number {
  if (page[n + N_HAS_PAYLOAD] === 0) {
    page[n + N_HAS_PAYLOAD] = 1;
    page[n + N_LOW] = seq;
    page[n + N_HIGH] = end;
    return (end - seq) | 0;
  }
  const high = page[n + N_HIGH];
  if (seq === high) {
    advance(page, n, end);
    return (end - seq) | 0;
  }
  if (((seq - high) | 0) > 0) {
    addHole(page, n, high, seq);
    advance(page, n, end);
    return (end - seq) | 0;
  }
  let unique = 0;
  let to = end;
  if (((end - high) | 0) > 0) {
    unique = (end - high) | 0;
    to = high;
    advance(page, n, end);
  }
  if (page[n + N_HOLES] > 0) unique += fillHoles(page, n, seq, to);
  return unique + extendDown(page, n, seq, to);
}

/** The highest becomes `end`; what is too far behind is forgotten. */
function advance(page: Int32Array, n: number, end: number): void {
  page[n + N_HIGH] = end;
  if ((end - page[n + N_LOW]) >>> 0 <= MOST_BEHIND) return;
  const low = (end - MOST_BEHIND) | 0;
  page[n + N_LOW] = low;
  for (let hole = page[n + N_HOLES] - 1; hole >= 0; hole--) {
    if (((page[n + N_HOLE_BOUNDS + 2 * hole] - low) | 0) < 0) removeHole(page, n, hole);
  }
}

/** What is below the lowest: all of it is new, and there may be a hole up to what was the lowest. */
function extendDown(page: Int32Array, n: number, seq: number, end: number): number {
  const low = page[n + N_LOW];
  if (((seq - low) | 0) >= 0 || (page[n + N_HIGH] - seq) >>> 0 > MOST_BEHIND) return 0;
  page[n + N_LOW] = seq;
  if (((end - low) | 0) >= 0) return (low - seq) | 0;
  addHole(page, n, end, low);
  return (end - seq) | 0;
}

/** Takes the range from `seq` up to `end` out of the holes; returns how many bytes of them that was. */
function fillHoles(page: Int32Array, n: number, seq: number, end: number): number {
  let filled = 0;
  for (let hole = page[n + N_HOLES] - 1; hole >= 0; hole--) {
    const at = n + N_HOLE_BOUNDS + 2 * hole;
    const from = page[at];
    const to = page[at + 1];
    const first = ((seq - from) | 0) > 0 ? seq : from;
    const last = ((to - end) | 0) > 0 ? end : to;
    if (((last - first) | 0) <= 0) continue;
    filled += (last - first) | 0;
    if (first === from && last === to) {
      removeHole(page, n, hole);
    } else if (first === from) {
      page[at] = last;
    } else {
      page[at + 1] = first;
      // One hole became two: a segment lies within one only, so nothing is left to fill.
      if (last !== to) {
        addHole(page, n, last, to);
        return filled;
      }
    }
  }
  return filled;
}

function addHole(page: Int32Array, n: number, from: number, to: number): void {
  if (page[n + N_HOLES] === MOST_HOLES) removeHole(page, n, 0);
  const at = n + N_HOLE_BOUNDS + 2 * page[n + N_HOLES]++;
  page[at] = from;
  page[at + 1] = to;
}

function removeHole(page: Int32Array, n: number, hole: number): void {
  const holes = --page[n + N_HOLES];
  const at = n + N_HOLE_BOUNDS;
  page.copyWithin(at + 2 * hole, at + 2 * hole + 2, at + 2 * holes + 2);
}
