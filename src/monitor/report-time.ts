/**
 * Times in reports: those of packets in GMT, those of the wall clock in the local zone. Owns how they are written, and the time between
 * packets; all of it to the microsecond, what is finer is cut.
 */
import type { Moment } from '../capture/tally.js';
import { secondsText } from './figure-text.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MICROS = 1e6;

/** `1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)`. */
export function packetTimeText(moment: Moment): string {
  const text = `${momentText(moment)} sec`;
  const time = new Date(moment.sec * 1000);
  // Seconds may be more than a calendar has days for.
  if (Number.isNaN(time.getTime())) return text;
  const clock = clockText(time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds());
  return `${text} (${dateText(time.getUTCDay(), time.getUTCDate(), time.getUTCMonth(), time.getUTCFullYear())} ${clock} GMT)`;
}

/** `1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)` of microseconds since 1970. */
export function wallTimeText(micros: number): string {
  const time = new Date(micros / 1000);
  const date = dateText(time.getDay(), time.getDate(), time.getMonth(), time.getFullYear());
  const clock = clockText(time.getHours(), time.getMinutes(), time.getSeconds());
  return `${secondsText(micros)} sec (${date} ${clock} ${zoneName(time)})`;
}

/** Seconds since 1970 with six decimals. */
export function momentText({ sec, nsec }: Moment): string {
  return `${sec}.${String(Math.floor(nsec / 1000)).padStart(6, '0')}`;
}

/** From one packet to another, microseconds; none where the other one's time is earlier. */
export function microsBetween(from: Moment, to: Moment): number {
  return Math.max(0, (to.sec - from.sec) * MICROS + Math.floor((to.nsec - from.nsec) / 1000));
}

const two = (value: number): string => String(value).padStart(2, '0');

const clockText = (hours: number, minutes: number, sec: number): string => `${two(hours)}:${two(minutes)}:${two(sec)}`;

const dateText = (weekday: number, day: number, month: number, year: number): string =>
  `${DAYS[weekday]} ${two(day)} ${MONTHS[month]} ${year}`;

/** People of a zone have a short name for it, those far away only know its distance: each locale has the names of its own part of the world. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'ja', 'pt-BR', 'es-AR', 'en-SG', 'en-HK', 'id'];
/** Zones whose names no locale has in Latin letters, none of them with summer time (tz database). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'Asia/Karachi': 'PKT',
  'Asia/Manila': 'PST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Taipei': 'CST',
  'Europe/Moscow': 'MSK',
};

/** `CET`, `EDT`; `GMT+5:45` where a zone has no name. */
function zoneName(time: Date): string {
  let first: string | undefined;
  for (const locale of LOCALES) {
    const format = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' });
    const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]{2,5}$/.test(name)) return name;
    if (first === undefined) {
      first = name;
      const other = OTHER_NAMES[format.resolvedOptions().timeZone];
      if (other !== undefined) return other;
    }
  }
  return first ?? 'GMT';
}
