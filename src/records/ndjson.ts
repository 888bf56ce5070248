/**
 * Records as lines of JSON: an object a line, its members in the order of the columns. What is unset is null; times since 1970 are texts, since a number
 * of a JSON reader has too few digits for them; all that passed is a number with nine decimals.
 */

import { ConstantText } from '../text/digits.js';
import { ascii } from '../text/line-writer.js';
import { ESCAPED_BYTES, TextBuffer } from '../text/text-buffer.js';
import { AddressTexts } from './address-texts.js';
import { CommunityId } from './community-id.js';
import * as K from './compiled-columns.js';
import { type RecordTable, textStart } from './record-table.js';
import type { RecordRenderer } from './renderer.js';

const NULL = ascii('null');
const END = ascii('}\n');
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Values of one field that nothing else is written of. */
const OF_ONE_FIELD: readonly number[] = [K.NUMBER, K.FLAG, K.SECONDS, K.WORD, K.SET, K.INPUT];

export class NdjsonRenderer implements RecordRenderer {
  readonly #table: RecordTable;
  readonly #columns: K.CompiledColumns;
  /** What comes before each value. */
  readonly #keys: readonly ConstantText[];
  readonly #fixedBytes: number;
  /** Columns that are the same as in another record if one field is. */
  readonly #isOfOneField: Uint8Array;
  /**
   * The record before, and where its members begin in the buffer, with its end. Most members of most lines are those of the line before, zeros and unset
   * values above all: they are copied from there in runs, which halves the time.
   */
  readonly #before: Float64Array;
  readonly #starts: Int32Array;
  #hasBefore = false;
  readonly #out = new TextBuffer();
  readonly #addresses = new AddressTexts();
  readonly #community = new CommunityId();
  readonly #names: Uint8Array[] = [];
  #nameBytes = 0;

  constructor(table: RecordTable) {
    this.#table = table;
    this.#columns = new K.CompiledColumns(table);
    this.#keys = table.columns.map(
      ({ name }, index) => new ConstantText(ascii(`${index === 0 ? '{' : ','}"${name}":`)),
    );
    this.#isOfOneField = this.#columns.codes.map((code) => (OF_ONE_FIELD.includes(code) ? 1 : 0));
    this.#before = new Float64Array(table.fields);
    this.#starts = new Int32Array(this.#columns.count + 1);
    this.#fixedBytes = this.#keys.reduce((sum, key) => sum + key.length, END.length) + this.#columns.valueBytes;
  }

  name(input: number, name: string): void {
    const text = new TextEncoder().encode(JSON.stringify(name));
    this.#names[input] = text;
    // A record may name more than one.
    this.#nameBytes = Math.max(this.#nameBytes, 2 * text.length);
  }

  add(fields: Float64Array, text: Uint8Array): void {
    const out = this.#out;
    const keys = this.#keys;
    const { codes, at: places, count } = this.#columns;
    out.room(this.#fixedBytes + this.#nameBytes + ESCAPED_BYTES * this.#columns.textBytes(fields));
    const starts = this.#starts;
    for (let i = 0; i < count; i++) {
      const end = this.#hasBefore ? this.#sameUntil(i, fields) : i;
      if (end > i) {
        // With the key behind them, which is always the same.
        const shift = out.at - starts[i];
        const keyBytes = end < count ? keys[end].length : 0;
        out.repeat(starts[i], starts[end] + keyBytes);
        for (; i < end; i++) starts[i] += shift;
        if (end === count) break;
        starts[i] = out.at - keyBytes;
      } else {
        starts[i] = out.at;
        out.constant(keys[i]);
      }
      const value = fields[places[i]];
      if (codes[i] !== K.NUMBER || Number.isNaN(value)) this.#write(i, value, fields, text);
      else out.decimal(value);
    }
    starts[count] = out.at;
    this.#before.set(fields);
    this.#hasBefore = true;
    out.text(END);
  }

  take(): Uint8Array<ArrayBuffer> {
    // The line before would be overwritten.
    this.#hasBefore = false;
    return this.#out.take();
  }

  reuse(buffer: ArrayBuffer): void {
    this.#out.reuse(buffer);
  }

  end(): void {}

  /** The first column from `from` on that is not as in the record before. */
  #sameUntil(from: number, fields: Float64Array): number {
    const { at: places, count } = this.#columns;
    const before = this.#before;
    const isOfOneField = this.#isOfOneField;
    let i = from;
    for (; i < count && isOfOneField[i] === 1; i++) {
      const value = fields[places[i]];
      const other = before[places[i]];
      if (value !== other && !(Number.isNaN(value) && Number.isNaN(other))) break;
    }
    return i;
  }

  /** The value of column `i`, in whose first field is `value`. */
  #write(i: number, value: number, fields: Float64Array, text: Uint8Array): void {
    const out = this.#out;
    const code = this.#columns.codes[i];
    if (code === K.COMMUNITY) {
      this.#community.make(fields, this.#table.tuple);
      this.#quote(this.#community.bytes);
      return;
    }
    if (Number.isNaN(value)) {
      out.text(NULL);
      return;
    }
    if (K.writePlain(out, this.#columns, i, value, fields)) return;
    const at = this.#columns.at[i];
    switch (code) {
      case K.TIME:
        out.byte(QUOTE);
        out.time(value, fields[at + 1]);
        out.byte(QUOTE);
        break;
      case K.ADDRESS:
        out.byte(QUOTE);
        this.#addresses.write(out, fields, at, this.#columns.other[i]);
        out.byte(QUOTE);
        break;
      case K.WORD:
        this.#quote(this.#columns.words[i][value]);
        break;
      case K.TEXT:
        if (value > 0) {
          const start = textStart(this.#table, fields, at);
          out.quoted(text, start, start + value);
        } else {
          out.text(NULL);
        }
        break;
      case K.INPUT:
        out.text(this.#names[value] ?? NULL);
        break;
      default:
        this.#writeSet(this.#columns.words[i], value);
    }
  }

  #quote(text: Uint8Array): void {
    this.#out.byte(QUOTE);
    this.#out.text(text);
    this.#out.byte(QUOTE);
  }

  #writeSet(words: readonly Uint8Array[], bits: number): void {
    const out = this.#out;
    out.byte(0x5b);
    let isFirst = true;
    for (let bit = 0; bit < words.length; bit++) {
      if (((bits >>> bit) & 1) === 0) continue;
      if (!isFirst) out.byte(COMMA);
      isFirst = false;
      this.#quote(words[bit]);
    }
    out.byte(0x5d);
  }
}
