/**
 * Single values in reports: numbers, shares, durations. Owns how they are written; what is no number has no text.
 */
import { scaled, spoken } from './units.js';

/** From here on a number is repeated with a prefix, one with decimals when it is written as such. */
const LEAST_SCALED = 1000;
const LEAST_SCALED_DECIMAL = 999.995;
/** Seconds up to here are said once only. */
const MOST_PLAIN_SEC = 60;
const MICROS = 1e6;

/** `35443192 (35.44 M)`; small ones once. */
export function countText(value: number): string {
  return Math.abs(value) >= LEAST_SCALED ? `${value} (${signed(value)})` : `${value}`;
}

/** The same of what is no count: `3.01`, `48674.12 (48.67 K)`. */
export function meanText(value: number): string {
  const text = fixed(value);
  return Math.abs(value) >= LEAST_SCALED_DECIMAL ? `${text} (${signed(value)})` : text;
}

/** Two decimals, and no sign of a zero. */
export function fixed(value: number): string {
  const text = value.toFixed(2);
  return text === '-0.00' ? '0.00' : text;
}

/** ` [42.40%]`, to go behind a number; of nothing it is none. */
export function shareText(part: number, whole: number): string {
  return ` [${percentText(part, whole)}]`;
}

/** `42.40%`; of nothing it is none. */
export function percentText(part: number, whole: number): string {
  return `${fixed(whole > 0 ? (100 * part) / whole : 0)}%`;
}

/** `268411424 b/s (268.41 Mb/s)`. */
export function bandwidthText(bitsPerSec: number): string {
  const whole = Math.round(bitsPerSec);
  return whole >= LEAST_SCALED ? `${whole} b/s (${scaled(whole)}b/s)` : `${whole} b/s`;
}

/** `256.000000 sec (4 m 16 s)` of microseconds. */
export function durationText(micros: number): string {
  const text = `${secondsText(micros)} sec`;
  return micros > MOST_PLAIN_SEC * MICROS ? `${text} (${spoken(micros / MICROS)})` : text;
}

/** Seconds with six decimals, of microseconds. */
export function secondsText(micros: number): string {
  const sec = Math.floor(micros / MICROS);
  // Above 2^53 microseconds, some 285 years, the rest is not exact any more.
  const rest = Math.max(0, Math.min(MICROS - 1, Math.floor(micros - sec * MICROS)));
  return `${sec}.${String(rest).padStart(6, '0')}`;
}

/** `(35.44 M)` without its parentheses: no blank behind a prefix, as no unit follows. */
const signed = (value: number): string => `${value < 0 ? '-' : ''}${scaled(Math.abs(value)).trimEnd()}`;
