/**
 * The first HTTP exchange of each session: method and host of the request, status of the answer (RFC 9112 sections 3 and 4, RFC 9110 section 7.2).
 * Only the segment that a message begins in is looked at, and of that 2047 bytes at most.
 */
import { payloadAt, payloadBytes } from '../capture/payload.js';

interface Exchange {
  /** The side that asked. */
  readonly side: number;
  readonly method: string;
  readonly host: string;
  /** 0 until there is one. */
  status: number;
}

/** A request line: a method, a target, a version. */
const REQUEST = /^([A-Z]{1,20}) [^ \r\n]+ HTTP\/1\.[01]\r?\n/;
const STATUS = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n/;
const HOST = /\nhost:([^\r\n]*)\r?\n/i;
const END_OF_HEADERS = /\n\r?\n/;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
/** A name of the DNS has 253 at most, and a port. */
const MOST_HOST_CHARACTERS = 260;
const MOST_METHOD_CHARACTERS = 20;
/** Method and host of one. */
export const MOST_EXCHANGE_BYTES = MOST_METHOD_CHARACTERS + MOST_HOST_CHARACTERS;

export class HttpExchanges {
  readonly #exchanges = new Map<number, Exchange>();

  /** A segment with payload that side `side` of the session in row `row` sent: its descriptor at word `d`, its frame in `view`. */
  note(row: number, side: number, words: Int32Array, d: number, view: DataView): void {
    const bytes = payloadBytes(words, d, view);
    if (bytes === 0) return;
    const at = payloadAt(words, d);
    const first = view.getUint8(at);
    if (first < CAPITAL_A || first > CAPITAL_Z) return;
    const exchange = this.#exchanges.get(row);
    if (exchange === undefined) this.#noteRequest(row, side, textOf(view, at, bytes));
    else if (exchange.status === 0 && side !== exchange.side) exchange.status = statusOf(textOf(view, at, bytes));
  }

  /** Method and host of the session's first request, and the status of its answer (0: none was seen); undefined without a request. */
  of(row: number): Readonly<Omit<Exchange, 'side'>> | undefined {
    return this.#exchanges.get(row);
  }

  /** The session is over. */
  forget(row: number): void {
    this.#exchanges.delete(row);
  }

  #noteRequest(row: number, side: number, text: string): void {
    const request = REQUEST.exec(text);
    if (request === null) return;
    const headers = text.slice(0, END_OF_HEADERS.exec(text)?.index ?? text.length);
    const host = HOST.exec(`${headers}\n`)?.[1].trim() ?? '';
    this.#exchanges.set(row, { side, method: request[1], host: host.slice(0, MOST_HOST_CHARACTERS), status: 0 });
  }
}

function statusOf(text: string): number {
  const status = STATUS.exec(text);
  return status === null ? 0 : Number(status[1]);
}

/** What is no printable ASCII becomes a question mark, but for the ends of lines and tabs. */
function textOf(view: DataView, at: number, bytes: number): string {
  let text = '';
  for (let i = at; i < at + bytes; i++) {
    const code = view.getUint8(i);
    const isPlain = (code >= 0x20 && code < 0x7f) || code === 0x0a || code === 0x0d || code === 0x09;
    text += isPlain ? String.fromCharCode(code) : '?';
  }
  return text;
}
