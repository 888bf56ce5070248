/**
 * Forms of single values in reports on captures: grouped numbers, times, names out of files. Knows no report.
 */

/** A time stamp: seconds since 1970, nanoseconds in the second, and how many digits of them the capture has. */
export interface PacketTime {
  readonly sec: number;
  readonly nsec: number;
  readonly decimals: number;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `1234567.8` with one decimal -> `1,234,567.8`. */
export function grouped(value: number, decimals = 0): string {
  const [whole, fraction] = value.toFixed(decimals).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** `5 packets`, `1 packet`. */
export function counted(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** Share of a whole, ` (12.3 %)`, or nothing of an empty whole. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`;
}

/** Seconds since 1970 as text; what a double would round is kept. */
export function epochText({ sec, nsec, decimals }: PacketTime): string {
  return sec + fractionText(nsec, decimals);
}

/** Local time with at least microseconds and the distance from UTC: `2024-05-27 12:00:00.442537 +09:00`. */
export function localText({ sec, nsec, decimals }: PacketTime): string {
  const time = new Date(sec * 1000);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const offset = -time.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${date} ${clock}${fractionText(nsec, Math.max(6, decimals))} ${zone}`;
}

/** From one time to a later one: seconds, and from a minute on in words: `256.5 s (4 m 16 s)`. */
export function durationText(from: PacketTime, to: PacketTime): string {
  const borrow = to.nsec < from.nsec ? 1 : 0;
  const sec = to.sec - from.sec - borrow;
  const nsec = to.nsec - from.nsec + borrow * 1e9;
  const exact = `${grouped(sec)}${fractionText(nsec, Math.max(6, from.decimals, to.decimals))} s`;
  return sec < 60 ? exact : `${exact} (${inWords(sec)})`;
}

/** Seconds between two times, as a double: for rates. */
export function secondsBetween(from: PacketTime, to: PacketTime): number {
  return to.sec - from.sec + (to.nsec - from.nsec) / 1e9;
}

/**
 * A text from a file with its control characters made visible, so that it neither breaks a table nor speaks to the
 * terminal. `reversible`: backslashes are doubled, so that what was escaped can be told from what was there.
 */
export function visible(text: string, reversible = false): string {
  return [...text].map((char) => visibleChar(char, reversible)).join('');
}

function visibleChar(char: string, reversible: boolean): string {
  const code = char.codePointAt(0)!;
  if (char === '\t') return '\\t';
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\\' && reversible) return '\\\\';
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}

const fractionText = (nsec: number, decimals: number): string =>
  decimals === 0 ? '' : `.${String(nsec).padStart(9, '0').slice(0, decimals)}`;

function inWords(sec: number): string {
  if (sec < 3600) return `${Math.trunc(sec / 60)} m ${two(sec % 60)} s`;
  if (sec < 86400) return `${Math.trunc(sec / 3600)} h ${two(Math.trunc(sec / 60) % 60)} m`;
  return `${grouped(Math.trunc(sec / 86400))} d ${two(Math.trunc(sec / 3600) % 24)} h`;
}
