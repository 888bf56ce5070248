/**
 * Texts that are the same for equal values and equal conditions, to find those again. Owns nothing else.
 */
import type { Condition, Value } from './condition.js';

export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return `${value.value}`;
    case 'length':
      return 'len';
    case 'variable':
      return `v${value.number}`;
    case 'load':
      return `[${value.index === undefined ? '' : keyOf(value.index)}+${value.constant}:${value.bytes}]`;
    case 'binary':
      return `(${keyOf(value.left)}${value.operator}${keyOf(value.right)})`;
    case 'choice':
      return `?${keyOf(value.yes)}:${keyOf(value.no)}`;
    case 'value part':
      return `p${value.number}`;
  }
}

export function keyOfCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'constant':
      return String(condition.holds);
    case 'not':
      return `!${keyOfCondition(condition.operand)}`;
    case 'and':
    case 'or':
      return `(${condition.operands.map(keyOfCondition).join(condition.kind === 'and' ? '&' : '|')})`;
    case 'test':
      return `${keyOf(condition.left)}${condition.operator}${keyOf(condition.right)}`;
    case 'member':
      return `${keyOf(condition.value)} in ${[...condition.set].join()}`;
    case 'set':
      return `v${condition.variable}:=${keyOf(condition.value)}`;
    case 'chain':
      return `chain ${JSON.stringify(condition.chain)}`;
    case 'part':
      return `f${condition.number}`;
  }
}
