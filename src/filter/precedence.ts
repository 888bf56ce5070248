/**
 * How tightly the operators of values bind. Knows no tokens.
 */
import type { ArithmeticOperator } from './expression.js';

const RANKS: Partial<Record<ArithmeticOperator | 'negate', number>> = {
  '|': 1,
  '&': 2,
  '<<': 3,
  '>>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  negate: 6,
};

/**
 * Whether an operator takes the operand between the two before the one behind it can. In libpcap `%` and `^` have no
 * rank: next to either of them the later operator goes first, so that `12 / 2 % 3` is `12 / (2 % 3)` and `-1 ^ 2` is
 * `-(1 ^ 2)` (compared as programs of `tcpdump -O -d`).
 */
export function goesFirst(before: ArithmeticOperator | 'negate', behind: ArithmeticOperator): boolean {
  const rank = RANKS[before];
  const rankBehind = RANKS[behind];
  return rank !== undefined && rankBehind !== undefined && rank >= rankBehind;
}
