/**
 * Units of values: what `50ms` and `0.1%` are a number of, and values in words. Owns which unit fits which quantity.
 */
import type { Quantity } from './metric.js';

/** What a value is: itself, a share of something else, or how many in a second. */
export type Form = 'value' | 'share' | 'per second';

export interface Unit {
  /** As it is written; empty where none is. */
  readonly text: string;
  readonly form: Form;
  /** The value is the number times ten to this, by that. */
  readonly exponent: number;
  readonly factor: number;
}

const unit = (text: string, exponent: number, factor = 1, form: Form = 'value'): Unit => ({
  text,
  form,
  exponent,
  factor,
});

const PERCENT = unit('%', -2, 1, 'share');
const BYTES: readonly Unit[] = [
  ...[unit('B', 0), unit('kB', 3), unit('MB', 6), unit('GB', 9), unit('TB', 12)],
  ...['KiB', 'MiB', 'GiB', 'TiB'].map((text, index) => unit(text, 0, 1024 ** (index + 1))),
];
const perSecond = ({ text, exponent, factor }: Unit, form: Form): Unit => unit(`${text}/s`, exponent, factor, form);

const UNITS: Readonly<Record<Quantity, readonly Unit[]>> = {
  count: [unit('', 0), PERCENT, unit('/s', 0, 1, 'per second')],
  seconds: [unit('s', 0), unit('ms', -3), unit('us', -6), unit('ns', -9)],
  bytes: [unit('', 0), ...BYTES, PERCENT, ...BYTES.map((bytes) => perSecond(bytes, 'per second'))],
  rate: [
    ...BYTES.map((bytes) => perSecond(bytes, 'value')),
    ...['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'].map((text, index) => unit(text, 3 * index, 1 / 8)),
  ],
};

/** Spellings that mean one unit and no other. */
const SPELLINGS: Readonly<Record<string, string>> = {
  µs: 'us',
  μs: 'us',
  kiB: 'KiB',
  'kiB/s': 'KiB/s',
};

/** Those that fit. */
export const unitsOf = (quantity: Quantity): readonly Unit[] => UNITS[quantity];

/** The unit that a text means, of those that fit; undefined where it means none. */
export function unitNamed(text: string, quantity: Quantity): Unit | undefined {
  const spelt = SPELLINGS[text] ?? text;
  return UNITS[quantity].find((candidate) => candidate.text === spelt);
}

/** What could be meant by a text that is no unit, and is not guessed; empty where nothing comes to mind. */
export function unitHint(text: string): string {
  const [, plain, tail] = /^(.*?)(\/s|ps)?$/.exec(text)!;
  if (/^K[Bb]$|^kb$/.test(plain)) return `kB${tail ?? ''} is 1000 bytes, KiB${tail ?? ''} 1024`;
  if (/^[kKMG]?b$/.test(plain) && tail === 'ps') return 'bits a second are bit/s, kbit/s, Mbit/s, Gbit/s';
  if (/^(sec|secs|second|seconds)$/.test(text)) return 'seconds are s';
  if (/^(msec|millis|milliseconds)$/.test(text)) return 'milliseconds are ms';
  if (/^[kKMG]$/.test(text)) return 'write the number out';
  return '';
}

export const TOO_LARGE = 'this number is too large';

/** What is wrong with the number that a text begins with, where another program could read it, and how long it is; undefined where nothing is. */
export function numberFault(text: string): { readonly length: number; readonly message: string } | undefined {
  const [exponential] = /^\d+(\.\d+)?e[+-]?\d+/i.exec(text) ?? [];
  const message = 'numbers are written out, as 1500 or 0.1, and have no exponent';
  if (exponential !== undefined) return { length: exponential.length, message };
  const [decimal = ''] = /^\d+(\.\d+)?/.exec(text) ?? [];
  return Number.isFinite(Number(decimal)) ? undefined : { length: decimal.length, message: TOO_LARGE };
}

/** The number that a decimal and its unit stand for: the nearest one to it, so that 0.7% is what 7 / 1000 is. */
export const amountOf = (decimal: string, { exponent, factor }: Unit): number =>
  Number(`${decimal}e${exponent}`) * factor;

/** At most so many digits, without noughts at the end. */
function digits(value: number, most = 4): string {
  if (value !== 0 && (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-9)) return value.toExponential(most - 1);
  const whole = Math.floor(Math.log10(Math.abs(value) || 1)) + 1;
  const text = value.toFixed(Math.max(0, Math.min(12, most - whole)));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function scaled(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, name] = units.find(([least]) => Math.abs(value) >= least) ?? units[units.length - 1];
  return `${digits(value / size)} ${name}`;
}

const SECONDS = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'us'],
  [1e-9, 'ns'],
] as const;
const SIZES = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
  [1, 'B'],
] as const;
const RATES = SIZES.map(([size, name]) => [size, `${name}/s`] as const);

/** A value as people read it: `35.2 ms`, `1.5 MB`, `0.35 %`, `12`. */
export function amountText(value: number, quantity: Quantity, form: Form = 'value'): string {
  if (form === 'share') return `${digits(100 * value)} %`;
  if (form === 'per second') return quantity === 'bytes' ? scaled(value, RATES) : `${digits(value)} a second`;
  switch (quantity) {
    case 'count':
      return Number.isInteger(value) ? String(value) : digits(value);
    case 'seconds':
      return value === 0 ? '0 s' : scaled(value, SECONDS);
    case 'bytes':
      return scaled(value, SIZES);
    case 'rate':
      return scaled(value, RATES);
  }
}
