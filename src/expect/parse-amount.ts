/**
 * The number of an expectation and its unit: which units fit a metric, and what is said of one that does not.
 */
import { type Metric, quotedPart } from './metric.js';
import type { TextCursor } from './text-cursor.js';
import { amountOf, numberFault, TOO_LARGE, type Unit, unitHint, unitNamed, unitsOf } from './units.js';

export interface Amount {
  /** As written. */
  readonly decimal: string;
  readonly unit: Unit;
  readonly amount: number;
}

/** The number at `cursor` with its unit, which has to fit; `amount`: what it comes to. Throws an ExpectationError. */
export function parseAmount(cursor: TextCursor, metric: Metric): Amount {
  const at = cursor.at;
  const rest = cursor.text.slice(at);
  const decimal = /^\d+(\.\d+)?/.exec(rest)?.[0];
  if (decimal === undefined) {
    if (rest.startsWith('-')) cursor.fail(at, 1, 'values are never below 0');
    return cursor.expected('a number');
  }
  const fault = numberFault(rest);
  if (fault !== undefined) cursor.fail(at, fault.length, fault.message);
  const odd = /^[\d.,_']*/.exec(rest)![0];
  if (odd.length > decimal.length) cursor.fail(at, odd.length, 'expected a number as 1500 or 0.1');
  cursor.at += decimal.length;
  const blanks = /^\s*/.exec(cursor.text.slice(cursor.at))![0].length;
  const word = /^[^\s\d]+/.exec(cursor.text.slice(cursor.at + blanks))?.[0] ?? '';
  const text = word === 'or' ? '' : word;
  if (text !== '') cursor.at += blanks + text.length;
  const unit = unitOf(cursor, text, decimal, at, metric);
  const amount = amountOf(decimal, unit);
  if (!Number.isFinite(amount)) cursor.fail(at, cursor.at - at, TOO_LARGE);
  return { decimal, unit, amount };
}

function unitOf(cursor: TextCursor, text: string, decimal: string, at: number, metric: Metric): Unit {
  const { name, quantity, whole } = metric;
  const [place, length] = text === '' ? [at, decimal.length] : [cursor.at - text.length, text.length];
  const units = unitsOf(quantity).filter(
    ({ form }) => (form !== 'share' || whole !== undefined) && (form !== 'per second' || isCountable(metric)),
  );
  const unit = unitNamed(text, quantity);
  if (unit !== undefined && units.includes(unit)) {
    // A part of one is never counted: who writes it means a share.
    if (text !== '' || quantity !== 'count' || /^\d+(\.0+)?$/.test(decimal)) return unit;
    const share = whole === undefined ? '' : `; is ${decimal}% of ${whole} meant?`;
    cursor.fail(place, length, `${name} is a count, ${decimal} is none${share}`);
  }
  // Nothing is nothing in any unit.
  if (text === '' && Number(decimal) === 0) return units[0];
  const known = units.flatMap((candidate) => (candidate.text === '' ? [] : [candidate.text])).join(', ');
  if (text === '') cursor.fail(place, length, `${name} needs a unit behind the number: ${known}`);
  if (text === '%')
    cursor.fail(place, length, `${name} is no share of anything${known === '' ? '' : `; its units are ${known}`}`);
  const hint = unitHint(text);
  const because = hint === '' ? (known === '' ? 'it is a count' : `its units are ${known}`) : hint;
  return cursor.fail(place, length, `${name} has no unit ${quotedPart(text)}: ${because}`);
}

/** Of a quantile or a mean nothing comes every second. */
const isCountable = ({ name }: Metric): boolean => !/\.(min|mean|p\d+|max)$/.test(name);
