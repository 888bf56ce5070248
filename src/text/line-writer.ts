/**
 * Writes lines as bytes: padded numbers, names, addresses, times. Owns a buffer that is handed to a sink when
 * it is nearly full, always at the end of a line. No string is made for a line.
 */

/** Takes `bytes` from `from` to `to` (half open) before it returns; they end with a whole line. */
export type LineSink = (bytes: Uint8Array, from: number, to: number) => void;

const BUFFER_BYTES = 64 * 1024;
/**
 * No line is longer: 40 option bytes make at most 20 options of 17 characters each, and what is shown of HTTP is at most
 * 2047 bytes of four characters each, and the words before them.
 */
const LONGEST_LINE_BYTES = 16 * 1024;

const SPACE = 0x20;
const ZERO = 0x30;
const DOT = 0x2e;
const DAY_SEC = 86400;
const HEX = Uint8Array.from('0123456789ABCDEF', (c) => c.charCodeAt(0));

/** ASCII bytes of a text. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export class LineWriter {
  readonly bytes = new Uint8Array(BUFFER_BYTES);
  at = 0;
  readonly #sink: LineSink;

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
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  text(text: Uint8Array): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text[i];
  }

  spaces(count: number): void {
    for (let i = 0; i < count; i++) this.bytes[this.at++] = SPACE;
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
    this.number(value, 1, SPACE);
  }

  /** %0WIDTHu */
  zeroed(value: number, width: number): void {
    this.number(value, width, ZERO);
  }

  /** %WIDTHu */
  spaced(value: number, width: number): void {
    this.number(value, width, SPACE);
  }

  /** %08X */
  hex8(value: number): void {
    this.hex(value, 8);
  }

  /** The lowest `digits` digits of %08X. */
  hex(value: number, digits: number): void {
    for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4) this.bytes[this.at++] = HEX[(value >>> shift) & 15];
  }

  /** An IPv4 address (int32, host order), `a.b.c.d`, right-aligned in `width`. */
  ipv4(address: number, width = 0): void {
    let length = 3;
    for (let shift = 24; shift >= 0; shift -= 8) {
      const part = (address >>> shift) & 0xff;
      length += part < 10 ? 1 : part < 100 ? 2 : 3;
    }
    this.spaces(width - length);
    for (let shift = 24; shift > 0; shift -= 8) {
      this.decimal((address >>> shift) & 0xff);
      this.byte(DOT);
    }
    this.decimal(address & 0xff);
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
    const local = sec + localOffsetSec(sec);
    const second = ((local % DAY_SEC) + DAY_SEC) % DAY_SEC;
    this.zeroed((second / 3600) | 0, 2);
    this.byte(0x3a);
    this.zeroed(((second / 60) | 0) % 60, 2);
    this.byte(0x3a);
    this.zeroed(second % 60, 2);
    this.byte(DOT);
    this.zeroed((usec / 1000) | 0, 3);
  }
}

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
