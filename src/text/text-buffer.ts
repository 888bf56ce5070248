/**
 * Text as bytes in one buffer that is filled again and again: numbers, seconds, addresses, texts in quotes. Owns how numbers become digits; whoever
 * writes says beforehand how much room is needed at most, so that nothing is checked for a single byte.
 */
import { type ConstantText, furtherDigits, GROUP, GROUPS } from './digits.js';

const FIRST_BYTES = 64 * 1024;
const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NSEC_PER_SEC = 1e9;
const LOWER_HEX = Uint8Array.from('0123456789abcdef', (c) => c.charCodeAt(0));
/** What a byte of a text takes at most in quotes of JSON. */
export const ESCAPED_BYTES = 6;
/** From so many bytes on, a native copy is faster than a loop; within the buffer, where the loop takes four at a time. */
const NATIVE_COPY_BYTES = 24;
const NATIVE_REPEAT_BYTES = 96;
const WORD_BYTES = 4;
/** Room that is there beyond what was asked for: copies may write a whole word too many. */
const SPARE_BYTES = 8;

export class TextBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  at = 0;
  #view = new DataView(this.bytes.buffer);
  #spare: Uint8Array<ArrayBuffer> | undefined;

  /** Makes room for so many bytes more. */
  room(bytes: number): void {
    const end = this.at + bytes + SPARE_BYTES;
    if (end <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, end));
    larger.set(this.bytes.subarray(0, this.at));
    this.#fill(larger);
  }

  /** What is there, in a buffer that is whoever's takes it, and begins anew in another. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, this.at);
    this.#fill(this.#spare ?? new Uint8Array(this.bytes.length));
    this.#spare = undefined;
    this.at = 0;
    return taken;
  }

  /** A buffer that was taken is given back: its pages are there already, which new ones would have to be made for. */
  reuse(buffer: ArrayBuffer): void {
    if (buffer.byteLength >= this.bytes.length) this.#spare = new Uint8Array(buffer);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  text(text: Uint8Array): void {
    const { bytes } = this;
    let at = this.at;
    const { length } = text;
    if (length >= NATIVE_COPY_BYTES) {
      bytes.set(text, at);
      this.at = at + length;
      return;
    }
    for (let i = 0; i < length; i++) bytes[at++] = text[i];
    this.at = at;
  }

  /** A text that has been made ready for it. */
  constant(text: ConstantText): void {
    const { words } = text;
    const view = this.#view;
    const { at } = this;
    for (let i = 0; i < words.length; i++) view.setInt32(at + WORD_BYTES * i, words[i], true);
    this.at = at + text.length;
  }

  /** What is in the buffer from `from` to `to`, once more. */
  repeat(from: number, to: number): void {
    const { at } = this;
    this.at = at + to - from;
    if (to - from >= NATIVE_REPEAT_BYTES) {
      this.bytes.copyWithin(at, from, to);
      return;
    }
    const view = this.#view;
    const shift = at - from;
    for (let i = from; i < to; i += WORD_BYTES) view.setInt32(i + shift, view.getInt32(i, true), true);
  }

  /** %u of a whole number from 0 to 2^53. */
  decimal(value: number): void {
    if (value < GROUP) {
      this.#four(value | 0);
    } else if (value < GROUP * GROUP) {
      const whole = value | 0;
      const high = (whole / GROUP) | 0;
      this.#four(high);
      this.#view.setInt32(this.at, GROUPS[whole - high * GROUP], true);
      this.at += 4;
    } else if (value < NSEC_PER_SEC) {
      this.#nine(value);
    } else {
      const high = Math.floor(value / NSEC_PER_SEC);
      this.decimal(high);
      this.#nine(value - high * NSEC_PER_SEC);
    }
  }

  /** `sec` (a whole number from 0) and `nsec` (below 10^9) as seconds with nine decimals. */
  time(sec: number, nsec: number): void {
    this.decimal(sec);
    this.bytes[this.at++] = DOT;
    this.#nine(nsec);
  }

  /** The same with six decimals; what is below a microsecond is cut off. */
  timeUsec(sec: number, usec: number): void {
    this.decimal(sec);
    this.bytes[this.at++] = DOT;
    this.#digits(usec, 6);
  }

  /** Nanoseconds, up to 2^53 and rounded to whole ones, as seconds with nine decimals. */
  seconds(nanoseconds: number): void {
    let rest = Math.round(nanoseconds);
    if (rest < 0) {
      this.bytes[this.at++] = MINUS;
      rest = -rest;
    }
    const sec = Math.floor(rest / NSEC_PER_SEC);
    this.time(sec, rest - sec * NSEC_PER_SEC);
  }

  /** What passed between two times, as seconds with nine decimals. */
  span(fromSec: number, fromNsec: number, toSec: number, toNsec: number): void {
    let sec = toSec - fromSec;
    let nsec = toNsec - fromNsec;
    if (sec < 0 || (sec === 0 && nsec < 0)) {
      this.bytes[this.at++] = MINUS;
      sec = -sec;
      nsec = -nsec;
    }
    if (nsec < 0) this.time(sec - 1, nsec + NSEC_PER_SEC);
    else this.time(sec, nsec);
  }

  /** An IPv4 address (host order), `a.b.c.d`. */
  ipv4(address: number): void {
    this.decimal(address >>> 24);
    this.bytes[this.at++] = DOT;
    this.decimal((address >>> 16) & 0xff);
    this.bytes[this.at++] = DOT;
    this.decimal((address >>> 8) & 0xff);
    this.bytes[this.at++] = DOT;
    this.decimal(address & 0xff);
  }

  /** Characters of ISO 8859-1, a byte each, as UTF-8. */
  latin1(text: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#utf8(text[i]);
  }

  /** The same in quotes as JSON wants it (RFC 8259 section 7). */
  quoted(text: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    bytes[this.at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const value = text[i];
      if (value < SPACE) {
        bytes[this.at++] = BACKSLASH;
        bytes[this.at++] = 0x75;
        bytes[this.at++] = ZERO;
        bytes[this.at++] = ZERO;
        bytes[this.at++] = LOWER_HEX[value >> 4];
        bytes[this.at++] = LOWER_HEX[value & 15];
      } else {
        if (value === QUOTE || value === BACKSLASH) bytes[this.at++] = BACKSLASH;
        this.#utf8(value);
      }
    }
    bytes[this.at++] = QUOTE;
  }

  /** Two lower-case hex digits of a byte. */
  hex2(value: number): void {
    this.bytes[this.at++] = LOWER_HEX[value >> 4];
    this.bytes[this.at++] = LOWER_HEX[value & 15];
  }

  #utf8(value: number): void {
    if (value < 0x80) {
      this.bytes[this.at++] = value;
    } else {
      this.bytes[this.at++] = 0xc0 | (value >> 6);
      this.bytes[this.at++] = 0x80 | (value & 0x3f);
    }
  }

  /** Up to four digits of a number below 10^4. */
  #four(value: number): void {
    const further = furtherDigits(value);
    // The zeros before them are shifted out.
    this.#view.setInt32(this.at, GROUPS[value] >>> (24 - 8 * further), true);
    this.at += further + 1;
  }

  /** Nine digits of a number below 10^9. */
  #nine(value: number): void {
    const whole = value | 0;
    const { at } = this;
    const groups = (whole / GROUP) | 0;
    const first = (groups / GROUP) | 0;
    this.bytes[at] = ZERO + first;
    this.#view.setInt32(at + 1, GROUPS[groups - first * GROUP], true);
    this.#view.setInt32(at + 5, GROUPS[whole - groups * GROUP], true);
    this.at = at + 9;
  }

  #fill(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The lowest `digits` digits of a number below 2^31. */
  #digits(value: number, digits: number): void {
    const { bytes } = this;
    let rest = value | 0;
    let end = this.at + digits;
    const start = this.at;
    this.at = end;
    while (end > start) {
      const tenth = (rest / 10) | 0;
      bytes[--end] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
  }
}
