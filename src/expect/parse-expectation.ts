/**
 * From text to what is expected: `METRIC OP VALUE[UNIT]`, with the sessions that are meant before the metric. Owns the grammar, and what is said of a text
 * that it does not have.
 */
import { SESSION_TABLE } from '../records/session-columns.js';
import type { Comparison, Condition, Selector } from '../summary/selector.js';
import { type Expectation, OPERATORS, type Operator } from './expectation.js';
import { type Metric, quotedPart } from './metric.js';
import { METRICS, metricNamed } from './metrics.js';
import { nearestName } from './nearest-name.js';
import { parseAmount } from './parse-amount.js';
import { type Part, TextCursor } from './text-cursor.js';

/** What is wrong with a condition that has the right form; undefined where nothing is. */
export type ConditionCheck = (condition: Condition) => { readonly part: string; readonly message: string } | undefined;

/** What the text expects; `check`: what else has to hold of conditions. Throws an ExpectationError. */
export function parseExpectation(text: string, check: ConditionCheck = () => undefined): Expectation {
  return new Parser(text, check).expectation();
}

/** Columns of records, and two names for either side. */
const COLUMNS: readonly string[] = [...SESSION_TABLE.columns.map(({ name }) => name), 'addr', 'port'];
const COMPARISONS: readonly (readonly [string, Comparison])[] = [
  ['==', '='],
  ['!=', '!='],
  ['<=', '<='],
  ['>=', '>='],
  ['=', '='],
  ['<', '<'],
  ['>', '>'],
];

class Parser extends TextCursor {
  readonly #check: ConditionCheck;

  constructor(text: string, check: ConditionCheck) {
    super(text);
    this.#check = check;
  }

  expectation(): Expectation {
    this.skipBlanks();
    const { metric, selector } = this.#subject();
    this.skipBlanks();
    const operator = this.#operator();
    this.skipBlanks();
    const { decimal, unit, amount } = parseAmount(this, metric);
    const allowsUnknown = this.#orUnknown();
    if (this.at < this.text.length) {
      this.fail(this.at, this.text.length - this.at, `expected nothing more behind ${decimal}${unit.text}`);
    }
    return { metric, selector, operator, decimal, unit, amount, allowsUnknown };
  }

  #subject(): { readonly metric: Metric; readonly selector: Selector | undefined } {
    const start = this.at;
    const first = this.part('a metric');
    if (first.text !== 'sessions' || this.text[first.at] === '"') {
      return { metric: this.#metric([first, ...this.#moreParts()], undefined), selector: undefined };
    }
    this.skipBlanks();
    const selector = this.text[this.at] === '{' ? this.#selector() : undefined;
    const parts = this.#moreParts();
    const metric = this.#metric(parts.length > 0 ? parts : [first], start);
    // How many there are is said without a second word, and without conditions it is of all.
    return { metric, selector: selector ?? (metric.name === 'sessions' ? undefined : []) };
  }

  /** `sessionsAt`: where the sessions stand of which it is, if they do. */
  #metric(parts: readonly Part[], sessionsAt: number | undefined): Metric {
    const names = parts.map(({ text }) => text);
    const found = sessionsAt === undefined ? metricNamed(names, 'capture') : undefined;
    const metric = found ?? metricNamed(names, 'sessions');
    if (metric !== undefined) return metric;
    const name = names.map(quotedPart).join('.');
    const { at } = parts[0];
    const length = parts[parts.length - 1].end - at;
    if (sessionsAt !== undefined && metricNamed(names, 'capture') !== undefined) {
      this.fail(sessionsAt, this.at - sessionsAt, `${name} is of the whole capture: no sessions can be chosen for it`);
    }
    const inner = METRICS.filter((candidate) => candidate.name.startsWith(`${name}.`));
    if (inner.length > 0) {
      this.fail(at, length, `${name} is several: expected one of ${inner.map((one) => one.name).join(', ')}`);
    }
    const nearest = nearestName(
      name,
      METRICS.flatMap((candidate) => [candidate.name, ...candidate.aliases]),
    );
    return this.fail(at, length, `there is no metric ${name}${nearest === undefined ? '' : `; is ${nearest} meant?`}`);
  }

  #moreParts(): Part[] {
    const parts: Part[] = [];
    while (this.text[this.at] === '.') {
      this.at++;
      parts.push(this.part("a name behind '.'"));
    }
    return parts;
  }

  #selector(): Selector {
    const open = this.at++;
    const conditions: Condition[] = [];
    for (;;) {
      this.skipBlanks();
      conditions.push(this.#condition());
      this.skipBlanks();
      const next = this.text[this.at];
      if (next === '}') break;
      if (next === undefined) this.fail(open, 1, "this '{' has no '}'");
      if (next !== ',') this.expected("',' or '}'");
      this.at++;
    }
    this.at++;
    return conditions;
  }

  #condition(): Condition {
    const { text: column, at } = this.part('a column of the records of sessions');
    if (!COLUMNS.includes(column)) {
      const nearest = nearestName(column, COLUMNS);
      const hint = nearest === undefined ? '' : `; is ${nearest} meant?`;
      this.fail(at, this.at - at, `records of sessions have no column ${quotedPart(column)}${hint}`);
    }
    this.skipBlanks();
    const found = COMPARISONS.find(([sign]) => this.text.startsWith(sign, this.at));
    if (found === undefined) this.expected('one of = != < <= > >=');
    this.at += found[0].length;
    this.skipBlanks();
    const valueAt = this.at;
    const condition: Condition = { column, comparison: found[1], value: this.#value() };
    const fault = this.#check(condition);
    if (fault === undefined) return condition;
    if (fault.part === 'value') this.fail(valueAt, this.at - valueAt, fault.message);
    return this.fail(at, this.at - at, fault.message);
  }

  #value(): string {
    if (this.text[this.at] === '"') return this.quoted();
    const word = /^[^\s",={}<>!]+/.exec(this.text.slice(this.at))?.[0];
    if (word === undefined) this.expected('a value');
    this.at += word.length;
    return word;
  }

  #operator(): Operator {
    const found = OPERATORS.find((sign) => this.text.startsWith(sign, this.at));
    if (found === undefined) {
      if (this.text[this.at] === '=') this.fail(this.at, 1, 'equal is ==');
      return this.expected(`one of ${OPERATORS.join(' ')}`);
    }
    this.at += found.length;
    return found;
  }

  #orUnknown(): boolean {
    const words = /^\s*(?:or\s+unknown)?\s*$/.exec(this.text.slice(this.at))?.[0];
    if (words === undefined) {
      this.skipBlanks();
      return false;
    }
    this.at += words.length;
    return words.includes('or');
  }
}
