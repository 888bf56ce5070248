/**
 * Values for people: SI prefixes and just as many digits as say something. Owns rounding and prefixes.
 */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Beyond them, and far below 1, powers of ten are clearer. */
const MOST_PREFIXED = 1e21;
const LEAST_PLAIN = 1e-3;
const DIGITS = 4;

/** Seconds and the like have no thousands. */
const PLAIN_UNITS: ReadonlySet<string> = new Set(['s']);

export const hasPrefixes = (unit: string): boolean => !PLAIN_UNITS.has(unit);

/** Four digits at most, whole numbers below 1000 as they are: `35.44 M`, `517`, `0.25`, `1.2e+30`. */
export function figure(value: number, unit: string): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= MOST_PREFIXED || size < LEAST_PLAIN) return trimmed(value.toExponential(2));
  if (!hasPrefixes(unit))
    return Number.isInteger(value) ? String(value) : size < 1000 ? short(value) : value.toFixed(1);
  const power = prefixPower(Number(size.toPrecision(DIGITS)));
  const rest = value / 1000 ** power;
  return power === 0 ? short(rest) : `${Number.parseFloat(rest.toPrecision(DIGITS))} ${PREFIXES[power]}`;
}

const short = (value: number): string => String(Number.parseFloat(value.toPrecision(DIGITS)));

/** `1.20e+30` -> `1.2e+30`. */
const trimmed = (text: string): string => text.replace(/\.?0+(?=e)/, '');

function prefixPower(size: number): number {
  let power = 0;
  for (let rest = size; rest >= 1000 && power < PREFIXES.length - 1; rest /= 1000) power++;
  return power;
}

/** Labels of the ticks of an axis, which share a prefix and the number of decimals, where they are evenly spaced. */
export function tickLabels(ticks: readonly number[], unit: string, isLogarithmic: boolean): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  if (isLogarithmic || largest >= MOST_PREFIXED || ticks.length < 2) return ticks.map((tick) => figure(tick, unit));
  const step = Math.abs(ticks[1] - ticks[0]);
  if (largest < LEAST_PLAIN)
    return ticks.map((tick) => (tick === 0 ? '0' : trimmed(tick.toExponential(digitsOf(largest, step) - 1))));
  const power = hasPrefixes(unit) ? prefixPower(largest) : 0;
  const scale = 1000 ** power;
  const decimals = Math.min(20, Math.max(0, Math.ceil(-Math.log10(step / scale) - 1e-9)));
  const prefix = power === 0 ? '' : ` ${PREFIXES[power]}`;
  return ticks.map((tick) => (tick === 0 ? '0' : `${(tick / scale).toFixed(decimals)}${prefix}`));
}

/** As many as tell neighbours apart. */
const digitsOf = (largest: number, step: number): number =>
  Math.min(15, Math.max(1, Math.ceil(Math.log10(largest / step)) + 1));
