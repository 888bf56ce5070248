/**
 * Packets that were captured twice, by a mirrored port or a device that is any of several: the same identification of IP, the same header of TCP (its check
 * sum says most of it), within a millisecond. Compared with as many packets of its direction as are kept: the last, and EARLIER_PACKETS before it.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP } from '../capture/descriptor.js';
import type { SegmentFacts } from './segment-facts.js';
import {
  B_LAST_ACK,
  B_LAST_ID_SUM,
  B_LAST_LENGTH,
  B_LAST_SEQ,
  B_LAST_TCP,
  B_LAST_TIME,
  B_MARKS,
  B_PACKETS,
  MARK_WENT_BACK,
  nsecSince,
} from './session-row.js';
import { EARLIER_PACKETS, EARLIER_WORDS, N_EARLIER, N_EARLIER_ID_SUMS } from './side-notes.js';

const MOST_APART_NSEC = 1_000_000;

/**
 * Whether the segment of the descriptor at word `d` of `words` comes too late to be any of the packets before, of the side whose words begin at `own` of
 * `page`: as it is later than the last one by more than that, and times never went back, it is later than all.
 */
export function isLate(page: Int32Array, own: number, words: Int32Array, d: number): boolean {
  const sec = words[d + D_SEC];
  const nsec = words[d + D_NSEC];
  const isSameSec = sec === page[own + B_LAST_TIME];
  const passed = isSameSec ? nsec - page[own + B_LAST_TIME + 1] : nsecSince(page, own + B_LAST_TIME, sec, nsec);
  if (passed < 0) page[own + B_MARKS] |= MARK_WENT_BACK;
  return passed > MOST_APART_NSEC && (page[own + B_MARKS] & MARK_WENT_BACK) === 0;
}

/** Whether the segment of the descriptor at word `d` of `words` is the last packet, once more, of the side whose words begin at `own` of `page`. */
export function isLastPacket(
  page: Int32Array,
  own: number,
  words: Int32Array,
  d: number,
  facts: SegmentFacts,
): boolean {
  return (
    page[own + B_LAST_ID_SUM] === facts.idSum &&
    page[own + B_LAST_SEQ] === words[d + D_SEQ] &&
    page[own + B_LAST_ACK] === words[d + D_ACK] &&
    page[own + B_LAST_TCP] === words[d + D_TCP] &&
    page[own + B_LAST_LENGTH] === facts.length &&
    isSoon(page, own + B_LAST_TIME, words, d)
  );
}

/** Whether it is one of the earlier packets, kept with the side's notes at word `n` of `notes`. */
export function isEarlierPacket(
  notes: Int32Array,
  n: number,
  words: Int32Array,
  d: number,
  facts: SegmentFacts,
): boolean {
  const sums = n + N_EARLIER_ID_SUMS;
  const { idSum } = facts;
  if (notes[sums] !== idSum && notes[sums + 1] !== idSum && notes[sums + 2] !== idSum) return false;
  for (let packet = 0; packet < EARLIER_PACKETS; packet++) {
    const at = n + N_EARLIER + packet * EARLIER_WORDS;
    if (
      notes[sums + packet] === idSum &&
      notes[at] === words[d + D_SEQ] &&
      notes[at + 1] === words[d + D_ACK] &&
      notes[at + 2] === words[d + D_TCP] &&
      notes[at + 3] === facts.length &&
      isSoon(notes, at + 4, words, d)
    ) {
      return true;
    }
  }
  return false;
}

/** The last packet of the side whose words begin at `own` of `page`, which has one, becomes an earlier one, in place of the oldest. */
export function keepEarlier(notes: Int32Array, n: number, page: Int32Array, own: number): void {
  const packet = page[own + B_PACKETS] % EARLIER_PACKETS;
  const at = n + N_EARLIER + packet * EARLIER_WORDS;
  notes[n + N_EARLIER_ID_SUMS + packet] = page[own + B_LAST_ID_SUM];
  notes[at] = page[own + B_LAST_SEQ];
  notes[at + 1] = page[own + B_LAST_ACK];
  notes[at + 2] = page[own + B_LAST_TCP];
  notes[at + 3] = page[own + B_LAST_LENGTH];
  notes[at + 4] = page[own + B_LAST_TIME];
  notes[at + 5] = page[own + B_LAST_TIME + 1];
}

const isSoon = (page: Int32Array, at: number, words: Int32Array, d: number): boolean =>
  Math.abs(nsecSince(page, at, words[d + D_SEC], words[d + D_NSEC])) <= MOST_APART_NSEC;
