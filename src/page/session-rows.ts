/**
 * Rows of the page's table of sessions, column by column, in slots that are used again. Owns what a row holds and how it becomes a part of the page; which
 * sessions have a row is another file's (row-choice.ts).
 */
import { STATES } from '../analysis/connection-state.js';
import { RECORD_NUMBER } from '../analysis/events.js';
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
import { handshakeNsec, scoreOf } from '../analysis/session-score.js';
import { SYMPTOMS } from '../analysis/symptoms.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';
import { packDoubles, packWhole } from './packed.js';
import type { PageSessions } from './page-data.js';

type Fields = Float64Array;
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** A column of whole numbers, or of doubles. */
interface RowColumn {
  readonly make: (length: number) => Numbers;
  readonly value: (fields: Fields) => number;
}

const SRC = ofSide(0, 0);
const DST = ofSide(1, 0);
const NSEC = 1e9;

const byte = (value: RowColumn['value']): RowColumn => ({ make: (length) => new Uint8Array(length), value });
const short = (value: RowColumn['value']): RowColumn => ({ make: (length) => new Uint16Array(length), value });
const word = (value: RowColumn['value']): RowColumn => ({ make: (length) => new Uint32Array(length), value });
const double = (value: RowColumn['value']): RowColumn => ({ make: (length) => new Float64Array(length), value });

/** The columns of the page that are numbers of the record, by their names there. */
const COLUMNS = {
  session: double((fields) => fields[RECORD_NUMBER]),
  first: double((fields) => fields[R_FIRST_SEC] + fields[R_FIRST_NSEC] / NSEC),
  duration: double((fields) => spanSec(fields)),
  src_port: short((fields) => fields[R_SRC_PORT]),
  dst_port: short((fields) => fields[R_DST_PORT]),
  state: byte((fields) => fields[R_STATE]),
  closing: byte((fields) => fields[R_CLOSED_BY]),
  input: word((fields) => fields[R_FIRST_INPUT] - 1),
  packets_src: word((fields) => fields[SRC + S_PACKETS]),
  packets_dst: word((fields) => fields[DST + S_PACKETS]),
  payload_src: double((fields) => fields[SRC + S_PAYLOAD_BYTES]),
  payload_dst: double((fields) => fields[DST + S_PAYLOAD_BYTES]),
  handshake: double((fields) => handshakeNsec(fields) / NSEC),
  rtt: double((fields) => slowerRttNsec(fields) / NSEC),
  resets: word((fields) => fields[SRC + S_RST] + fields[DST + S_RST]),
} as const satisfies Partial<Record<keyof PageSessions, RowColumn>>;

const NAMES = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[];
/** Of these no value is missing, and none has a fraction. */
const WHOLE = NAMES.filter((name) => !['first', 'duration', 'handshake', 'rtt'].includes(name));
const DOUBLES = NAMES.filter((name) => !WHOLE.includes(name));

const SYMPTOM_COLUMNS = SYMPTOMS.map((_, symptom) =>
  word((fields) => fields[SRC + S_SYMPTOMS + symptom] + fields[DST + S_SYMPTOMS + symptom]),
);
const SCORE = double(scoreOf);

const FIRST_ROWS = 1024;
/** Of each end of a session: an IPv4 address in the first word, or an IPv6 one in all. */
const END_WORDS = 4;

interface Exchange {
  readonly method: string;
  readonly host: string;
  readonly status: number | null;
}

export class SessionRows {
  #capacity = 0;
  #used = 0;
  readonly #free: number[] = [];
  #columns = new Map<RowColumn, Numbers>();
  /** Addresses of src and dst, and whether they are of IPv6. */
  #ends = new Uint32Array(0);
  #isV6 = new Uint8Array(0);
  readonly #exchanges = new Map<number, Exchange>();

  /** Takes a slot for the session with this record; neither array is kept. */
  add(fields: Fields, text: Uint8Array): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#capacity) this.#grow();
    for (const [column, values] of this.#columns) values[slot] = column.value(fields);
    this.#isV6[slot] = fields[R_V6];
    for (let i = 0; i < END_WORDS; i++) {
      this.#ends[2 * END_WORDS * slot + i] = fields[R_SRC + i];
      this.#ends[2 * END_WORDS * slot + END_WORDS + i] = fields[R_DST + i];
    }
    if (fields[R_METHOD_BYTES] > 0 || fields[R_HOST_BYTES] > 0) this.#exchanges.set(slot, exchangeOf(fields, text));
    return slot;
  }

  /** The session's slot is free. */
  remove(slot: number): void {
    this.#exchanges.delete(slot);
    this.#free.push(slot);
  }

  sessionOf(slot: number): number {
    return this.#columns.get(COLUMNS.session)![slot];
  }

  scoreOf(slot: number): number {
    return this.#columns.get(SCORE)![slot];
  }

  payloadOf(slot: number): number {
    return this.#columns.get(COLUMNS.payload_src)![slot] + this.#columns.get(COLUMNS.payload_dst)![slot];
  }

  /** Those in `slots`, in this order, as the page has them; `inputs`: names. */
  page(slots: Uint32Array, inputs: readonly string[], total: number, leftOut: string): PageSessions {
    const addresses = new AddressNumbers();
    const src = new Uint32Array(slots.length);
    const dst = new Uint32Array(slots.length);
    for (const [row, slot] of slots.entries()) {
      const isV6 = this.#isV6[slot] === 1;
      const at = 2 * END_WORDS * slot;
      src[row] = addresses.of(this.#ends, at, isV6);
      dst[row] = addresses.of(this.#ends, at + END_WORDS, isV6);
    }
    const valuesOf = (column: RowColumn): Float64Array => {
      const values = this.#columns.get(column)!;
      return Float64Array.from(slots, (slot) => values[slot]);
    };
    const whole = WHOLE.map((name) => [name, packWhole(valuesOf(COLUMNS[name]))]);
    const doubles = DOUBLES.map((name) => [name, packDoubles(valuesOf(COLUMNS[name]))]);
    const symptoms = SYMPTOMS.map((name, i) => [name, packWhole(valuesOf(SYMPTOM_COLUMNS[i]))]);
    return {
      length: slots.length,
      total,
      left_out: leftOut,
      addresses: addresses.texts,
      states: STATES,
      closings: CLOSED_BY,
      inputs,
      src: packWhole(src),
      dst: packWhole(dst),
      ...(Object.fromEntries([...whole, ...doubles]) as Pick<PageSessions, keyof typeof COLUMNS>),
      symptoms: Object.fromEntries(symptoms),
      http: [...slots].flatMap((slot, row) => {
        const exchange = this.#exchanges.get(slot);
        return exchange === undefined ? [] : [[row, exchange.method, exchange.host, exchange.status] as const];
      }),
    };
  }

  #grow(): void {
    this.#capacity = Math.max(FIRST_ROWS, 2 * this.#capacity);
    const before = this.#columns;
    this.#columns = new Map();
    for (const column of [...Object.values(COLUMNS), ...SYMPTOM_COLUMNS, SCORE]) {
      const values = column.make(this.#capacity);
      values.set(before.get(column) ?? []);
      this.#columns.set(column, values);
    }
    const ends = new Uint32Array(2 * END_WORDS * this.#capacity);
    ends.set(this.#ends);
    this.#ends = ends;
    const isV6 = new Uint8Array(this.#capacity);
    isV6.set(this.#isV6);
    this.#isV6 = isV6;
  }
}

/** Addresses in the order in which they first come, and their texts. */
class AddressNumbers {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string | number, number>();

  of(words: Uint32Array, at: number, isV6: boolean): number {
    const key = isV6 ? ipv6Text(Array.from(words.subarray(at, at + END_WORDS))) : words[at];
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.texts.length);
    return this.texts.push(typeof key === 'string' ? key : ipv4Text(key)) - 1;
  }
}

const spanSec = (fields: Fields): number =>
  fields[R_LAST_SEC] - fields[R_FIRST_SEC] + (fields[R_LAST_NSEC] - fields[R_FIRST_NSEC]) / NSEC;

/** Mean round trip of the slower side, of those that have any; NaN without. */
function slowerRttNsec(fields: Fields): number {
  const known = [SRC, DST].filter((side) => fields[side + S_RTT_SAMPLES] > 0).map((side) => fields[side + S_RTT_MEAN]);
  return known.length === 0 ? Number.NaN : Math.max(...known);
}

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
