/**
 * Digits as words: what is looked up is written four bytes at a time (little-endian), which is what makes text fast. Owns the tables.
 */

const ZERO = 0x30;
const DOT = 0x2e;
const UPPER_HEX = '0123456789ABCDEF';

export const GROUP = 10_000;
/** Four digits of each number below 10000, the first in the lowest byte. */
export const GROUPS: Int32Array = new Int32Array(GROUP);
for (let n = 0; n < GROUP; n++) {
  const low = (ZERO + (n % 10)) << 24;
  const middle = ((ZERO + (((n / 10) | 0) % 10)) << 16) | ((ZERO + (((n / 100) | 0) % 10)) << 8);
  GROUPS[n] = low | middle | (ZERO + ((n / 1000) | 0));
}

/** How many digits a number below 10^4 has after the first; with no branch, which would be mistaken half the time. */
export const furtherDigits = (value: number): number =>
  ((9 - value) >>> 31) + ((99 - value) >>> 31) + ((999 - value) >>> 31);

/** A part of an IPv4 address and the dot after it, and how many bytes that is. */
export const OCTETS: Int32Array = new Int32Array(256);
export const OCTET_BYTES: Uint8Array = new Uint8Array(256);
for (let n = 0; n < 256; n++) {
  const further = furtherDigits(n);
  OCTETS[n] = (GROUPS[n] >>> (24 - 8 * further)) | (DOT << (8 * (further + 1)));
  OCTET_BYTES[n] = further + 2;
}

/** Two upper-case hexadecimal digits of a byte. */
export const HEX_PAIRS: Int32Array = Int32Array.from(
  { length: 256 },
  (_, n) => UPPER_HEX.charCodeAt(n >> 4) | (UPPER_HEX.charCodeAt(n & 15) << 8),
);

/** A text that is written again and again, as words. */
export class ConstantText {
  readonly length: number;
  readonly words: Int32Array;

  constructor(text: Uint8Array) {
    const bytes = new Uint8Array(4 * Math.ceil(text.length / 4));
    bytes.set(text);
    const view = new DataView(bytes.buffer);
    this.length = text.length;
    this.words = Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
  }
}
