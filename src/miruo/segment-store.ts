/**
 * The stored segments of sessions: appends, looks for repeats, colours, drops hidden ones (segment-layout.ts says
 * where they lie). Never decides what a colour means.
 *
 * A segment can repeat only one with the same seq and ack, and nearly none does. Two tests tell that cheaply:
 *  - a session keeps a range of numbers for each side, which most segments lie outside of: no look-up at all
 *    (side-keys.ts);
 *  - a chunk keeps the range of seq + ack. Both sides count the same two streams, so these grow nearly monotonely
 *    over the whole session, chunks have narrow ranges, and most are skipped by one comparison.
 * Where more is held than the 2048 rule leaves of hidden segments, the chunks are many, and after 4 GB the ranges say nothing:
 * then segments are looked up in a table (repeat-index.ts).
 */
import { extendsUpwards, inRange } from '../flow/sequence.js';
import { CHUNK_CLASSES, ChunkArena, chunkWords } from './chunk-arena.js';
import { PaintedStretches } from './painted-stretches.js';
import {
  C_BASE_SEC,
  C_BASE_USEC,
  C_COUNTS,
  C_HEADER,
  C_KEY_HIGH,
  C_KEY_LOW,
  C_NEXT,
  C_NUMBER,
  C_PREVIOUS,
  CLASS_SHIFT,
  COUNT,
  COUNT_SHIFT,
  HIDDEN,
  HIDDEN_SHIFT,
  META_COLOUR,
  META_COLOUR_SHIFT,
  META_GAP_SHIFT,
  META_SHOWN,
  META_SIDE_SHIFT,
  META_WITHOUT_GAP,
  MOST_GAP,
  PLAIN_SHIFT,
  S_ACK,
  S_DELTA_USEC,
  S_META,
  S_SEQ,
  S_SIZE,
  segmentWords,
  USED,
} from './segment-layout.js';
import { SessionNotes } from './session-notes.js';
import {
  HAS_KEYS,
  M_HEAD,
  M_HELD,
  M_LAST_AT,
  M_LAST_SEC,
  M_LAST_USEC,
  M_SEGMENTS,
  M_STATE,
  M_SYN_KEY,
  M_TAIL,
} from './session-row.js';
import { noteKey, sideKey } from './side-keys.js';

/** The 2048 rule of the session monitor: more than this many held, hidden ones go until fewer than the second. */
export const MOST_HELD = 2048;
export const KEEP_BELOW = 1024;

/** Of a session that holds no more, all chunks are looked at sooner than a filter is. */
const LEAST_FILTERED = 128;

/** A delta of microseconds fits an int32 when it is within this, about 35 minutes. */
const MOST_DELTA_USEC = 2 ** 31 - 1;
/** Within this many seconds it fits for certain, and is reckoned in integers. */
const NEAR_SEC = 2146;

export class SegmentStore {
  readonly arena = new ChunkArena();
  /** The segment last appended, found or visited: its page, position, and its chunk's position in the page. */
  page: Int32Array = this.arena.page(1);
  at = 0;
  chunkAt = 0;
  chunk = 0;
  /** The current segment's number in its session, after `goToFirst` and `goToNext`. */
  number = 0;
  /** A session that holds more than MOST_HELD never again holds fewer: those are shown, and stay. */
  readonly #notes = new SessionNotes(this.arena);
  /** For a session that is not long: the one stretch that is noted of it. */
  readonly #painted = new PaintedStretches(this.arena);

  /** Makes the first chunk of a session's list for its first SYN; the row's words for the store are set. */
  begin(row: Int32Array, r: number, sec: number, usec: number, seq: number, ack: number, size: number): void {
    const ref = this.#newChunk(0, 0, sec, usec, (seq + ack) | 0, 0);
    row[r + M_HEAD] = ref;
    row[r + M_TAIL] = ref;
    row[r + M_SYN_KEY] = sideKey(seq, ack, size);
    row[r + M_HELD] = 0;
  }

  /**
   * Appends a segment without its options: the caller writes those at `page`, `at + S_OPTIONS`. `meta` is complete:
   * a segment that has a colour is also shown.
   */
  append(
    row: Int32Array,
    r: number,
    seq: number,
    ack: number,
    size: number,
    meta: number,
    sec: number,
    usec: number,
  ): void {
    const words = segmentWords(meta);
    const key = (seq + ack) | 0;
    let ref = row[r + M_TAIL];
    let page = this.arena.page(ref);
    let c = this.arena.at(ref);
    let counts = page[c + C_COUNTS];
    let used = counts & USED;
    const number = row[r + M_SEGMENTS];
    const isFull = used + words > chunkWords(counts >>> CLASS_SHIFT);
    let isFar = number - page[c + C_NUMBER] > MOST_GAP;
    let delta = 0;
    const baseSec = page[c + C_BASE_SEC];
    const gapSec = (sec - baseSec) | 0;
    if (gapSec <= NEAR_SEC && gapSec >= -NEAR_SEC && (sec ^ baseSec) >= 0) {
      delta = Math.imul(gapSec, 1_000_000) + usec - page[c + C_BASE_USEC];
    } else {
      const exact = this.#deltaUsec(page, c, sec, usec);
      if (exact > MOST_DELTA_USEC || exact < -MOST_DELTA_USEC) isFar = true;
      else delta = exact;
    }
    if (isFull || isFar) {
      // A chunk that was closed before it was full is no sign that much will follow.
      const sizeClass = isFull ? Math.min((counts >>> CLASS_SHIFT) + 1, CHUNK_CLASSES - 1) : 0;
      const tail = ref;
      ref = this.#newChunk(tail, sizeClass, sec, usec, key, number);
      page[c + C_NEXT] = ref;
      row[r + M_TAIL] = ref;
      page = this.arena.page(ref);
      c = this.arena.at(ref);
      counts = page[c + C_COUNTS];
      used = C_HEADER;
      delta = 0;
    } else if (!inRange(key, page[c + C_KEY_LOW], page[c + C_KEY_HIGH])) {
      if (extendsUpwards(key, page[c + C_KEY_LOW], page[c + C_KEY_HIGH])) page[c + C_KEY_HIGH] = key;
      else page[c + C_KEY_LOW] = key;
    }
    const at = c + used;
    page[at + S_SEQ] = seq;
    page[at + S_ACK] = ack;
    page[at + S_SIZE] = size;
    page[at + S_META] = meta;
    page[at + S_DELTA_USEC] = delta;
    let more = words + (1 << COUNT_SHIFT);
    if ((meta & META_SHOWN) === 0) more += 1 << HIDDEN_SHIFT;
    if ((meta & META_COLOUR) === 0) more += 1 << PLAIN_SHIFT;
    page[c + C_COUNTS] = counts + more;
    row[r + M_LAST_AT] = used;
    row[r + M_HELD]++;
    // To set a reference costs more than to see that it is the same.
    if (this.page !== page) this.page = page;
    this.at = at;
    this.chunkAt = c;
    this.chunk = ref;
  }

  /** Goes to the oldest stored segment with the same four fields; false when there is none. */
  findRepeat(row: Int32Array, r: number, seq: number, ack: number, flags: number, size: number): boolean {
    let ref = row[r + M_HEAD];
    if (row[r + M_HELD] > MOST_HELD) {
      const { index } = this.#notes.of(row, r);
      index.cover(row[r + M_TAIL]);
      if (index.find(seq, ack, flags, size)) {
        this.#goTo(index.chunk, index.at);
        return true;
      }
      ref = index.next();
    } else if (row[r + M_HELD] > LEAST_FILTERED) {
      const { filter } = this.#notes.of(row, r);
      filter.cover(row[r + M_TAIL]);
      if (!filter.mayHold(seq, ack, flags, size)) ref = filter.next();
    }
    return this.#findFrom(ref, seq, ack, flags, size);
  }

  /** The same among the segments from chunk `ref` on. */
  #findFrom(first: number, seq: number, ack: number, flags: number, size: number): boolean {
    const key = (seq + ack) | 0;
    for (let ref = first; ref !== 0; ) {
      const page = this.arena.page(ref);
      const c = this.arena.at(ref);
      if (inRange(key, page[c + C_KEY_LOW], page[c + C_KEY_HIGH])) {
        const end = c + (page[c + C_COUNTS] & USED);
        for (let at = c + C_HEADER; at < end; at += segmentWords(page[at + S_META])) {
          if (page[at + S_SEQ] !== seq || page[at + S_ACK] !== ack) continue;
          if (page[at + S_SIZE] !== size || (page[at + S_META] & 0xff) !== flags) continue;
          this.#goTo(ref, at);
          return true;
        }
      }
      ref = page[c + C_NEXT];
    }
    return false;
  }

  #goTo(ref: number, at: number): void {
    this.chunk = ref;
    this.page = this.arena.page(ref);
    this.chunkAt = this.arena.at(ref);
    this.at = at;
  }

  /** Goes to the segment stored last. */
  goToLast(row: Int32Array, r: number): void {
    this.chunk = row[r + M_TAIL];
    this.page = this.arena.page(this.chunk);
    this.chunkAt = this.arena.at(this.chunk);
    this.at = this.chunkAt + row[r + M_LAST_AT];
  }

  /** Goes to a session's oldest segment, its first SYN. */
  goToFirst(row: Int32Array, r: number): void {
    this.chunk = row[r + M_HEAD];
    this.page = this.arena.page(this.chunk);
    this.chunkAt = this.arena.at(this.chunk);
    this.at = this.chunkAt + C_HEADER;
    this.number = 0;
  }

  /** Goes to the next stored segment; false at the end. */
  goToNext(): boolean {
    this.at += segmentWords(this.page[this.at + S_META]);
    if (this.at < this.chunkAt + (this.page[this.chunkAt + C_COUNTS] & USED)) {
      this.number += 1 + (this.page[this.at + S_META] >>> META_GAP_SHIFT);
      return true;
    }
    const next = this.page[this.chunkAt + C_NEXT];
    if (next === 0) return false;
    this.chunk = next;
    this.page = this.arena.page(next);
    this.chunkAt = this.arena.at(next);
    this.at = this.chunkAt + C_HEADER;
    this.number = (this.page[this.chunkAt + C_NUMBER] >>> 0) + (this.page[this.at + S_META] >>> META_GAP_SHIFT);
    return true;
  }

  /** Microseconds from the first SYN's time to the one of the segment stored last. */
  durationUsec(row: Int32Array, r: number): number {
    const page = this.arena.page(row[r + M_HEAD]);
    const c = this.arena.at(row[r + M_HEAD]);
    const seconds = (row[r + M_LAST_SEC] >>> 0) - (page[c + C_BASE_SEC] >>> 0);
    return seconds * 1e6 + (row[r + M_LAST_USEC] - page[c + C_BASE_USEC]);
  }

  /** Seconds of the current segment's time, unsigned. */
  sec(): number {
    const usec = this.page[this.chunkAt + C_BASE_USEC] + this.page[this.at + S_DELTA_USEC];
    return (this.page[this.chunkAt + C_BASE_SEC] >>> 0) + Math.floor(usec / 1e6);
  }

  /** Microseconds in the second of the current segment's time. */
  usec(): number {
    const usec = this.page[this.chunkAt + C_BASE_USEC] + this.page[this.at + S_DELTA_USEC];
    return usec - Math.floor(usec / 1e6) * 1e6;
  }

  /** Colours the current segment and shows it. */
  paint(colour: number): void {
    const page = this.page;
    const meta = page[this.at + S_META];
    let counts = page[this.chunkAt + C_COUNTS];
    if ((meta & META_SHOWN) === 0) counts -= 1 << HIDDEN_SHIFT;
    if ((meta & META_COLOUR) === 0) counts -= 1 << PLAIN_SHIFT;
    page[this.chunkAt + C_COUNTS] = counts;
    page[this.at + S_META] = (meta & ~META_COLOUR) | META_SHOWN | (colour << META_COLOUR_SHIFT);
  }

  /** Shows the current segment, colour unchanged. */
  show(): void {
    const meta = this.page[this.at + S_META];
    if ((meta & META_SHOWN) !== 0) return;
    this.page[this.at + S_META] = meta | META_SHOWN;
    this.page[this.chunkAt + C_COUNTS] -= 1 << HIDDEN_SHIFT;
  }

  /** Colours and shows each segment after the current one that has no colour yet; leaves the current segment. */
  paintPlainAfter(row: Int32Array, r: number, colour: number): void {
    if (row[r + M_HELD] > MOST_HELD) {
      this.#notes.of(row, r).painted.paintAfter(this.chunk, this.at, row[r + M_TAIL], colour);
      return;
    }
    const notes = this.#notes.of(row, r);
    this.#painted.reset(notes.paintedFrom, notes.paintedTo);
    this.#painted.paintAfter(this.chunk, this.at, row[r + M_TAIL], colour);
    notes.paintedFrom = this.#painted.lastFrom;
    notes.paintedTo = this.#painted.lastTo;
  }

  /** Shows the `wanted` segments before the last one. */
  showBeforeLast(row: Int32Array, r: number, wanted: number): void {
    // The last segment is counted as the first to step over.
    let missing = wanted + 1;
    for (let ref = row[r + M_TAIL]; ref !== 0 && missing > 0; ) {
      const page = this.arena.page(ref);
      const c = this.arena.at(ref);
      const count = (page[c + C_COUNTS] >>> COUNT_SHIFT) & COUNT;
      let skip = Math.max(0, count - missing);
      let at = c + C_HEADER;
      const end = c + (page[c + C_COUNTS] & USED);
      for (; at < end; at += segmentWords(page[at + S_META])) {
        if (skip-- > 0 || (page[at + S_META] & META_SHOWN) !== 0) continue;
        page[at + S_META] |= META_SHOWN;
        page[c + C_COUNTS] -= 1 << HIDDEN_SHIFT;
      }
      missing -= count;
      ref = page[c + C_PREVIOUS];
    }
  }

  /**
   * Drops hidden segments from the oldest on, but not the last one, until fewer than `keepBelow` are held. Returns how
   * many went.
   */
  dropHidden(row: Int32Array, r: number, keepBelow: number): number {
    const before = row[r + M_HELD];
    const notes = this.#notes.of(row, r);
    let ref = notes.hiddenFrom;
    for (;;) {
      const page = this.arena.page(ref);
      const c = this.arena.at(ref);
      const next = page[c + C_NEXT];
      const hasHidden = ((page[c + C_COUNTS] >>> HIDDEN_SHIFT) & HIDDEN) !== 0;
      const isGone = hasHidden && this.#dropHiddenOfChunk(row, r, ref, page, c, keepBelow);
      const isEnough = row[r + M_HELD] < keepBelow;
      if (next === 0 || (isEnough && !isGone)) break;
      notes.hiddenFrom = next;
      if (isEnough) break;
      ref = next;
    }
    const dropped = before - row[r + M_HELD];
    if (dropped > 0) notes.forgetFilter();
    // Fitting the range costs a walk over all that is held: worth it once half of it has gone, not for each segment.
    if (dropped >= keepBelow) this.#narrowKeys(row, r);
    return dropped;
  }

  /** Hides all segments but the first SYN: they were printed, and may go. */
  hideAll(row: Int32Array, r: number): void {
    this.#notes.of(row, r).hiddenFrom = row[r + M_HEAD];
    let at = this.arena.at(row[r + M_HEAD]) + C_HEADER;
    at += segmentWords(this.arena.page(row[r + M_HEAD])[at + S_META]);
    for (let ref = row[r + M_HEAD]; ref !== 0; ) {
      const page = this.arena.page(ref);
      const c = this.arena.at(ref);
      const end = c + (page[c + C_COUNTS] & USED);
      for (; at < end; at += segmentWords(page[at + S_META])) {
        if ((page[at + S_META] & META_SHOWN) === 0) continue;
        page[at + S_META] &= ~META_SHOWN;
        page[c + C_COUNTS] += 1 << HIDDEN_SHIFT;
      }
      ref = page[c + C_NEXT];
      at = this.arena.at(ref) + C_HEADER;
    }
  }

  /** Gives all memory of a session's segments back. */
  end(row: Int32Array, r: number): void {
    this.#notes.end(row, r);
    for (let ref = row[r + M_HEAD]; ref !== 0; ) {
      const page = this.arena.page(ref);
      const c = this.arena.at(ref);
      const next = page[c + C_NEXT];
      this.arena.free(ref, page[c + C_COUNTS] >>> CLASS_SHIFT);
      ref = next;
    }
  }

  #newChunk(previous: number, sizeClass: number, sec: number, usec: number, key: number, number: number): number {
    const ref = this.arena.allocate(sizeClass);
    const page = this.arena.page(ref);
    const c = this.arena.at(ref);
    page[c + C_NEXT] = 0;
    page[c + C_PREVIOUS] = previous;
    page[c + C_COUNTS] = (sizeClass << CLASS_SHIFT) | C_HEADER;
    page[c + C_BASE_SEC] = sec;
    page[c + C_BASE_USEC] = usec;
    page[c + C_KEY_LOW] = key;
    page[c + C_KEY_HIGH] = key;
    page[c + C_NUMBER] = number;
    return ref;
  }

  #deltaUsec(page: Int32Array, c: number, sec: number, usec: number): number {
    return ((sec >>> 0) - (page[c + C_BASE_SEC] >>> 0)) * 1e6 + (usec - page[c + C_BASE_USEC]);
  }

  /** Packs a chunk's remaining segments together; frees it when none is left, and returns whether it did. */
  #dropHiddenOfChunk(row: Int32Array, r: number, ref: number, page: Int32Array, c: number, keepBelow: number): boolean {
    const isTail = ref === row[r + M_TAIL];
    const last = isTail ? c + row[r + M_LAST_AT] : -1;
    const counts = page[c + C_COUNTS];
    const end = c + (counts & USED);
    let kept = 0;
    let hidden = 0;
    let plain = 0;
    let gap = 0;
    let to = c + C_HEADER;
    for (let at = c + C_HEADER; at < end; ) {
      const meta = page[at + S_META];
      const words = segmentWords(meta);
      const next = at + words;
      const isHidden = (meta & META_SHOWN) === 0;
      if (isHidden && at !== last && row[r + M_HELD] >= keepBelow) {
        row[r + M_HELD]--;
        gap += 1 + (meta >>> META_GAP_SHIFT);
      } else {
        if (to !== at) page.copyWithin(to, at, next);
        page[to + S_META] = (meta & META_WITHOUT_GAP) | ((gap + (meta >>> META_GAP_SHIFT)) << META_GAP_SHIFT);
        gap = 0;
        if (isTail) row[r + M_LAST_AT] = to - c;
        kept++;
        if (isHidden) hidden++;
        if ((meta & META_COLOUR) === 0) plain++;
        to += words;
      }
      at = next;
    }
    page[c + C_COUNTS] =
      (counts & (7 << CLASS_SHIFT)) |
      (plain << PLAIN_SHIFT) |
      (hidden << HIDDEN_SHIFT) |
      (kept << COUNT_SHIFT) |
      (to - c);
    if (kept === 0) this.#unlink(ref, page, c);
    return kept === 0;
  }

  /** Takes an empty chunk out of its list. It is neither the first (the SYN stays) nor the last (the newest does). */
  #unlink(ref: number, page: Int32Array, c: number): void {
    const previous = page[c + C_PREVIOUS];
    const next = page[c + C_NEXT];
    this.arena.page(previous)[this.arena.at(previous) + C_NEXT] = next;
    this.arena.page(next)[this.arena.at(next) + C_PREVIOUS] = previous;
    this.arena.free(ref, page[c + C_COUNTS] >>> CLASS_SHIFT);
  }

  /** Fits the session's ranges of keys to what is still held. */
  #narrowKeys(row: Int32Array, r: number): void {
    row[r + M_STATE] &= ~(HAS_KEYS | (HAS_KEYS << 1));
    this.goToFirst(row, r);
    while (this.goToNext()) {
      const side = (this.page[this.at + S_META] >>> META_SIDE_SHIFT) & 1;
      const at = this.at;
      noteKey(row, r, side, this.page[at + S_SEQ], this.page[at + S_ACK], this.page[at + S_SIZE]);
    }
  }
}
