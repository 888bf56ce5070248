/**
 * Cuts conditions and values that have grown large into parts that become functions of their own. Owns the limits: recursion over a
 * tree stays shallow however deep an expression is nested, and no function is too large for the engine to compile well.
 */
import {
  allOf,
  anyOf,
  type Condition,
  conditionDepth,
  conditionWeight,
  not,
  type Value,
  valueDepth,
  valueWeight,
} from './condition.js';
import { FilterError } from './filter-error.js';

const MOST_DEPTH = 100;
export const MOST_WEIGHT = 400;
const MOST_PARTS_IN_LIST = 200;
/** Parts call each other; with half as many again, the call stack of a thread has been seen to overflow. */
const MOST_NESTED_PARTS = 1000;

export class PartList {
  readonly conditions: Condition[] = [];
  readonly values: Value[] = [];
  /** How many parts are nested in each part, itself included. */
  readonly #nesting = new Map<Condition | Value, number>();

  /** The condition itself, or what calls it as a part when it is nested too deep. */
  shallow(condition: Condition): Condition {
    return conditionDepth(condition) <= MOST_DEPTH ? condition : this.#part(this.light(condition));
  }

  /** The condition itself, or what calls it as a part when it is large in any way. */
  small(condition: Condition): Condition {
    return conditionWeight(condition) <= MOST_WEIGHT ? this.shallow(condition) : this.#part(this.light(condition));
  }

  /** The value itself, or what calls it as a part. */
  value(value: Value): Value {
    if (valueDepth(value) <= MOST_DEPTH && valueWeight(value) <= MOST_WEIGHT) return value;
    this.#noteNesting(value, this.#nestingOfValue(value));
    return { kind: 'value part', number: this.values.push(value) - 1 };
  }

  /** The condition with parts in place of what makes it too large. */
  light(condition: Condition): Condition {
    if (conditionWeight(condition) <= MOST_WEIGHT) return condition;
    if (condition.kind === 'not') return not(this.light(condition.operand));
    if (condition.kind !== 'and' && condition.kind !== 'or') return condition;
    return this.#lightList(condition.kind, condition.operands);
  }

  /** Operands side by side in parts, and these in others where they are many: none calls another in a chain as long as the list. */
  #lightList(kind: 'and' | 'or', operands: readonly Condition[]): Condition {
    const lighter = operands.map((operand) => this.light(operand));
    const whole = list(kind, lighter);
    if (conditionWeight(whole) <= MOST_WEIGHT) return whole;
    const parts: Condition[] = [];
    let group: Condition[] = [];
    let weight = 0;
    const close = (): void => {
      if (group.length > 0) parts.push(this.#part(list(kind, group)));
      group = [];
      weight = 0;
    };
    for (const operand of lighter) {
      const ownWeight = conditionWeight(operand);
      if (weight + ownWeight > MOST_WEIGHT || group.length >= MOST_PARTS_IN_LIST) close();
      group.push(operand);
      weight += ownWeight;
    }
    close();
    return parts.length <= MOST_PARTS_IN_LIST ? list(kind, parts) : this.#lightList(kind, parts);
  }

  #part(condition: Condition): Condition {
    this.#noteNesting(condition, this.#nestingOf(condition));
    return { kind: 'part', number: this.conditions.push(condition) - 1 };
  }

  #noteNesting(part: Condition | Value, nested: number): void {
    if (nested >= MOST_NESTED_PARTS) throw new FilterError(1, 'the expression is nested too deep');
    this.#nesting.set(part, nested + 1);
  }

  #nestingOf(condition: Condition): number {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return condition.operands.reduce((most, operand) => Math.max(most, this.#nestingOf(operand)), 0);
      case 'not':
        return this.#nestingOf(condition.operand);
      case 'test':
        return Math.max(this.#nestingOfValue(condition.left), this.#nestingOfValue(condition.right));
      case 'part':
        return this.#nesting.get(this.conditions[condition.number]) ?? 0;
      default:
        return 0;
    }
  }

  #nestingOfValue(value: Value): number {
    if (value.kind === 'binary') return Math.max(this.#nestingOfValue(value.left), this.#nestingOfValue(value.right));
    if (value.kind === 'load') return value.index === undefined ? 0 : this.#nestingOfValue(value.index);
    return value.kind === 'value part' ? (this.#nesting.get(this.values[value.number]) ?? 0) : 0;
  }
}

const list = (kind: 'and' | 'or', operands: readonly Condition[]): Condition =>
  kind === 'and' ? allOf(operands) : anyOf(operands);
