/**
 * Figures as text, the same everywhere in the page.
 */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** What is not known. */
export const NOTHING = '–';

export const countText = (value: number): string => WHOLE.format(value);

/** `one` or `many` of something, with its number. */
export const ofThem = (value: number, one: string, many = `${one}s`): string =>
  `${countText(value)} ${value === 1 ? one : many}`;

/** Three digits that matter. */
export function digits(exact: number): string {
  const value = Number(exact.toPrecision(3));
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return WHOLE.format(value);
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size))));
}

/** With a prefix of thousands: 1.23 k, 45.6 M. */
export function scaled(value: number, unit: string): string {
  let at = 0;
  let rest = value;
  while (Math.abs(rest) >= 999.5 && at < PREFIXES.length - 1) {
    rest /= 1000;
    at++;
  }
  return `${digits(rest)} ${PREFIXES[at]}${unit}`.trim();
}

/** Without zeros that say nothing: for round values, at ticks of an axis. */
export const plain = (text: string): string => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

/** A length of time that is a round one: 500 ms, 5 min. */
export const stretchText = (seconds: number): string => plain(secondsText(seconds)).replace(/ 0 (s|min|h)$/, '');

export const bytesText = (bytes: number): string => scaled(bytes, 'B');

/** Of seconds, from microseconds to days. */
export function secondsText(seconds: number | null): string {
  if (seconds === null || Number.isNaN(seconds)) return NOTHING;
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.0009995) return `${digits(seconds * 1e6)} µs`;
  if (size < 0.9995) return `${digits(seconds * 1e3)} ms`;
  if (size < 120) return `${digits(seconds)} s`;
  const whole = Math.round(seconds);
  if (size < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (size < 172800) return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor(whole / 3600) % 24} h`;
}

/** A share of a whole. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return NOTHING;
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.01) return 'less than 0.01 %';
  return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(percent < 1 ? 2 : 1)} %`;
}

/** An address and a port as one. */
export const endText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** Control characters, and those that change how others are shown. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** A word of a command line, quoted for a shell where that is needed. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-')) return word;
  // An option must not be made of a name; a control character must not be one when it is pasted.
  const path = word.startsWith('-') ? `./${word}` : word;
  if (path.search(UNSEEN) < 0) return `'${path.replaceAll("'", "'\\''")}'`;
  const escaped = path.replace(/[\\']/g, '\\$&').replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\U${code.padStart(8, '0')}`;
  });
  return `$'${escaped}'`;
}
