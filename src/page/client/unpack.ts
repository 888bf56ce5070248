/**
 * The page's data: from the text that lies in it to what the rest works with.
 */
import type { Packed, PageData } from '../page-data.js';

export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array, f64: Float64Array };

interface FromBase64 {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as FromBase64;
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Throws where the column is not as long as it says. */
export function columnOf({ packed, length, base64 }: Packed): Column {
  const bytes = bytesOf(base64);
  const column = new ARRAYS[packed](bytes.buffer, bytes.byteOffset, bytes.length / ARRAYS[packed].BYTES_PER_ELEMENT);
  if (column.length !== length) throw new Error(`a column of ${length} has ${column.length}`);
  return column;
}

/** Of the base64 text of a gzip stream of JSON. */
export async function unpack(base64: string): Promise<PageData> {
  const stream = new Blob([bytesOf(base64.trim())]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}
