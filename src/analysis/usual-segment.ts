/**
 * The usual segment: ACK is the one of its flags that matters, it comes next in order in a session that is open, and no rule finds a symptom. Most segments
 * are such; what they change is done here in one go. All that this does, the rules for any segment (symptom-rules.ts, side-counts.ts,
 * completeness.ts, session-ends.ts) do as well, to the same effect.
 */
import {
  D_ACK,
  D_NSEC,
  D_SEC,
  D_SEQ,
  D_TCP,
  D_WHERE,
  D_WIRE,
  WHERE_TIMESTAMPS,
  WHERE_WHOLE,
} from '../capture/descriptor.js';
import { flagsByte, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { HAS_ACK, HAS_DATA } from './completeness.js';
import type { SegmentFacts } from './segment-facts.js';
import {
  A_COMPLETENESS,
  A_FLAGS,
  addWide,
  B_CONTIGUOUS,
  B_DUPLICATE_ACKS,
  B_FRAGMENTS,
  B_IP_BYTES,
  B_KIND,
  B_LARGEST,
  B_LAST_ACK,
  B_LAST_ACKED,
  B_LAST_ID_SUM,
  B_LAST_LENGTH,
  B_LAST_SEQ,
  B_LAST_TCP,
  B_LAST_TIME,
  B_MARKS,
  B_NEXT_SEQ,
  B_NEXT_SEQ_TIME,
  B_PACKETS,
  B_PAYLOAD_BYTES,
  B_SCALE,
  B_SEGMENTS,
  B_SNAPPED,
  B_SYN_BITS,
  B_WINDOW_MAX,
  B_WINDOW_MIN,
  B_WINDOWS,
  B_WIRE_BYTES,
  FLAG_FIN,
  FLAG_UNANSWERED,
  KIND_OTHER,
  MARK_HAS_BASE,
  MARK_IS_SCALED,
} from './session-row.js';
import { isAfter, offeredBy, shiftOf } from './symptom-rules.js';
import { OTHER_TIMESTAMPS } from './syn-options.js';

const FLAGS = TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK;
/** Of A_FLAGS: a segment with ACK and nothing else may change what they say of the session's end. */
const ENDING = FLAG_FIN | (FLAG_FIN << 1) | FLAG_UNANSWERED;

/**
 * Whether the segment of the descriptor at word `d` of `words`, with so many bytes of payload, is a usual one: nothing is unknown of the session whose
 * row is at word `r` of `page`, no window is closed, nothing is said again or of what was not seen, and the other side's window is not full. `own`,
 * `other`: where the words begin of the side that sent it, and of the other.
 */
export function isUsual(
  page: Int32Array,
  r: number,
  own: number,
  other: number,
  words: Int32Array,
  d: number,
  length: number,
): boolean {
  const tcp = words[d + D_TCP];
  const seq = words[d + D_SEQ];
  if ((flagsByte(tcp) & FLAGS) !== TCP_ACK || (tcp & 0xffff) === 0 || seq !== page[own + B_NEXT_SEQ]) return false;
  if (seq === 0 || page[own + B_CONTIGUOUS] === 0 || page[own + B_WINDOWS] === 0) return false;
  const ack = words[d + D_ACK];
  const contiguous = page[other + B_CONTIGUOUS];
  if (contiguous === 0 || isAfter(ack, contiguous) || (page[r + A_FLAGS] & ENDING) !== 0) return false;
  if ((page[own + B_MARKS] & page[other + B_MARKS] & MARK_HAS_BASE) === 0) return false;
  if (length === 0) return ack !== page[own + B_LAST_ACK];
  if ((page[other + B_LAST_TCP] & 0xffff) === 0) return false;
  const ahead = (seq + length - page[other + B_LAST_ACK]) | 0;
  return ahead > 0 && ahead !== offeredBy(page, other);
}

/** Notes a usual segment: arguments as `isUsual`. */
export function noteUsual(
  page: Int32Array,
  r: number,
  own: number,
  words: Int32Array,
  d: number,
  facts: SegmentFacts,
): void {
  const tcp = words[d + D_TCP];
  const seq = words[d + D_SEQ];
  const ack = words[d + D_ACK];
  const sec = words[d + D_SEC];
  const nsec = words[d + D_NSEC];
  const { length } = facts;
  if (length > 0) {
    const end = (seq + length) | 0;
    page[own + B_NEXT_SEQ] = end;
    page[own + B_NEXT_SEQ_TIME] = sec;
    page[own + B_NEXT_SEQ_TIME + 1] = nsec;
    if (page[own + B_CONTIGUOUS] === seq) page[own + B_CONTIGUOUS] = end;
    addWide(page, own + B_PAYLOAD_BYTES, length);
    page[own + B_SEGMENTS]++;
    if (length > page[own + B_LARGEST]) page[own + B_LARGEST] = length;
    page[r + A_COMPLETENESS] |= HAS_DATA;
  } else {
    page[r + A_COMPLETENESS] |= HAS_ACK;
  }
  if (ack !== page[own + B_LAST_ACK]) page[own + B_DUPLICATE_ACKS] = 0;
  page[own + B_LAST_ACK] = ack;
  page[own + B_LAST_TIME] = sec;
  page[own + B_LAST_TIME + 1] = nsec;
  page[own + B_LAST_TCP] = tcp;
  page[own + B_KIND] = KIND_OTHER;
  page[own + B_MARKS] |= MARK_IS_SCALED;
  page[own + B_LAST_ACKED] = TCP_ACK;
  page[own + B_LAST_ID_SUM] = facts.idSum;
  page[own + B_LAST_SEQ] = seq;
  page[own + B_LAST_LENGTH] = length;
  page[own + B_PACKETS]++;
  addWide(page, own + B_WIRE_BYTES, words[d + D_WIRE]);
  addWide(page, own + B_IP_BYTES, facts.ipBytes);
  const where = words[d + D_WHERE];
  page[own + B_FRAGMENTS] += facts.fragments;
  if ((where & WHERE_WHOLE) === 0 && !facts.hasWholeFragments) page[own + B_SNAPPED]++;
  if ((where & WHERE_TIMESTAMPS) !== 0) page[own + B_SYN_BITS] |= OTHER_TIMESTAMPS;
  const window = (tcp & 0xffff) << shiftOf(page[own + B_SCALE]);
  if (window < page[own + B_WINDOW_MIN]) page[own + B_WINDOW_MIN] = window;
  if (window > page[own + B_WINDOW_MAX]) page[own + B_WINDOW_MAX] = window;
}
