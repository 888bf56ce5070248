/**
 * The compiler's tree: conditions on a packet and the values they compare, between the language above and JavaScript
 * below. Owns the shapes and their constructors, which fold constants. Values are unsigned 32-bit.
 *
 * A load beyond the captured bytes makes the whole filter reject the packet, wherever it stands (as in BPF); so does a
 * division by zero. Operands are evaluated from left to right, `and` and `or` only as far as needed.
 */

import type { ArithmeticOperator, RelationOperator } from './expression.js';

export type Value =
  | { readonly kind: 'constant'; readonly value: number }
  /** Bytes on the wire. */
  | { readonly kind: 'length' }
  /** A number kept while the filter runs, 0 until it is set. */
  | { readonly kind: 'variable'; readonly number: number }
  /** Big-endian, at byte `index` (wrapped to 32 bits) plus `constant` of the frame. */
  | { readonly kind: 'load'; readonly bytes: number; readonly constant: number; readonly index: Value | undefined }
  | {
      readonly kind: 'binary';
      readonly operator: ArithmeticOperator;
      readonly left: Value;
      readonly right: Value;
      readonly depth: number;
      readonly weight: number;
    }
  | { readonly kind: 'choice'; readonly condition: Condition; readonly yes: Value; readonly no: Value }
  /** A value that has a function of its own. */
  | { readonly kind: 'value part'; readonly number: number };

/** `&`: any common bit. */
export type TestOperator = '=' | '>' | '>=' | '&';

/** Where a chain of headers is followed (`protochain`): the IP header and the protocol that is looked for. */
export interface HeaderChain {
  readonly version: 4 | 6;
  readonly network: number;
  readonly protocol: number;
}

export type Condition =
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'test'; readonly operator: TestOperator; readonly left: Value; readonly right: Value }
  | {
      readonly kind: 'and' | 'or';
      readonly operands: readonly Condition[];
      readonly depth: number;
      readonly weight: number;
    }
  | { readonly kind: 'not'; readonly operand: Condition }
  /** One of these numbers, which are signed. */
  | { readonly kind: 'member'; readonly value: Value; readonly set: ReadonlySet<number> }
  /** Sets a variable; holds always. */
  | { readonly kind: 'set'; readonly variable: number; readonly value: Value }
  | { readonly kind: 'chain'; readonly chain: HeaderChain }
  /** A condition that has a function of its own. */
  | { readonly kind: 'part'; readonly number: number };

export const ALWAYS: Condition = { kind: 'constant', holds: true };
export const NEVER: Condition = { kind: 'constant', holds: false };

export const constant = (value: number): Value => ({ kind: 'constant', value: value >>> 0 });
export const LENGTH: Value = { kind: 'length' };
export const variable = (number: number): Value => ({ kind: 'variable', number });
export const load = (bytes: number, at: number, index?: Value): Value => ({
  kind: 'load',
  bytes,
  constant: at,
  index,
});

/** `left operator right`; of constants, their result. */
export function binary(operator: ArithmeticOperator, left: Value, right: Value): Value {
  const isDivision = operator === '/' || operator === '%';
  const canFail = isDivision && right.kind === 'constant' && right.value === 0;
  if (left.kind === 'constant' && right.kind === 'constant' && !canFail) {
    return constant(calculate(operator, left.value, right.value));
  }
  if (operator === '+' && right.kind === 'constant' && right.value === 0) return left;
  if (operator === '+' && left.kind === 'constant' && left.value === 0) return right;
  const depth = 1 + Math.max(valueDepth(left), valueDepth(right));
  return { kind: 'binary', operator, left, right, depth, weight: 1 + valueWeight(left) + valueWeight(right) };
}

export const masked = (value: Value, mask: number): Value =>
  mask >>> 0 === 0xffffffff
    ? value
    : { kind: 'binary', operator: '&', left: value, right: constant(mask), depth: 2, weight: 3 };

export function test(operator: TestOperator, left: Value, right: Value): Condition {
  if (left.kind === 'constant' && right.kind === 'constant') return of(compare(operator, left.value, right.value));
  return { kind: 'test', operator, left, right };
}

export const equals = (value: Value, expected: number): Condition => test('=', value, constant(expected));
export const exceeds = (value: Value, bound: number): Condition => test('>', value, constant(bound));
export const reaches = (value: Value, bound: number): Condition => test('>=', value, constant(bound));
export const hasBits = (value: Value, bits: number): Condition => test('&', value, constant(bits));

export function not(operand: Condition): Condition {
  if (operand.kind === 'constant') return of(!operand.holds);
  return operand.kind === 'not' ? operand.operand : { kind: 'not', operand };
}

/** All hold; those after the first that does not are not evaluated. */
export function and(...operands: readonly Condition[]): Condition {
  return combine('and', operands);
}

/** Any holds; those after the first that does are not evaluated. */
export function or(...operands: readonly Condition[]): Condition {
  return combine('or', operands);
}

/** The same of a list of any length. */
export const allOf = (operands: readonly Condition[]): Condition => combine('and', operands);
export const anyOf = (operands: readonly Condition[]): Condition => combine('or', operands);

function combine(kind: 'and' | 'or', operands: readonly Condition[]): Condition {
  const deciding = kind === 'or';
  const kept: Condition[] = [];
  for (const operand of operands) {
    if (operand.kind === kind) {
      // One by one: a list may be longer than a call takes arguments.
      for (const one of operand.operands) kept.push(one);
    } else if (operand.kind !== 'constant') {
      kept.push(operand);
    } else if (operand.holds === deciding) {
      // What comes before it decides nothing more, but may still reject the packet.
      kept.push(operand);
      break;
    }
  }
  if (kept.length === 0) return of(!deciding);
  if (kept.length === 1) return kept[0];
  const depth = 1 + kept.reduce((deepest, operand) => Math.max(deepest, conditionDepth(operand)), 0);
  const weight = kept.reduce((sum, operand) => sum + conditionWeight(operand), 0);
  return { kind, operands: kept, depth, weight };
}

const of = (holds: boolean): Condition => (holds ? ALWAYS : NEVER);

/** How deep it is nested, for what goes through it recursively. */
export function conditionDepth(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.depth;
    case 'not':
      return 1 + conditionDepth(condition.operand);
    case 'test':
      return 1 + Math.max(valueDepth(condition.left), valueDepth(condition.right));
    default:
      return 1;
  }
}

/** About how much code it becomes. */
export function conditionWeight(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.weight;
    case 'not':
      return conditionWeight(condition.operand);
    case 'test':
      return valueWeight(condition.left) + valueWeight(condition.right);
    default:
      return 1;
  }
}

export function valueDepth(value: Value): number {
  if (value.kind === 'binary') return value.depth;
  return value.kind === 'load' && value.index !== undefined ? 1 + valueDepth(value.index) : 1;
}

export function valueWeight(value: Value): number {
  if (value.kind === 'binary') return value.weight;
  return value.kind === 'load' && value.index !== undefined ? 1 + valueWeight(value.index) : 1;
}

/** Unsigned 32-bit arithmetic as BPF does it; a shift by 32 and more leaves nothing. */
export function calculate(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return (left + right) >>> 0;
    case '-':
      return (left - right) >>> 0;
    case '*':
      return Math.imul(left, right) >>> 0;
    case '/':
      return Math.floor(left / right);
    case '%':
      return left % right;
    case '&':
      return (left & right) >>> 0;
    case '|':
      return (left | right) >>> 0;
    case '^':
      return (left ^ right) >>> 0;
    case '<<':
      return right > 31 ? 0 : (left << right) >>> 0;
    case '>>':
      return right > 31 ? 0 : left >>> right;
  }
}

export function compare(operator: TestOperator, left: number, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '&':
      return (left & right) !== 0;
  }
}

/** `left operator right`. */
export function compared(operator: RelationOperator, left: Value, right: Value): Condition {
  switch (operator) {
    case '=':
      return test('=', left, right);
    case '!=':
      return not(test('=', left, right));
    case '>':
      return test('>', left, right);
    case '<=':
      return not(test('>', left, right));
    case '>=':
      return test('>=', left, right);
    case '<':
      return not(test('>=', left, right));
  }
}
