/**
 * Long lists of alternatives made short: what they have in common is tested once, and equal places are looked up in a set of numbers.
 * `host A or host B or ...` becomes: IP, and its source in {A, B, ...}; or IP, and its destination in {A, B, ...}; or ARP, ...
 * Owns that rewriting.
 *
 * What comes out has the same value wherever no load fails, and looks at no fewer places as long as all alternatives are evaluated. So when
 * none fails, it is the answer; when one does, the order of evaluation decides, and the condition itself has to be asked.
 */
import { ALWAYS, allOf, and, anyOf, type Condition, equals, not, type Value } from './condition.js';
import { keyOf, keyOfCondition } from './condition-key.js';

/** Fewer numbers are compared one by one. */
const LEAST_SET = 5;

/** The same condition in its short form. */
export function factor(condition: Condition): Condition {
  switch (condition.kind) {
    case 'or':
      return factorAlternatives(condition.operands);
    case 'and':
      return factorAll(condition.operands);
    case 'not':
      return not(factor(condition.operand));
    default:
      return condition;
  }
}

/**
 * Of `not A and not B` none of the alternatives A and B must hold. What else must hold joins them as what must not fail to: then it is
 * looked at in any case, too, wherever it stood among them.
 */
function factorAll(operands: readonly Condition[]): Condition {
  const excluded = operands.flatMap((operand) => (operand.kind === 'not' ? [operand.operand] : []));
  if (excluded.length < 2) return allOf(operands.map(factor));
  const missing = operands.flatMap((operand) => (operand.kind === 'not' ? [] : [not(factor(operand))]));
  return not(anyOf([...missing, factorAlternatives(flat(excluded))]));
}

const flat = (alternatives: readonly Condition[]): Condition[] =>
  alternatives.flatMap((one) => (one.kind === 'or' ? one.operands : [one]));

/** Alternatives that begin with the same test. */
interface Group {
  readonly first: Condition;
  /** What follows it in each that goes on. */
  readonly rests: Condition[];
  /** Nothing follows it in one of them. */
  isWhole: boolean;
}

function factorAlternatives(alternatives: readonly Condition[]): Condition {
  const numbers = new Map<string, { readonly value: Value; readonly set: Set<number> }>();
  const groups = new Map<string, Group>();
  for (const alternative of alternatives) {
    if (alternative.kind === 'test' && alternative.operator === '=' && alternative.right.kind === 'constant') {
      const key = keyOf(alternative.left);
      const known = numbers.get(key) ?? { value: alternative.left, set: new Set() };
      known.set.add(alternative.right.value);
      numbers.set(key, known);
    } else {
      addToGroup(groups, alternative);
    }
  }
  const looked = [...numbers.values()].map(({ value, set }) => isAnyOf(value, set));
  return anyOf([...looked, ...[...groups.values()].map(shortened)]);
}

function addToGroup(groups: Map<string, Group>, alternative: Condition): void {
  const [first, ...rest] = alternative.kind === 'and' ? alternative.operands : [alternative];
  const key = keyOfCondition(first);
  const known = groups.get(key) ?? { first, rests: [], isWhole: false };
  if (rest.length === 0) known.isWhole = true;
  else known.rests.push(allOf(rest));
  groups.set(key, known);
}

function shortened({ first, rests, isWhole }: Group): Condition {
  const test = factor(first);
  if (rests.length === 0) return test;
  const behind = factorAlternatives(flat(rests));
  // What follows does not matter then, but what it looks at does.
  return and(test, isWhole ? anyOf([behind, ALWAYS]) : behind);
}

function isAnyOf(value: Value, set: ReadonlySet<number>): Condition {
  if (set.size < LEAST_SET) return anyOf([...set].map((number) => equals(value, number)));
  // As the emitted code has them: signed.
  return { kind: 'member', value, set: new Set([...set].map((number) => number | 0)) };
}
