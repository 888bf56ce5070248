/**
 * A condition as a JavaScript function. Owns the text that is generated: numbers and names made here alone, never a
 * character of the expression it came from.
 *
 * A load beyond the captured bytes sets `bad` and counts as 0; evaluation goes on, which changes nothing, and
 * the packet is rejected at the end: the same as BPF's immediate end, without leaving an expression half-way. The
 * captured bytes are compared once with what all loads at constant offsets need; packets that are long enough take
 * a version without their checks.
 */
import type { Condition, HeaderChain, Value } from './condition.js';
import type { ArithmeticOperator } from './expression.js';
import { meetsInChain } from './header-chain.js';
import type { PacketPredicate } from './packet-predicate.js';

/** Everything a filter consists of. */
export interface FilterProgram {
  /** Computed before anything else, in this order. */
  readonly prelude: readonly { readonly variable: number; readonly value: Value }[];
  readonly condition: Condition;
  /** How many variables there are. */
  readonly variables: number;
  /** Those with a function of their own, by number. */
  readonly parts: readonly Condition[];
  readonly valueParts: readonly Value[];
}

/** Makes the function. */
export function emit(program: FilterProgram): PacketPredicate {
  const text = program.parts.length + program.valueParts.length > 0 ? emitParts(program) : emitWhole(program);
  return new Function('inChain', `'use strict';\n${text}`)(meetsInChain) as PacketPredicate;
}

/**
 * Makes the function of a condition whose alternatives are in another order than those of the expression (`factor.ts`): all of
 * them are evaluated, and where a load fails, which only their order can decide about, `exact` is asked, made when it is first needed.
 */
export function emitShort(program: FilterProgram, exact: () => PacketPredicate): PacketPredicate {
  let made: PacketPredicate | undefined;
  const ask: PacketPredicate = (bytes, start, capturedBytes, wireBytes) => {
    made ??= exact();
    return made(bytes, start, capturedBytes, wireBytes);
  };
  const writer = new Writer(0, true);
  const body = writer.body(program);
  const text = `'use strict';\n${sharedState(program)}${writer.setNames()}return function accepts(b, p, c, w) {
${resetState(program)}${writer.temporaries()}${body}}`;
  return new Function('inChain', 'sets', 'exact', text)(meetsInChain, writer.sets, ask) as PacketPredicate;
}

/** One function, in two versions: for packets with all bytes that are looked at, and for shorter ones. */
function emitWhole(program: FilterProgram): string {
  const neededBytes = neededBy(program);
  const long = new Writer(neededBytes);
  const short = new Writer(0);
  const shortBody = short.body(program);
  const variables = declaration(names('v', program.variables));
  // A version for long packets pays when it spares checks.
  if (neededBytes === 0) {
    return `return function accepts(b, p, c, w) {\n${variables}${short.declarations()}${shortBody}}`;
  }
  const longBody = long.body(program);
  return `return function accepts(b, p, c, w) {
${variables}if (c >= ${neededBytes}) {
${long.declarations()}${longBody}}
${short.declarations()}${shortBody}}`;
}

/** Several functions that share what they know; none is so large that the engine would not compile it well. */
function emitParts(program: FilterProgram): string {
  const writer = new Writer(0);
  const body = writer.body(program);
  return `${sharedState(program)}return function accepts(b, p, c, w) {
${resetState(program)}${writer.temporaries()}${body}}`;
}

/** What parts share, and the parts. */
function sharedState(program: FilterProgram): string {
  const conditions = program.parts.map((part, number) => partFunction(`f${number}`, (w) => w.condition(part)));
  const values = program.valueParts.map((part, number) => partFunction(`g${number}`, (w) => w.value(part)));
  const variables = declaration(names('v', program.variables));
  return `let bad = 0;\n${variables}${conditions.join('')}${values.join('')}`;
}

const resetState = ({ variables }: FilterProgram): string =>
  ['bad', ...names('v', variables)].map((name) => `${name} = 0;\n`).join('');

function partFunction(name: string, write: (writer: Writer) => string): string {
  const writer = new Writer(0);
  const result = write(writer);
  return `function ${name}(b, p, c, w) {\n${writer.temporaries()}return ${result};\n}\n`;
}

const names = (letter: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${letter}${n}`);
const declaration = (variables: readonly string[]): string =>
  variables.length === 0 ? '' : `let ${variables.map((name) => `${name} = 0`).join(', ')};\n`;

/** Writes expressions; loads at constant offsets that end by `sureBytes` need no check. */
class Writer {
  /** Sets of numbers that are looked up, in the order of their names. */
  readonly sets: ReadonlySet<number>[] = [];
  readonly #sureBytes: number;
  readonly #isEager: boolean;
  #temporaries = 0;
  #mostTemporaries = 0;
  #canFail = false;

  /** `isEager`: all alternatives are evaluated, and `exact` is asked when a load failed. */
  constructor(sureBytes: number, isEager = false) {
    this.#sureBytes = sureBytes;
    this.#isEager = isEager;
  }

  /** Statements that return whether the packet is accepted. */
  body({ prelude, condition }: FilterProgram): string {
    const sets = prelude.map(({ variable, value }) => `v${variable} = ${this.value(value)};\n`).join('');
    const result = this.condition(condition);
    if (this.#isEager) return `${sets}const r = ${result};\nreturn bad === 0 ? r : exact(b, p, c, w);\n`;
    return `${sets}return ${this.#canFail ? `(${result}) && bad === 0` : result};\n`;
  }

  declarations(): string {
    return `${this.#canFail ? 'let bad = 0;\n' : ''}${this.temporaries()}`;
  }

  setNames(): string {
    return this.sets.map((_, number) => `const s${number} = sets[${number}];\n`).join('');
  }

  temporaries(): string {
    return declaration(names('t', this.#mostTemporaries));
  }

  condition(condition: Condition): string {
    const before = this.#temporaries;
    const text = this.#conditionText(condition);
    // Nothing is kept from one condition to the next.
    this.#temporaries = before;
    return text;
  }

  #conditionText(condition: Condition): string {
    switch (condition.kind) {
      case 'constant':
        return String(condition.holds);
      case 'not':
        return `!(${this.condition(condition.operand)})`;
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.condition(operand));
        if (condition.kind === 'and') return `(${operands.join(' && ')})`;
        if (!this.#isEager) return `(${operands.join(' || ')})`;
        return `((${operands.map((operand) => `(${operand})`).join(' | ')}) !== 0)`;
      }
      case 'member':
        return `s${this.sets.push(condition.set) - 1}.has(${this.#bits(condition.value)} | 0)`;
      case 'test':
        return this.#test(condition);
      case 'set':
        return `(v${condition.variable} = ${this.value(condition.value)}, true)`;
      case 'chain':
        return this.#chain(condition.chain);
      case 'part':
        this.#canFail = true;
        return `f${condition.number}(b, p, c, w)`;
    }
  }

  value(value: Value): string {
    switch (value.kind) {
      case 'constant':
        return String(value.value);
      case 'length':
        return 'w';
      case 'variable':
        return `v${value.number}`;
      case 'load': {
        const loaded = this.#load(value);
        return value.bytes === 4 ? `(${loaded} >>> 0)` : loaded;
      }
      case 'binary':
        return this.#binary(value.operator, value.left, value.right);
      case 'choice':
        return `(${this.condition(value.condition)} ? ${this.value(value.yes)} : ${this.value(value.no)})`;
      case 'value part':
        this.#canFail = true;
        return `g${value.number}(b, p, c, w)`;
    }
  }

  #test({ operator, left, right }: Condition & { kind: 'test' }): string {
    if (operator === '&') return `(${this.#bits(left)} & ${this.#bits(right)}) !== 0`;
    // Equal as signed numbers is equal: no conversion to unsigned is needed.
    if (operator === '=' && isBits(left) && right.kind === 'constant')
      return `${this.#bits(left)} === ${right.value | 0}`;
    return `${this.value(left)} ${operator === '=' ? '===' : operator} ${this.value(right)}`;
  }

  /** A value whose bits count, whether it is signed or not. */
  #bits(value: Value): string {
    if (value.kind === 'load') return this.#load(value);
    if (value.kind === 'binary' && isBits(value)) return `(${this.#bits(value.left)} & ${this.#bits(value.right)})`;
    return value.kind === 'constant' ? String(value.value | 0) : this.value(value);
  }

  #binary(operator: ArithmeticOperator, left: Value, right: Value): string {
    switch (operator) {
      case '+':
      case '-':
        return `((${this.value(left)} ${operator} ${this.value(right)}) >>> 0)`;
      case '&':
      case '|':
      case '^':
        return `((${this.#bits(left)} ${operator} ${this.#bits(right)}) >>> 0)`;
      case '*':
        return `(Math.imul(${this.value(left)}, ${this.value(right)}) >>> 0)`;
      case '/':
      case '%':
        return this.#division(operator, left, right);
      case '<<':
      case '>>':
        return this.#shift(operator, left, right);
    }
  }

  #division(operator: '/' | '%', left: Value, right: Value): string {
    const divide = (divisor: string): string => `((${this.value(left)} ${operator} ${divisor}) >>> 0)`;
    if (right.kind === 'constant') return right.value === 0 ? this.#failing() : divide(String(right.value));
    const divisor = this.#temporary();
    this.#canFail = true;
    return `((${divisor} = ${this.value(right)}) === 0 ? (bad = 1, 0) : ${divide(divisor)})`;
  }

  /** The left side is evaluated even where nothing is left of it: a load in it may fail. */
  #shift(operator: '<<' | '>>', left: Value, right: Value): string {
    const sign = operator === '<<' ? '<<' : '>>>';
    if (right.kind === 'constant') {
      return right.value > 31 ? `(${this.value(left)}, 0)` : `((${this.value(left)} ${sign} ${right.value}) >>> 0)`;
    }
    const [shifted, by] = [this.#temporary(), this.#temporary()];
    const sets = `${shifted} = ${this.value(left)}, ${by} = ${this.value(right)}`;
    return `(${sets}, ${by} > 31 ? 0 : (${shifted} ${sign} ${by}) >>> 0)`;
  }

  /** A load; four bytes come as a signed number. */
  #load({ bytes, constant, index }: Value & { kind: 'load' }): string {
    // No index brings a place that is not known back into the frame: as in BPF, whose offsets are unsigned.
    if (constant < 0) return this.#failing();
    if (index === undefined) {
      const read = bytesAt(bytes, (byte) => `p + ${constant + byte}`);
      if (constant + bytes <= this.#sureBytes) return read;
      this.#canFail = true;
      return `(c >= ${constant + bytes} ? ${read} : (bad = 1, 0))`;
    }
    const at = this.#temporary();
    this.#canFail = true;
    const read = bytesAt(bytes, (byte) => `p + ${at} + ${constant + byte}`);
    return `((${at} = ${this.value(index)}) + ${constant + bytes} <= c ? ${read} : (bad = 1, 0))`;
  }

  #chain({ version, network, protocol }: HeaderChain): string {
    this.#canFail = true;
    const found = this.#temporary();
    return `((${found} = inChain(${version}, b, p, c, ${network}, ${protocol})) < 0 ? (bad = 1, false) : ${found} > 0)`;
  }

  #failing(): string {
    this.#canFail = true;
    return '(bad = 1, 0)';
  }

  #temporary(): string {
    const name = `t${this.#temporaries++}`;
    this.#mostTemporaries = Math.max(this.#mostTemporaries, this.#temporaries);
    return name;
  }
}

const isBits = (value: Value): boolean => value.kind === 'load' || (value.kind === 'binary' && value.operator === '&');

/** Big-endian bytes as one number. */
function bytesAt(count: number, place: (byte: number) => string): string {
  const bytes = Array.from({ length: count }, (_, byte) => {
    const shift = 8 * (count - 1 - byte);
    return shift === 0 ? `b[${place(byte)}]` : `b[${place(byte)}] << ${shift}`;
  });
  return count === 1 ? bytes[0] : `(${bytes.join(' | ')})`;
}

/** Loads of most packets end by here; those beyond keep their check. */
const USUAL_BYTES = 64;

/** How many bytes the loads at constant offsets need, the far ones left out. */
function neededBy({ prelude, condition }: FilterProgram): number {
  let needed = 0;
  const visitValue = (value: Value): void => {
    if (value.kind === 'load') {
      if (value.index !== undefined) visitValue(value.index);
      else if (value.constant + value.bytes <= USUAL_BYTES) needed = Math.max(needed, value.constant + value.bytes);
    } else if (value.kind === 'binary') {
      visitValue(value.left);
      visitValue(value.right);
    } else if (value.kind === 'choice') {
      visit(value.condition);
      visitValue(value.yes);
      visitValue(value.no);
    }
  };
  const visit = (part: Condition): void => {
    if (part.kind === 'and' || part.kind === 'or') for (const operand of part.operands) visit(operand);
    else if (part.kind === 'not') visit(part.operand);
    else if (part.kind === 'set') visitValue(part.value);
    else if (part.kind === 'test') {
      visitValue(part.left);
      visitValue(part.right);
    }
  };
  for (const { value } of prelude) visitValue(value);
  visit(condition);
  return needed;
}
