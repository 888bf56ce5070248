/**
 * What the columns of a record should say, found the slow way: from the table's description of each value, with exact arithmetic and node's own hashes.
 */
import { createHash } from 'node:crypto';
import type { Column, RecordTable } from '../../src/records/record-table.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import type { DrawnRecord } from './draw-records.js';

/** A number is exact where it is a whole one; what passed, and times, are decimals. */
export type Expected =
  | { readonly kind: 'whole' | 'decimal' | 'time' | 'text'; readonly text: string }
  | { readonly kind: 'flag'; readonly flag: boolean }
  | { readonly kind: 'set'; readonly words: readonly string[] }
  | { readonly kind: 'unset' };

const UNSET: Expected = { kind: 'unset' };

/** Nanoseconds as seconds with nine decimals. */
export function decimalOf(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const digits = size.toString().padStart(10, '0');
  return `${nanoseconds < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

const nanosecondsAt = (fields: Float64Array, at: number): bigint =>
  BigInt(fields[at]) * 1_000_000_000n + BigInt(fields[at + 1]);

export function expectedOf(
  table: RecordTable,
  column: Column,
  { fields, text }: DrawnRecord,
  names: readonly string[],
): Expected {
  const { value } = column;
  if (value.kind === 'community') return { kind: 'text', text: communityOf(table, fields) };
  const first = fields[value.at];
  if (Number.isNaN(first)) return UNSET;
  switch (value.kind) {
    case 'number':
      return { kind: 'whole', text: BigInt(first).toString() };
    case 'flag':
      return { kind: 'flag', flag: first === 1 };
    case 'seconds':
      return { kind: 'decimal', text: decimalOf(BigInt(Math.round(first))) };
    case 'time':
      return { kind: 'time', text: decimalOf(nanosecondsAt(fields, value.at)) };
    case 'span':
      return { kind: 'decimal', text: decimalOf(nanosecondsAt(fields, value.to) - nanosecondsAt(fields, value.at)) };
    case 'address':
      return { kind: 'text', text: addressOf(fields, value.at, fields[value.v6] === 1) };
    case 'word':
      return { kind: 'text', text: value.words[first] };
    case 'set':
      return { kind: 'set', words: value.words.filter((_, bit) => (first & (1 << bit)) !== 0) };
    case 'input':
      return { kind: 'text', text: names[first - 1] };
    case 'text': {
      const before = table.texts.slice(0, table.texts.indexOf(value.at));
      const from = before.reduce((sum, at) => sum + (Number.isNaN(fields[at]) ? 0 : fields[at]), 0);
      return first === 0 ? UNSET : { kind: 'text', text: Buffer.from(text).toString('latin1', from, from + first) };
    }
  }
}

function addressOf(fields: Float64Array, at: number, isV6: boolean): string {
  return isV6 ? ipv6Text([...fields.subarray(at, at + 4)]) : ipv4Text(fields[at]);
}

function communityOf({ tuple }: RecordTable, fields: Float64Array): string {
  const words = fields[tuple.v6] === 1 ? 4 : 1;
  const endpoint = (at: number, port: number): { address: Buffer; port: Buffer } => {
    const address = Buffer.alloc(4 * words);
    for (let i = 0; i < words; i++) address.writeUInt32BE(fields[at + i], 4 * i);
    const ports = Buffer.alloc(2);
    ports.writeUInt16BE(fields[port]);
    return { address, port: ports };
  };
  const ends = [endpoint(tuple.src, tuple.srcPort), endpoint(tuple.dst, tuple.dstPort)];
  ends.sort((a, b) => Buffer.compare(a.address, b.address) || Buffer.compare(a.port, b.port));
  const message = [Buffer.alloc(2), ends[0].address, ends[1].address, Buffer.from([6, 0]), ends[0].port, ends[1].port];
  return `1:${createHash('sha1').update(Buffer.concat(message)).digest('base64')}`;
}
