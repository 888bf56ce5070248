/**
 * What a session's first packet brings to its row before it is followed as any other; and all that a mere SYN brings, which a session may have been for a
 * while (lone-syns.ts). What this does of a SYN, the tracker does of any segment, to the same effect.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP, D_WHERE, ipOffset, tcpOffset } from '../capture/descriptor.js';
import { flagsByte, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { completenessOf } from './completeness.js';
import { noteOpening } from './handshake-times.js';
import type { SegmentFacts } from './segment-facts.js';
import {
  A_COMPLETENESS,
  A_FIRST_INPUT,
  A_FIRST_NUMBER,
  A_FIRST_TIME,
  A_FLAGS,
  A_LAST_INPUT,
  A_LAST_NUMBER,
  A_LAST_PACKETS,
  A_LAST_TIME,
  A_NAME,
  A_ORDINAL,
  A_VLAN,
  B_LAST_ID_SUM,
  B_LAST_SEQ,
  B_MSS,
  B_SYN_BITS,
  B_SYN_SCALE,
  FLAG_UNANSWERED,
  sideWords,
} from './session-row.js';
import { noteSynBy } from './session-side.js';
import { countPacket } from './side-counts.js';
import { stepSymptoms, takeScale } from './symptom-rules.js';
import type { SynOptions } from './syn-options.js';

const KINDS = TCP_SYN | TCP_ACK | TCP_FIN | TCP_RST;

/** Whether the segment of the descriptor at word `d` of `words` is a mere SYN: no payload by any measure, no fragment. */
export const isMereSyn = (words: Int32Array, d: number, facts: SegmentFacts): boolean =>
  (flagsByte(words[d + D_TCP]) & KINDS) === TCP_SYN &&
  facts.length === 0 &&
  facts.fragments === 0 &&
  facts.ipBytes <= tcpOffset(words[d + D_WHERE]) - ipOffset(words[d + D_WHERE]) + 4 * (words[d + D_TCP] >>> 28);

/**
 * Notes the segment of the descriptor at word `d` of `words` as the first one of the session whose row, a new one, is at word `r` of `page`; when that was
 * by the clock is left to others.
 */
export function noteFirst(
  page: Int32Array,
  r: number,
  ordinal: number,
  name: number,
  words: Int32Array,
  d: number,
  facts: SegmentFacts,
): void {
  page[r + A_ORDINAL] = ordinal % 2 ** 32;
  page[r + A_ORDINAL + 1] = Math.floor(ordinal / 2 ** 32);
  page[r + A_NAME] = name;
  page[r + A_VLAN] = facts.vlan;
  page[r + A_FIRST_INPUT] = facts.input;
  page[r + A_FIRST_NUMBER] = facts.numberLow;
  page[r + A_FIRST_NUMBER + 1] = facts.numberHigh;
  page[r + A_FIRST_TIME] = words[d + D_SEC];
  page[r + A_FIRST_TIME + 1] = words[d + D_NSEC];
  page[r + A_LAST_TIME] = words[d + D_SEC];
  page[r + A_LAST_TIME + 1] = words[d + D_NSEC];
  if ((flagsByte(words[d + D_TCP]) & (TCP_SYN | TCP_ACK)) === TCP_SYN) page[r + A_FLAGS] = FLAG_UNANSWERED;
  page[r + A_LAST_PACKETS] = facts.packetsBefore;
}

/** What the options of a SYN (with ACK, if `isAnswer`) of side `side` say. */
export function takeSyn(page: Int32Array, r: number, side: number, options: SynOptions, isAnswer: boolean): void {
  const own = r + sideWords(side);
  takeScale(page, r, side, isAnswer, options.scale);
  noteSynBy(page, r, side, isAnswer);
  page[own + B_MSS] = options.mss + 1;
  page[own + B_SYN_SCALE] = options.scale + 1;
  page[own + B_SYN_BITS] = options.bits;
}

/** Follows the mere SYN of the descriptor at word 0 of `words`, a session's first packet that is noted; but for the state of the connection. */
export function followMereSyn(
  page: Int32Array,
  r: number,
  words: Int32Array,
  facts: SegmentFacts,
  options: SynOptions,
): void {
  const own = r + sideWords(0);
  const sec = words[D_SEC];
  const nsec = words[D_NSEC];
  const flags = flagsByte(words[D_TCP]);
  takeSyn(page, r, 0, options, false);
  stepSymptoms(page, r, 0, words[D_SEQ], words[D_ACK], words[D_TCP], 0, sec, nsec, false);
  page[own + B_LAST_ID_SUM] = facts.idSum;
  page[own + B_LAST_SEQ] = words[D_SEQ];
  countPacket(page, own, words, 0, facts);
  page[r + A_COMPLETENESS] = completenessOf(flags, 0, true);
  noteOpening(page, r, flags, sec, nsec);
  page[r + A_LAST_INPUT] = facts.input;
  page[r + A_LAST_NUMBER] = facts.numberLow;
  page[r + A_LAST_NUMBER + 1] = facts.numberHigh;
}
