/**
 * Cuts conditions and values that have grown large into parts that become functions of their own. Owns the limits: recursion over a
 * tree stays shallow however deep an expression is nested, and no function is too large for the engine to compile well.
 */
import { type Condition, conditionDepth, conditionWeight, type Value, valueDepth, valueWeight } from './condition.js';

const MOST_DEPTH = 100;
const MOST_WEIGHT = 400;

export class PartList {
  readonly conditions: Condition[] = [];
  readonly values: Value[] = [];

  /** The condition itself, or what calls it as a part. */
  condition(condition: Condition): Condition {
    if (conditionDepth(condition) <= MOST_DEPTH && conditionWeight(condition) <= MOST_WEIGHT) return condition;
    return { kind: 'part', number: this.conditions.push(condition) - 1 };
  }

  /** The value itself, or what calls it as a part. */
  value(value: Value): Value {
    if (valueDepth(value) <= MOST_DEPTH && valueWeight(value) <= MOST_WEIGHT) return value;
    return { kind: 'value part', number: this.values.push(value) - 1 };
  }
}
