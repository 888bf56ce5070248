/**
 * The text of a filter expression as steps. Owns the grammar: what may stand where, what binds how tightly, which qualifiers an
 * identifier inherits. Knows neither names nor packets.
 *
 * An operator-precedence parser with a stack of its own, so that nesting costs memory and never the call stack. What a
 * parenthesis holds shows only inside it: a condition, a value or identifiers. So each place where an operand may stand
 * says which kinds may stand there, and a number by itself stays undecided until what follows tells what it is.
 */
import type {
  ArithmeticOperator,
  FilterExpression,
  Identifier,
  Protocol,
  RelationOperator,
  Step,
  ValueStep,
} from './expression.js';
import type { FilterError } from './filter-error.js';
import { isIdentifierNext, readIdentifier } from './identifiers.js';
import { goesFirst } from './precedence.js';
import { castStep, PRIMITIVES } from './primitives.js';
import { areQualifiersNext, type Qualifiers, readQualifiers } from './qualifiers.js';
import { TokenSource } from './token-source.js';
import type { Token } from './tokens.js';

/** What an operand may be, added up. */
const CONDITION = 1;
const VALUE = 2;
const IDENTIFIERS = 4;

/**
 * What was read last. A `number` may still become a value or an identifier. Identifiers in parentheses of their own
 * cannot begin a list: `host (b or (a))` is right and `host ((a) or b)` an error.
 */
type Operand = 'condition' | 'value' | 'number' | 'identifiers' | 'enclosed identifiers';

/** What is begun and waits for an operand, which may be one of `allowed`. */
type Frame = { readonly allowed: number; readonly column: number } & (
  | { readonly kind: 'start' | 'head' | 'not' | 'negate' }
  /** Behind the parenthesis, identifiers inherit what they would have inherited before it. */
  | { readonly kind: '('; readonly outer: Qualifiers | undefined }
  | { readonly kind: '['; readonly protocol: Protocol }
  | { readonly kind: 'and' | 'or'; readonly left: Operand }
  | { readonly kind: 'relation'; readonly operator: RelationOperator; readonly left: readonly ValueStep[] }
  | { readonly kind: 'binary'; readonly operator: ArithmeticOperator }
);

/** Throws a FilterError: at which column, what was found and what was expected. */
export function parseFilter(text: string): FilterExpression {
  return { text, steps: new FilterParser(text).parse() };
}

class FilterParser {
  private readonly tokens: TokenSource;
  private readonly steps: Step[] = [];
  private readonly frames: Frame[] = [{ kind: 'start', allowed: CONDITION | VALUE, column: 1 }];
  /** Steps of the value that is being read; there is never more than one at a time. */
  private values: ValueStep[] = [];
  /** The number that is not decided yet. */
  private pending: Token;
  /** What an identifier without qualifiers of its own inherits. */
  private qualifiers: Qualifiers | undefined = undefined;

  constructor(text: string) {
    this.tokens = new TokenSource(text);
    this.pending = this.tokens.current;
  }

  parse(): readonly Step[] {
    if (this.tokens.isAtKind('end')) return [];
    let operand = this.beginOperand();
    for (;;) {
      while (operand === undefined) operand = this.beginOperand();
      if (this.tokens.isAtKind('end')) break;
      operand = this.goOn(operand);
    }
    const whole = this.settle(operand);
    if (whole !== 'condition' || this.top.kind !== 'start') throw this.unexpectedBehind(whole);
    return this.steps;
  }

  private get top(): Frame {
    return this.frames[this.frames.length - 1]!;
  }

  private allows(kinds: number): boolean {
    return (this.top.allowed & kinds) !== 0;
  }

  /** Reads an operand, or one thing that can stand before it. */
  private beginOperand(): Operand | undefined {
    const { allowed } = this.top;
    const { kind, symbol, column } = this.tokens.current;
    if (symbol === '(') return this.begin({ kind: '(', allowed, column, outer: this.qualifiers });
    if (kind === 'not' && allowed !== VALUE) return this.begin({ kind: 'not', allowed, column });
    if (symbol === '-' && this.allows(VALUE)) return this.begin({ kind: 'negate', allowed: VALUE, column });
    if (kind === 'number') return this.readNumber();
    if (kind === 'len' && this.allows(VALUE)) return this.readLen();
    if (kind === 'protocol' && this.allows(CONDITION | VALUE)) return this.readProtocol();
    if (isIdentifierNext(this.tokens) && this.allows(IDENTIFIERS)) return this.readIdentifiers();
    if (!this.allows(CONDITION)) throw this.unexpectedOperand();
    if (areQualifiersNext(this.tokens)) return this.readHead(undefined, column);
    const parsePrimitive = PRIMITIVES.get(kind);
    if (parsePrimitive === undefined) throw this.unexpectedOperand();
    for (const step of parsePrimitive(this.tokens)) this.steps.push(step);
    this.qualifiers = undefined;
    return 'condition';
  }

  /** Takes the token that begins what the frame is for. */
  private begin(frame: Frame): undefined {
    this.tokens.take();
    this.frames.push(frame);
  }

  private readNumber(): Operand {
    this.pending = this.tokens.take();
    // Both readings are open only where a condition may begin, or identifiers may.
    return this.top.allowed === VALUE ? this.decideValue('number') : 'number';
  }

  private readLen(): Operand {
    this.tokens.take();
    this.values.push({ kind: 'len' });
    return 'value';
  }

  private readIdentifiers(): Operand {
    const first = this.tokens.current;
    this.emitIdentifier(readIdentifier(this.tokens), first);
    return 'identifiers';
  }

  /** A protocol begins a value, qualifies what follows, or is a condition by itself. */
  private readProtocol(): Operand | undefined {
    const first = this.tokens.take();
    const protocol = first.symbol as Protocol;
    const { column } = first;
    if (this.tokens.isAt('[')) return this.begin({ kind: '[', allowed: VALUE, column, protocol });
    if (!this.allows(CONDITION)) throw this.tokens.unexpected(`'[' behind ${first.text}`);
    if (areQualifiersNext(this.tokens)) return this.readHead(protocol, column);
    if (this.tokens.isAtKind('cast')) this.steps.push(castStep(this.tokens, protocol));
    else if (this.tokens.current.kind.startsWith('wlan ')) return this.beginOperand();
    else this.steps.push({ kind: 'protocol', column, protocol });
    this.qualifiers = undefined;
    return 'condition';
  }

  private readHead(protocol: Protocol | undefined, column: number): undefined {
    this.qualifiers = readQualifiers(this.tokens, protocol);
    this.frames.push({ kind: 'head', allowed: IDENTIFIERS, column });
  }

  /** Goes on behind an operand: gives the operand that is complete then, or undefined when another has to follow. */
  private goOn(operand: Operand): Operand | undefined {
    const { kind, symbol, column } = this.tokens.current;
    switch (kind) {
      case 'arithmetic':
        return this.addOperator(operand, symbol as ArithmeticOperator);
      case 'relation': {
        const value = this.settleValue(operand);
        if (value !== 'value' || !this.allows(CONDITION)) throw this.unexpectedBehind(value);
        const left = this.values;
        this.values = [];
        return this.begin({ kind: 'relation', allowed: VALUE, column, operator: symbol as RelationOperator, left });
      }
      case 'logical':
        return this.addLogical(operand, symbol as 'and' | 'or');
      case 'bracket':
        if (symbol === ')') return this.closeParenthesis(operand);
        return this.closeAccess(operand);
      default:
        throw this.unexpectedBehind(this.settle(operand));
    }
  }

  private addOperator(operand: Operand, operator: ArithmeticOperator): undefined {
    const value = this.decideValue(operand);
    for (let top = this.top; top.kind === 'binary' || top.kind === 'negate'; top = this.top) {
      if (!goesFirst(top.kind === 'binary' ? top.operator : top.kind, operator)) break;
      this.applyTop(value);
    }
    if (value !== 'value') throw this.unexpectedBehind(value);
    return this.begin({ kind: 'binary', allowed: VALUE, column: this.tokens.current.column, operator });
  }

  private addLogical(operand: Operand, kind: 'and' | 'or'): undefined {
    const left = this.decideIdentifier(this.settle(operand));
    const { column } = this.tokens.current;
    if (left === 'condition') {
      return this.begin({ kind, allowed: CONDITION | VALUE | IDENTIFIERS, column, left });
    }
    if (left !== 'identifiers') throw this.unexpectedBehind(left);
    return this.begin({ kind, allowed: IDENTIFIERS, column, left });
  }

  private closeParenthesis(operand: Operand): Operand {
    const inner = this.settle(operand);
    const frame = this.top;
    if (frame.kind !== '(' || inner === 'enclosed identifiers') throw this.unexpectedBehind(inner);
    this.tokens.take();
    this.frames.pop();
    if (inner === 'condition') this.qualifiers = frame.outer;
    return inner === 'identifiers' ? 'enclosed identifiers' : inner;
  }

  private closeAccess(operand: Operand): Operand {
    const inner = this.settleValue(operand);
    const frame = this.top;
    if (frame.kind !== '[' || inner !== 'value') throw this.unexpectedBehind(inner);
    const bytes = this.tokens.isAt(':') ? this.readSize() : 1;
    this.tokens.expect(']');
    this.frames.pop();
    this.values.push({ kind: 'load', protocol: frame.protocol, bytes, column: frame.column });
    return 'value';
  }

  private readSize(): number {
    this.tokens.take();
    const { kind, value } = this.tokens.current;
    if (kind !== 'number' || (value !== 1 && value !== 2 && value !== 4)) {
      throw this.tokens.unexpected('a size of 1, 2 or 4 bytes');
    }
    this.tokens.take();
    return value;
  }

  /** Applies everything that waits for this operand, up to the parenthesis or bracket around it. */
  private settle(operand: Operand): Operand {
    let settled = operand;
    for (let next = this.applyTop(settled); next !== undefined; next = this.applyTop(settled)) settled = next;
    return settled;
  }

  /** Applies the operators of a value that wait for this operand. */
  private settleValue(operand: Operand): Operand {
    let settled = this.decideValue(operand);
    while (this.top.kind === 'binary' || this.top.kind === 'negate') settled = this.applyTop(settled)!;
    return settled;
  }

  /** Applies the one that waits last; gives what comes of it, or undefined where it does not take such an operand. */
  private applyTop(operand: Operand): Operand | undefined {
    const frame = this.top;
    switch (frame.kind) {
      case 'binary':
        return this.applyOperator({ kind: 'binary', operator: frame.operator, column: frame.column });
      case 'negate':
        return this.applyOperator({ kind: 'negate' });
      case 'relation':
        return this.applyRelation(frame);
      case 'head':
        this.decideIdentifier(operand);
        this.frames.pop();
        return 'condition';
      case 'not':
      case 'and':
      case 'or':
        return this.applyLogical(frame.kind, operand);
      default:
        return undefined;
    }
  }

  private applyOperator(step: ValueStep): Operand {
    this.frames.pop();
    this.values.push(step);
    return 'value';
  }

  private applyRelation(frame: Extract<Frame, { kind: 'relation' }>): Operand {
    const { operator, left, column } = frame;
    this.frames.pop();
    this.steps.push({ kind: 'relation', column, operator, left, right: this.values });
    this.values = [];
    this.qualifiers = undefined;
    return 'condition';
  }

  private applyLogical(kind: 'not' | 'and' | 'or', operand: Operand): Operand | undefined {
    const frame = this.top;
    const decided = this.decideIdentifier(operand);
    if (decided === 'value' || decided === 'number') return undefined;
    this.frames.pop();
    this.steps.push({ kind, column: frame.column });
    if (frame.kind === 'and' || frame.kind === 'or') return frame.left;
    return decided === 'condition' ? decided : 'identifiers';
  }

  private decideValue(operand: Operand): Operand {
    if (operand !== 'number' || !this.allows(VALUE)) return operand;
    this.values.push({ kind: 'number', value: this.pending.value });
    return 'value';
  }

  private decideIdentifier(operand: Operand): Operand {
    if (operand !== 'number' || !this.allows(IDENTIFIERS)) return operand;
    this.emitIdentifier({ form: 'number', value: this.pending.value }, this.pending);
    return 'identifiers';
  }

  private emitIdentifier(identifier: Identifier, token: Token): void {
    if (this.qualifiers === undefined) {
      throw this.tokens.unexpected('a qualifier before it, such as host or port: there is none to take over', token);
    }
    this.steps.push({ kind: 'identifier', column: token.column, identifier, ...this.qualifiers });
  }

  private unexpectedOperand(): FilterError {
    const { allowed } = this.top;
    if (allowed === VALUE) return this.tokens.unexpected('a value: a number, len, or a protocol with [...]');
    if (allowed === IDENTIFIERS) return this.tokens.unexpected("a name, an address, a number or '('");
    if (isIdentifierNext(this.tokens)) return this.tokens.unexpected('a qualifier before it, such as host or port');
    return this.tokens.unexpected(
      'a condition (such as host, port or tcp with what belongs to it), or a value to compare',
    );
  }

  private unexpectedBehind(operand: Operand): FilterError {
    const { kind } = this.top;
    if (operand === 'enclosed identifiers' && kind === '(') {
      return this.tokens.unexpected('no list in parentheses at the start of another one');
    }
    const isValue = operand === 'value' || (operand === 'number' && this.allows(VALUE));
    const more = isValue ? ['an operator', ...(this.allows(CONDITION) ? ['a comparison'] : [])] : ["'and'", "'or'"];
    if (kind === '(') more.push("')'");
    if (kind === '[') more.push("':'", "']'");
    return this.tokens.unexpected(`${more.slice(0, -1).join(', ')}${more.length > 1 ? ' or ' : ''}${more.at(-1)}`);
  }
}
