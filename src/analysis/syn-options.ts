/**
 * The options of a SYN (RFC 9293 3.1, 3.2): what a side says of itself at the start. Reads bytes that were captured: a header that is cut gives no
 * segment.
 */
import { D_FRAME, D_TCP, D_WHERE, tcpOffset } from '../capture/descriptor.js';
import { TCP_HEADER_BYTES } from '../wire/tcp.js';

const KIND_END = 0;
const KIND_NOP = 1;
const KIND_MSS = 2;
/** RFC 7323 2.2. */
const KIND_WINDOW_SCALE = 3;
/** RFC 2018 2. */
const KIND_SACK_PERMITTED = 4;
/** RFC 7323 3.2. */
const KIND_TIMESTAMPS = 8;

/** Of a side: its SYN was seen, it permits SACK, it has timestamps; timestamps were seen elsewhere than in a SYN. */
export const SYN_SEEN = 1;
export const SYN_SACK_PERMITTED = 2;
export const SYN_TIMESTAMPS = 4;
export const OTHER_TIMESTAMPS = 8;

/** One object serves all SYNs. */
export class SynOptions {
  /** In bytes, or -1. */
  mss = -1;
  /** Shift of the window, as it is written, or -1. */
  scale = -1;
  /** SYN_ bits. */
  bits = 0;

  /** Reads those of the segment of the descriptor at word `d` of `words`, whose frame lies in `view`. */
  read(words: Int32Array, d: number, view: DataView): void {
    this.mss = -1;
    this.scale = -1;
    this.bits = SYN_SEEN;
    const tcp = words[d + D_FRAME] + tcpOffset(words[d + D_WHERE]);
    const end = tcp + 4 * (words[d + D_TCP] >>> 28);
    let at = tcp + TCP_HEADER_BYTES;
    while (at < end) {
      const kind = view.getUint8(at);
      if (kind === KIND_END) return;
      if (kind === KIND_NOP) {
        at++;
        continue;
      }
      if (at + 1 >= end) return;
      const bytes = view.getUint8(at + 1);
      if (bytes < 2 || at + bytes > end) return;
      this.#take(kind, bytes, view, at);
      at += bytes;
    }
  }

  #take(kind: number, bytes: number, view: DataView, at: number): void {
    if (kind === KIND_MSS && bytes === 4) this.mss = view.getUint16(at + 2);
    else if (kind === KIND_WINDOW_SCALE && bytes === 3) this.scale = view.getUint8(at + 2);
    else if (kind === KIND_SACK_PERMITTED && bytes === 2) this.bits |= SYN_SACK_PERMITTED;
    else if (kind === KIND_TIMESTAMPS && bytes === 10) this.bits |= SYN_TIMESTAMPS;
  }
}
