/**
 * The formats of records by name, and which kinds of records each can have.
 */
import {
  RECORD_CONNECTION,
  RECORD_PACKET,
  RECORD_SEGMENTS,
  RECORD_SESSION,
  type RecordKind,
} from '../analysis/events.js';
import { SEGMENTS_RECORD_FIELDS } from '../analysis/segments-record.js';
import { ConnJsonRenderer, ConnLogRenderer } from './conn-log.js';
import { CONNECTION_TABLE } from './connection-columns.js';
import { CSV, DelimitedRenderer, TSV } from './delimited.js';
import { MappedAddresses } from './mapped-addresses.js';
import { NdjsonRenderer } from './ndjson.js';
import { PACKET_TABLE } from './packet-columns.js';
import { type OpenParquet, ParquetRenderer } from './parquet.js';
import type { RecordTable } from './record-table.js';
import type { AddressMap, RecordRenderer } from './renderer.js';
import { SESSION_TABLE } from './session-columns.js';

/** The last two are Zeek's, of connections only. */
export type RecordFormat = 'ndjson' | 'csv' | 'tsv' | 'parquet' | 'zeek' | 'zeek-json';

const TABLES: Readonly<Partial<Record<RecordKind, RecordTable>>> = {
  [RECORD_SESSION]: SESSION_TABLE,
  [RECORD_PACKET]: PACKET_TABLE,
  [RECORD_CONNECTION]: CONNECTION_TABLE,
};

/** Throws for a kind of records that has no columns. */
export function tableOf(kind: RecordKind): RecordTable {
  const table = TABLES[kind];
  if (table === undefined) throw new Error(`records of kind ${kind} have no columns`);
  return table;
}

/** How many fields a record has. */
export const fieldsOf = (kind: RecordKind): number =>
  kind === RECORD_SEGMENTS ? SEGMENTS_RECORD_FIELDS : tableOf(kind).fields;

export const isZeek = (format: RecordFormat): boolean => format === 'zeek' || format === 'zeek-json';

/** What renders records of one kind; `openParquet` is asked for a file where the format is that. */
export function rendererOf(
  kind: RecordKind,
  format: RecordFormat,
  openParquet: OpenParquet,
  addressOf?: AddressMap,
): RecordRenderer {
  const table = tableOf(kind);
  const renderer = plainRenderer(table, format, openParquet);
  return addressOf === undefined ? renderer : new MappedAddresses(table, addressOf, renderer);
}

function plainRenderer(table: RecordTable, format: RecordFormat, openParquet: OpenParquet): RecordRenderer {
  if (isZeek(format) && table.kind !== RECORD_CONNECTION) throw new Error(`${table.title} have no format ${format}`);
  switch (format) {
    case 'ndjson':
      return new NdjsonRenderer(table);
    case 'csv':
      return new DelimitedRenderer(table, CSV);
    case 'tsv':
      return new DelimitedRenderer(table, TSV);
    case 'parquet':
      return new ParquetRenderer(table, openParquet);
    case 'zeek':
      return new ConnLogRenderer();
    case 'zeek-json':
      return new ConnJsonRenderer();
  }
}
