/**
 * Frame to descriptor: decodes just far enough to know the conversation and what its tracker needs.
 * Runs once per packet in the reader; no allocation. Owns the reasons why a frame is no segment.
 */
import { hashIpv6 } from '../wire/conversation-hash.js';
import { locateTcp6, TCP6_MORE_FRAGMENTS, TCP6_SHORT } from '../wire/ipv6.js';
import { IP_HEADER_V6, LINK_SHORT, locateIp } from '../wire/link.js';
import {
  D_ACK,
  D_DST,
  D_PORTS,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_TSECR,
  D_TSVAL,
  D_WHERE,
  MAX_IP_OFFSET,
  MAX_TCP_OFFSET,
  WHERE_MORE_FRAGMENTS,
  WHERE_TIMESTAMPS,
  WHERE_V6,
} from './descriptor.js';

/** What became of a frame. SEGMENT: the descriptor's words from D_WHERE on are filled. */
export const SEGMENT = 0;
/** No TCP header here: another protocol, or a later fragment. */
export const NO_SEGMENT = 1;
/** Cut or wrong in the link-layer, IP or TCP header. */
export const BAD_LINK_HEADER = 2;
export const BAD_IP_HEADER = 3;
export const BAD_TCP_HEADER = 4;
export const LATER_FRAGMENT = 5;
export const UNKNOWN_LINK_TYPE = 6;
export const ENCRYPTED = 7;
export const DECODE_REASONS = 8;

/** NOP, NOP, kind 8, length 10: the usual form of a timestamps option (RFC 7323 appendix A). */
const NOP_NOP_TIMESTAMPS = 0x0101080a;

/**
 * Decodes the frame of `captured` bytes at byte `at` of `view` into the descriptor at word `d` of `words`.
 * `directOnly`: IPv4 directly over the link layer is all that counts (what the original miruo saw).
 * Returns SEGMENT or the reason.
 */
export function decodeFrame(
  view: DataView,
  at: number,
  captured: number,
  linkType: number,
  directOnly: boolean,
  words: Int32Array,
  d: number,
): number {
  // The commonest case first, Ethernet and IPv4, without a call.
  let ip: number;
  if (linkType === 1 && captured >= 34 && view.getUint16(at + 12) === 0x0800) {
    ip = 14;
  } else {
    ip = locateIp(view, at, captured, linkType, directOnly);
    if (ip < 0) return ip === LINK_SHORT ? BAD_LINK_HEADER : NO_SEGMENT;
    if (ip >= IP_HEADER_V6) {
      if (directOnly) return NO_SEGMENT;
      return decodeIpv6(view, at, ip - IP_HEADER_V6, captured, words, d);
    }
    if (ip > MAX_IP_OFFSET) return NO_SEGMENT;
    if (captured < ip + 20) return BAD_IP_HEADER;
  }
  const versionAndLength = view.getUint8(at + ip);
  if (versionAndLength >>> 4 !== 4) return BAD_IP_HEADER;
  const tcp = ip + (versionAndLength & 15) * 4;
  if (tcp < ip + 20 || captured < tcp) return BAD_IP_HEADER;
  const fragment = view.getUint16(at + ip + 6);
  if ((fragment & 0x1fff) !== 0 || view.getUint8(at + ip + 9) !== 6) return NO_SEGMENT;
  const src = view.getInt32(at + ip + 12);
  const dst = view.getInt32(at + ip + 16);
  words[d + D_SRC] = src;
  words[d + D_DST] = dst;
  const where = (ip << 16) | ((fragment & 0x2000) !== 0 ? WHERE_MORE_FRAGMENTS : 0);
  return decodeTcp(view, at, tcp, captured, where, words, d) ? SEGMENT : BAD_TCP_HEADER;
}

function decodeIpv6(view: DataView, at: number, ip: number, captured: number, words: Int32Array, d: number): number {
  if (ip > MAX_IP_OFFSET) return NO_SEGMENT;
  if (captured < ip + 40 || view.getUint8(at + ip) >>> 4 !== 6) return BAD_IP_HEADER;
  let tcp = locateTcp6(view, at, ip, captured);
  if (tcp < 0) return tcp === TCP6_SHORT ? BAD_IP_HEADER : NO_SEGMENT;
  let where = (ip << 16) | WHERE_V6;
  if (tcp >= TCP6_MORE_FRAGMENTS) {
    tcp -= TCP6_MORE_FRAGMENTS;
    where |= WHERE_MORE_FRAGMENTS;
  }
  if (tcp > MAX_TCP_OFFSET) return NO_SEGMENT;
  if (!decodeTcp(view, at, tcp, captured, where, words, d)) return BAD_TCP_HEADER;
  words[d + D_SRC] = hashIpv6(view, at + ip + 8, words[d + D_PORTS]);
  words[d + D_DST] = 0;
  return SEGMENT;
}

/** Fills the TCP words; false when the header is cut or its data offset is below 5. */
function decodeTcp(
  view: DataView,
  at: number,
  tcp: number,
  captured: number,
  where: number,
  words: Int32Array,
  d: number,
): boolean {
  if (captured < tcp + 20) return false;
  const p = at + tcp;
  const word = view.getInt32(p + 12);
  const headerBytes = (word >>> 28) * 4;
  if (headerBytes < 20 || captured < tcp + headerBytes) return false;
  words[d + D_PORTS] = view.getInt32(p);
  words[d + D_SEQ] = view.getInt32(p + 4);
  words[d + D_ACK] = view.getInt32(p + 8);
  words[d + D_TCP] = word;
  if (headerBytes === 32 && view.getInt32(p + 20) === NOP_NOP_TIMESTAMPS) {
    words[d + D_TSVAL] = view.getInt32(p + 24);
    words[d + D_TSECR] = view.getInt32(p + 28);
    words[d + D_WHERE] = where | WHERE_TIMESTAMPS | tcp;
  } else {
    words[d + D_WHERE] = where | tcp;
  }
  return true;
}

export interface DecodeOptions {
  readonly directOnly: boolean;
  readonly outer: boolean;
  readonly vlanKey: boolean;
  readonly userDlts: ReadonlyMap<number, number>;
}
export class FrameDecoder {
  macsecFrames = 0;
  fragmentKey = 0;
  isFirstFragment = false;
  readonly #options: DecodeOptions;
  constructor(options: DecodeOptions) {
    this.#options = options;
  }
  decode(view: DataView, at: number, captured: number, linkType: number, words: Int32Array, d: number): number {
    return decodeFrame(view, at, captured, linkType, this.#options.directOnly, words, d);
  }
}
