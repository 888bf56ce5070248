/**
 * Packets that were captured twice, by a mirrored port or a device that is any of several: the same identification of IP, the same header of TCP (its check
 * sum says most of it), within a millisecond. Compared with as many packets of its direction as are kept: the last, and EARLIER_PACKETS before it.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP } from '../capture/descriptor.js';
import type { SegmentFacts } from './segment-facts.js';
import { DUPLICATE_WORDS, nsecSince } from './session-row.js';
import { EARLIER_PACKETS, N_EARLIER, N_EARLIER_NEXT } from './side-notes.js';

const MOST_APART_NSEC = 1_000_000;

/** Whether the segment of the descriptor at word `d` of `words` is the packet that is kept at word `at` of `page` once more. */
export function isSamePacket(page: Int32Array, at: number, words: Int32Array, d: number, facts: SegmentFacts): boolean {
  return (
    page[at] === facts.idSum &&
    page[at + 1] === words[d + D_SEQ] &&
    page[at + 2] === words[d + D_ACK] &&
    page[at + 3] === words[d + D_TCP] &&
    page[at + 4] === facts.length &&
    Math.abs(nsecSince(page, at + 5, words[d + D_SEC], words[d + D_NSEC])) <= MOST_APART_NSEC
  );
}

/** Whether it is one of the earlier packets, kept with the side's notes at word `n` of `page`. */
export function isEarlierPacket(
  page: Int32Array,
  n: number,
  words: Int32Array,
  d: number,
  facts: SegmentFacts,
): boolean {
  for (let packet = 0; packet < EARLIER_PACKETS; packet++) {
    const at = n + N_EARLIER + packet * DUPLICATE_WORDS;
    if (page[at + 3] !== 0 && isSamePacket(page, at, words, d, facts)) return true;
  }
  return false;
}

/** The packet kept at word `at` of `page` becomes an earlier one. */
export function keepEarlier(notes: Int32Array, n: number, page: Int32Array, at: number): void {
  const next = notes[n + N_EARLIER_NEXT];
  const to = n + N_EARLIER + next * DUPLICATE_WORDS;
  for (let word = 0; word < DUPLICATE_WORDS; word++) notes[to + word] = page[at + word];
  notes[n + N_EARLIER_NEXT] = next + 1 === EARLIER_PACKETS ? 0 : next + 1;
}

/** Keeps the segment of the descriptor at word `d` of `words` at word `at` of `page`. */
export function keepPacket(page: Int32Array, at: number, words: Int32Array, d: number, facts: SegmentFacts): void {
  page[at] = facts.idSum;
  page[at + 1] = words[d + D_SEQ];
  page[at + 2] = words[d + D_ACK];
  page[at + 3] = words[d + D_TCP];
  page[at + 4] = facts.length;
  page[at + 5] = words[d + D_SEC];
  page[at + 6] = words[d + D_NSEC];
}
