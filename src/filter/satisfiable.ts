/**
 * Whether any packet can meet a condition, as far as comparing equal loads with constants tells: `ip and ip6` none can.
 * Owns the search; gives up in favour of `yes` when it takes long.
 */
import { type Condition, compare, type TestOperator } from './condition.js';
import { keyOf } from './condition-key.js';

/** What is known of a value on the way through the condition: that a test of it with a constant came out so. */
interface Fact {
  readonly key: string;
  readonly operator: TestOperator;
  readonly constant: number;
  readonly outcome: boolean;
  readonly before: Fact | undefined;
}

type Continuation = (facts: Fact | undefined) => boolean;

/** Each may be nested in the one before. */
const MOST_STEPS = 1000;

/** False only when no packet meets it. */
export function isSatisfiable(condition: Condition): boolean {
  return new Search().holds(condition, true, undefined, () => true);
}

class Search {
  #stepsLeft = MOST_STEPS;

  /** Whether `condition` can come out as `wanted`, given the facts, with what follows it coming out as it must. */
  holds(condition: Condition, wanted: boolean, facts: Fact | undefined, then: Continuation): boolean {
    if (this.#stepsLeft-- <= 0) return true;
    switch (condition.kind) {
      case 'constant':
        return condition.holds === wanted && then(facts);
      case 'not':
        return this.holds(condition.operand, !wanted, facts, then);
      case 'and':
      case 'or':
        return this.#operands(condition.operands, 0, condition.kind === 'or', wanted, facts, then);
      case 'test':
        return this.#test(condition, wanted, facts, then);
      case 'set':
        return wanted && then(facts);
      default:
        return then(facts);
    }
  }

  #operands(
    operands: readonly Condition[],
    index: number,
    deciding: boolean,
    wanted: boolean,
    facts: Fact | undefined,
    then: Continuation,
  ): boolean {
    const next: Continuation = (more) => this.#operands(operands, index + 1, deciding, wanted, more, then);
    if (index === operands.length - 1) return this.holds(operands[index], wanted, facts, then);
    if (wanted !== deciding) return this.holds(operands[index], wanted, facts, next);
    return this.holds(operands[index], deciding, facts, then) || this.holds(operands[index], !deciding, facts, next);
  }

  #test(
    condition: Condition & { kind: 'test' },
    wanted: boolean,
    facts: Fact | undefined,
    then: Continuation,
  ): boolean {
    const { operator, left, right } = condition;
    if (right.kind !== 'constant') return then(facts);
    const key = keyOf(left);
    const known = outcomeOf(facts, key, operator, right.value);
    if (known !== undefined) return known === wanted && then(facts);
    return then({ key, operator, constant: right.value, outcome: wanted, before: facts });
  }
}

function outcomeOf(
  facts: Fact | undefined,
  key: string,
  operator: TestOperator,
  constant: number,
): boolean | undefined {
  for (let fact = facts; fact !== undefined; fact = fact.before) {
    if (fact.key !== key) continue;
    if (fact.operator === '=' && fact.outcome) return compare(operator, fact.constant, constant);
    if (fact.operator === operator && fact.constant === constant) return fact.outcome;
  }
  return undefined;
}
