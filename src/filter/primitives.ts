/**
 * The primitives of the filter language that have a grammar of their own and hold no other: a word, and what it takes. Knows
 * nothing of how conditions combine.
 */
import type { Protocol, RelationOperator, Step } from './expression.js';
import type { TokenSource } from './token-source.js';
import type { TokenKind } from './words.js';

type PrimitiveParser = (tokens: TokenSource) => Step[];
type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** By the kind of the first token, which is current; each leaves the token behind the primitive current. */
export const PRIMITIVES: ReadonlyMap<TokenKind, PrimitiveParser> = new Map<TokenKind, PrimitiveParser>([
  ['cast', (tokens) => [castStep(tokens, undefined)]],
  ['size', (tokens) => [sizeStep(tokens)]],
  ['byte', (tokens) => [byteStep(tokens)]],
  ['way', (tokens) => [wayStep(tokens)]],
  ['ifindex', (tokens) => [ifindexStep(tokens)]],
  ['tag', (tokens) => [tagStep(tokens)]],
  ['pppoed', (tokens) => [{ kind: 'pppoed', column: tokens.take().column }]],
  ['pf name', (tokens) => [pfStep(tokens, ['name'], 'a name')]],
  ['pf number', (tokens) => [pfStep(tokens, ['number'], 'a number')]],
  ['pf reason', (tokens) => [pfStep(tokens, ['name', 'number'], "a reason such as 'match', or its number")]],
  ['pf action', (tokens) => [pfStep(tokens, ['name'], "an action such as 'pass'")]],
  ['wlan type', (tokens) => [wlanTypeStep(tokens)]],
  ['wlan subtype', (tokens) => [wlanSubtypeStep(tokens)]],
  ['wlan dir', (tokens) => [wlanDirectionStep(tokens)]],
  ['llc', (tokens) => [llcStep(tokens)]],
  ['atm', (tokens) => [wordStep(tokens, 'atm')]],
  ['mtp2', (tokens) => [wordStep(tokens, 'mtp2')]],
  ['atm field', (tokens) => fieldSteps(tokens, 'atm field')],
  ['mtp3', (tokens) => fieldSteps(tokens, 'mtp3')],
]);

/** `broadcast` or `multicast`, with the protocol that was before it. */
export function castStep(tokens: TokenSource, protocol: Protocol | undefined): Step {
  const { symbol, column } = tokens.take();
  return { kind: symbol as 'broadcast' | 'multicast', column, protocol };
}

function sizeStep(tokens: TokenSource): Step {
  const { symbol, column } = tokens.take();
  return { kind: symbol as 'less' | 'greater', column, bytes: numberOf(tokens, 'a number of bytes') };
}

function byteStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  const offset = numberOf(tokens, 'the offset of a byte');
  const { symbol } = tokens.current;
  if (!['=', '<', '>', '&', '|'].includes(symbol)) throw tokens.unexpected('one of = < > & |');
  tokens.take();
  const operator = symbol as StepOf<'byte'>['operator'];
  return { kind: 'byte', column, offset, operator, value: numberOf(tokens, 'the value of a byte') };
}

function wayStep(tokens: TokenSource): Step {
  const { symbol, column } = tokens.take();
  return { kind: symbol as 'inbound' | 'outbound', column };
}

function ifindexStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  return { kind: 'ifindex', column, value: numberOf(tokens, 'the number of an interface') };
}

/** `vlan`, `vlan 5`, `vlan ((5))`. */
function tagStep(tokens: TokenSource): Step {
  const { symbol, column } = tokens.take();
  const kind = symbol as 'vlan' | 'mpls' | 'pppoes' | 'geneve';
  let open = 0;
  while (tokens.isAt('(')) {
    tokens.take();
    open++;
  }
  if (open === 0 && !tokens.isAtKind('number')) return { kind, column, value: undefined };
  const value = numberOf(tokens, 'a number');
  for (; open > 0; open--) tokens.expect(')');
  return { kind, column, value };
}

function pfStep(tokens: TokenSource, kinds: readonly TokenKind[], expected: string): Step {
  const { symbol, column } = tokens.take();
  return { kind: 'pf', column, field: symbol as StepOf<'pf'>['field'], value: nameOrNumber(tokens, kinds, expected) };
}

function wlanTypeStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  const type = nameOrNumber(tokens, ['name', 'number'], "a frame type such as 'mgt', or its number");
  if (!tokens.isAtKind('wlan subtype')) return { kind: 'wlan type', column, type, subtype: undefined };
  tokens.take();
  const subtype = nameOrNumber(tokens, ['name', 'number'], "a frame subtype such as 'beacon', or its number");
  return { kind: 'wlan type', column, type, subtype };
}

/** Without a type the number of a subtype would be ambiguous, so only names do. */
function wlanSubtypeStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  const subtype = nameOrNumber(tokens, ['name'], "a frame subtype such as 'beacon'");
  return { kind: 'wlan type', column, type: undefined, subtype };
}

function wlanDirectionStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  return { kind: 'wlan dir', column, value: nameOrNumber(tokens, ['name', 'number'], "a direction such as 'tods'") };
}

function llcStep(tokens: TokenSource): Step {
  const { column } = tokens.take();
  if (tokens.isAtKind('name')) return { kind: 'llc', column, value: tokens.take().text };
  if (!tokens.isAt('rulenum')) return { kind: 'llc', column, value: undefined };
  // `rnr` is reserved for a field of pf, whose other spelling means the same here too.
  tokens.take();
  return { kind: 'llc', column, value: 'rnr' };
}

function wordStep(tokens: TokenSource, kind: 'atm' | 'mtp2'): Step {
  const { symbol, column } = tokens.take();
  return { kind, column, word: symbol };
}

/** `vpi 1`, `vpi > 1`, `vpi (1 or 2)`: a step for each comparison, joined by `or`. */
function fieldSteps(tokens: TokenSource, kind: 'atm field' | 'mtp3'): Step[] {
  const { symbol: field, column } = tokens.take();
  const compare = (operator: RelationOperator): Step => {
    const value = numberOf(tokens, 'a number');
    // The kind decides which words the field can be.
    return { kind, column, field, operator, value } as StepOf<'atm field'> | StepOf<'mtp3'>;
  };
  if (tokens.isAtKind('relation')) return [compare(tokens.take().symbol as RelationOperator)];
  if (!tokens.isAt('(')) {
    if (!tokens.isAtKind('number')) throw tokens.unexpected("a number, a comparison or '('");
    return [compare('=')];
  }
  tokens.take();
  const steps = [compare('=')];
  while (tokens.isAt('or')) {
    const or: Step = { kind: 'or', column: tokens.take().column };
    steps.push(compare('='), or);
  }
  if (!tokens.isAt(')')) throw tokens.unexpected("'or' or ')'");
  tokens.take();
  return steps;
}

function nameOrNumber(tokens: TokenSource, kinds: readonly TokenKind[], expected: string): string | number {
  if (!kinds.includes(tokens.current.kind)) throw tokens.unexpected(expected);
  const { kind, text, value } = tokens.take();
  return kind === 'number' ? value : text;
}

function numberOf(tokens: TokenSource, expected: string): number {
  if (!tokens.isAtKind('number')) throw tokens.unexpected(expected);
  return tokens.take().value;
}
