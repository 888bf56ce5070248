/**
 * Columns of numbers as the page has them: base64 of little-endian arrays, of the narrowest type that holds all values.
 */
import type { Packed } from './page-data.js';

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Whole numbers from 0 on. */
export function packWhole(values: Uint32Array | Float64Array): Packed {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  if (most <= 0xff) return pack('u8', copied(values, new Uint8Array(values.length)));
  if (most <= 0xffff) return pack('u16', copied(values, new Uint16Array(values.length)));
  if (most <= 0xffffffff) return pack('u32', copied(values, new Uint32Array(values.length)));
  return packDoubles(copied(values, new Float64Array(values.length)));
}

/** Any numbers. */
export const packDoubles = (values: Float64Array): Packed => pack('f64', values);

function copied<To extends Numbers>(values: Numbers, to: To): To {
  for (let i = 0; i < values.length; i++) to[i] = values[i];
  return to;
}

/** The machine's order of bytes is little-endian wherever this runs. */
function pack(packed: Packed['packed'], array: Numbers): Packed {
  const base64 = Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return { packed, length: array.length, base64 };
}
