/**
 * Cuts conditions and values that have grown large into parts that become functions of their own. Owns the limits: recursion over a
 * tree stays shallow however deep an expression is nested, and no function is too large for the engine to compile well.
 */
import {
  and,
  type Condition,
  conditionDepth,
  conditionWeight,
  or,
  type Value,
  valueDepth,
  valueWeight,
} from './condition.js';

const MOST_DEPTH = 100;
const MOST_WEIGHT = 400;
const MOST_PARTS_IN_LIST = 200;

export class PartList {
  readonly conditions: Condition[] = [];
  readonly values: Value[] = [];

  /** The condition itself, or what calls it as a part. */
  condition(condition: Condition): Condition {
    const isDeep = conditionDepth(condition) > MOST_DEPTH;
    if (!isDeep && conditionWeight(condition) <= MOST_WEIGHT) return condition;
    if (isDeep || (condition.kind !== 'and' && condition.kind !== 'or')) return this.#part(condition);
    // Lists grow at their end, one alternative after the other: the new ones become a part beside the others, so that
    // parts do not call each other in a chain as long as the list.
    const { kind, operands } = condition;
    const parts = operands.findIndex((operand) => operand.kind !== 'part');
    if (parts < 0 || parts >= MOST_PARTS_IN_LIST) return this.#part(condition);
    const added = this.#part(list(kind, operands.slice(parts)));
    return list(kind, [...operands.slice(0, parts), added]);
  }

  /** The value itself, or what calls it as a part. */
  value(value: Value): Value {
    if (valueDepth(value) <= MOST_DEPTH && valueWeight(value) <= MOST_WEIGHT) return value;
    return { kind: 'value part', number: this.values.push(value) - 1 };
  }

  #part(condition: Condition): Condition {
    return { kind: 'part', number: this.conditions.push(condition) - 1 };
  }
}

const list = (kind: 'and' | 'or', operands: readonly Condition[]): Condition =>
  kind === 'and' ? and(...operands) : or(...operands);
