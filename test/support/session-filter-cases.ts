/**
 * Generated filters of sessions, local addresses, and sessions whose addresses lie at the borders of what these name.
 */
import fc from 'fast-check';
import type { NaiveSession } from './naive-session-filter.js';
import { naiveRange } from './naive-session-filter.js';

export interface FilterCase {
  /** Without RX and TX; none when there are no local addresses. */
  readonly texts: readonly string[];
  readonly locals: readonly string[];
  readonly sessions: readonly NaiveSession[];
}

/** The four bytes of an address. */
export const ipv4Of = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

/** All digits of the address's eight groups. */
export const ipv6Of = (value: bigint): string =>
  value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?!$)/g, '$1:');

const V4_BASES = ['10.0.0.0', '10.0.0.130', '10.0.1.0', '127.255.255.255', '128.0.0.0', '255.255.255.255', '0.0.0.0'];
const V4_LENGTHS = [0, 1, 7, 8, 22, 23, 24, 25, 31, 32];
const V6_BASES = [
  ...['2001:db8::', '2001:db8:0:1::8000:0', '2001:0DB8:0:1:8000::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ...['::', '::ffff:10.0.0.130', '8000::', '7fff:ffff:8000:0:7fff:ffff:8000:0'],
];
const V6_LENGTHS = [0, 1, 31, 32, 33, 47, 63, 64, 65, 95, 96, 97, 127, 128];

/** `ADDR` or `ADDR/LEN`, without brackets. */
export const rangeText: fc.Arbitrary<string> = fc.oneof(ranges(V4_BASES, V4_LENGTHS), ranges(V6_BASES, V6_LENGTHS));

function ranges(bases: readonly string[], lengths: readonly number[]): fc.Arbitrary<string> {
  const length = fc.option(fc.constantFrom(...lengths), { freq: 3 });
  return fc.tuple(fc.constantFrom(...bases), length).map(([base, bits]) => (bits === null ? base : `${base}/${bits}`));
}

/** Brackets around IPv6, in both of their places. */
export const bracketed = (text: string, isAroundPrefix: boolean): string =>
  !text.includes(':') ? text : isAroundPrefix ? `[${text}]` : text.replace(/^[^/]*/, '[$&]');

const PORTS = [0, 1, 79, 80, 81, 443, 32768, 65534, 65535];
const port = fc.constantFrom(...PORTS);
const any = fc.constantFrom('%', '*');
const portList = fc.oneof(
  { arbitrary: any, weight: 2 },
  { arbitrary: fc.array(port, { minLength: 1, maxLength: 6 }).map((ports) => ports.join(':')), weight: 4 },
  { arbitrary: fc.tuple(port, any, port).map((ports) => ports.join(':')), weight: 1 },
);

/** A filter's text without its name and first colon; addresses are those of `pool`. */
export function filterBody(pool: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const address = fc.oneof(
    { arbitrary: any, weight: 1 },
    { arbitrary: fc.tuple(pool, fc.boolean()).map(([text, isAround]) => bracketed(text, isAround)), weight: 5 },
  );
  const target = fc.tuple(address, portList).map(([text, ports]) => `${text}:${ports}`);
  const direction = fc.constantFrom('RX', 'TX', 'rx', 'tx');
  const targets = fc.array(target, { minLength: 1, maxLength: 4 });
  return fc.tuple(direction, targets).map(([way, list]) => `${way}@${list.join(',')}`);
}

/** Before, at, within, at the end of and behind a range. */
const EDGES = ['before', 'first', 'middle', 'last', 'behind'] as const;

function atEdge(text: string, edge: (typeof EDGES)[number]): bigint {
  const { first, last, isV6 } = naiveRange(text);
  const all = 2n ** (isV6 ? 128n : 32n);
  const places = { before: first - 1n + all, first, middle: (first + last) / 2n, last, behind: last + 1n };
  return places[edge] % all;
}

/** Filters, local addresses and sessions that share a few ranges. */
export const filterCase: fc.Arbitrary<FilterCase> = fc
  .array(rangeText, { minLength: 3, maxLength: 6 })
  .chain((drawn) => {
    const pool = [...drawn, '10.0.0.0/24', '2001:db8::/64'];
    const one = fc.constantFrom(...pool);
    const locals = fc.array(one, { maxLength: 3 });
    const name = fc.option(fc.constant('named'), { freq: 5 });
    const filters = fc.array(fc.tuple(name, filterBody(one)), { maxLength: 45, size: '+1' });
    const sessions = fc.array(sessionAmong(pool), { minLength: 1, maxLength: 8 });
    return fc.record({ locals, filters, sessions }).map((found) => ({
      ...found,
      texts: found.locals.length === 0 ? [] : found.filters.map(named),
    }));
  });

const named = ([name, body]: [string | null, string], index: number): string =>
  `${name === null ? '' : `n${index}`}:${body}`;

function sessionAmong(pool: readonly string[]): fc.Arbitrary<NaiveSession> {
  return fc.boolean().chain((isV6) => {
    const family = pool.filter((text) => text.includes(':') === isV6);
    const address = fc
      .tuple(fc.constantFrom(...family), fc.constantFrom(...EDGES))
      .map(([text, edge]) => (isV6 ? ipv6Of : ipv4Of)(atEdge(text, edge)));
    return fc.record({ src: address, dst: address, dstPort: port });
  });
}
