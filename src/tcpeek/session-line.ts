/**
 * The line of a handshake, and those about single packets. Owns their text (section 4 of the behaviour); what stands above them is
 * session-head.ts, for the main thread, which needs nothing else of this.
 */
import { ROW_ADDRESS_0, ROW_KIND, ROW_KIND_V6, ROW_PORTS, type SessionTable } from '../flow/session-table.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import { ConstantText } from '../text/digits.js';
import { ascii, type LineSink, LineWriter } from '../text/line-writer.js';
import { H_DUP_SYN, H_DUP_SYNACK, H_END_NSEC, H_END_SEC, H_FIRST_NSEC, H_FIRST_SEC } from './handshake-row.js';

export const RESULT_SUCCESS = ascii('     success     ');
export const RESULT_TIMEOUT = ascii('failure (timeout)');
export const RESULT_REJECT = ascii('failure (reject) ');
export const RESULT_UNREACH = ascii('failure (unreach)');
export const RESULT_UNKNOWN = ascii('failure (unknown)');

const BAR = new ConstantText(ascii(' | '));
const SPACE = 0x20;
const DOT = 0x2e;
const COLON = 0x3a;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const ADDRESS_WIDTH = 15;
const PORT_WIDTH = 5;

export class SessionLines {
  readonly #table: SessionTable;
  readonly #out: LineWriter;
  readonly #addresses: AddressMapper | undefined;
  /** The IPv6 address being written. */
  readonly #words = new Int32Array(4);

  /** The sink gets each line by itself; `addresses`: what stands for them, if they are not to be shown. */
  constructor(table: SessionTable, sink: LineSink, addresses?: AddressMapper) {
    this.#addresses = addresses;
    this.#table = table;
    this.#out = new LineWriter(sink);
  }

  /** The line of the handshake in `row`, which came to `result`. */
  session(row: number, result: Uint8Array): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const out = this.#out;
    const firstSec = page[r + H_FIRST_SEC] >>> 0;
    const firstNsec = page[r + H_FIRST_NSEC];
    this.#duration((page[r + H_END_SEC] >>> 0) - firstSec, page[r + H_END_NSEC] - firstNsec);
    out.constant(BAR);
    out.date(firstSec);
    out.byte(SPACE);
    out.time(firstSec, (firstNsec / 1000) | 0);
    out.constant(BAR);
    this.#endpoint(row, page, r, 0);
    out.byte(SPACE);
    this.#endpoint(row, page, r, 1);
    out.constant(BAR);
    out.text(result);
    out.constant(BAR);
    out.spaced(page[r + H_DUP_SYN], 7);
    out.spaces(2);
    out.spaced(page[r + H_DUP_SYNACK], 7);
    out.byte(SPACE);
    this.#end();
  }

  /** A line that `write` writes, without its end. */
  note(write: (out: LineWriter) => void): void {
    write(this.#out);
    this.#end();
  }

  #end(): void {
    this.#out.endLine();
    this.#out.flush();
  }

  /** Seconds and milliseconds, cut, as %4d.%03d; a minus stands before both when time went backwards. */
  #duration(sec: number, nsec: number): void {
    const out = this.#out;
    const isNegative = sec < 0 || (sec === 0 && nsec < 0);
    let whole = isNegative ? -sec : sec;
    let part = isNegative ? -nsec : nsec;
    if (part < 0) {
      whole--;
      part += 1e9;
    }
    const ms = Math.floor(part / 1e6);
    if (isNegative && whole + ms > 0) out.right(ascii(`-${whole}`), 4);
    else out.spaced(whole, 4);
    out.byte(DOT);
    out.zeroed(ms, 3);
  }

  /** %15s:%-5u */
  #endpoint(row: number, page: Int32Array, r: number, side: number): void {
    const out = this.#out;
    if ((page[r + ROW_KIND] & ROW_KIND_V6) === 0) {
      const address = page[r + ROW_ADDRESS_0 + side];
      out.ipv4(this.#addresses === undefined ? address : this.#addresses.v4(address), ADDRESS_WIDTH);
    } else {
      const words = this.#words;
      for (let word = 0; word < 4; word++) words[word] = this.#table.addressWord(row, side, word);
      this.#addresses?.v6(words);
      const start = out.at;
      out.byte(BRACKET_OPEN);
      out.ipv6(words);
      out.byte(BRACKET_CLOSE);
      out.alignRight(start, ADDRESS_WIDTH);
    }
    out.byte(COLON);
    const start = out.at;
    out.decimal(side === 0 ? page[r + ROW_PORTS] >>> 16 : page[r + ROW_PORTS] & 0xffff);
    out.spaces(PORT_WIDTH - (out.at - start));
  }
}
