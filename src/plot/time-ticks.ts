/**
 * Ticks of a time axis, in local time, and their labels. Owns the steps of clock and calendar; a day without a midnight, or with 23 hours, is
 * one like any other.
 */

export interface TimeTick {
  readonly atSec: number;
  readonly label: string;
  /** The date, or the year, that the label leaves out; the same for neighbours. */
  readonly context: string;
}

interface Step {
  readonly sec: number;
  readonly label: (time: Date) => string;
  readonly context: (time: Date) => string;
  /** The first moment at or before `time` that may be a tick, and the one after a tick. */
  readonly floor: (time: Date) => Date;
  readonly next: (time: Date) => Date;
}

const DAY_SEC = 86_400;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');
const hourMinute = (time: Date): string => `${two(time.getHours())}:${two(time.getMinutes())}`;
const dayMonth = (time: Date): string => `${time.getDate()} ${MONTHS[time.getMonth()]}`;
const year = (time: Date): string => String(time.getFullYear());
const date = (time: Date): string => `${dayMonth(time)} ${year(time)}`;

/** Within the hour, which begins at a whole minute in every zone. */
function clockStep(ms: number): Step {
  const hour = (time: Date): number => new Date(time).setMinutes(0, 0, 0);
  const decimals = ms >= 1000 ? 0 : ms >= 100 ? 1 : ms >= 10 ? 2 : 3;
  const fraction = (time: Date): string =>
    decimals === 0 ? '' : (time.getMilliseconds() / 1000).toFixed(3).slice(1, 2 + decimals);
  const seconds = (time: Date): string => `:${two(time.getSeconds())}${fraction(time)}`;
  return {
    sec: ms / 1000,
    label: (time) => `${hourMinute(time)}${ms < 60_000 ? seconds(time) : ''}`,
    context: date,
    floor: (time) => new Date(hour(time) + Math.floor((time.getTime() - hour(time)) / ms) * ms),
    next: (time) => new Date(time.getTime() + ms),
  };
}

function hourStep(hours: number): Step {
  const of = (time: Date, hour: number): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate(), hour);
  return {
    sec: hours * 3600,
    label: hourMinute,
    context: date,
    floor: (time) => of(time, Math.floor(time.getHours() / hours) * hours),
    next: (time) => of(time, Math.floor(time.getHours() / hours) * hours + hours),
  };
}

/** Every so many days since a Monday in 1970, so weeks begin on Mondays. */
function dayStep(days: number): Step {
  const monday = 4;
  const rest = (time: Date): number => {
    const day = Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / (DAY_SEC * 1000) - monday;
    return ((day % days) + days) % days;
  };
  const of = (time: Date, add: number): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate() + add);
  return {
    sec: days * DAY_SEC,
    label: dayMonth,
    context: year,
    floor: (time) => of(time, -rest(time)),
    next: (time) => of(time, days - rest(time)),
  };
}

function monthStep(months: number): Step {
  const of = (time: Date, add: number): Date =>
    new Date(time.getFullYear(), Math.floor(time.getMonth() / months) * months + add, 1);
  return {
    sec: months * 30.4 * DAY_SEC,
    label: months < 12 ? (time) => MONTHS[time.getMonth()] : year,
    context: months < 12 ? year : () => '',
    floor: (time) => of(time, 0),
    next: (time) => of(time, months),
  };
}

function yearStep(years: number): Step {
  const of = (time: Date, add: number): Date => new Date((Math.floor(time.getFullYear() / years) + add) * years, 0, 1);
  return {
    sec: years * 365 * DAY_SEC,
    label: year,
    context: () => '',
    floor: (time) => of(time, 0),
    next: (time) => of(time, 1),
  };
}

const CLOCK_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000];
const MINUTES = [1, 2, 5, 10, 15, 30];

const STEPS: readonly Step[] = [
  ...CLOCK_MS.map(clockStep),
  ...MINUTES.map((minutes) => clockStep(minutes * 60_000)),
  ...[1, 2, 3, 6, 12].map(hourStep),
  ...[1, 2, 7, 14].map(dayStep),
  ...[1, 3, 6, 12].map(monthStep),
  ...[2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map(yearStep),
];

/** Space that labels keep between them, in characters. */
const SPACE_CHARS = 3;

/** As many ticks as have room for their labels on an axis that is `chars` characters long. Both ends are included. */
export function timeTicks(fromSec: number, toSec: number, chars: number): TimeTick[] {
  const from = new Date(fromSec * 1000);
  const hasRoom = (step: Step): boolean => {
    const labelChars = step.label(from).length + SPACE_CHARS;
    return ((toSec - fromSec) / step.sec) * labelChars <= chars;
  };
  const step = STEPS.find(hasRoom) ?? STEPS[STEPS.length - 1];
  const ticks: TimeTick[] = [];
  let time = step.floor(from);
  while (time.getTime() / 1000 <= toSec) {
    const atSec = time.getTime() / 1000;
    if (atSec >= fromSec) ticks.push({ atSec, label: step.label(time), context: step.context(time) });
    const next = step.next(time);
    // Where clocks are set, a moment may be its own follower; nothing may hang there.
    time = next > time ? next : new Date(time.getTime() + step.sec * 1000);
  }
  return ticks;
}

/** `2026-11-21 08:30:00`, with milliseconds if asked. */
export function momentText(atSec: number, hasMs: boolean): string {
  // A clock shows a second until the next one begins.
  const time = new Date(Math.floor(atSec * 1000));
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const ms = hasMs ? `.${String(time.getMilliseconds()).padStart(3, '0')}` : '';
  return `${day} ${hourMinute(time)}:${two(time.getSeconds())}${ms}`;
}

/** From one moment to another; the day is said once when it is the same. */
export function stretchText(fromSec: number, toSec: number): string {
  const hasMs = toSec - fromSec < MS_SPAN_SEC;
  const [from, to] = [momentText(fromSec, hasMs), momentText(toSec, hasMs)];
  const isSameDay = from.slice(0, DAY_CHARS) === to.slice(0, DAY_CHARS);
  return `${from} to ${isSameDay ? to.slice(DAY_CHARS + 1) : to}`;
}

/** A shorter stretch is told to the millisecond. */
const MS_SPAN_SEC = 10;
const DAY_CHARS = 'YYYY-MM-DD'.length;

/** The zone of local times and its distance from UTC, both distances if it changes in between: `Europe/Berlin, UTC+01:00`. */
export function zoneText(fromSec: number, toSec: number): string {
  const offsets = [...new Set([offsetText(fromSec), offsetText(toSec)])].join(' to ');
  const zone = new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  return zone === 'UTC' || zone === undefined ? offsets : `${zone}, ${offsets}`;
}

function offsetText(atSec: number): string {
  const minutes = -new Date(atSec * 1000).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(Math.round(size % 60))}`;
}
