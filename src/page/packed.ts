/**
 * Columns of numbers as the page has them: base64 of little-endian arrays, of the narrowest type that holds all values.
 */
import type { Packed } from './page-data.js';

const WHOLE = [
  { packed: 'u8', most: 0xff, arrayOf: (values: Iterable<number>) => Uint8Array.from(values) },
  { packed: 'u16', most: 0xffff, arrayOf: (values: Iterable<number>) => Uint16Array.from(values) },
  { packed: 'u32', most: 0xffffffff, arrayOf: (values: Iterable<number>) => Uint32Array.from(values) },
] as const;

type Columns = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Whole numbers from 0 on. */
export function packWhole(values: ArrayLike<number> & Iterable<number>): Packed {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  const type = WHOLE.find((candidate) => most <= candidate.most);
  return type === undefined ? packDoubles(values) : pack(type.packed, type.arrayOf(values));
}

/** Any numbers. */
export const packDoubles = (values: Iterable<number>): Packed => pack('f64', Float64Array.from(values));

/** The machine's order of bytes is little-endian wherever this runs. */
function pack(packed: Packed['packed'], array: Columns): Packed {
  const base64 = Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return { packed, length: array.length, base64 };
}
