/**
 * What is known of a segment beside its descriptor, where sessions are analysed. One object serves all segments.
 */
import {
  DETAIL_MARKED,
  DETAIL_VLAN,
  E_ID_SUM,
  E_IP_BYTES,
  E_LENGTH,
  E_NUMBER,
  E_VLAN,
} from '../capture/segment-details.js';
import { SLOT_INPUT, SLOT_NUMBER } from '../ring/layout.js';

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
  }

  /** The segment whose details are at word `e` of `words`. */
  take(words: Int32Array, e: number): void {
    const low = words[e + E_NUMBER];
    this.numberLow = low;
    this.numberHigh = low >>> 0 < this.#firstLow >>> 0 ? this.#firstHigh + 1 : this.#firstHigh;
    this.length = words[e + E_LENGTH];
    this.ipBytes = words[e + E_IP_BYTES];
    this.idSum = words[e + E_ID_SUM];
    this.vlan = words[e + E_VLAN] & DETAIL_VLAN;
    this.isMarked = (words[e + E_VLAN] & DETAIL_MARKED) !== 0;
  }
}
