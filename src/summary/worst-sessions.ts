/**
 * The sessions with the greatest value of a measure: so many at most, the first of equals. Owns what is kept of each.
 */
import { RECORD_NUMBER } from '../analysis/events.js';
import {
  R_DST,
  R_DST_PORT,
  R_FIRST_INPUT,
  R_FIRST_NSEC,
  R_FIRST_SEC,
  R_SRC,
  R_SRC_PORT,
  R_V6,
} from '../analysis/session-record.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';
import type { ExampleSession } from './figures.js';
import { type Measure, measureOf } from './session-measures.js';

/** Of one kind of examples. */
export const EXAMPLES_MOST = 1000;

interface KeptSession extends Omit<ExampleSession, 'file' | 'unit'> {
  readonly input: number;
}

/** Seconds since 1970 with nine decimals. */
export const timeText = (sec: number, nsec: number): string => `${sec}.${String(nsec).padStart(9, '0')}`;

export class WorstSessions {
  readonly #measure: Measure;
  readonly #most: number;
  /** The worst first. */
  readonly #kept: KeptSession[] = [];

  /** By the measure of this name (session-measures.ts). Throws a RangeError for another name, or more than are kept. */
  constructor(by: string, most: number) {
    if (!(most >= 0 && most <= EXAMPLES_MOST)) throw new RangeError(`${most} examples: at most ${EXAMPLES_MOST}`);
    this.#measure = measureOf(by);
    this.#most = most;
  }

  /** A session by its measures and the fields of its record; in any order. */
  add(measures: Float64Array, fields: Float64Array): void {
    const value = measures[this.#measure.at] / this.#measure.scale;
    if (!(value > 0)) return;
    const kept = this.#kept;
    const session = fields[RECORD_NUMBER];
    if (kept.length >= this.#most && !comesBefore(value, session, kept[kept.length - 1])) return;
    if (this.#most === 0) return;
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesBefore(value, session, kept[middle])) high = middle;
      else low = middle + 1;
    }
    kept.splice(low, 0, keep(fields, value));
    if (kept.length > this.#most) kept.pop();
  }

  /** `nameOf`: of an input. */
  figures(nameOf: (input: number) => string): ExampleSession[] {
    return this.#kept.map(({ input, ...kept }) => ({ ...kept, file: nameOf(input), unit: this.#measure.unit }));
  }
}

/** Whether a session with this value and number is worse than one that is kept. */
function comesBefore(value: number, session: number, kept: KeptSession | undefined): boolean {
  if (kept === undefined || value !== kept.value) return kept !== undefined && value > kept.value;
  return session < kept.session;
}

const keep = (fields: Float64Array, value: number): KeptSession => ({
  session: fields[RECORD_NUMBER],
  first: timeText(fields[R_FIRST_SEC], fields[R_FIRST_NSEC]),
  src: addressText(fields, R_SRC),
  src_port: fields[R_SRC_PORT],
  dst: addressText(fields, R_DST),
  dst_port: fields[R_DST_PORT],
  input: fields[R_FIRST_INPUT],
  value,
});

const addressText = (fields: Float64Array, at: number): string =>
  fields[R_V6] === 1 ? ipv6Text(Array.from(fields.subarray(at, at + 4))) : ipv4Text(fields[at]);
