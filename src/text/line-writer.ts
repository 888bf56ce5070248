/**
 * Writes lines as bytes: padded numbers, names, addresses, times. Owns a buffer that is handed to a sink when
 * it is nearly full, always at the end of a line. No string is made for a line, and nothing is allocated.
 *
 * Bytes are written four at a time where that can be; what a word has too many is written over by what comes next.
 */
import { type ConstantText, furtherDigits, GROUP, GROUPS, HEX_PAIRS, OCTET_BYTES, OCTETS } from './digits.js';
import { ID_PLACE_BYTES, linkIdPlace } from './id-places.js';

/** Takes `bytes` from `from` to `to` (half open) before it returns; they end with a whole line. */
export type LineSink = (bytes: Uint8Array, from: number, to: number) => void;

const BUFFER_BYTES = 64 * 1024;
/**
 * No line is longer: 40 option bytes make at most 20 options of 17 characters each, and what is shown of HTTP is at most
 * 2047 bytes of four characters each, and the words before them.
 */
const LONGEST_LINE_BYTES = 16 * 1024;
/** Beyond the buffer: the rest of a last word. */
const SPARE_BYTES = 8;

const SPACE = 0x20;
const FOUR_SPACES = 0x20202020;
const ZERO = 0x30;
const FOUR_ZEROS = 0x30303030;
/** What makes spaces of zeros. */
const ZEROS_TO_SPACES = 0x10101010;
const DOT = 0x2e;
const COLON = 0x3a;
const DAY_SEC = 86400;
const LOWER_HEX = Uint8Array.from('0123456789abcdef', (c) => c.charCodeAt(0));

/** ASCII bytes of a text. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export class LineWriter {
  readonly bytes = new Uint8Array(BUFFER_BYTES + SPARE_BYTES);
  at = 0;
  readonly #view = new DataView(this.bytes.buffer);
  readonly #sink: LineSink;
  /** The last place for an id in the buffer, or -1. */
  #idPlace = -1;
  /** The second that was written last, and `HH:MM:SS` as two words. */
  #clockSec = -1;
  #clockLow = 0;
  #clockHigh = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Ends the line. */
  endLine(): void {
    this.bytes[this.at++] = 0x0a;
    if (this.at > BUFFER_BYTES - LONGEST_LINE_BYTES) this.flush();
  }

  /** Hands over what is there. */
  flush(): void {
    if (this.at > 0) this.#sink(this.bytes, 0, this.at);
    this.at = 0;
    this.#idPlace = -1;
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  text(text: Uint8Array): void {
    this.part(text, 0, text.length);
  }

  /** What is in `text` from `from` up to `to`. */
  part(text: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    const shift = this.at - from;
    for (let i = from; i < to; i++) bytes[i + shift] = text[i];
    this.at = to + shift;
  }

  /** A text that has been made ready for it. */
  constant(text: ConstantText): void {
    const { words } = text;
    const view = this.#view;
    const { at } = this;
    for (let i = 0; i < words.length; i++) view.setInt32(at + 4 * i, words[i], true);
    this.at = at + text.length;
  }

  /** The place for a session's id (id-places.ts), at the start of a line or after its colour. */
  idPlace(): void {
    const { at } = this;
    this.#view.setInt32(at, FOUR_ZEROS, true);
    if (this.#idPlace >= 0) linkIdPlace(this.bytes, this.#idPlace, at - this.#idPlace);
    this.#idPlace = at;
    this.at = at + ID_PLACE_BYTES;
  }

  spaces(count: number): void {
    if (count <= 0) return;
    const { at } = this;
    for (let i = 0; i < count; i += 4) this.#view.setInt32(at + i, FOUR_SPACES, true);
    this.at = at + count;
  }

  /** %WIDTHs */
  right(text: Uint8Array, width: number): void {
    this.spaces(width - text.length);
    this.text(text);
  }

  /** %-WIDTHs */
  left(text: Uint8Array, width: number): void {
    this.text(text);
    this.spaces(width - text.length);
  }

  /** %WIDTHs of what was written from `start` on. */
  alignRight(start: number, width: number): void {
    const { bytes, at } = this;
    const pad = width - (at - start);
    if (pad <= 0) return;
    for (let i = at - 1; i >= start; i--) bytes[i + pad] = bytes[i];
    for (let i = 0; i < pad; i++) bytes[start + i] = SPACE;
    this.at = at + pad;
  }

  /** %WIDTHu with `pad`, a space or a zero; `value` is a whole number from 0 to 2^53. */
  number(value: number, width: number, pad: number): void {
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    for (let i = digits; i < width; i++) this.bytes[this.at++] = pad;
    let end = this.at + digits;
    this.at = end;
    let rest = value;
    while (rest > 0x7fffffff) {
      const tenth = Math.floor(rest / 10);
      this.bytes[--end] = ZERO + (rest - tenth * 10);
      rest = tenth;
      digits--;
    }
    let small = rest | 0;
    while (digits-- > 0) {
      const tenth = (small / 10) | 0;
      this.bytes[--end] = ZERO + (small - tenth * 10);
      small = tenth;
    }
  }

  /** %u */
  decimal(value: number): void {
    if (value < GROUP) {
      this.#four(value | 0);
    } else if (value < GROUP * GROUP) {
      const whole = value | 0;
      const high = (whole / GROUP) | 0;
      this.#four(high);
      this.#group(whole - high * GROUP);
    } else if (value < 100 * GROUP * GROUP) {
      const highest = Math.floor(value / (GROUP * GROUP)) | 0;
      const whole = (value - highest * GROUP * GROUP) | 0;
      const high = (whole / GROUP) | 0;
      this.#four(highest);
      this.#group(high);
      this.#group(whole - high * GROUP);
    } else {
      this.number(value, 1, SPACE);
    }
  }

  /** %0WIDTHu */
  zeroed(value: number, width: number): void {
    if (value >= GROUP || width > 4 || width < 1) {
      this.number(value, width, ZERO);
      return;
    }
    const small = value | 0;
    const digits = Math.max(width, furtherDigits(small) + 1);
    this.#view.setInt32(this.at, GROUPS[small] >>> (32 - 8 * digits), true);
    this.at += digits;
  }

  /** %WIDTHu */
  spaced(value: number, width: number): void {
    if (value >= GROUP || width < 4) {
      this.number(value, width, SPACE);
      return;
    }
    const small = value | 0;
    this.spaces(width - 4);
    const isLeading = (1 << (24 - 8 * furtherDigits(small))) - 1;
    this.#view.setInt32(this.at, GROUPS[small] ^ (ZEROS_TO_SPACES & isLeading), true);
    this.at += 4;
  }

  /** %08X */
  hex8(value: number): void {
    const { at } = this;
    const view = this.#view;
    view.setInt32(at, HEX_PAIRS[value >>> 24] | (HEX_PAIRS[(value >>> 16) & 0xff] << 16), true);
    view.setInt32(at + 4, HEX_PAIRS[(value >>> 8) & 0xff] | (HEX_PAIRS[value & 0xff] << 16), true);
    this.at = at + 8;
  }

  /** %04X of the lower 16 bits. */
  hex4(value: number): void {
    this.#view.setInt32(this.at, HEX_PAIRS[(value >>> 8) & 0xff] | (HEX_PAIRS[value & 0xff] << 16), true);
    this.at += 4;
  }

  /** An IPv4 address (int32, host order), `a.b.c.d`, right-aligned in `width`. */
  ipv4(address: number, width = 0): void {
    const a = address >>> 24;
    const b = (address >>> 16) & 0xff;
    const c = (address >>> 8) & 0xff;
    const d = address & 0xff;
    if (width > 0) this.spaces(width + 1 - OCTET_BYTES[a] - OCTET_BYTES[b] - OCTET_BYTES[c] - OCTET_BYTES[d]);
    const view = this.#view;
    let { at } = this;
    view.setInt32(at, OCTETS[a], true);
    at += OCTET_BYTES[a];
    view.setInt32(at, OCTETS[b], true);
    at += OCTET_BYTES[b];
    view.setInt32(at, OCTETS[c], true);
    at += OCTET_BYTES[c];
    view.setInt32(at, OCTETS[d], true);
    // Without the last dot.
    this.at = at + OCTET_BYTES[d] - 1;
  }

  /** An IPv6 address, four words in host order, as `ipv6Text` of src/wire/address.ts. */
  ipv6(words: Int32Array): void {
    if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
      this.#twoColons();
      this.#shortHex(0xffff);
      this.byte(COLON);
      this.ipv4(words[3]);
      return;
    }
    let zeros = 8;
    let zerosEnd = 8;
    let most = 1;
    for (let start = 0; start < 8; start++) {
      let end = start;
      while (end < 8 && groupOf(words, end) === 0) end++;
      if (end - start <= most) continue;
      most = end - start;
      zeros = start;
      zerosEnd = end;
    }
    for (let group = 0; group < 8; group++) {
      if (group === zeros) {
        this.#twoColons();
        group = zerosEnd - 1;
        continue;
      }
      if (group > 0 && group !== zerosEnd) this.byte(COLON);
      this.#shortHex(groupOf(words, group));
    }
  }

  /** YY-MM-DD of `sec` (unsigned) in the local time zone. */
  date(sec: number): void {
    const day = Math.floor((sec + localOffsetSec(sec)) / DAY_SEC);
    if (day !== dateDay) {
      dateDay = day;
      const date = new Date(day * DAY_SEC * 1000);
      dateText = ascii(date.toISOString().slice(-22, -14));
    }
    this.text(dateText);
  }

  /** HH:MM:SS.mmm of `sec` (unsigned) and `usec` in the local time zone. */
  time(sec: number, usec: number): void {
    if (sec !== this.#clockSec) this.#setClock(sec);
    const view = this.#view;
    const { at } = this;
    view.setInt32(at, this.#clockLow, true);
    view.setInt32(at + 4, this.#clockHigh, true);
    // The dot is where the thousands would be.
    view.setInt32(at + 8, (GROUPS[(usec / 1000) | 0] & ~0xff) | DOT, true);
    this.at = at + 12;
  }

  #setClock(sec: number): void {
    this.#clockSec = sec;
    const local = sec + localOffsetSec(sec);
    const second = ((local % DAY_SEC) + DAY_SEC) % DAY_SEC;
    const { at } = this;
    this.zeroed((second / 3600) | 0, 2);
    this.byte(COLON);
    this.zeroed(((second / 60) | 0) % 60, 2);
    this.byte(COLON);
    this.zeroed(second % 60, 2);
    this.#clockLow = this.#view.getInt32(at, true);
    this.#clockHigh = this.#view.getInt32(at + 4, true);
    this.at = at;
  }

  #twoColons(): void {
    this.byte(COLON);
    this.byte(COLON);
  }

  /** Lower-case hexadecimal digits of a number below 2^16, without leading zeros. */
  #shortHex(value: number): void {
    if (value >= 0x1000) this.byte(LOWER_HEX[value >>> 12]);
    if (value >= 0x100) this.byte(LOWER_HEX[(value >>> 8) & 15]);
    if (value >= 0x10) this.byte(LOWER_HEX[(value >>> 4) & 15]);
    this.byte(LOWER_HEX[value & 15]);
  }

  /** Up to four digits of a number below 10^4; the zeros before them are shifted out. */
  #four(value: number): void {
    const further = furtherDigits(value);
    this.#view.setInt32(this.at, GROUPS[value] >>> (24 - 8 * further), true);
    this.at += further + 1;
  }

  /** All four of them. */
  #group(value: number): void {
    this.#view.setInt32(this.at, GROUPS[value], true);
    this.at += 4;
  }
}

/** One of the eight groups of 16 bits of an IPv6 address. */
const groupOf = (words: Int32Array, group: number): number =>
  (group & 1) === 0 ? words[group >> 1] >>> 16 : words[group >> 1] & 0xffff;

let dateDay = Number.NaN;
let dateText: Uint8Array = new Uint8Array();
let offsetMinute = -1;
let offsetSec = 0;

/** Seconds that local time is ahead of UTC at `sec`; zones have changed at odd minutes, as Newfoundland's at 00:01. */
function localOffsetSec(sec: number): number {
  const minute = Math.floor(sec / 60);
  if (minute !== offsetMinute) {
    offsetMinute = minute;
    offsetSec = -60 * new Date(sec * 1000).getTimezoneOffset();
  }
  return offsetSec;
}
