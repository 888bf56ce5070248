/**
 * The conditions that wait for their operator while an expression is compiled. Owns how lists of alternatives grow: in place, so that
 * one of any length takes time in proportion to it.
 */
import { and, type Condition, conditionDepth, conditionWeight, or } from './condition.js';

/** A list that was made here, and that nobody else has. */
interface GrowingList {
  readonly kind: 'and' | 'or';
  readonly operands: Condition[];
  depth: number;
  weight: number;
}

export class ConditionStack {
  readonly #conditions: Condition[] = [];
  readonly #own = new WeakMap<Condition, GrowingList>();

  get isEmpty(): boolean {
    return this.#conditions.length === 0;
  }

  push(condition: Condition): void {
    this.#conditions.push(condition);
  }

  pop(): Condition {
    return this.#conditions.pop()!;
  }

  /** Takes the two uppermost conditions away and gives what they are together. */
  combineTop(kind: 'and' | 'or'): Condition {
    const right = this.pop();
    const left = this.pop();
    const list = this.#own.get(left);
    if (list !== undefined && list.kind === kind && right.kind !== 'constant') {
      for (const operand of right.kind === kind ? right.operands : [right]) list.operands.push(operand);
      list.depth = Math.max(list.depth, conditionDepth(right) + (right.kind === kind ? 0 : 1));
      list.weight += conditionWeight(right);
      return left;
    }
    const combined = kind === 'and' ? and(left, right) : or(left, right);
    if (combined.kind !== kind || combined === left || combined === right) return combined;
    const grown = { ...combined, operands: [...combined.operands] };
    this.#own.set(grown, grown);
    return grown;
  }
}
