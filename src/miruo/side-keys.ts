/**
 * Whether a segment can repeat one that is stored, by numbers kept in the session's row alone: for each side the range of
 * seq + size + 2 ack of its segments. One that advances either stream, or is data after a bare ACK, lies above its
 * own side's range, and outside the other side's but for a rare coincidence. Owns those words of the row.
 */
import { extendsUpwards, inRange } from '../flow/sequence.js';
import { HAS_KEYS, M_KEYS, M_STATE, M_SYN_KEY } from './session-row.js';

/** Whether a segment with this seq, ack and size may be stored in the session: false for nearly every packet. */
export function mayHold(row: Int32Array, r: number, seq: number, ack: number, size: number): boolean {
  const key = sideKey(seq, ack, size);
  const state = row[r + M_STATE];
  return (
    ((state & HAS_KEYS) !== 0 && inRange(key, row[r + M_KEYS], row[r + M_KEYS + 1])) ||
    ((state & (HAS_KEYS << 1)) !== 0 && inRange(key, row[r + M_KEYS + 2], row[r + M_KEYS + 3])) ||
    key === row[r + M_SYN_KEY]
  );
}

/** Extends the range of keys of `side` to a segment that is stored. */
export function noteKey(row: Int32Array, r: number, side: number, seq: number, ack: number, size: number): void {
  const key = sideKey(seq, ack, size);
  const low = r + M_KEYS + 2 * side;
  if ((row[r + M_STATE] & (HAS_KEYS << side)) === 0) {
    row[r + M_STATE] |= HAS_KEYS << side;
    row[low] = key;
    row[low + 1] = key;
  } else if (!inRange(key, row[low], row[low + 1])) {
    if (extendsUpwards(key, row[low], row[low + 1])) row[low + 1] = key;
    else row[low] = key;
  }
}

/** The key by which a side's segments are told apart without a look-up; int32. */
export function sideKey(seq: number, ack: number, size: number): number {
  return (seq + size + 2 * ack) | 0;
}
