/**
 * The values of conditions on times and passed times, as text. Owns their forms and units; exact to the nanosecond.
 */

const NSEC_PER_SEC = 1_000_000_000n;
const NSEC: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['ms', 1_000_000n],
  ['s', NSEC_PER_SEC],
  ['min', 60n * NSEC_PER_SEC],
  ['h', 3600n * NSEC_PER_SEC],
  ['', NSEC_PER_SEC],
]);
const PASSED = /^(\d+)(?:\.(\d+))? ?([a-z]*)$/;
const EPOCH = /^(\d{1,10})(?:\.(\d{1,9}))?$/;
const UTC = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Units of what passed. */
export const PASSED_UNITS: readonly string[] = [...NSEC.keys()].filter((unit) => unit !== '');

/** The most that columns can have which do not just count: ports (RFC 9293 3.1), VLAN ids (IEEE 802.1Q 9.6), HTTP status codes (RFC 9110 15). */
export const GREATEST_VALUES: ReadonlyMap<string, number> = new Map([
  ['src_port', 65_535],
  ['dst_port', 65_535],
  ['vlan', 4095],
  ['completeness', 63],
  ['http_status', 999],
]);

/** Seconds and nanoseconds: since 1970, or that passed. */
export interface ExactTime {
  readonly sec: number;
  readonly nsec: number;
}

/** `50ms`, `1.5 s` or `0.05` (seconds), cut to whole nanoseconds; undefined for anything else. */
export function parsePassed(text: string): ExactTime | undefined {
  const [, whole, fraction = '', unit] = PASSED.exec(text) ?? [];
  const scale = unit === undefined ? undefined : NSEC.get(unit);
  if (scale === undefined) return undefined;
  const nanoseconds = (BigInt(whole + fraction) * scale) / 10n ** BigInt(fraction.length);
  return { sec: Number(nanoseconds / NSEC_PER_SEC), nsec: Number(nanoseconds % NSEC_PER_SEC) };
}

/** `1700000000.5` (seconds since 1970) or `2023-11-14T22:13:20.5Z`; undefined for anything else. */
export function parseEpochTime(text: string): ExactTime | undefined {
  const [, whole, decimals] = EPOCH.exec(text) ?? [];
  if (whole !== undefined) return { sec: Number(whole), nsec: nanoseconds(decimals) };
  const [, moment, fraction] = UTC.exec(text) ?? [];
  const epochMs = moment === undefined ? Number.NaN : Date.parse(`${moment.replace(' ', 'T')}Z`);
  // A day that a month does not have is taken for one of the next month.
  if (Number.isNaN(epochMs) || !new Date(epochMs).toISOString().startsWith(moment!.slice(0, 10))) return undefined;
  return { sec: epochMs / 1000, nsec: nanoseconds(fraction) };
}

const nanoseconds = (fraction: string | undefined): number => Number((fraction ?? '').padEnd(9, '0'));
