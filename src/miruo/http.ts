/**
 * HTTP requests and responses at the beginning of a segment's payload, as the lines that are shown of them (section 8 of
 * the behaviour). Owns what is recognised and how it is worded; knows no sessions, and nothing beyond the bytes it is given.
 *
 * The text is taken apart as strtok(3) would: separators in a row count as one, those before the first token too, and
 * it ends at a NUL.
 */
import type { HttpHeaders } from './options.js';
import { putPrintable } from './printable-bytes.js';

/** Only so much of a payload is looked at. */
const MOST_HTTP_BYTES = 2047;
/**
 * No more comes of it: a byte that cannot be printed takes 4, and the shortest header, a name of one letter and a colon at
 * the end of its line, makes 30 bytes of 3.
 */
export const MOST_HTTP_TEXT_BYTES = 14 * MOST_HTTP_BYTES + 256;
/** This name asks for every header. */
const ANY_HEADER = '%';

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const QUESTION = 0x3f;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const GET = bytesOf('GET');
const POST = bytesOf('POST');
const HTTP_1_0 = bytesOf('HTTP/1.0');
const HTTP_1_1 = bytesOf('HTTP/1.1');
const HOST = bytesOf('Host');
const REFERER = bytesOf('Referer');
const REQUEST_LINE = bytesOf('DPI:HTTP:RequestLine >>>> ');
const RESPONSE_LINE = bytesOf('DPI:HTTP:ResponseLine >>> ');
const HEADER = bytesOf('DPI:HTTP:Header >>>>>>>>> ');

/** The headers of one kind of message that are asked for. */
interface Wanted {
  readonly isAll: boolean;
  readonly names: readonly Uint8Array[];
}

export class HttpInspector {
  /** What was found last: lines, each with its newline, in the first `textBytes`. */
  readonly text = new Uint8Array(MOST_HTTP_TEXT_BYTES);
  textBytes = 0;
  readonly #request: Wanted;
  readonly #response: Wanted;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** What is still to be read, half open. */
  #at = 0;
  #end = 0;
  /** The token, or the line, read last. */
  #from = 0;
  #to = 0;

  constructor(headers: HttpHeaders) {
    this.#request = { isAll: headers.request.includes(ANY_HEADER), names: [HOST, ...headers.request.map(bytesOf)] };
    this.#response = { isAll: headers.response.includes(ANY_HEADER), names: headers.response.map(bytesOf) };
  }

  /** Whether the payload of `bytes` bytes at `at` of `view` begins with HTTP; then `text` says what of it is shown. */
  inspect(view: DataView, at: number, bytes: number): boolean {
    const end = at + Math.min(bytes, MOST_HTTP_BYTES);
    let first = at;
    while (first < end && isSeparator(view.getUint8(first))) first++;
    // Most payloads are not HTTP, and most of those are told by one byte.
    if (first === end || !isFirstLetter(view.getUint8(first))) return false;
    this.#view = view;
    this.#at = at;
    this.#end = textEnd(view, at, end);
    this.textBytes = 0;
    if (!this.#nextToken()) return false;
    if (this.#isText(GET) || this.#isText(POST)) return this.#requestFrom(this.#from, this.#to);
    if (this.#isText(HTTP_1_0) || this.#isText(HTTP_1_1)) return this.#responseFrom(this.#from, this.#to);
    return false;
  }

  #requestFrom(methodFrom: number, methodTo: number): boolean {
    if (!this.#nextToken()) return false;
    const uriFrom = this.#from;
    const uriTo = this.#before(QUESTION, this.#from, this.#to);
    if (!this.#nextToken()) return false;
    this.#put(REQUEST_LINE);
    this.#printable(methodFrom, methodTo);
    this.#putByte(SPACE);
    this.#printable(uriFrom, uriTo);
    this.#putByte(SPACE);
    this.#printable(this.#from, this.#to);
    this.#putByte(LF);
    this.#headers(this.#request);
    return true;
  }

  #responseFrom(versionFrom: number, versionTo: number): boolean {
    if (!this.#nextToken() || !this.#isCode()) return false;
    const codeFrom = this.#from;
    const codeTo = this.#to;
    this.#nextLine();
    this.#put(RESPONSE_LINE);
    this.#printable(versionFrom, versionTo);
    this.#putByte(SPACE);
    this.#printable(codeFrom, codeTo);
    this.#putByte(SPACE);
    this.#printable(this.#from, this.#to);
    this.#putByte(LF);
    this.#headers(this.#response);
    return true;
  }

  #headers(wanted: Wanted): void {
    while (this.#nextLine()) {
      const lineEnd = this.#to;
      const colon = this.#before(COLON, this.#from, lineEnd);
      if (colon === lineEnd || colon === this.#from) continue;
      this.#to = colon;
      if (!this.#isWanted(wanted)) continue;
      this.#put(HEADER);
      this.#printable(this.#from, colon);
      this.#putByte(COLON);
      this.#putByte(SPACE);
      this.#trimmed(colon + 1, this.#isText(REFERER) ? this.#before(QUESTION, colon, lineEnd) : lineEnd);
      this.#putByte(LF);
    }
  }

  /** Whether the name that was read last is asked for. */
  #isWanted({ isAll, names }: Wanted): boolean {
    if (isAll) return true;
    for (let i = 0; i < names.length; i++) if (this.#isText(names[i])) return true;
    return false;
  }

  /** Goes to the next run of bytes that are no separators; false when there is none. */
  #nextToken(): boolean {
    while (this.#at < this.#end && isSeparator(this.#view.getUint8(this.#at))) this.#at++;
    this.#from = this.#at;
    while (this.#at < this.#end && !isSeparator(this.#view.getUint8(this.#at))) this.#at++;
    return this.#endRun();
  }

  /** Goes to the next line that is not empty; false when there is none. */
  #nextLine(): boolean {
    while (this.#at < this.#end && isLineEnd(this.#view.getUint8(this.#at))) this.#at++;
    this.#from = this.#at;
    while (this.#at < this.#end && !isLineEnd(this.#view.getUint8(this.#at))) this.#at++;
    return this.#endRun();
  }

  /** One separator goes with what it ends: what is left of a line then begins behind it. */
  #endRun(): boolean {
    this.#to = this.#at;
    if (this.#at < this.#end) this.#at++;
    return this.#from < this.#to;
  }

  #isText(text: Uint8Array): boolean {
    if (this.#to - this.#from !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.#view.getUint8(this.#from + i) !== text[i]) return false;
    return true;
  }

  #isCode(): boolean {
    if (this.#to - this.#from !== 3) return false;
    for (let i = this.#from; i < this.#to; i++) {
      const digit = this.#view.getUint8(i) - 0x30;
      if (digit < 0 || digit > 9) return false;
    }
    return true;
  }

  /** Where `byte` first is between `from` and `to`, or `to`. */
  #before(byte: number, from: number, to: number): number {
    let at = from;
    while (at < to && this.#view.getUint8(at) !== byte) at++;
    return at;
  }

  #trimmed(from: number, to: number): void {
    let first = from;
    let end = to;
    while (first < end && isBlank(this.#view.getUint8(first))) first++;
    while (end > first && isBlank(this.#view.getUint8(end - 1))) end--;
    this.#printable(first, end);
  }

  #printable(from: number, to: number): void {
    this.textBytes = putPrintable(this.#view, from, to, this.text, this.textBytes);
  }

  #put(text: Uint8Array): void {
    this.text.set(text, this.textBytes);
    this.textBytes += text.length;
  }

  #putByte(byte: number): void {
    this.text[this.textBytes++] = byte;
  }
}

/** Where the text ends: at the first blank line, at a NUL, or with the payload. */
function textEnd(view: DataView, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = view.getUint8(at);
    if (byte === NUL) return at;
    if (byte === CR && at + 4 <= to && view.getUint32(at) === 0x0d0a0d0a) return at;
  }
  return to;
}

const isLineEnd = (byte: number): boolean => byte === CR || byte === LF;

const isSeparator = (byte: number): boolean => byte === SPACE || byte === CR || byte === LF;

/** As isspace(3) has it, but for line ends. */
const isBlank = (byte: number): boolean => byte === SPACE || byte === 0x09 || byte === 0x0b || byte === 0x0c;

/** G, P or H. */
const isFirstLetter = (byte: number): boolean => byte === 0x47 || byte === 0x50 || byte === 0x48;
