/**
 * Text out of packets in a form that no terminal takes for a command. Owns which bytes are written as they are: printable
 * ASCII, well-formed UTF-8, and bytes from 0xa0 on, which are letters in older encodings. Control characters, C0 and C1, the
 * latter alone or in UTF-8, become \xNN. A backslash stays one: the original writes it so.
 */

const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
const HEX = Uint8Array.from('0123456789abcdef', (c) => c.charCodeAt(0));

/** A byte takes at most this many. */
export const MOST_BYTES_PER_BYTE = 4;

/** Writes bytes `from` to `to` (half open) of `view` to `into` from `at` on; returns where they end there. */
export function putPrintable(view: DataView, from: number, to: number, into: Uint8Array, at: number): number {
  let end = at;
  for (let i = from; i < to; ) {
    const byte = view.getUint8(i);
    const length = byte < 0x80 ? 1 : utf8Length(view, i, to);
    // U+0080 to U+009F are C1.
    const isC1 = length === 2 && byte === 0xc2 && view.getUint8(i + 1) < 0xa0;
    if (length > 1 && !isC1) {
      for (const next = i + length; i < next; i++) into[end++] = view.getUint8(i);
      continue;
    }
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0xa0 && !isC1)) into[end++] = byte;
    else end = putEscaped(byte, into, end);
    // What follows a C1's first byte is escaped by itself: it is below 0xa0.
    i++;
  }
  return end;
}

function putEscaped(byte: number, into: Uint8Array, at: number): number {
  into[at] = BACKSLASH;
  into[at + 1] = LETTER_X;
  into[at + 2] = HEX[byte >>> 4];
  into[at + 3] = HEX[byte & 15];
  return at + MOST_BYTES_PER_BYTE;
}

/** Bytes of the well-formed UTF-8 sequence at `at`, which begins with 0x80 or more; 1 when there is none (RFC 3629 section 4). */
function utf8Length(view: DataView, at: number, to: number): number {
  const first = view.getUint8(at);
  if (first < 0xc2 || first > 0xf4) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > to) return 1;
  for (let i = 1; i < length; i++) if ((view.getUint8(at + i) & 0xc0) !== 0x80) return 1;
  const second = view.getUint8(at + 1);
  // Overlong forms, surrogates, and what is beyond U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 1;
  if (first === 0xed && second > 0x9f) return 1;
  if (first === 0xf0 && second < 0x90) return 1;
  if (first === 0xf4 && second > 0x8f) return 1;
  return length;
}
