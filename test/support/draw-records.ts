/**
 * Records of sessions, segments and connections as the analysis could tell them, drawn by a generator of numbers: mostly zeros and small counts, now and then
 * the largest values, unset ones, and texts of any bytes.
 */
import { RECORD_NUMBER } from '../../src/analysis/events.js';
import type { Column, RecordTable } from '../../src/records/record-table.js';

export interface DrawnRecord {
  readonly fields: Float64Array;
  readonly text: Uint8Array;
}

/** Numbers from 0 to below 2^32; the same for the same seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** Inputs that records may be of: numbers from 1. */
export const DRAWN_INPUTS: readonly string[] = ['a.pcap', 'with "quotes", commas\tand\\tabs.pcap', 'caf\u00e9.pcap'];

export function drawRecord(table: RecordTable, draw: () => number, number: number): DrawnRecord {
  const fields = new Float64Array(table.fields);
  const isV6 = draw() % 4 === 0;
  for (const { value } of table.columns) {
    if (value.kind !== 'community' && value.kind !== 'span') fields[value.at] = drawField(value, draw);
    if (value.kind === 'time') fields[value.at + 1] = draw() % 1e9;
    if (value.kind === 'address') drawAddress(fields, value.at, isV6, draw);
  }
  fields[table.tuple.v6] = isV6 ? 1 : 0;
  fields[table.tuple.srcPort] = draw() & 0xffff;
  fields[table.tuple.dstPort] = [80, 443, draw() & 0xffff][draw() % 3];
  fields[RECORD_NUMBER] = number;
  const pieces = table.texts.map((at) => drawText(fields, at, draw));
  return { fields, text: Uint8Array.from(pieces.flat()) };
}

function drawField(value: Column['value'], draw: () => number): number {
  const isUnset = draw() % 12 === 0;
  switch (value.kind) {
    case 'time':
      return 1_400_000_000 + (draw() % 200_000_000);
    case 'flag':
      return isUnset ? Number.NaN : draw() % 2;
    case 'word':
      return isUnset ? Number.NaN : draw() % value.words.length;
    case 'set':
      return 1 + (draw() % (2 ** value.words.length - 1));
    case 'input':
      return 1 + (draw() % DRAWN_INPUTS.length);
    case 'seconds':
      return isUnset ? Number.NaN : draw() * (draw() % 3 === 0 ? draw() % 2 ** 20 : 1) + (draw() % 8) / 8;
    default:
      return isUnset ? Number.NaN : drawCount(draw);
  }
}

function drawCount(draw: () => number): number {
  const kind = draw() % 16;
  if (kind < 11) return 0;
  if (kind < 14) return draw() % 2000;
  return kind < 15 ? draw() : draw() * 2 ** 21 + (draw() % 2 ** 21);
}

function drawAddress(fields: Float64Array, at: number, isV6: boolean, draw: () => number): void {
  const host = draw() % 3 === 0 ? draw() : 0xc0a80000 + (draw() % 300);
  fields[at] = isV6 ? [0x20010db8, 0, 0xfe800000][draw() % 3] : host;
  if (!isV6) return;
  fields[at + 1] = draw() % 3 === 0 ? draw() : 0;
  fields[at + 2] = [0, 0xffff, draw()][draw() % 3];
  fields[at + 3] = host;
}

/** Sets the length of a piece of text, and returns its bytes. */
function drawText(fields: Float64Array, at: number, draw: () => number): number[] {
  const bytes = draw() % 3 === 0 ? 0 : 1 + (draw() % 12);
  fields[at] = bytes === 0 && draw() % 2 === 0 ? Number.NaN : bytes;
  const isAny = draw() % 4 === 0;
  return Array.from({ length: bytes }, () => (isAny ? draw() & 0xff : 0x20 + (draw() % 95)));
}
