/**
 * What is counted of each side's packets in its row, beside symptoms and payload.
 */
import { D_TCP, D_WHERE, D_WIRE, WHERE_TIMESTAMPS, WHERE_WHOLE } from '../capture/descriptor.js';
import { flagsByte, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import type { SegmentFacts } from './segment-facts.js';
import {
  addWide,
  B_FIN,
  B_FRAGMENTS,
  B_IP_BYTES,
  B_LARGEST,
  B_PACKETS,
  B_PAYLOAD_BYTES,
  B_RST,
  B_SCALE,
  B_SEGMENTS,
  B_SNAPPED,
  B_SYMPTOMS,
  B_SYN,
  B_SYN_BITS,
  B_SYNACK,
  B_WINDOW_MAX,
  B_WINDOW_MIN,
  B_WINDOWS,
  B_WIRE_BYTES,
} from './session-row.js';
import { shiftOf } from './symptom-rules.js';
import { OTHER_TIMESTAMPS } from './syn-options.js';

/** Counts the segment of the descriptor at word `d` of `words` for the side whose words begin at word `own` of `page`; its window is noted. */
export function countPacket(page: Int32Array, own: number, words: Int32Array, d: number, facts: SegmentFacts): void {
  const where = words[d + D_WHERE];
  const tcp = words[d + D_TCP];
  const { length } = facts;
  page[own + B_PACKETS]++;
  addWide(page, own + B_WIRE_BYTES, words[d + D_WIRE]);
  addWide(page, own + B_IP_BYTES, facts.ipBytes);
  if (length > 0) {
    addWide(page, own + B_PAYLOAD_BYTES, length);
    if (length > page[own + B_LARGEST]) page[own + B_LARGEST] = length;
  }
  page[own + B_FRAGMENTS] += facts.fragments;
  if ((where & WHERE_WHOLE) === 0 && !facts.hasWholeFragments) page[own + B_SNAPPED]++;
  if ((where & WHERE_TIMESTAMPS) !== 0) page[own + B_SYN_BITS] |= OTHER_TIMESTAMPS;
  const flags = flagsByte(tcp);
  if (length > 0 || (flags & (TCP_SYN | TCP_FIN)) !== 0) page[own + B_SEGMENTS]++;
  if ((flags & (TCP_SYN | TCP_FIN | TCP_RST)) !== 0) countFlags(page, own, flags);
  // The window of a SYN is never scaled, and that of a RST says nothing.
  if ((flags & (TCP_SYN | TCP_RST)) === 0) noteWindow(page, own, (tcp & 0xffff) << shiftOf(page[own + B_SCALE]));
}

/** Counts each symptom of a set of them. */
export function countSymptoms(page: Int32Array, own: number, symptoms: number): void {
  for (let bits = symptoms; bits !== 0; bits &= bits - 1) page[own + B_SYMPTOMS + 31 - Math.clz32(bits & -bits)]++;
}

function countFlags(page: Int32Array, own: number, flags: number): void {
  if ((flags & TCP_SYN) !== 0) page[own + ((flags & TCP_ACK) === 0 ? B_SYN : B_SYNACK)]++;
  if ((flags & TCP_FIN) !== 0) page[own + B_FIN]++;
  if ((flags & TCP_RST) !== 0) page[own + B_RST]++;
}

function noteWindow(page: Int32Array, own: number, window: number): void {
  if (page[own + B_WINDOWS] === 0) {
    page[own + B_WINDOWS] = 1;
    page[own + B_WINDOW_MIN] = window;
    page[own + B_WINDOW_MAX] = window;
    return;
  }
  if (window < page[own + B_WINDOW_MIN]) page[own + B_WINDOW_MIN] = window;
  if (window > page[own + B_WINDOW_MAX]) page[own + B_WINDOW_MAX] = window;
}
