/**
 * A session as miruo's lines (section 6 of the behaviour). Owns the formats; decides nothing.
 *
 * A session's id is not known where lines are made: it is the order of creation over all shards. Lines carry
 * ID_PLACEHOLDER instead, at the start of the line or after its colour code, and `src/merge/session-ids.ts` puts it in.
 */
import { ROW_ADDRESS_0, ROW_KIND, ROW_KIND_V6, ROW_PORTS, type SessionTable } from '../flow/session-table.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import { ascii, type LineSink, LineWriter } from '../text/line-writer.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';
import { MOST_HTTP_TEXT_BYTES } from './http.js';
import type { MiruoOptions } from './options.js';
import {
  COLOUR_GREEN,
  COLOUR_RED,
  COLOUR_YELLOW,
  META_COLOUR,
  META_COLOUR_SHIFT,
  META_FRAGMENT,
  META_OPTIONS_SHIFT,
  META_SHOWN,
  META_SIDE_SHIFT,
  META_STATES_SHIFT,
  META_TIMESTAMPS,
  S_ACK,
  S_META,
  S_OPTIONS,
  S_SEQ,
  S_SIZE,
} from './segment-layout.js';
import { NO_LINES, type SegmentLines } from './segment-lines.js';
import type { SegmentStore } from './segment-store.js';
import { M_BYTES, M_HELD, M_SEGMENTS } from './session-row.js';
import { STATE_NAMES } from './states.js';

/** Four bytes in the place of a session id; real ids start at 1. */
const ID_PLACEHOLDER = ascii('0000');

/** Width of the column between the two bars. */
const MESSAGE_WIDTH = 46;

const NAMES = STATE_NAMES.map(ascii);
const FLAG_LETTERS = ascii('UAPRSF');
const NEWLINE = 0x0a;
const DASH = 0x2d;
const SLASH = 0x2f;

/** Width of both states in a line of --live. */
const LIVE_STATES_WIDTH = 23;
const REASON_BEGIN = ascii(' (');
const REASON_END = 0x29;
const BAR = ascii('|');
const COLON = ascii(':');
const SPACE_BAR = ascii(' |');
const BAR_SPACE = ascii('| ');
const EQUALS = ascii(' == ');
const TOTAL = ascii('| Total ');
const SEGMENTS_WORD = ascii(' segments, ');
const BYTES_WORD = ascii(' bytes');
const SEGMENTS_QUIET = ascii('seg(');
const CLOSE_QUIET = ascii(')');
const STARS = ascii(':****');
const MSS = ascii('mss=');
const WSCALE = ascii('wscale=');
const SACK_OK = ascii('sackOK');
const SACK = ascii('sack 1');
const TIMESTAMP = ascii('timestamp ');
const COMMA = ascii(', ');
const NO_TEXT = ascii('');
const RESET_COLOUR = ascii('\x1b[39m');
const COLOURS = [0, 1, 2, 3, 4, 5, 6].map((n) => ascii(n === 0 ? '' : `\x1b[3${n}m`));

export class SessionRenderer {
  readonly #out: LineWriter;
  readonly #store: SegmentStore;
  readonly #table: SessionTable;
  readonly #quiet: boolean;
  readonly #colour: boolean;
  readonly #fragments: boolean;
  readonly #lines: SegmentLines | undefined;
  readonly #lineBytes: Uint8Array;
  readonly #optionBytes = new Uint8Array(40);
  readonly #addresses: AddressMapper | undefined;

  /** `lines`: those that come after segments' own, if there are any; `addresses`: what stands for them, if they are not to be shown. */
  constructor(
    options: MiruoOptions,
    table: SessionTable,
    store: SegmentStore,
    lines: SegmentLines | undefined,
    sink: LineSink,
    addresses?: AddressMapper,
  ) {
    this.#addresses = addresses;
    this.#out = new LineWriter(sink);
    this.#table = table;
    this.#store = store;
    this.#lines = lines;
    this.#lineBytes = new Uint8Array(lines === undefined ? 0 : MOST_HTTP_TEXT_BYTES);
    this.#quiet = options.quiet > 0;
    this.#colour = options.colour;
    this.#fragments = options.fragments;
  }

  /** Writes a session's header and segments. Leaves the lines in the buffer: see `flush`. */
  session(row: number): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    this.#header(row, page, r);
    this.#lines?.goToFirst(row);
    this.#segments(page, r);
  }

  /** Writes the line that ends a destroyed session; `sec` (unsigned) and `usec` are now. */
  destroyed(row: number, message: Uint8Array, reason: Uint8Array, sec: number, usec: number): void {
    const out = this.#out;
    const held = this.#table.page(row)[this.#table.at(row) + M_HELD];
    this.#begin(COLOUR_RED);
    if (this.#quiet) out.time(sec, usec);
    else this.#label(held, sec, usec);
    out.text(this.#quiet ? BAR : SPACE_BAR);
    const spare = MESSAGE_WIDTH - message.length;
    out.spaces(Math.ceil(spare / 2));
    out.text(message);
    out.spaces(Math.floor(spare / 2));
    out.text(this.#quiet ? BAR : BAR_SPACE);
    out.text(reason);
    this.#end(COLOUR_RED);
  }

  /** Writes the store's current segment as --live shows it. */
  liveSegment(row: number, page: Int32Array, r: number): void {
    const out = this.#out;
    const stored = this.#store.page;
    const { at } = this.#store;
    const meta = stored[at + S_META];
    const colour = (meta & META_COLOUR) >>> META_COLOUR_SHIFT;
    const left = NAMES[(meta >>> META_STATES_SHIFT) & 15];
    const right = NAMES[(meta >>> (META_STATES_SHIFT + 4)) & 15];
    this.#begin(colour);
    this.#label(this.#store.number, this.#store.sec(), this.#store.usec());
    out.spaces(1);
    this.#writeEndpoint(row, page, r, 0);
    this.#flags(meta);
    this.#writeEndpoint(row, page, r, 1);
    out.spaces(1);
    out.text(left);
    out.byte(SLASH);
    out.left(right, LIVE_STATES_WIDTH - 1 - left.length);
    out.spaces(1);
    this.#sequence(stored, at);
    this.#sizeAndOptions(stored, at, meta);
    this.#end(colour);
    if (this.#lines !== undefined) this.#liveLines(row, this.#lines);
  }

  /** The lines of the segment that was just written; nobody will ask for them again. */
  #liveLines(row: number, lines: SegmentLines): void {
    lines.goToFirst(row);
    if (lines.number !== NO_LINES) this.#linesAfter(lines);
    lines.end(row);
  }

  /** Writes the line that ends a destroyed session as --live shows it; `sec` (unsigned) and `usec` are now. */
  liveDestroyed(row: number, message: Uint8Array, reason: Uint8Array, sec: number, usec: number): void {
    const out = this.#out;
    this.#begin(COLOUR_RED);
    this.#label(this.#table.page(row)[this.#table.at(row) + M_HELD], sec, usec);
    out.spaces(1);
    out.text(message);
    out.text(REASON_BEGIN);
    out.text(reason);
    out.byte(REASON_END);
    this.#end(COLOUR_RED);
  }

  /** Hands the lines written so far to the sink. */
  flush(): void {
    this.#out.flush();
  }

  #begin(colour: number): void {
    if (this.#colour) this.#out.text(COLOURS[colour]);
  }

  #end(colour: number): void {
    if (this.#colour && colour !== 0) this.#out.text(RESET_COLOUR);
    this.#out.endLine();
  }

  /** Id, number and time, as long lines begin. */
  #label(number: number, sec: number, usec: number): void {
    const out = this.#out;
    out.text(ID_PLACEHOLDER);
    out.text(COLON);
    out.zeroed(number, 4);
    out.spaces(1);
    out.time(sec, usec);
  }

  /** The flags between two arrows, with a space to either side. */
  #flags(meta: number): void {
    const out = this.#out;
    const arrow = ((meta >>> META_SIDE_SHIFT) & 1) === 0 ? 0x3e : 0x3c;
    out.spaces(1);
    out.byte(arrow);
    for (let bit = 0; bit < 6; bit++) out.byte((meta & (0x20 >> bit)) !== 0 ? FLAG_LETTERS[bit] : DASH);
    out.byte(arrow);
    out.spaces(1);
  }

  #sequence(page: Int32Array, at: number): void {
    this.#out.hex8(page[at + S_SEQ]);
    this.#out.byte(SLASH);
    this.#out.hex8(page[at + S_ACK]);
  }

  #header(row: number, page: Int32Array, r: number): void {
    const out = this.#out;
    const usec = this.#store.durationUsec(page, r);
    const ms = Math.max(0, Math.trunc(usec / 1000));
    const bytes = (page[r + M_BYTES + 1] >>> 0) * 2 ** 32 + (page[r + M_BYTES] >>> 0);
    this.#begin(COLOUR_YELLOW);
    if (!this.#quiet) {
      out.text(ID_PLACEHOLDER);
      out.spaces(1);
    }
    out.spaced(Math.floor(ms / 1000), this.#quiet ? 8 : 13);
    out.byte(0x2e);
    out.zeroed(ms % 1000, 3);
    out.text(this.#quiet ? BAR : SPACE_BAR);
    out.right(ascii(this.#endpoint(row, page, r, 0)), 21);
    out.text(EQUALS);
    out.left(ascii(this.#endpoint(row, page, r, 1)), 21);
    out.text(this.#quiet ? BAR : TOTAL);
    out.decimal(page[r + M_SEGMENTS] >>> 0);
    out.text(this.#quiet ? SEGMENTS_QUIET : SEGMENTS_WORD);
    out.decimal(bytes);
    out.text(this.#quiet ? CLOSE_QUIET : BYTES_WORD);
    this.#end(COLOUR_YELLOW);
  }

  #endpoint(row: number, page: Int32Array, r: number, side: number): string {
    const ports = page[r + ROW_PORTS];
    const port = side === 0 ? ports >>> 16 : ports & 0xffff;
    if ((page[r + ROW_KIND] & ROW_KIND_V6) === 0) return `${ipv4Text(this.#address(page, r, side))}:${port}`;
    const words = [0, 1, 2, 3].map((w) => this.#table.addressWord(row, side, w));
    this.#addresses?.v6(words);
    return `[${ipv6Text(words)}]:${port}`;
  }

  /** An IPv4 address as it is shown. */
  #address(page: Int32Array, r: number, side: number): number {
    const address = page[r + ROW_ADDRESS_0 + side];
    return this.#addresses === undefined ? address : this.#addresses.v4(address);
  }

  /** An endpoint as bytes; no string is made for an IPv4 address. */
  #writeEndpoint(row: number, page: Int32Array, r: number, side: number): void {
    const out = this.#out;
    if ((page[r + ROW_KIND] & ROW_KIND_V6) !== 0) {
      out.text(ascii(this.#endpoint(row, page, r, side)));
      return;
    }
    out.ipv4(this.#address(page, r, side));
    out.byte(COLON[0]);
    out.decimal(side === 0 ? page[r + ROW_PORTS] >>> 16 : page[r + ROW_PORTS] & 0xffff);
  }

  /** Shown segments in order; one line stands for each run of hidden ones that follows a shown one. */
  #segments(page: Int32Array, r: number): void {
    const store = this.#store;
    let isHiddenRun = true;
    store.goToFirst(page, r);
    do {
      if ((store.page[store.at + S_META] & META_SHOWN) !== 0) {
        this.#segment(store.page, store.at);
        if (this.#lines?.number === store.number) this.#linesAfter(this.#lines);
        isHiddenRun = false;
      } else if (!isHiddenRun) {
        this.#hidden();
        isHiddenRun = true;
      }
    } while (store.goToNext());
  }

  /** The lines after the segment that was just written. */
  #linesAfter(lines: SegmentLines): void {
    const bytes = this.#lineBytes;
    const end = lines.take(bytes);
    for (let from = 0; from < end; ) {
      const to = bytes.indexOf(NEWLINE, from);
      this.#begin(COLOUR_GREEN);
      this.#out.text(bytes.subarray(from, to));
      this.#end(COLOUR_GREEN);
      from = to + 1;
    }
  }

  #hidden(): void {
    const out = this.#out;
    if (!this.#quiet) {
      out.text(ID_PLACEHOLDER);
      out.text(STARS);
      out.spaces(1);
    }
    out.spaces(12);
    out.text(this.#quiet ? BAR : SPACE_BAR);
    out.spaces(MESSAGE_WIDTH);
    out.text(BAR);
    out.endLine();
  }

  #segment(page: Int32Array, at: number): void {
    const out = this.#out;
    const meta = page[at + S_META];
    const colour = (meta & META_COLOUR) >>> META_COLOUR_SHIFT;
    this.#begin(colour);
    if (this.#quiet) out.time(this.#store.sec(), this.#store.usec());
    else this.#label(this.#store.number, this.#store.sec(), this.#store.usec());
    out.text(this.#quiet ? BAR : SPACE_BAR);
    const states = meta >>> META_STATES_SHIFT;
    out.right(NAMES[states & 15], 18);
    this.#flags(meta);
    out.left(NAMES[(states >>> 4) & 15], 18);
    out.text(this.#quiet ? BAR : BAR_SPACE);
    this.#sequence(page, at);
    if (!this.#quiet) this.#sizeAndOptions(page, at, meta);
    this.#end(colour);
  }

  #sizeAndOptions(page: Int32Array, at: number, meta: number): void {
    const out = this.#out;
    out.spaces(1);
    out.spaced(page[at + S_SIZE] >>> 0, 4);
    out.spaces(1);
    if (this.#fragments) out.byte((meta & META_FRAGMENT) !== 0 ? 0x46 : DASH);
    out.spaces(1);
    out.byte(0x3c);
    const words = (meta >>> META_OPTIONS_SHIFT) & 15;
    if ((meta & META_TIMESTAMPS) !== 0) this.#timestamps(page[at + S_OPTIONS], page[at + S_OPTIONS + 1]);
    else if (words > 0) this.#options(page, at + S_OPTIONS, words);
    out.byte(0x3e);
  }

  #timestamps(value: number, echo: number): void {
    this.#out.text(TIMESTAMP);
    this.#out.decimal(value >>> 0);
    this.#out.spaces(1);
    this.#out.decimal(echo >>> 0);
  }

  /** Options of RFC 9293 3.1, RFC 7323, RFC 2018. A length below 2 or beyond the header ends the list. */
  #options(page: Int32Array, from: number, words: number): void {
    const bytes = this.#optionBytes;
    const end = 4 * words;
    for (let i = 0; i < end; i++) bytes[i] = page[from + (i >>> 2)] >>> (24 - 8 * (i & 3));
    let separator = NO_TEXT;
    for (let i = 0; i < end; ) {
      const kind = bytes[i];
      if (kind === 0) return;
      if (kind === 1) {
        i++;
        continue;
      }
      if (i + 1 >= end) return;
      const length = bytes[i + 1];
      if (length < 2 || i + length > end) return;
      this.#out.text(separator);
      separator = COMMA;
      this.#option(kind, length, i);
      i += length;
    }
  }

  #option(kind: number, length: number, i: number): void {
    const out = this.#out;
    const bytes = this.#optionBytes;
    const word = (at: number): number =>
      ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
    if (kind === 2 && length >= 4) {
      out.text(MSS);
      out.decimal((bytes[i + 2] << 8) | bytes[i + 3]);
    } else if (kind === 3 && length >= 3) {
      out.text(WSCALE);
      out.decimal(bytes[i + 2]);
    } else if (kind === 4) {
      out.text(SACK_OK);
    } else if (kind === 5) {
      out.text(SACK);
    } else if (kind === 8 && length >= 10) {
      this.#timestamps(word(i + 2), word(i + 6));
    } else {
      out.text(ascii(`len=${length} opt[${kind}]`));
    }
  }
}
