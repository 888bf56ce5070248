/**
 * Columns as arrays of small numbers, for whoever goes through them once a record: what each is, and the places of its fields. Owns values whose text is
 * the same in all formats.
 */
import { ascii } from '../text/line-writer.js';
import type { TextBuffer } from '../text/text-buffer.js';
import type { Column, RecordTable, Value, ValueKind } from './record-table.js';

export const NUMBER = 0;
export const FLAG = 1;
export const SECONDS = 2;
export const TIME = 3;
export const SPAN = 4;
export const ADDRESS = 5;
export const WORD = 6;
export const TEXT = 7;
export const INPUT = 8;
export const SET = 9;
export const COMMUNITY = 10;

const CODES: Readonly<Record<ValueKind, number>> = {
  number: NUMBER,
  flag: FLAG,
  seconds: SECONDS,
  time: TIME,
  span: SPAN,
  address: ADDRESS,
  word: WORD,
  text: TEXT,
  input: INPUT,
  set: SET,
  community: COMMUNITY,
};

/** No value but those whose length a record says (texts, names of inputs, sets) takes more bytes than this, with quotes. */
const VALUE_BYTES = 64;

export class CompiledColumns {
  readonly count: number;
  readonly codes: Uint8Array;
  /** Place of the first field; the other one of those that have two. */
  readonly at: Int32Array;
  readonly other: Int32Array;
  /** Words of each column that has some. */
  readonly words: readonly (readonly Uint8Array[])[];
  /** Bytes of all values at most, but for texts and names of inputs. */
  readonly valueBytes: number;
  /** Fields of the lengths of texts. */
  readonly texts: readonly number[];

  constructor(table: RecordTable) {
    const values = table.columns.map(({ value }: Column) => value);
    this.count = values.length;
    this.codes = Uint8Array.from(values, ({ kind }) => CODES[kind]);
    this.at = Int32Array.from(values, (value) => ('at' in value ? value.at : -1));
    this.other = Int32Array.from(values, otherPlace);
    this.words = values.map((value) => ('words' in value ? value.words.map(ascii) : []));
    const wordBytes = this.words.flat().reduce((sum, word) => sum + word.length + 3, 0);
    this.valueBytes = this.count * VALUE_BYTES + wordBytes;
    this.texts = table.texts;
  }

  /** Bytes of a record's text. */
  textBytes(fields: Float64Array): number {
    let bytes = 0;
    for (const text of this.texts) bytes += fields[text] > 0 ? fields[text] : 0;
    return bytes;
  }
}

function otherPlace(value: Value): number {
  if (value.kind === 'address') return value.v6;
  return value.kind === 'span' ? value.to : -1;
}

const TRUE = ascii('true');
const FALSE = ascii('false');

/**
 * Writes the value of column `i`, which is set and in whose first field is `value`, if its text is the same in all formats, for which `out` has room. False: it is
 * not.
 */
export function writePlain(
  out: TextBuffer,
  { codes, at, other }: CompiledColumns,
  i: number,
  value: number,
  fields: Float64Array,
): boolean {
  switch (codes[i]) {
    case NUMBER:
      out.decimal(value);
      return true;
    case FLAG:
      out.text(value === 0 ? FALSE : TRUE);
      return true;
    case SECONDS:
      out.seconds(value);
      return true;
    case SPAN: {
      const to = other[i];
      out.span(value, fields[at[i] + 1], fields[to], fields[to + 1]);
      return true;
    }
    default:
      return false;
  }
}
