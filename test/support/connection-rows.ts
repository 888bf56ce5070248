/**
 * Records of connections as rows of text, in the columns of Zeek's conn.log, and the rows that its own test suite expects of its traces.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  C_DURATION,
  C_HISTORY_BYTES,
  C_MISSED_BYTES,
  C_ORIG,
  C_ORIG_BYTES,
  C_ORIG_IP_BYTES,
  C_ORIG_PACKETS,
  C_ORIG_PORT,
  C_RESP,
  C_RESP_BYTES,
  C_RESP_IP_BYTES,
  C_RESP_PACKETS,
  C_RESP_PORT,
  C_STATE,
  C_V6,
  CONNECTION_RECORD_FIELDS,
} from '../../src/analysis/connection-record.js';
import { STATES } from '../../src/analysis/connection-state.js';
import { RECORD_CONNECTION } from '../../src/analysis/events.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import type { ToldRecord } from './single-thread.js';

/** Columns of a row; `-` is what is unset. */
export const COLUMNS = [
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  'duration',
  'orig_bytes',
  'resp_bytes',
  'conn_state',
  'missed_bytes',
  'history',
  'orig_pkts',
  'orig_ip_bytes',
  'resp_pkts',
  'resp_ip_bytes',
] as const;
export type ConnectionRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A row of conn.log; `verified`: that run passed packets over whose checksum is wrong. */
export interface ZeekRow {
  readonly capture: string;
  readonly verified: boolean;
  readonly row: ConnectionRow;
}

const ROWS = join(process.cwd(), '..', 'shared', 'golden', 'zeek.tsv');

/** All rows of the reference table. */
export function zeekRows(): ZeekRow[] {
  const [head, ...lines] = readFileSync(ROWS, 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const values = line.split('\t');
    const row = Object.fromEntries(COLUMNS.map((name) => [name, values[names.indexOf(name)]])) as ConnectionRow;
    return { capture: values[0], verified: values[1] === 'verified', row };
  });
}

/** The rows of all connections among `records`, in their order. */
export function connectionRows(records: readonly ToldRecord[]): ConnectionRow[] {
  return records.filter(({ kind }) => kind === RECORD_CONNECTION).map(rowOf);
}

function rowOf({ fields, text }: ToldRecord): ConnectionRow {
  if (fields.length !== CONNECTION_RECORD_FIELDS || fields[C_HISTORY_BYTES] !== text.length) {
    throw new Error(`a record of ${fields.length} fields with ${text.length} bytes of text`);
  }
  const address = (at: number): string =>
    fields[C_V6] === 1 ? ipv6Text(fields.slice(at, at + 4)) : ipv4Text(fields[at]);
  const figure = (at: number): string => (Number.isNaN(fields[at]) ? '-' : `${fields[at]}`);
  return {
    'id.orig_h': address(C_ORIG),
    'id.orig_p': figure(C_ORIG_PORT),
    'id.resp_h': address(C_RESP),
    'id.resp_p': figure(C_RESP_PORT),
    duration: Number.isNaN(fields[C_DURATION]) ? '-' : (fields[C_DURATION] / 1e9).toFixed(6),
    orig_bytes: figure(C_ORIG_BYTES),
    resp_bytes: figure(C_RESP_BYTES),
    conn_state: STATES[fields[C_STATE]],
    missed_bytes: figure(C_MISSED_BYTES),
    history: text === '' ? '-' : text,
    orig_pkts: figure(C_ORIG_PACKETS),
    orig_ip_bytes: figure(C_ORIG_IP_BYTES),
    resp_pkts: figure(C_RESP_PACKETS),
    resp_ip_bytes: figure(C_RESP_IP_BYTES),
  };
}
