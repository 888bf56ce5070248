/**
 * Records as rows of text with a line of names before them: CSV (RFC 4180), or fields parted by tabs. What is unset is empty; a set is its words with
 * spaces between them.
 */
import { ascii } from '../text/line-writer.js';
import { ESCAPED_BYTES, TextBuffer } from '../text/text-buffer.js';
import { AddressTexts } from './address-texts.js';
import { CommunityId } from './community-id.js';
import * as K from './compiled-columns.js';
import { type RecordTable, textStart } from './record-table.js';
import type { RecordRenderer } from './renderer.js';

/** How fields and rows end, and how a text is made fit to be a field. */
export interface Delimiting {
  readonly delimiter: number;
  readonly rowEnd: Uint8Array;
  /** UTF-8 to bytes that hold no delimiter; at most ESCAPED_BYTES for each. */
  fit(text: Uint8Array): Uint8Array;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** RFC 4180 section 2: what holds a comma, a quote or a line's end is put in quotes, quotes are doubled. */
export const CSV: Delimiting = {
  delimiter: COMMA,
  rowEnd: ascii('\r\n'),
  fit(text) {
    if (!text.some((byte) => byte === COMMA || byte === QUOTE || byte === RETURN || byte === LINE_FEED)) return text;
    const fitted = [QUOTE];
    for (const byte of text) {
      if (byte === QUOTE) fitted.push(QUOTE);
      fitted.push(byte);
    }
    fitted.push(QUOTE);
    return Uint8Array.from(fitted);
  },
};

const TSV_ESCAPES: Readonly<Record<number, number>> = {
  [TAB]: 0x74,
  [LINE_FEED]: 0x6e,
  [RETURN]: 0x72,
  [BACKSLASH]: BACKSLASH,
};

/** Tabs, line ends and backslashes are `\t`, `\n`, `\r` and `\\`. */
export const TSV: Delimiting = {
  delimiter: TAB,
  rowEnd: ascii('\n'),
  fit: (text) =>
    Uint8Array.from([...text].flatMap((byte) => (byte in TSV_ESCAPES ? [BACKSLASH, TSV_ESCAPES[byte]] : [byte]))),
};

export class DelimitedRenderer implements RecordRenderer {
  readonly #table: RecordTable;
  readonly #form: Delimiting;
  readonly #columns: K.CompiledColumns;
  readonly #out = new TextBuffer();
  readonly #addresses = new AddressTexts();
  readonly #community = new CommunityId();
  readonly #names: Uint8Array[] = [];
  /** What a text becomes on the way. */
  readonly #piece = new TextBuffer();
  #nameBytes = 0;

  constructor(table: RecordTable, form: Delimiting) {
    this.#table = table;
    this.#form = form;
    this.#columns = new K.CompiledColumns(table);
    const names = ascii(table.columns.map(({ name }) => name).join(String.fromCharCode(form.delimiter)));
    this.#out.room(names.length + form.rowEnd.length);
    this.#out.text(names);
    this.#out.text(form.rowEnd);
  }

  name(input: number, name: string): void {
    const text = this.#form.fit(new TextEncoder().encode(name));
    this.#names[input] = text;
    this.#nameBytes = Math.max(this.#nameBytes, 2 * text.length);
  }

  add(fields: Float64Array, text: Uint8Array): void {
    const out = this.#out;
    const { delimiter, rowEnd } = this.#form;
    const { codes, at: places, count, valueBytes } = this.#columns;
    out.room(valueBytes + this.#nameBytes + ESCAPED_BYTES * this.#columns.textBytes(fields) + count + rowEnd.length);
    for (let i = 0; i < count; i++) {
      if (i > 0) out.byte(delimiter);
      const value = fields[places[i]];
      if (codes[i] === K.NUMBER && value < 10) out.byte(0x30 + value);
      else this.#write(i, value, fields, text);
    }
    out.text(rowEnd);
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#out.take();
  }

  reuse(buffer: ArrayBuffer): void {
    this.#out.reuse(buffer);
  }

  end(): void {}

  /** The value of column `i`, in whose first field is `value`. */
  #write(i: number, value: number, fields: Float64Array, text: Uint8Array): void {
    const out = this.#out;
    const code = this.#columns.codes[i];
    if (code === K.COMMUNITY) {
      this.#community.make(fields, this.#table.tuple);
      out.text(this.#community.bytes);
      return;
    }
    if (Number.isNaN(value)) return;
    if (K.writePlain(out, this.#columns, i, value, fields)) return;
    const at = this.#columns.at[i];
    switch (code) {
      case K.TIME:
        out.time(value, fields[at + 1]);
        break;
      case K.ADDRESS:
        this.#addresses.write(out, fields, at, this.#columns.other[i]);
        break;
      case K.WORD:
        out.text(this.#columns.words[i][value]);
        break;
      case K.TEXT:
        if (value > 0) this.#writeText(text, textStart(this.#table, fields, at), value);
        break;
      case K.INPUT:
        if (this.#names[value] !== undefined) out.text(this.#names[value]);
        break;
      default:
        this.#writeSet(this.#columns.words[i], value);
    }
  }

  #writeText(text: Uint8Array, start: number, length: number): void {
    const piece = this.#piece;
    piece.at = 0;
    piece.room(2 * length);
    piece.latin1(text, start, start + length);
    this.#out.text(this.#form.fit(piece.bytes.subarray(0, piece.at)));
  }

  #writeSet(words: readonly Uint8Array[], bits: number): void {
    let isFirst = true;
    for (let bit = 0; bit < words.length; bit++) {
      if (((bits >>> bit) & 1) === 0) continue;
      if (!isFirst) this.#out.byte(SPACE);
      isFirst = false;
      this.#out.text(words[bit]);
    }
  }
}
