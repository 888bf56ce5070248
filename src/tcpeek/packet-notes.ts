/**
 * Messages about single packets: numbers that do not fit a handshake, sums that are wrong. Owns their wording. A capture may have as
 * many as packets, so they are written as bytes.
 */
import {
  D_ACK,
  D_DST,
  D_FRAME,
  D_PORTS,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_WHERE,
  D_WIRE,
  ipOffset,
  ipv6AddressesAt,
  tcpOffset,
} from '../capture/descriptor.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import { ascii, type LineWriter } from '../text/line-writer.js';
import { payloadBytes } from '../wire/segment-length.js';
import { dataOffsetWords, flagsByte } from '../wire/tcp.js';
import { STATE_NAMES, stateOf } from './handshake-states.js';

const DUPLICATE = ascii('[warning] Duplicate connection. ');
const SEQUENCE = ascii('[warning] sequence error. ');
const LAYERS = {
  IP: ascii('[warning] IP checksum error. '),
  TCP: ascii('[warning] TCP checksum error. '),
  ICMP: ascii('[warning] ICMP checksum error. '),
};
const STATES = STATE_NAMES.map(ascii);
const TO = ascii(' > ');
const SLASH = ascii(' / ');
const BYTES = ascii(' bytes, ');
const CLOSED = ascii(') ');
/** From the highest of the six bits on. */
const FLAG_LETTERS = ascii('UAPRSF');
const NO_FLAG = 0x2d;
const SPACE = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;
const COLON = 0x3a;
const STROKE = 0x2f;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** The IPv6 address being written. */
const parts = new Int32Array(4);

/**
 * The segment of the descriptor at word `d` of `words`, whose frame lies in `view`, does not fit the handshake at word `r` of
 * `page`: it would begin another, or has wrong numbers. `side` sent it. `addresses`: what stands for them, if they are not to be shown.
 */
export function writeSegmentNote(
  out: LineWriter,
  words: Int32Array,
  d: number,
  view: DataView,
  page: Int32Array,
  r: number,
  side: number,
  isDuplicate: boolean,
  addresses: AddressMapper | undefined,
): void {
  const tcp = words[d + D_TCP];
  out.text(isDuplicate ? DUPLICATE : SEQUENCE);
  writeEndpoint(out, words, d, view, 0, addresses);
  out.text(TO);
  writeEndpoint(out, words, d, view, 1, addresses);
  out.byte(SPACE);
  const flags = flagsByte(tcp);
  for (let bit = 0; bit < 6; bit++) out.byte(((flags >>> (5 - bit)) & 1) === 1 ? FLAG_LETTERS[bit] : NO_FLAG);
  out.byte(SPACE);
  out.byte(OPEN);
  out.hex8(words[d + D_SEQ]);
  out.text(SLASH);
  out.hex8(words[d + D_ACK]);
  out.text(CLOSED);
  const where = words[d + D_WHERE];
  const ip = words[d + D_FRAME] + ipOffset(where);
  const headers = tcpOffset(where) - ipOffset(where) + 4 * dataOffsetWords(tcp);
  out.decimal(payloadBytes(view, ip, where < 0, headers, (words[d + D_WIRE] >>> 0) - ipOffset(where)));
  out.text(BYTES);
  out.text(STATES[stateOf(page, r, side)]);
  out.byte(STROKE);
  out.text(STATES[stateOf(page, r, side ^ 1)]);
}

/** A packet was ignored because of its `layer`'s sum: the one found in it, and, in parentheses, the right one. */
export function writeChecksumNote(
  out: LineWriter,
  layer: keyof typeof LAYERS,
  sums: { readonly found: number; readonly expected: number },
): void {
  out.text(LAYERS[layer]);
  out.hex4(sums.found);
  out.byte(SPACE);
  out.byte(OPEN);
  out.hex4(sums.expected);
  out.byte(CLOSE);
}

function writeEndpoint(
  out: LineWriter,
  words: Int32Array,
  d: number,
  view: DataView,
  side: number,
  addresses: AddressMapper | undefined,
): void {
  if (words[d + D_WHERE] >= 0) {
    const address = words[d + (side === 0 ? D_SRC : D_DST)];
    out.ipv4(addresses === undefined ? address : addresses.v4(address));
  } else {
    const at = ipv6AddressesAt(words, d) + 16 * side;
    for (let word = 0; word < 4; word++) parts[word] = view.getInt32(at + 4 * word);
    addresses?.v6(parts);
    out.byte(BRACKET_OPEN);
    out.ipv6(parts);
    out.byte(BRACKET_CLOSE);
  }
  out.byte(COLON);
  out.decimal(side === 0 ? words[d + D_PORTS] >>> 16 : words[d + D_PORTS] & 0xffff);
}
