/**
 * The values of conditions on times and passed times, as text. Owns their forms and units; exact to the nanosecond.
 */

const NSEC: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['min', 60e9],
  ['h', 3600e9],
  ['', 1e9],
]);
const PASSED = /^(\d+(?:\.\d+)?) ?([a-z]*)$/;
const EPOCH = /^(\d{1,10})(?:\.(\d{1,9}))?$/;
const UTC = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Units of what passed. */
export const PASSED_UNITS: readonly string[] = [...NSEC.keys()].filter((unit) => unit !== '');

/** Nanoseconds of `50ms`, `1.5 s` or `0.05` (seconds); undefined for anything else. */
export function parsePassed(text: string): number | undefined {
  const [, number, unit] = PASSED.exec(text) ?? [];
  const scale = unit === undefined ? undefined : NSEC.get(unit);
  return scale === undefined ? undefined : Math.round(Number(number) * scale);
}

/** A time since 1970. */
export interface EpochTime {
  readonly sec: number;
  readonly nsec: number;
}

/** `1700000000.5` (seconds since 1970) or `2023-11-14T22:13:20.5Z`; undefined for anything else. */
export function parseEpochTime(text: string): EpochTime | undefined {
  const [, whole, decimals] = EPOCH.exec(text) ?? [];
  if (whole !== undefined) return { sec: Number(whole), nsec: nanoseconds(decimals) };
  const [, moment, fraction] = UTC.exec(text) ?? [];
  const epochMs = moment === undefined ? Number.NaN : Date.parse(`${moment.replace(' ', 'T')}Z`);
  // A day that a month does not have is taken for one of the next month.
  if (Number.isNaN(epochMs) || !new Date(epochMs).toISOString().startsWith(moment!.slice(0, 10))) return undefined;
  return { sec: epochMs / 1000, nsec: nanoseconds(fraction) };
}

const nanoseconds = (fraction: string | undefined): number => Number((fraction ?? '').padEnd(9, '0'));
