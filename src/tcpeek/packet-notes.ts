/**
 * Messages about single packets: numbers that do not fit a handshake, sums that are wrong. Owns their wording.
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
import { ipv4Text, ipv6Text } from '../wire/address.js';
import { payloadBytes } from '../wire/segment-length.js';
import { dataOffsetWords, flagsByte } from '../wire/tcp.js';
import { STATE_NAMES, stateOf } from './handshake-states.js';

/** From the highest of the six bits on. */
const FLAG_LETTERS = 'UAPRSF';

const hex = (value: number, digits: number): string => (value >>> 0).toString(16).toUpperCase().padStart(digits, '0');

/**
 * The segment of the descriptor at word `d` of `words`, whose frame lies in `view`, does not fit the handshake at word `r` of
 * `page`: it would begin another, or has wrong numbers. `side` sent it.
 */
export function segmentNote(
  words: Int32Array,
  d: number,
  view: DataView,
  page: Int32Array,
  r: number,
  side: number,
  isDuplicate: boolean,
): string {
  const tcp = words[d + D_TCP];
  const flags = Array.from(FLAG_LETTERS, (letter, bit) => ((flagsByte(tcp) >>> (5 - bit)) & 1 ? letter : '-')).join('');
  const ports = words[d + D_PORTS];
  const ends = `${endpoint(words, d, view, 0, ports >>> 16)} > ${endpoint(words, d, view, 1, ports & 0xffff)}`;
  const numbers = `(${hex(words[d + D_SEQ], 8)} / ${hex(words[d + D_ACK], 8)})`;
  const where = words[d + D_WHERE];
  const ip = words[d + D_FRAME] + ipOffset(where);
  const headers = tcpOffset(where) - ipOffset(where) + 4 * dataOffsetWords(tcp);
  const bytes = payloadBytes(view, ip, where < 0, headers, (words[d + D_WIRE] >>> 0) - ipOffset(where));
  const states = `${STATE_NAMES[stateOf(page, r, side)]}/${STATE_NAMES[stateOf(page, r, side ^ 1)]}`;
  const what = isDuplicate ? '[warning] Duplicate connection.' : '[warning] sequence error.';
  return `${what} ${ends} ${flags} ${numbers} ${bytes} bytes, ${states}`;
}

/** A packet was ignored because of its `layer`'s sum: the one found in it, and, in parentheses, the right one. */
export function checksumNote(
  layer: 'IP' | 'TCP' | 'ICMP',
  sums: { readonly found: number; readonly expected: number },
): string {
  return `[warning] ${layer} checksum error. ${hex(sums.found, 4)} (${hex(sums.expected, 4)})`;
}

function endpoint(words: Int32Array, d: number, view: DataView, side: number, port: number): string {
  if (words[d + D_WHERE] >= 0) return `${ipv4Text(words[d + (side === 0 ? D_SRC : D_DST)])}:${port}`;
  const at = ipv6AddressesAt(words, d) + 16 * side;
  return `[${ipv6Text([0, 4, 8, 12].map((offset) => view.getInt32(at + offset)))}]:${port}`;
}
