/**
 * Records as columns of a Parquet file: their types, and groups of rows of bounded memory. Whoever writes the file is handed in: no library is known
 * here.
 */

import { RECORD_NUMBER } from '../analysis/events.js';
import { AddressTexts } from './address-texts.js';
import { CommunityId } from './community-id.js';
import type { Column, RecordTable, Value } from './record-table.js';
import { textStart } from './record-table.js';
import type { RecordRenderer } from './renderer.js';

/** A column's type, as an element of a Parquet schema. */
export interface ParquetElement {
  readonly name: string;
  readonly type: 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY';
  readonly repetition_type: 'OPTIONAL';
  readonly converted_type?: 'UTF8';
  readonly logical_type?: { readonly type: 'TIMESTAMP'; readonly isAdjustedToUTC: false; readonly unit: 'NANOS' };
}

export type ParquetValue = bigint | number | string | boolean | null;

/** A column of a group of rows. */
export interface ParquetColumn {
  readonly element: ParquetElement;
  /** It is written as places in a list of its values. */
  readonly isDictionary: boolean;
  /** The lowest and the highest value of each group are noted, so that readers may pass groups over. */
  readonly hasBounds: boolean;
  /** Made when it is asked for, once a group. */
  readonly values: () => ParquetValue[];
}

/** A Parquet file that is being written. */
export interface ParquetFile {
  /** Writes a group of `rows` rows. */
  write(columns: readonly ParquetColumn[], rows: number): void;
  /** Writes the footer, without which nobody can read the file. */
  finish(): void;
  /** What was written since the last call. */
  take(): Uint8Array<ArrayBuffer>;
}

export type OpenParquet = (schema: readonly ParquetElement[]) => ParquetFile;

/**
 * Fields of the rows of a group at most, and their text. A group's columns are made one after the other, so this, one column and what they are written to is all
 * the memory that is needed, beside about 1 KiB a group and column for the footer.
 */
const GROUP_BYTES = 24 << 20;
const NSEC_PER_SEC = 1_000_000_000n;
/** Counts are small mostly. */
const SMALL = Array.from({ length: 4096 }, (_, value) => BigInt(value));

export class ParquetRenderer implements RecordRenderer {
  readonly #table: RecordTable;
  readonly #file: ParquetFile;
  readonly #columns: readonly ParquetColumn[];
  readonly #addresses = new AddressTexts();
  readonly #community = new CommunityId();
  readonly #names: string[] = [];
  readonly #rowsMost: number;
  /** The group's fields, all rows of one field after the other, as columns are made of them; where the text of each row begins. */
  readonly #fields: Float64Array;
  /** One row's fields, as far as a value needs them. */
  readonly #row: Float64Array;
  readonly #starts: Int32Array;
  #texts = new Uint8Array(1 << 16);
  #textBytes = 0;
  #rows = 0;

  /** `groupBytes`: of the fields of a group, a test's own. */
  constructor(table: RecordTable, open: OpenParquet, groupBytes = GROUP_BYTES) {
    this.#table = table;
    this.#rowsMost = Math.max(1, Math.floor(groupBytes / (8 * table.fields)));
    this.#fields = new Float64Array(this.#rowsMost * table.fields);
    this.#row = new Float64Array(table.fields);
    this.#starts = new Int32Array(this.#rowsMost);
    this.#columns = table.columns.map((column) => ({
      element: elementOf(column),
      isDictionary: DICTIONARY_KINDS.includes(column.value.kind),
      hasBounds: isSearched(column.value, table),
      values: () => this.#valuesOf(column.value),
    }));
    this.#file = open(this.#columns.map(({ element }) => element));
  }

  name(input: number, name: string): void {
    this.#names[input] = name;
  }

  add(fields: Float64Array, text: Uint8Array): void {
    const { texts } = this.#table;
    let bytes = 0;
    for (const at of texts) bytes += fields[at] > 0 ? fields[at] : 0;
    if (this.#rows === this.#rowsMost || this.#textBytes + bytes > GROUP_BYTES) this.#writeGroup();
    if (this.#textBytes + bytes > this.#texts.length) this.#grow(bytes);
    this.#starts[this.#rows] = this.#textBytes;
    for (let i = 0; i < bytes; i++) this.#texts[this.#textBytes + i] = text[i];
    this.#textBytes += bytes;
    for (let at = 0, to = this.#rows; at < fields.length; at++, to += this.#rowsMost) this.#fields[to] = fields[at];
    this.#rows++;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#file.take();
  }

  /** What is taken is copied: a group is long in coming. */
  reuse(): void {}

  end(): void {
    this.#writeGroup();
    this.#file.finish();
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#texts.length, this.#textBytes + bytes));
    larger.set(this.#texts.subarray(0, this.#textBytes));
    this.#texts = larger;
  }

  #writeGroup(): void {
    if (this.#rows > 0) this.#file.write(this.#columns, this.#rows);
    this.#rows = 0;
    this.#textBytes = 0;
  }

  #valuesOf(value: Value): ParquetValue[] {
    const values = new Array<ParquetValue>(this.#rows);
    const first = 'at' in value ? this.#rowsMost * value.at : -1;
    // Nearly all columns are of one field.
    if (value.kind === 'number') {
      for (let row = 0; row < this.#rows; row++) values[row] = wholeOf(this.#fields[first + row]);
      return values;
    }
    const needed = fieldsOf(value, this.#table);
    for (let row = 0; row < this.#rows; row++) {
      if (first >= 0 && Number.isNaN(this.#fields[first + row])) {
        values[row] = null;
      } else {
        for (const at of needed) this.#row[at] = this.#fields[this.#rowsMost * at + row];
        values[row] = this.#valueOf(value, this.#row, this.#starts[row]);
      }
    }
    return values;
  }

  /** A value that is set, of the row whose text begins at `start`. */
  #valueOf(value: Value, fields: Float64Array, start: number): ParquetValue {
    switch (value.kind) {
      case 'number':
        return wholeOf(fields[value.at]);
      case 'flag':
        return fields[value.at] !== 0;
      case 'seconds':
        return Math.round(fields[value.at]) / 1e9;
      case 'time':
        return BigInt(fields[value.at]) * NSEC_PER_SEC + BigInt(fields[value.at + 1]);
      case 'span':
        return secondsBetween(fields, value.at, value.to);
      case 'address':
        return this.#addresses.textOf(fields, value.at, value.v6);
      case 'word':
        return value.words[fields[value.at]];
      case 'text':
        return this.#textOf(fields, value.at, start);
      case 'input':
        return this.#names[fields[value.at]] ?? null;
      case 'set':
        return value.words.filter((_, bit) => ((fields[value.at] >>> bit) & 1) === 1).join(' ');
      case 'community':
        this.#community.make(fields, this.#table.tuple);
        return String.fromCharCode(...this.#community.bytes);
    }
  }

  #textOf(fields: Float64Array, at: number, start: number): string | null {
    const bytes = fields[at];
    if (!(bytes > 0)) return null;
    const from = start + textStart(this.#table, fields, at);
    let text = '';
    for (let i = 0; i < bytes; i++) text += String.fromCharCode(this.#texts[from + i]);
    return text;
  }
}

/** NaN: unset. */
function wholeOf(value: number): bigint | null {
  if (value < SMALL.length) return SMALL[value];
  return Number.isNaN(value) ? null : BigInt(value);
}

const wordsFrom = (at: number): number[] => [at, at + 1, at + 2, at + 3];

/** The fields that a value is made of. */
function fieldsOf(value: Value, { tuple, texts }: RecordTable): readonly number[] {
  switch (value.kind) {
    case 'time':
      return [value.at, value.at + 1];
    case 'span':
      return [value.at, value.at + 1, value.to, value.to + 1];
    case 'address':
      return [value.v6, ...wordsFrom(value.at)];
    case 'text':
      return texts;
    case 'community':
      return [tuple.v6, ...wordsFrom(tuple.src), ...wordsFrom(tuple.dst), tuple.srcPort, tuple.dstPort];
    default:
      return [value.at];
  }
}

/** The float64 nearest to what passed between two times. */
function secondsBetween(fields: Float64Array, from: number, to: number): number {
  const nsec = (fields[to] - fields[from]) * 1e9 + (fields[to + 1] - fields[from + 1]);
  if (Number.isSafeInteger(nsec)) return nsec / 1e9;
  const exact = (BigInt(fields[to]) - BigInt(fields[from])) * NSEC_PER_SEC + BigInt(fields[to + 1] - fields[from + 1]);
  const size = exact < 0n ? -exact : exact;
  return Number(`${exact < 0n ? '-' : ''}${size / NSEC_PER_SEC}.${String(size % NSEC_PER_SEC).padStart(9, '0')}`);
}

/** The same few values in many rows. */
const DICTIONARY_KINDS: readonly Value['kind'][] = ['address', 'word', 'input', 'set'];

/** Whether groups are likely to be chosen by it: by time, endpoint or number. Bounds of all columns would be most of the footer. */
const isSearched = (value: Value, { tuple }: RecordTable): boolean =>
  value.kind === 'time' ||
  value.kind === 'address' ||
  (value.kind === 'number' && [RECORD_NUMBER, tuple.srcPort, tuple.dstPort].includes(value.at));

function elementOf({ name, value }: Column): ParquetElement {
  const common = { name, repetition_type: 'OPTIONAL' } as const;
  switch (value.kind) {
    case 'number':
      return { ...common, type: 'INT64' };
    case 'flag':
      return { ...common, type: 'BOOLEAN' };
    case 'seconds':
    case 'span':
      return { ...common, type: 'DOUBLE' };
    case 'time':
      return {
        ...common,
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
      };
    default:
      return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}
