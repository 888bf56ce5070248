/**
 * Which rows of the sessions are shown, and in what order. Pure.
 */
import type { Choice, Sessions } from './sessions.js';
import { chooser, measureOf } from './sessions.js';
import { endText } from './texts.js';

export type SortKey =
  | 'session'
  | 'first'
  | 'duration'
  | 'src'
  | 'dst'
  | 'state'
  | 'closing'
  | 'packets_src'
  | 'packets_dst'
  | 'payload_src'
  | 'payload_dst'
  | 'handshake'
  | 'rtt'
  | 'symptoms'
  | 'http';

export interface RowWish {
  readonly choice: Choice;
  /** Words that must all be found in a row's addresses, ports, state, end, number or HTTP. */
  readonly search: string;
  /** Seconds since 1970: sessions under way in between; null: whenever. */
  readonly within: readonly [number, number] | null;
  readonly sort: SortKey;
  readonly descending: boolean;
}

/** Rows that are wished for, in order; equal ones in the order in which they began, what is not known last. */
export function rowsFor(sessions: Sessions, wish: RowWish): Uint32Array {
  const rows = filtered(sessions, wish);
  if (wish.sort === 'session' && !wish.descending) return rows;
  const keys = sortKeys(sessions, wish.sort, wish.choice);
  const sign = wish.descending ? -1 : 1;
  return rows.sort((one, other) => {
    const a = keys[one];
    const b = keys[other];
    if (a < b) return -sign;
    if (a > b) return sign;
    if (a === b) return one - other;
    return Number.isNaN(a) ? (Number.isNaN(b) ? one - other : 1) : -1;
  });
}

function filtered(sessions: Sessions, { choice, search, within }: RowWish): Uint32Array {
  const { length, at } = sessions;
  const chosen = chooser(sessions, choice);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const finders = words.map((word) => finder(sessions, word));
  const rows = new Uint32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (!chosen(row)) continue;
    if (within !== null && (at.first[row] > within[1] || at.first[row] + at.duration[row] < within[0])) continue;
    if (finders.every((find) => find(row))) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** Looks for a word among what is different, not in every row. */
function finder(sessions: Sessions, word: string): (row: number) => boolean {
  const { told, at, http } = sessions;
  const holds = (text: string): boolean => text.toLowerCase().includes(word);
  const addresses = told.addresses.map(holds);
  const states = told.states.map((state) => state.toLowerCase() === word);
  const closings = told.closings.map(holds);
  const port = /^\d{1,5}$/.test(word) ? Number(word) : -1;
  const session = /^#?\d+$/.test(word) ? Number(word.replace('#', '')) : -1;
  // An address with a port, whole or its end: 10.0.0.1:80, [::1]:80, :80.
  const pair = /^(.*):(\d{1,5})$/.exec(word);
  const withPort = pair === null ? -1 : Number(pair[2]);
  const ends = pair === null ? [] : told.addresses.map((address) => endText(address, withPort).endsWith(word));
  const httpRows = new Set<number>();
  for (const [row, { method, host, status }] of http) {
    if (holds(`${method} ${host} ${status ?? ''}`)) httpRows.add(row);
  }
  return (row) =>
    addresses[at.src[row]] ||
    addresses[at.dst[row]] ||
    at.src_port[row] === port ||
    at.dst_port[row] === port ||
    states[at.state[row]] ||
    closings[at.closing[row]] ||
    at.session[row] === session ||
    (withPort >= 0 &&
      ((at.src_port[row] === withPort && ends[at.src[row]]) || (at.dst_port[row] === withPort && ends[at.dst[row]]))) ||
    httpRows.has(row);
}

function sortKeys(sessions: Sessions, key: SortKey, choice: Choice): ArrayLike<number> {
  const { at, told } = sessions;
  switch (key) {
    case 'src':
      return endKeys(sessions, at.src, at.src_port);
    case 'dst':
      return endKeys(sessions, at.dst, at.dst_port);
    case 'state':
      return ranked(at.state, ranks(told.states));
    case 'closing':
      return ranked(at.closing, ranks(told.closings));
    case 'symptoms':
      return measureOf(sessions, choice);
    case 'http': {
      const keys = new Float64Array(sessions.length).fill(Number.NaN);
      const entries = [...sessions.http];
      const order = ranks(entries.map(([, { host, method }]) => `${host}\n${method}`));
      entries.forEach(([row], place) => {
        keys[row] = order[place];
      });
      return keys;
    }
    default:
      return at[key];
  }
}

const rankCache = new WeakMap<readonly string[], Float64Array>();

function endKeys(sessions: Sessions, addresses: ArrayLike<number>, ports: ArrayLike<number>): Float64Array {
  let order = rankCache.get(sessions.told.addresses);
  if (order === undefined) {
    order = ranks(sessions.told.addresses.map(addressKey));
    rankCache.set(sessions.told.addresses, order);
  }
  const keys = new Float64Array(sessions.length);
  for (let row = 0; row < keys.length; row++) keys[row] = order[addresses[row]] * 65536 + ports[row];
  return keys;
}

function ranked(numbers: ArrayLike<number>, order: Float64Array): Float64Array {
  const keys = new Float64Array(numbers.length);
  for (let row = 0; row < keys.length; row++) keys[row] = order[numbers[row]];
  return keys;
}

/** The place of each text among all of them. */
function ranks(texts: readonly string[]): Float64Array {
  const order = texts.map((_, at) => at).sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0));
  const places = new Float64Array(texts.length);
  order.forEach((at, place) => {
    places[at] = place > 0 && texts[order[place - 1]] === texts[at] ? places[order[place - 1]] : place;
  });
  return places;
}

/** A text whose order is that of addresses: IPv4 by number, then IPv6. */
function addressKey(address: string): string {
  if (!address.includes(':')) return `4${address.replace(/\d+/g, (part) => part.padStart(3, '0'))}`;
  const [head, tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `6${[...left, ...(tail === undefined ? [] : zeros), ...right].map((part) => part.padStart(4, '0')).join('')}`;
}
