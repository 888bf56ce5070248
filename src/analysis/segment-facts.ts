/**
 * What is known of a segment beside its descriptor, where sessions are analysed. One object serves all segments.
 */
import { D_INDEX, D_WHERE, packetIndex, WHERE_MORE_FRAGMENTS } from '../capture/descriptor.js';
import {
  DETAIL_MARKED,
  DETAIL_VLAN,
  E_FRAGMENT,
  E_ID_SUM,
  E_IP_BYTES,
  E_LENGTH,
  E_NUMBER,
  E_PIECE,
  E_VLAN,
} from '../capture/segment-details.js';
import { DESCRIPTOR_WORDS, SLOT_INPUT, SLOT_NUMBER, SLOT_PACKETS } from '../ring/layout.js';
import type { PendingSegment } from './pending-fragments.js';

export class SegmentFacts {
  /** Which input the packet is of, and the two words of its number there, both from 1; packets that a selection leaves out have numbers too. */
  input = 0;
  numberLow = 0;
  numberHigh = 0;
  /** Bytes of payload on the wire, whatever was captured of them. */
  length = 0;
  /** Bytes of the IP datagram as its header says. */
  ipBytes = 0;
  /** IPv4's identification << 16 | TCP's checksum field. */
  idSum = 0;
  /** VLAN id of the outermost tag + 1, or 0. */
  vlan = 0;
  /** The segment is one of those that were to be marked. */
  isMarked = false;
  /** Fragments that it came in, as far as that is known; and whether the frames before the last were captured whole. */
  fragments = 0;
  hasWholeFragments = false;
  /** Packets of the whole run before the segment's: the lower 32 bits; and before the first one of its block: all of them. */
  packetsBefore = 0;
  packetsBeforeBlock = 0;
  #lowBeforeBlock = 0;
  #firstLow = 0;
  #firstHigh = 0;

  get number(): number {
    return this.numberHigh * 2 ** 32 + (this.numberLow >>> 0);
  }

  /** The block whose slot's header is at word `header` of `words` comes next. */
  beginBlock(words: Int32Array, header: number): void {
    this.input = words[header + SLOT_INPUT];
    this.#firstLow = words[header + SLOT_NUMBER];
    this.#firstHigh = words[header + SLOT_NUMBER + 1];
    this.packetsBeforeBlock = (words[header + SLOT_PACKETS] >>> 0) + words[header + SLOT_PACKETS + 1] * 2 ** 32;
    this.#lowBeforeBlock = words[header + SLOT_PACKETS];
  }

  /** The segment of the descriptor at word `d` of `words`, whose details are at word `e`. */
  take(words: Int32Array, d: number, e: number): void {
    this.packetsBefore = (this.#lowBeforeBlock + packetIndex(words[d + D_INDEX])) | 0;
    const low = words[e + E_NUMBER];
    this.numberLow = low;
    this.numberHigh = low >>> 0 < this.#firstLow >>> 0 ? this.#firstHigh + 1 : this.#firstHigh;
    this.length = words[e + E_LENGTH];
    this.ipBytes = words[e + E_IP_BYTES];
    this.idSum = words[e + E_ID_SUM];
    this.vlan = words[e + E_VLAN] & DETAIL_VLAN;
    this.isMarked = (words[e + E_VLAN] & DETAIL_MARKED) !== 0;
    this.fragments = (words[d + D_WHERE] & WHERE_MORE_FRAGMENTS) === 0 ? 0 : 1;
    if (words[e + E_PIECE] === 0 && words[e + E_FRAGMENT] !== 0) this.fragments = words[e + E_FRAGMENT] + 1;
    this.hasWholeFragments = false;
  }

  /** The segment that fragments were put together to. */
  takePending({ words, fragments, wasCaptured }: PendingSegment): void {
    this.take(words, 0, DESCRIPTOR_WORDS);
    this.fragments = fragments;
    this.hasWholeFragments = wasCaptured;
  }
}
