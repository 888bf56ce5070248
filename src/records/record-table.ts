/**
 * What a table of columns is: how each column's value comes out of a record's float64 fields and its text (src/analysis/events.ts). One table a kind
 * of records is the only place that knows names, units and meanings; every format, and docs/records.md, follows from it.
 */
import type { RecordKind } from '../analysis/events.js';

/**
 * Where a value comes from; numbers are places of fields. NaN, and a text of no bytes, stands for what is unset. In every format the value is the same
 * and has the same unit; how it is written is the format's.
 */
export type Value =
  /** A whole number. */
  | { readonly kind: 'number'; readonly at: number }
  /** 0 or 1. */
  | { readonly kind: 'flag'; readonly at: number }
  /** Nanoseconds that passed, written as seconds. */
  | { readonly kind: 'seconds'; readonly at: number }
  /** Seconds since 1970; nanoseconds are in the field behind them. */
  | { readonly kind: 'time'; readonly at: number }
  /** What passed between two such times, written as seconds. */
  | { readonly kind: 'span'; readonly at: number; readonly to: number }
  /** Four words of an address, or one; which is told by field `v6`. */
  | { readonly kind: 'address'; readonly at: number; readonly v6: number }
  /** An index in `words`. */
  | { readonly kind: 'word'; readonly at: number; readonly words: readonly string[] }
  /** A piece of the record's text, characters of ISO 8859-1; the field has its length. */
  | { readonly kind: 'text'; readonly at: number }
  /** The number of an input, written as its name. */
  | { readonly kind: 'input'; readonly at: number }
  /** A set of `words`, bit 0 the first. */
  | { readonly kind: 'set'; readonly at: number; readonly words: readonly string[] }
  /** Made of the tuple (community-id.ts). */
  | { readonly kind: 'community' };

export type ValueKind = Value['kind'];

export interface Column {
  readonly name: string;
  /** Empty where there is none. */
  readonly unit: string;
  /** One sentence. */
  readonly meaning: string;
  readonly value: Value;
}

/** Places of the fields that say which addresses and ports a record is about. */
export interface TupleFields {
  readonly v6: number;
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
}

export interface RecordTable {
  readonly kind: RecordKind;
  /** What the records are of, as a heading. */
  readonly title: string;
  /** How many fields a record has. */
  readonly fields: number;
  readonly tuple: TupleFields;
  /** Fields with the lengths of the pieces of the text, in their order. */
  readonly texts: readonly number[];
  readonly columns: readonly Column[];
}

/** Where the piece of the text whose length is in field `at` begins, in a record of `table`. */
export function textStart(table: RecordTable, fields: Float64Array, at: number): number {
  let start = 0;
  for (const text of table.texts) {
    if (text === at) return start;
    // NaN: nothing.
    start += fields[text] > 0 ? fields[text] : 0;
  }
  return start;
}

/** Fields with numbers of inputs. */
export const inputFields = (table: RecordTable): number[] =>
  table.columns.flatMap(({ value }) => (value.kind === 'input' ? [value.at] : []));
