/**
 * What is expected, as a value: which metric of which sessions, compared how with what; and as text, always the same for the same.
 */
import type { Condition, Selector } from '../summary/selector.js';
import type { Metric } from './metric.js';
import type { Unit } from './units.js';

export const OPERATORS = ['<=', '>=', '==', '!=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Expectation {
  readonly metric: Metric;
  /** Undefined where no `sessions` is written: all. */
  readonly selector: Selector | undefined;
  readonly operator: Operator;
  /** As written, and what it comes to with its unit. */
  readonly decimal: string;
  readonly unit: Unit;
  readonly amount: number;
  /** Holds too where the value is not known. */
  readonly allowsUnknown: boolean;
}

/** Whether what was found is as expected. */
export function holds(found: number, operator: Operator, amount: number): boolean {
  switch (operator) {
    case '<=':
      return found <= amount;
    case '>=':
      return found >= amount;
    case '==':
      return found === amount;
    case '!=':
      return found !== amount;
    case '<':
      return found < amount;
    case '>':
      return found > amount;
  }
}

/** A value that needs no quotes. */
export const PLAIN_VALUE = /^[^\s",={}<>!]+$/;

const conditionText = ({ column, comparison, value }: Condition): string =>
  `${column}${comparison}${PLAIN_VALUE.test(value) ? value : JSON.stringify(value)}`;

/** The sessions that are meant, as they are written: `sessions{dst_port=443, src=10.0.0.0/8}`. */
export const selectorText = (selector: Selector): string =>
  selector.length === 0 ? 'sessions' : `sessions{${selector.map(conditionText).join(', ')}}`;

/** Metric and sessions, without what is expected of them. */
export function subjectText({ metric, selector }: Pick<Expectation, 'metric' | 'selector'>): string {
  if (selector === undefined) return metric.name;
  const sessions = selectorText(selector);
  return metric.name === 'sessions' ? sessions : `${sessions}.${metric.name}`;
}

/** The expectation as it would be written. */
export function expectationText(expectation: Expectation): string {
  const { operator, decimal, unit, allowsUnknown } = expectation;
  return `${subjectText(expectation)} ${operator} ${decimal}${unit.text}${allowsUnknown ? ' or unknown' : ''}`;
}
