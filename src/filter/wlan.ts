/**
 * Kinds of 802.11 frames by name. Owns the numbers of types, subtypes and directions.
 */
import { type Condition, equals, masked } from './condition.js';
import type { StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import type { LinkState } from './link-state.js';

/** Types, and subtypes of each, as they stand in the first byte (IEEE 802.11 9.2.4.1.3). */
const TYPES: ReadonlyMap<string, number> = new Map([
  ['mgt', 0x00],
  ['ctl', 0x04],
  ['data', 0x08],
]);
const MANAGEMENT: ReadonlyMap<string, number> = new Map([
  ['assoc-req', 0x00],
  ['assocreq', 0x00],
  ['assoc-resp', 0x10],
  ['assocresp', 0x10],
  ['reassoc-req', 0x20],
  ['reassocreq', 0x20],
  ['reassoc-resp', 0x30],
  ['reassocresp', 0x30],
  ['probe-req', 0x40],
  ['probereq', 0x40],
  ['probe-resp', 0x50],
  ['proberesp', 0x50],
  ['beacon', 0x80],
  ['atim', 0x90],
  ['disassoc', 0xa0],
  ['disassociation', 0xa0],
  ['auth', 0xb0],
  ['authentication', 0xb0],
  ['deauth', 0xc0],
  ['deauthentication', 0xc0],
]);
const CONTROL: ReadonlyMap<string, number> = new Map([
  ['ps-poll', 0xa0],
  ['rts', 0xb0],
  ['cts', 0xc0],
  ['ack', 0xd0],
  ['cf-end', 0xe0],
  ['cf-end-ack', 0xf0],
]);
const DATA: ReadonlyMap<string, number> = new Map([
  ['data', 0x00],
  ['data-cf-ack', 0x10],
  ['data-cf-poll', 0x20],
  ['data-cf-ack-poll', 0x30],
  ['null', 0x40],
  ['cf-ack', 0x50],
  ['cf-poll', 0x60],
  ['cf-ack-poll', 0x70],
  ['qos-data', 0x80],
  ['qos-data-cf-ack', 0x90],
  ['qos-data-cf-poll', 0xa0],
  ['qos-data-cf-ack-poll', 0xb0],
  ['qos', 0xc0],
  ['qos-cf-poll', 0xe0],
  ['qos-cf-ack-poll', 0xf0],
]);
const SUBTYPES: ReadonlyMap<number, ReadonlyMap<string, number>> = new Map([
  [0x00, MANAGEMENT],
  [0x04, CONTROL],
  [0x08, DATA],
]);

/** `type T`, `type T subtype S`, `subtype S`. */
export function isFrameType(state: LinkState, step: StepOf<'wlan type'>): Condition {
  requires80211(state, step.column);
  const kind = state.atHeader(0, 1);
  const { type, subtype, column } = step;
  if (type === undefined) return equals(masked(kind, 0xfc), typeOfSubtype(subtype!, column));
  const typeNumber = numberOf(type, TYPES, 0x0c, 'type', column);
  if (subtype === undefined) return equals(masked(kind, 0x0c), typeNumber);
  const subtypes = SUBTYPES.get(typeNumber) ?? new Map<string, number>();
  return equals(masked(kind, 0xfc), typeNumber | numberOf(subtype, subtypes, 0xf0, 'subtype', column));
}

/** A subtype by itself says its type. */
function typeOfSubtype(subtype: string | number, column: number): number {
  for (const [type, subtypes] of SUBTYPES) {
    const number = subtypes.get(String(subtype).toLowerCase());
    if (number !== undefined) return type | number;
  }
  throw new FilterError(column, `'${subtype}' is no subtype of 802.11 frames`);
}

function numberOf(
  given: string | number,
  words: ReadonlyMap<string, number>,
  mask: number,
  what: string,
  column: number,
): number {
  if (typeof given === 'string') {
    const number = words.get(given.toLowerCase());
    if (number !== undefined) return number;
    throw new FilterError(
      column,
      `'${given}' is no such ${what} of 802.11 frames: expected ${[...words.keys()].join(', ')}`,
    );
  }
  if ((given & ~mask) === 0) return given;
  throw new FilterError(column, `found ${what} ${given}, expected bits of 0x${mask.toString(16)} only`);
}

const DIRECTIONS: ReadonlyMap<string, number> = new Map([
  ['nods', 0],
  ['tods', 1],
  ['fromds', 2],
  ['dstods', 3],
]);

/** `dir D`: between stations, to or from the distribution system, or both. */
export function isFrameDirection(state: LinkState, { value, column }: StepOf<'wlan dir'>): Condition {
  requires80211(state, column);
  const number = typeof value === 'number' ? value : DIRECTIONS.get(value.toLowerCase());
  if (number === undefined) {
    throw new FilterError(column, `'${value}' is no direction of 802.11 frames: expected nods, tods, fromds or dstods`);
  }
  return equals(masked(state.atHeader(1, 1), 0x03), number);
}

function requires80211(state: LinkState, column: number): void {
  if (state.family !== '802.11') throw new FilterError(column, 'this link type has no 802.11 headers', true);
}
