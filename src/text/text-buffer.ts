/**
 * Text as bytes in one buffer that is filled again and again: numbers, seconds, addresses, texts in quotes. Owns how numbers become digits; whoever
 * writes says beforehand how much room is needed at most, so that nothing is checked for a single byte.
 */

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
/** From so many bytes on, a native copy is faster than a loop. */
const NATIVE_COPY_BYTES = 12;

export class TextBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  at = 0;
  #spare: Uint8Array<ArrayBuffer> | undefined;

  /** Makes room for so many bytes more. */
  room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + bytes));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  /** What is there, in a buffer that is whoever's takes it, and begins anew in another. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, this.at);
    this.bytes = this.#spare ?? new Uint8Array(this.bytes.length);
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

  /** What is in the buffer from `from` to `to`, once more. */
  repeat(from: number, to: number): void {
    const { bytes, at } = this;
    this.at = at + to - from;
    if (to - from >= NATIVE_COPY_BYTES) bytes.copyWithin(at, from, to);
    else for (let i = from, next = at; i < to; i++) bytes[next++] = bytes[i];
  }

  /** %u of a whole number from 0 to 2^53. */
  decimal(value: number): void {
    if (value < 10) {
      this.bytes[this.at++] = ZERO + value;
    } else if (value < NSEC_PER_SEC) {
      let digits = 2;
      for (let power = 100; power <= value; power *= 10) digits++;
      this.#digits(value, digits);
    } else {
      const high = Math.floor(value / NSEC_PER_SEC);
      this.decimal(high);
      this.#digits(value - high * NSEC_PER_SEC, 9);
    }
  }

  /** `sec` (a whole number from 0) and `nsec` (below 10^9) as seconds with nine decimals. */
  time(sec: number, nsec: number): void {
    this.decimal(sec);
    this.bytes[this.at++] = DOT;
    this.#digits(nsec, 9);
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
