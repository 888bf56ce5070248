/**
 * The record of a segment that has symptoms, made of its descriptor.
 */
import {
  D_ACK,
  D_DST,
  D_NSEC,
  D_PORTS,
  D_SEC,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_WHERE,
  ipv6AddressesAt,
} from '../capture/descriptor.js';
import { flagsByte } from '../wire/tcp.js';
import {
  P_ACK,
  P_DST,
  P_DST_PORT,
  P_FLAGS,
  P_INPUT,
  P_LENGTH,
  P_NSEC,
  P_NUMBER,
  P_SEC,
  P_SEQ,
  P_SIDE,
  P_SRC,
  P_SRC_PORT,
  P_SYMPTOMS,
  P_V6,
  P_WINDOW,
  PACKET_RECORD_FIELDS,
} from './packet-record.js';
import type { SegmentFacts } from './segment-facts.js';

export class PacketRecords {
  /** Of the segment that was filled in last. */
  readonly fields = new Float64Array(PACKET_RECORD_FIELDS);

  /** Fills in that of the segment of the descriptor at word `d` of `words`, whose frame lies in `view`; `side`: 1 if the responder sent it. */
  fill(words: Int32Array, d: number, view: DataView, facts: SegmentFacts, side: number, symptoms: number): void {
    const { fields } = this;
    const isV6 = words[d + D_WHERE] < 0;
    fields[P_INPUT] = facts.input;
    fields[P_NUMBER] = facts.number;
    fields[P_SEC] = words[d + D_SEC] >>> 0;
    fields[P_NSEC] = words[d + D_NSEC];
    fields[P_V6] = isV6 ? 1 : 0;
    const addresses = isV6 ? ipv6AddressesAt(words, d) : 0;
    for (let word = 0; word < 4; word++) {
      fields[P_SRC + word] = isV6 ? view.getUint32(addresses + 4 * word) : 0;
      fields[P_DST + word] = isV6 ? view.getUint32(addresses + 16 + 4 * word) : 0;
    }
    if (!isV6) {
      fields[P_SRC] = words[d + D_SRC] >>> 0;
      fields[P_DST] = words[d + D_DST] >>> 0;
    }
    fields[P_SRC_PORT] = words[d + D_PORTS] >>> 16;
    fields[P_DST_PORT] = words[d + D_PORTS] & 0xffff;
    fields[P_SIDE] = side;
    fields[P_FLAGS] = flagsByte(words[d + D_TCP]);
    fields[P_SEQ] = words[d + D_SEQ] >>> 0;
    fields[P_ACK] = words[d + D_ACK] >>> 0;
    fields[P_WINDOW] = words[d + D_TCP] & 0xffff;
    fields[P_LENGTH] = facts.length;
    fields[P_SYMPTOMS] = symptoms;
  }
}
