/**
 * Moments as they are written on the command line. Owns the forms that are understood; exact to the nanosecond.
 */
import type { TimeBound } from '../capture/selection.js';

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const SECONDS = /^(\+?)(\d{1,10})(?:\.(\d{1,9}))?$/;

const LEAST_EPOCH_DIGITS = 9;

/**
 * `2026-11-21T08:30:00.5Z` (local time without a zone, midnight without a time), `1732177800.5` (seconds since 1970), or
 * `+90` (seconds since the first packet); undefined for anything else.
 */
export function parseMoment(text: string): TimeBound | undefined {
  const seconds = SECONDS.exec(text);
  if (seconds !== null) {
    const [, plus, whole, fraction] = seconds;
    // Such few digits are a date or a year that somebody means, hardly a moment before 1973.
    if (plus === '' && whole.length < LEAST_EPOCH_DIGITS && whole !== '0') return undefined;
    return { isRelative: plus === '+', sec: Number(whole), nsec: nanoseconds(fraction) };
  }
  const iso = ISO.exec(text);
  if (iso === null) return undefined;
  const [, year, month, day, hours = '00', minutes = '00', sec = '00', fraction, zone = ''] = iso;
  const colon = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const epochMs = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${sec}${colon}`);
  // A day that a month does not have is taken for one of the next month; that is no date.
  if (Number.isNaN(epochMs) || Number(day) > daysOf(Number(year), Number(month))) return undefined;
  return { isRelative: false, sec: epochMs / 1000, nsec: nanoseconds(fraction) };
}

const nanoseconds = (fraction: string | undefined): number => Number((fraction ?? '').padEnd(9, '0'));

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
