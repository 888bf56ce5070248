/**
 * Rows of the page's table of sessions, in slots that are used again. Owns what a row holds and how it becomes a part of the page; which
 * sessions have a row is another file's (row-choice.ts).
 */
import { STATES } from '../analysis/connection-state.js';
import { RECORD_NUMBER } from '../analysis/events.js';
import { handshakeNsec, isEstablished, isRefused, isUnanswered } from '../analysis/session-outcome.js';
import {
  CLOSED_BY,
  ofSide,
  R_CLOSED_BY,
  R_DST,
  R_DST_PORT,
  R_FIRST_INPUT,
  R_FIRST_NSEC,
  R_FIRST_SEC,
  R_HISTORY_BYTES,
  R_HOST_BYTES,
  R_LAST_NSEC,
  R_LAST_SEC,
  R_METHOD_BYTES,
  R_SRC,
  R_SRC_PORT,
  R_STATE,
  R_STATUS,
  R_V6,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RST,
  S_RTT_MEAN,
  S_RTT_SAMPLES,
  S_SYMPTOMS,
} from '../analysis/session-record.js';
import { scoreOf } from '../analysis/session-score.js';
import { SYMPTOMS } from '../analysis/symptoms.js';
import { AddressNumbers } from './address-numbers.js';
import { packDoubles, packWhole } from './packed.js';
import type { Packed, PageSessions } from './page-data.js';
import { FLAG_ESTABLISHED, FLAG_REFUSED, FLAG_UNANSWERED } from './page-flags.js';

type Fields = Float64Array;

const SRC = ofSide(0, 0);
const DST = ofSide(1, 0);
const NSEC = 1e9;

let places = 0;
const place = (values = 1): number => {
  const at = places;
  places += values;
  return at;
};

/** Of a row's doubles. */
const SESSION = place();
const FIRST = place();
const DURATION = place();
const PAYLOAD_SRC = place();
const PAYLOAD_DST = place();
const HANDSHAKE = place();
const RTT = place();
const SCORE = place();
const DOUBLES = places;
places = 0;
/** Of its words. Addresses are one word of IPv4, or four. */
const IS_V6 = place();
const SRC_ADDRESS = place(4);
const DST_ADDRESS = place(4);
const SRC_PORT = place();
const DST_PORT = place();
const STATE = place();
const CLOSING = place();
const INPUT = place();
const PACKETS_SRC = place();
const PACKETS_DST = place();
const RESETS = place();
const FLAGS = place();
const MARKED = place(SYMPTOMS.length);
const WORDS = places;

const FIRST_ROWS = 1 << 14;

interface Exchange {
  readonly method: string;
  readonly host: string;
  readonly status: number | null;
}

export class SessionRows {
  #used = 0;
  readonly #free: number[] = [];
  #doubles = new Float64Array(0);
  #words = new Uint32Array(0);
  readonly #exchanges = new Map<number, Exchange>();

  /** Takes a slot for the session with this record; neither array is kept. */
  add(fields: Fields, text: Uint8Array): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (DOUBLES * (slot + 1) > this.#doubles.length) this.#grow();
    const doubles = this.#doubles;
    const d = slot * DOUBLES;
    doubles[d + SESSION] = fields[RECORD_NUMBER];
    doubles[d + FIRST] = fields[R_FIRST_SEC] + fields[R_FIRST_NSEC] / NSEC;
    doubles[d + DURATION] =
      fields[R_LAST_SEC] - fields[R_FIRST_SEC] + (fields[R_LAST_NSEC] - fields[R_FIRST_NSEC]) / NSEC;
    doubles[d + PAYLOAD_SRC] = fields[SRC + S_PAYLOAD_BYTES];
    doubles[d + PAYLOAD_DST] = fields[DST + S_PAYLOAD_BYTES];
    doubles[d + HANDSHAKE] = handshakeNsec(fields, text) / NSEC;
    doubles[d + RTT] = slowerRttNsec(fields) / NSEC;
    doubles[d + SCORE] = scoreOf(fields, text);
    const words = this.#words;
    const w = slot * WORDS;
    words[w + IS_V6] = fields[R_V6];
    for (let i = 0; i < 4; i++) {
      words[w + SRC_ADDRESS + i] = fields[R_SRC + i];
      words[w + DST_ADDRESS + i] = fields[R_DST + i];
    }
    words[w + SRC_PORT] = fields[R_SRC_PORT];
    words[w + DST_PORT] = fields[R_DST_PORT];
    words[w + STATE] = fields[R_STATE];
    words[w + CLOSING] = fields[R_CLOSED_BY];
    words[w + INPUT] = fields[R_FIRST_INPUT] - 1;
    words[w + PACKETS_SRC] = fields[SRC + S_PACKETS];
    words[w + PACKETS_DST] = fields[DST + S_PACKETS];
    words[w + RESETS] = fields[SRC + S_RST] + fields[DST + S_RST];
    words[w + FLAGS] = flagsOf(fields, text);
    for (let i = 0; i < SYMPTOMS.length; i++) {
      words[w + MARKED + i] = fields[SRC + S_SYMPTOMS + i] + fields[DST + S_SYMPTOMS + i];
    }
    if (fields[R_METHOD_BYTES] > 0 || fields[R_HOST_BYTES] > 0) this.#exchanges.set(slot, exchangeOf(fields, text));
    return slot;
  }

  /** The session's slot is free. */
  remove(slot: number): void {
    this.#exchanges.delete(slot);
    this.#free.push(slot);
  }

  /** Slots are below this. */
  get slots(): number {
    return this.#used;
  }

  sessionOf(slot: number): number {
    return this.#doubles[slot * DOUBLES + SESSION];
  }

  scoreOf(slot: number): number {
    return this.#doubles[slot * DOUBLES + SCORE];
  }

  payloadOf(slot: number): number {
    return this.#doubles[slot * DOUBLES + PAYLOAD_SRC] + this.#doubles[slot * DOUBLES + PAYLOAD_DST];
  }

  /** Those in `slots`, in this order, as the page has them; `inputs`: names. */
  page(slots: Uint32Array, inputs: readonly string[], total: number, leftOut: string): PageSessions {
    const addresses = new AddressNumbers();
    const numbersOf = (address: number): Uint32Array =>
      slots.map((slot) => addresses.of(this.#words, slot * WORDS + address, this.#words[slot * WORDS + IS_V6] === 1));
    const src = numbersOf(SRC_ADDRESS);
    const dst = numbersOf(DST_ADDRESS);
    const wordsOf = (at: number): Packed =>
      packWhole(picked(this.#words, WORDS, at, slots, new Uint32Array(slots.length)));
    const valuesOf = (at: number): Float64Array =>
      picked(this.#doubles, DOUBLES, at, slots, new Float64Array(slots.length));
    return {
      length: slots.length,
      total,
      left_out: leftOut,
      addresses: addresses.texts,
      states: STATES,
      closings: CLOSED_BY,
      inputs,
      session: packWhole(valuesOf(SESSION)),
      first: packDoubles(valuesOf(FIRST)),
      duration: packDoubles(valuesOf(DURATION)),
      src: packWhole(src),
      src_port: wordsOf(SRC_PORT),
      dst: packWhole(dst),
      dst_port: wordsOf(DST_PORT),
      state: wordsOf(STATE),
      closing: wordsOf(CLOSING),
      input: wordsOf(INPUT),
      packets_src: wordsOf(PACKETS_SRC),
      packets_dst: wordsOf(PACKETS_DST),
      payload_src: packWhole(valuesOf(PAYLOAD_SRC)),
      payload_dst: packWhole(valuesOf(PAYLOAD_DST)),
      handshake: packDoubles(valuesOf(HANDSHAKE)),
      rtt: packDoubles(valuesOf(RTT)),
      resets: wordsOf(RESETS),
      flags: wordsOf(FLAGS),
      symptoms: Object.fromEntries(SYMPTOMS.map((name, i) => [name, wordsOf(MARKED + i)])),
      http: this.#http(slots),
    };
  }

  #http(slots: Uint32Array): PageSessions['http'] {
    if (this.#exchanges.size === 0) return [];
    return [...slots].flatMap((slot, row) => {
      const exchange = this.#exchanges.get(slot);
      return exchange === undefined ? [] : [[row, exchange.method, exchange.host, exchange.status] as const];
    });
  }

  #grow(): void {
    const rows = Math.max(FIRST_ROWS, (2 * this.#doubles.length) / DOUBLES);
    const doubles = new Float64Array(rows * DOUBLES);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    const words = new Uint32Array(rows * WORDS);
    words.set(this.#words);
    this.#words = words;
  }
}

/** Value `at` of each of the rows `slots`, of which one has `stride` values in `from`. */
function picked<Values extends Uint32Array | Float64Array>(
  from: Values,
  stride: number,
  at: number,
  slots: Uint32Array,
  to: Values,
): Values {
  for (let i = 0; i < slots.length; i++) to[i] = from[slots[i] * stride + at];
  return to;
}

/** Mean round trip of the slower side, of those that have any; NaN without. */
function slowerRttNsec(fields: Fields): number {
  const src = fields[SRC + S_RTT_SAMPLES] > 0 ? fields[SRC + S_RTT_MEAN] : Number.NaN;
  const dst = fields[DST + S_RTT_SAMPLES] > 0 ? fields[DST + S_RTT_MEAN] : Number.NaN;
  if (Number.isNaN(src)) return dst;
  return Number.isNaN(dst) ? src : Math.max(src, dst);
}

const flagsOf = (fields: Fields, text: Uint8Array): number =>
  (isRefused(fields) ? FLAG_REFUSED : 0) |
  (isUnanswered(fields) ? FLAG_UNANSWERED : 0) |
  (isEstablished(fields, text) ? FLAG_ESTABLISHED : 0);

function exchangeOf(fields: Fields, text: Uint8Array): Exchange {
  const latin = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
  const method = fields[R_HISTORY_BYTES];
  const host = method + fields[R_METHOD_BYTES];
  const status = fields[R_STATUS];
  return {
    method: latin.slice(method, host),
    host: latin.slice(host, host + fields[R_HOST_BYTES]),
    status: Number.isNaN(status) ? null : status,
  };
}
