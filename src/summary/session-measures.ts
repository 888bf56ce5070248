/**
 * What is measured of one session: numbers that come out of the fields of its record (src/analysis/session-record.ts), which groups add up and examples are
 * chosen by.
 */
import * as outcome from '../analysis/session-outcome.js';
import * as R from '../analysis/session-record.js';
import { SYMPTOMS } from '../analysis/symptoms.js';
import { DISTRIBUTIONS, type DistributionName } from './figures.js';

let places = 0;
const place = (count = 1): number => {
  const at = places;
  places += count;
  return at;
};

/** As DISTRIBUTIONS; NaN: not known. Times in whole nanoseconds. */
export const M_VALUES = place(DISTRIBUTIONS.length);
/** Segments with each of SYMPTOMS, and packets with RST, of both sides. */
export const M_SYMPTOMS = place(SYMPTOMS.length);
export const M_RST = place();
/** 1 or 0. */
export const M_OPENED = place();
export const M_ESTABLISHED = place();
export const M_UNANSWERED = place();
export const M_REFUSED = place();
/** Of both sides. */
export const M_PACKETS = place();
export const M_WIRE_BYTES = place();
export const M_PAYLOAD_BYTES = place();
export const M_UNIQUE_BYTES = place();
export const M_SEGMENTS = place();
export const MEASURES = places;

const valueAt = (name: DistributionName): number => M_VALUES + DISTRIBUTIONS.indexOf(name);
const HANDSHAKE = valueAt('handshake');
const SYN_TO_SYNACK = valueAt('syn_to_synack');
const INITIAL_RTT = valueAt('initial_rtt');
const RTT = valueAt('rtt');
const DURATION = valueAt('duration');
const SILENCE = valueAt('silence');
const BYTES = valueAt('bytes');
const RATE = valueAt('rate');

/** A measure by its name: where it is, its unit, and how many of the numbers above make one of that. */
export interface Measure {
  readonly at: number;
  readonly unit: 's' | 'bytes' | 'bytes/s' | 'segments' | 'packets' | '';
  readonly scale: number;
}

const NSEC_PER_SEC = 1e9;

/** Unit and scale of a distribution's values. */
export function distributionUnit(name: DistributionName): Pick<Measure, 'unit' | 'scale'> {
  if (name === 'bytes') return { unit: 'bytes', scale: 1 };
  if (name === 'rate') return { unit: 'bytes/s', scale: 1 };
  return { unit: 's', scale: NSEC_PER_SEC };
}

const MEASURES_BY_NAME: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ...DISTRIBUTIONS.map((name): [string, Measure] => [name, { at: valueAt(name), ...distributionUnit(name) }]),
  ...SYMPTOMS.map((name, index): [string, Measure] => [name, { at: M_SYMPTOMS + index, unit: 'segments', scale: 1 }]),
  ['rst', { at: M_RST, unit: 'packets', scale: 1 }],
  ['unanswered', { at: M_UNANSWERED, unit: '', scale: 1 }],
  ['refused', { at: M_REFUSED, unit: '', scale: 1 }],
]);

/** Names of measures that examples may be chosen by. */
export const MEASURE_NAMES: readonly string[] = [...MEASURES_BY_NAME.keys()];

/** The measure of this name. Throws a RangeError where there is none. */
export function measureOf(name: string): Measure {
  const measure = MEASURES_BY_NAME.get(name);
  if (measure === undefined) throw new RangeError(`sessions have no measure '${name}': ${MEASURE_NAMES.join(', ')}`);
  return measure;
}

const SRC = R.ofSide(0, 0);
const DST = R.ofSide(1, 0);

/** Fills `measures` with those of the session whose record has these fields, and this text. */
export function measureSession(measures: Float64Array, fields: Float64Array, text: Uint8Array): void {
  const payload = both(fields, R.S_PAYLOAD_BYTES);
  const duration = passed(
    (fields[R.R_LAST_SEC] - fields[R.R_FIRST_SEC]) * NSEC_PER_SEC + (fields[R.R_LAST_NSEC] - fields[R.R_FIRST_NSEC]),
  );
  measures[SYN_TO_SYNACK] = passed(fields[R.R_SYN_TO_SYNACK]);
  measures[INITIAL_RTT] = passed(fields[R.R_INITIAL_RTT]);
  measures[HANDSHAKE] = outcome.handshakeNsec(fields, text);
  measures[RTT] = passed(slower(fields[SRC + R.S_RTT_MEAN], fields[DST + R.S_RTT_MEAN]));
  measures[DURATION] = duration;
  measures[SILENCE] = passed(fields[R.R_SILENCE]);
  measures[BYTES] = payload;
  measures[RATE] = duration > 0 ? (payload * NSEC_PER_SEC) / duration : Number.NaN;
  for (let symptom = 0; symptom < SYMPTOMS.length; symptom++) {
    measures[M_SYMPTOMS + symptom] = both(fields, R.S_SYMPTOMS + symptom);
  }
  measures[M_RST] = both(fields, R.S_RST);
  measures[M_OPENED] = outcome.isOpened(fields) ? 1 : 0;
  measures[M_ESTABLISHED] = outcome.isEstablished(fields, text) ? 1 : 0;
  measures[M_UNANSWERED] = outcome.isUnanswered(fields) ? 1 : 0;
  measures[M_REFUSED] = outcome.isRefused(fields) ? 1 : 0;
  measures[M_PACKETS] = both(fields, R.S_PACKETS);
  measures[M_WIRE_BYTES] = both(fields, R.S_WIRE_BYTES);
  measures[M_PAYLOAD_BYTES] = payload;
  measures[M_UNIQUE_BYTES] = both(fields, R.S_UNIQUE_BYTES);
  measures[M_SEGMENTS] = both(fields, R.S_SEGMENTS);
}

/** The sum over both sides; what is not known adds nothing. */
function both(fields: Float64Array, field: number): number {
  const src = fields[SRC + field];
  const dst = fields[DST + field];
  return (src > 0 ? src : 0) + (dst > 0 ? dst : 0);
}

/** Whole nanoseconds, from 0 on; NaN stays. */
const passed = (nsec: number): number => Math.max(0, Math.round(nsec));

/** The greater one; the other where one is NaN. */
function slower(one: number, other: number): number {
  if (Number.isNaN(one)) return other;
  return other > one ? other : one;
}
