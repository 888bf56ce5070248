/**
 * Numbers for people: SI units with two decimals or three digits, times in words.
 */

const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P'];

/** `35443192` -> `35.44 M`, `999` -> `999 `: made for a unit to follow. */
export function scaled(value: number): string {
  let power = 0;
  let rest = value;
  while (rest >= 999.995 && power < PREFIXES.length - 1) {
    rest /= 1000;
    power++;
  }
  return power === 0 ? `${Math.round(rest)} ` : `${rest.toFixed(2)} ${PREFIXES[power]}`;
}

/** The same with three digits: `35443192` -> `35.4 M`, `173300` -> `173 K`. */
export function brief(value: number): string {
  let power = 0;
  let rest = value;
  while (rest >= 999.5 && power < PREFIXES.length - 1) {
    rest /= 1000;
    power++;
  }
  if (power === 0) return `${Math.round(rest)} `;
  const decimals = rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
  return `${rest.toFixed(decimals)} ${PREFIXES[power]}`;
}

/** Whole seconds as `4 s`, `4 m 16 s`, `2 h 05 m`, `3 d 04 h`. */
export function spoken(sec: number): string {
  const whole = Math.max(0, Math.round(sec));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} m`;
  return `${Math.floor(whole / 86400)} d ${two(Math.floor(whole / 3600) % 24)} h`;
}

/** Local time of day of `epochMs` as HH:MM:SS, with the date in front when it is not the day of `todayMs`. */
export function timeOfDay(epochMs: number, todayMs: number): string {
  const isToday = new Date(epochMs).toDateString() === new Date(todayMs).toDateString();
  return isToday ? dateAndTime(epochMs).slice('YYYY-MM-DD '.length) : dateAndTime(epochMs);
}

/** Local time of `epochMs` as YYYY-MM-DD HH:MM:SS. */
export function dateAndTime(epochMs: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = new Date(epochMs);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}
