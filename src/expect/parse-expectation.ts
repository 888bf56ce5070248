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
import { amountOf, type Unit, unitHint, unitNamed, unitsOf } from './units.js';

/** A text that is no expectation: what is wrong, and where. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
  readonly text: string;
  /** Offset in UTF-16 units, and how many of them are meant. */
  readonly at: number;
  readonly length: number;

  constructor(text: string, at: number, length: number, message: string) {
    super(message);
    this.text = text;
    this.at = at;
    this.length = length;
  }
}

/** The text with a mark below the place: two lines, each behind `indent`. */
export function marked({ text, at, length }: ExpectationError, indent = '  '): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  const before = [...text.slice(0, at)].length;
  const width = Math.max(1, [...text.slice(at, at + length)].length);
  return `${indent}${shown}\n${indent}${' '.repeat(before)}${'^'.repeat(width)}`;
}

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

interface Part {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

class Parser {
  readonly #text: string;
  readonly #check: ConditionCheck;
  #at = 0;

  constructor(text: string, check: ConditionCheck) {
    this.#text = text;
    this.#check = check;
  }

  expectation(): Expectation {
    this.#skipBlanks();
    const { metric, selector } = this.#subject();
    this.#skipBlanks();
    const operator = this.#operator();
    this.#skipBlanks();
    const { decimal, unit } = this.#amount(metric);
    const allowsUnknown = this.#orUnknown();
    if (this.#at < this.#text.length) {
      this.#fail(this.#at, this.#text.length - this.#at, `expected nothing more behind ${decimal}${unit.text}`);
    }
    return { metric, selector, operator, decimal, unit, amount: amountOf(decimal, unit), allowsUnknown };
  }

  #subject(): { readonly metric: Metric; readonly selector: Selector | undefined } {
    const start = this.#at;
    const first = this.#part('a metric');
    if (first.text !== 'sessions' || this.#text[first.at] === '"') {
      return { metric: this.#metric([first, ...this.#moreParts()], undefined), selector: undefined };
    }
    this.#skipBlanks();
    const selector = this.#text[this.#at] === '{' ? this.#selector() : undefined;
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
      this.#fail(
        sessionsAt,
        this.#at - sessionsAt,
        `${name} is of the whole capture: no sessions can be chosen for it`,
      );
    }
    const inner = METRICS.filter((candidate) => candidate.name.startsWith(`${name}.`));
    if (inner.length > 0) {
      this.#fail(at, length, `${name} is several: expected one of ${inner.map((one) => one.name).join(', ')}`);
    }
    const nearest = nearestName(
      name,
      METRICS.flatMap((candidate) => [candidate.name, ...candidate.aliases]),
    );
    return this.#fail(at, length, `there is no metric ${name}${nearest === undefined ? '' : `; is ${nearest} meant?`}`);
  }

  #moreParts(): Part[] {
    const parts: Part[] = [];
    while (this.#text[this.#at] === '.') {
      this.#at++;
      parts.push(this.#part("a name behind '.'"));
    }
    return parts;
  }

  #part(what: string): Part {
    const at = this.#at;
    if (this.#text[at] === '"') return { text: this.#quoted(), at, end: this.#at };
    const word = /^[A-Za-z0-9_-]+/.exec(this.#text.slice(at))?.[0];
    if (word === undefined) this.#expected(what);
    this.#at += word.length;
    return { text: word, at, end: this.#at };
  }

  #selector(): Selector {
    const open = this.#at++;
    const conditions: Condition[] = [];
    for (;;) {
      this.#skipBlanks();
      conditions.push(this.#condition());
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === '}') break;
      if (next === undefined) this.#fail(open, 1, "this '{' has no '}'");
      if (next !== ',') this.#expected("',' or '}'");
      this.#at++;
    }
    this.#at++;
    return conditions;
  }

  #condition(): Condition {
    const { text: column, at } = this.#part('a column of the records of sessions');
    if (!COLUMNS.includes(column)) {
      const nearest = nearestName(column, COLUMNS);
      const hint = nearest === undefined ? '' : `; is ${nearest} meant?`;
      this.#fail(at, this.#at - at, `records of sessions have no column ${quotedPart(column)}${hint}`);
    }
    this.#skipBlanks();
    const found = COMPARISONS.find(([sign]) => this.#text.startsWith(sign, this.#at));
    if (found === undefined) this.#expected('one of = != < <= > >=');
    this.#at += found[0].length;
    this.#skipBlanks();
    const valueAt = this.#at;
    const condition: Condition = { column, comparison: found[1], value: this.#value() };
    const fault = this.#check(condition);
    if (fault === undefined) return condition;
    if (fault.part === 'value') this.#fail(valueAt, this.#at - valueAt, fault.message);
    return this.#fail(at, this.#at - at, fault.message);
  }

  #value(): string {
    if (this.#text[this.#at] === '"') return this.#quoted();
    const word = /^[^\s",={}<>!]+/.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) this.#expected('a value');
    this.#at += word.length;
    return word;
  }

  /** As in JSON. */
  #quoted(): string {
    const literal = /^"(?:[^"\\]|\\.)*"/s.exec(this.#text.slice(this.#at))?.[0];
    if (literal === undefined) this.#fail(this.#at, 1, 'these quotes have no end');
    try {
      const value = JSON.parse(literal) as string;
      this.#at += literal.length;
      return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#fail(this.#at, literal.length, 'within quotes expected what a text in JSON may hold');
    }
  }

  #operator(): Operator {
    const found = OPERATORS.find((sign) => this.#text.startsWith(sign, this.#at));
    if (found === undefined) {
      if (this.#text[this.#at] === '=') this.#fail(this.#at, 1, 'equal is ==');
      return this.#expected(`one of ${OPERATORS.join(' ')}`);
    }
    this.#at += found.length;
    return found;
  }

  #amount(metric: Metric): { readonly decimal: string; readonly unit: Unit } {
    const at = this.#at;
    const rest = this.#text.slice(at);
    const decimal = /^\d+(\.\d+)?/.exec(rest)?.[0];
    if (decimal === undefined) {
      if (rest.startsWith('-')) this.#fail(at, 1, 'values are never below 0');
      return this.#expected('a number');
    }
    const odd = /^[\d.,_']*/.exec(rest)![0];
    if (odd.length > decimal.length) this.#fail(at, odd.length, 'expected a number as 1500 or 0.1');
    this.#at += decimal.length;
    const blanks = /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    const word = /^[^\s\d]+/.exec(this.#text.slice(this.#at + blanks))?.[0] ?? '';
    const text = word === 'or' ? '' : word;
    if (text !== '') this.#at += blanks + text.length;
    return { decimal, unit: this.#unit(text, decimal, at, metric) };
  }

  #unit(text: string, decimal: string, at: number, metric: Metric): Unit {
    const { name, quantity, whole } = metric;
    const [place, length] = text === '' ? [at, decimal.length] : [this.#at - text.length, text.length];
    const units = unitsOf(quantity).filter(
      ({ form }) => (form !== 'share' || whole !== undefined) && (form !== 'per second' || isCountable(metric)),
    );
    const unit = unitNamed(text, quantity);
    if (unit !== undefined && units.includes(unit)) {
      // A part of one is never counted: who writes it means a share.
      if (text !== '' || quantity !== 'count' || /^\d+(\.0+)?$/.test(decimal)) return unit;
      const share = whole === undefined ? '' : `; is ${decimal}% of ${whole} meant?`;
      this.#fail(place, length, `${name} is a count, ${decimal} is none${share}`);
    }
    // Nothing is nothing in any unit.
    if (text === '' && Number(decimal) === 0) return units[0];
    const known = units.flatMap((candidate) => (candidate.text === '' ? [] : [candidate.text])).join(', ');
    if (text === '') this.#fail(place, length, `${name} needs a unit behind the number: ${known}`);
    if (text === '%')
      this.#fail(place, length, `${name} is no share of anything${known === '' ? '' : `; its units are ${known}`}`);
    const hint = unitHint(text);
    const because = hint === '' ? (known === '' ? 'it is a count' : `its units are ${known}`) : hint;
    return this.#fail(place, length, `${name} has no unit ${quotedPart(text)}: ${because}`);
  }

  #orUnknown(): boolean {
    const words = /^\s*(?:or\s+unknown)?\s*$/.exec(this.#text.slice(this.#at))?.[0];
    if (words === undefined) {
      this.#skipBlanks();
      return false;
    }
    this.#at += words.length;
    return words.includes('or');
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #expected(what: string): never {
    const found = /^(\w+|\W)/u.exec(this.#text.slice(this.#at))?.[0];
    return this.#fail(
      this.#at,
      found?.length ?? 1,
      `expected ${what}${found === undefined ? ', and here it ends' : ''}`,
    );
  }

  #fail(at: number, length: number, message: string): never {
    throw new ExpectationError(this.#text, at, length, message);
  }
}

/** Of a quantile or a mean nothing comes every second. */
const isCountable = ({ name }: Metric): boolean => !/\.(min|mean|p\d+|max)$/.test(name);
