/**
 * From a descriptor to a stored segment: the parts that do not depend on the session. Options are stored in words as
 * they came, but for the usual timestamps, of which only the two values are.
 */
import {
  D_FRAME,
  D_TCP,
  D_TSECR,
  D_TSVAL,
  D_WHERE,
  tcpOffset,
  WHERE_MORE_FRAGMENTS,
  WHERE_TIMESTAMPS,
} from '../capture/descriptor.js';
import { dataOffsetWords, flagsByte, TCP_HEADER_BYTES } from '../wire/tcp.js';
import {
  META_FRAGMENT,
  META_OPTIONS_SHIFT,
  META_SIDE_SHIFT,
  META_TIMESTAMPS,
  S_META,
  S_OPTIONS,
} from './segment-layout.js';
import type { SegmentStore } from './segment-store.js';

/** Flags, side, fragment bit and form of the options; no colour, not shown. */
export function segmentMeta(words: Int32Array, d: number, side: number): number {
  const where = words[d + D_WHERE];
  const tcpWord = words[d + D_TCP];
  const fragment = (where & WHERE_MORE_FRAGMENTS) !== 0 ? META_FRAGMENT : 0;
  const options =
    (where & WHERE_TIMESTAMPS) !== 0
      ? META_TIMESTAMPS | (2 << META_OPTIONS_SHIFT)
      : (dataOffsetWords(tcpWord) - 5) << META_OPTIONS_SHIFT;
  return flagsByte(tcpWord) | (side << META_SIDE_SHIFT) | fragment | options;
}

/** Copies the options of the descriptor's segment to the store's current one. */
export function storeOptions(store: SegmentStore, words: Int32Array, d: number, view: DataView, meta: number): void {
  const page = store.page;
  const to = store.at + S_OPTIONS;
  if ((meta & META_TIMESTAMPS) !== 0) {
    page[to] = words[d + D_TSVAL];
    page[to + 1] = words[d + D_TSECR];
    return;
  }
  const count = (meta >>> META_OPTIONS_SHIFT) & 15;
  if (count === 0) return;
  const from = words[d + D_FRAME] + tcpOffset(words[d + D_WHERE]) + TCP_HEADER_BYTES;
  for (let i = 0; i < count; i++) page[to + i] = view.getInt32(from + 4 * i);
}

/** Whether the descriptor's segment has the option bytes of the store's current one. */
export function hasSameOptions(store: SegmentStore, words: Int32Array, d: number, view: DataView): boolean {
  const form = META_TIMESTAMPS | (15 << META_OPTIONS_SHIFT);
  const meta = segmentMeta(words, d, 0);
  if ((meta & form) !== (store.page[store.at + S_META] & form)) return false;
  const from = store.at + S_OPTIONS;
  if ((meta & META_TIMESTAMPS) !== 0) {
    return store.page[from] === words[d + D_TSVAL] && store.page[from + 1] === words[d + D_TSECR];
  }
  const start = words[d + D_FRAME] + tcpOffset(words[d + D_WHERE]) + TCP_HEADER_BYTES;
  const count = (meta >>> META_OPTIONS_SHIFT) & 15;
  for (let i = 0; i < count; i++) if (store.page[from + i] !== view.getInt32(start + 4 * i)) return false;
  return true;
}
