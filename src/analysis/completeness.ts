/**
 * How complete a session is: the sum that Wireshark's tcp.completeness is. Found by experiment with tshark 4.0, which does not count the first packet of a
 * session that begins without a SYN until it has read the capture once (its option -2); here it counts. A SYN counts only as the first packet.
 */
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';

const HAS_SYN = 1;
const HAS_SYNACK = 2;
export const HAS_ACK = 4;
export const HAS_DATA = 8;
const HAS_FIN = 16;
const HAS_RST = 32;

/** What a segment with these flags and so many bytes of payload adds to the set; `isFirst`: it is the session's first packet. */
export function completenessOf(flags: number, length: number, isFirst: boolean): number {
  let adds = (flags & TCP_RST) !== 0 ? HAS_RST : 0;
  if ((flags & TCP_ACK) !== 0) {
    if ((flags & TCP_SYN) !== 0) adds |= HAS_SYNACK;
    else adds |= length > 0 ? HAS_DATA : HAS_ACK;
    if ((flags & TCP_FIN) !== 0) adds |= HAS_FIN;
  } else if ((flags & TCP_SYN) !== 0 && isFirst) {
    adds |= length > 0 ? HAS_SYN | HAS_DATA : HAS_SYN;
  }
  return adds;
}
