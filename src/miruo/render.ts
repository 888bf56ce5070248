/**
 * A session as miruo's lines (section 6 of the behaviour). Owns the formats; decides nothing.
 *
 * A session's id is not known where lines are made: it is the order of creation over all shards. Lines keep a place for it
 * (src/text/id-places.ts), at the start of the line or after its colour code, and `src/merge/session-ids.ts` puts it in.
 */
import { ROW_ADDRESS_0, ROW_KIND, ROW_KIND_V6, ROW_PORTS, type SessionTable } from '../flow/session-table.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import { ConstantText } from '../text/digits.js';
import { ascii, type LineSink, LineWriter } from '../text/line-writer.js';
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

/** Width of the column between the two bars. */
const MESSAGE_WIDTH = 46;

const constant = (text: string): ConstantText => new ConstantText(ascii(text));

const NAMES = STATE_NAMES.map(ascii);
/** Width of a state beside the flags. */
const STATE_WIDTH = 18;
/** The states as a segment has them in long lines, with the bar before the left one and after the right one, and in short ones. */
const LEFT_STATES = STATE_NAMES.map((name) => constant(` |${name.padStart(STATE_WIDTH)}`));
const RIGHT_STATES = STATE_NAMES.map((name) => constant(`${name.padEnd(STATE_WIDTH)}| `));
const QUIET_LEFT_STATES = STATE_NAMES.map((name) => constant(`|${name.padStart(STATE_WIDTH)}`));
const QUIET_RIGHT_STATES = STATE_NAMES.map((name) => constant(`${name.padEnd(STATE_WIDTH)}|`));

const FLAG_LETTERS = 'UAPRSF';
const FLAGS_MASK = 0x3f;
/** The flags of each side between two arrows, with a space to either side: of side 0, then of side 1. */
const FLAGS = ['>', '<'].flatMap((arrow) =>
  Array.from({ length: FLAGS_MASK + 1 }, (_, flags) => {
    const letters = Array.from(FLAG_LETTERS, (letter, bit) => ((flags & (0x20 >> bit)) !== 0 ? letter : '-'));
    return constant(` ${arrow}${letters.join('')}${arrow} `);
  }),
);

const NEWLINE = 0x0a;
const DASH = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** Width of both states in a line of --live. */
const LIVE_STATES_WIDTH = 23;
/** Width of an endpoint in the header. */
const ENDPOINT_WIDTH = 21;
const REASON_BEGIN = ascii(' (');
const REASON_END = 0x29;
const BAR = constant('|');
const SPACE_BAR = constant(' |');
const BAR_SPACE = constant('| ');
const EQUALS = constant(' == ');
const TOTAL = constant('| Total ');
const SEGMENTS_WORD = constant(' segments, ');
const BYTES_WORD = constant(' bytes');
const SEGMENTS_QUIET = constant('seg(');
const CLOSE_QUIET = constant(')');
/** What stands for hidden segments, behind the id where there is one. */
const HIDDEN = constant(`:**** ${' '.repeat(12)} |${' '.repeat(MESSAGE_WIDTH)}|`);
const HIDDEN_QUIET = constant(`${' '.repeat(12)}|${' '.repeat(MESSAGE_WIDTH)}|`);
const MSS = constant('mss=');
const WSCALE = constant('wscale=');
const SACK_OK = constant('sackOK');
const SACK = constant('sack 1');
const TIMESTAMP = constant('timestamp ');
const COMMA = constant(', ');
const NO_TEXT = constant('');
const OPTION_LENGTH = constant('len=');
const OPTION_KIND = constant(' opt[');
const RESET_COLOUR = constant('\x1b[39m');
const COLOURS = [0, 1, 2, 3, 4, 5, 6].map((n) => constant(n === 0 ? '' : `\x1b[3${n}m`));

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
  /** The IPv6 address being written. */
  readonly #addressWords = new Int32Array(4);
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
    out.constant(this.#quiet ? BAR : SPACE_BAR);
    const spare = MESSAGE_WIDTH - message.length;
    out.spaces(Math.ceil(spare / 2));
    out.text(message);
    out.spaces(Math.floor(spare / 2));
    out.constant(this.#quiet ? BAR : BAR_SPACE);
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
    this.#endpoint(row, page, r, 0);
    out.constant(flagsOf(meta));
    this.#endpoint(row, page, r, 1);
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
    if (this.#colour) this.#out.constant(COLOURS[colour]);
  }

  #end(colour: number): void {
    if (this.#colour && colour !== 0) this.#out.constant(RESET_COLOUR);
    this.#out.endLine();
  }

  /** Id, number and time, as long lines begin. */
  #label(number: number, sec: number, usec: number): void {
    const out = this.#out;
    out.idPlace();
    out.byte(COLON);
    out.zeroed(number, 4);
    out.spaces(1);
    out.time(sec, usec);
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
      out.idPlace();
      out.spaces(1);
    }
    out.spaced(Math.floor(ms / 1000), this.#quiet ? 8 : 13);
    out.byte(0x2e);
    out.zeroed(ms % 1000, 3);
    out.constant(this.#quiet ? BAR : SPACE_BAR);
    let start = out.at;
    this.#endpoint(row, page, r, 0);
    out.alignRight(start, ENDPOINT_WIDTH);
    out.constant(EQUALS);
    start = out.at;
    this.#endpoint(row, page, r, 1);
    out.spaces(ENDPOINT_WIDTH - (out.at - start));
    out.constant(this.#quiet ? BAR : TOTAL);
    out.decimal(page[r + M_SEGMENTS] >>> 0);
    out.constant(this.#quiet ? SEGMENTS_QUIET : SEGMENTS_WORD);
    out.decimal(bytes);
    out.constant(this.#quiet ? CLOSE_QUIET : BYTES_WORD);
    this.#end(COLOUR_YELLOW);
  }

  #endpoint(row: number, page: Int32Array, r: number, side: number): void {
    const out = this.#out;
    if ((page[r + ROW_KIND] & ROW_KIND_V6) === 0) {
      const address = page[r + ROW_ADDRESS_0 + side];
      out.ipv4(this.#addresses === undefined ? address : this.#addresses.v4(address));
    } else {
      const words = this.#addressWords;
      for (let word = 0; word < 4; word++) words[word] = this.#table.addressWord(row, side, word);
      this.#addresses?.v6(words);
      out.byte(BRACKET_OPEN);
      out.ipv6(words);
      out.byte(BRACKET_CLOSE);
    }
    out.byte(COLON);
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
      this.#out.part(bytes, from, to);
      this.#end(COLOUR_GREEN);
      from = to + 1;
    }
  }

  #hidden(): void {
    if (!this.#quiet) this.#out.idPlace();
    this.#out.constant(this.#quiet ? HIDDEN_QUIET : HIDDEN);
    this.#out.endLine();
  }

  #segment(page: Int32Array, at: number): void {
    const out = this.#out;
    const meta = page[at + S_META];
    const colour = (meta & META_COLOUR) >>> META_COLOUR_SHIFT;
    this.#begin(colour);
    if (this.#quiet) out.time(this.#store.sec(), this.#store.usec());
    else this.#label(this.#store.number, this.#store.sec(), this.#store.usec());
    const states = meta >>> META_STATES_SHIFT;
    out.constant((this.#quiet ? QUIET_LEFT_STATES : LEFT_STATES)[states & 15]);
    out.constant(flagsOf(meta));
    out.constant((this.#quiet ? QUIET_RIGHT_STATES : RIGHT_STATES)[(states >>> 4) & 15]);
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
    this.#out.constant(TIMESTAMP);
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
      this.#out.constant(separator);
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
      out.constant(MSS);
      out.decimal((bytes[i + 2] << 8) | bytes[i + 3]);
    } else if (kind === 3 && length >= 3) {
      out.constant(WSCALE);
      out.decimal(bytes[i + 2]);
    } else if (kind === 4) {
      out.constant(SACK_OK);
    } else if (kind === 5) {
      out.constant(SACK);
    } else if (kind === 8 && length >= 10) {
      this.#timestamps(word(i + 2), word(i + 6));
    } else {
      out.constant(OPTION_LENGTH);
      out.decimal(length);
      out.constant(OPTION_KIND);
      out.decimal(kind);
      out.byte(BRACKET_CLOSE);
    }
  }
}

/** The flags of a segment as they stand in its line. */
const flagsOf = (meta: number): ConstantText => FLAGS[(((meta >>> META_SIDE_SHIFT) & 1) << 6) | (meta & FLAGS_MASK)];
