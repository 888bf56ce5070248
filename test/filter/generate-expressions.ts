/**
 * Random filter expressions: primitives joined by `and`, `or`, `not` and parentheses, stacks of tags and tunnels, identifiers
 * that inherit their qualifiers, and some texts that are no expression.
 */
import type { Random } from '../support/random.js';
import { chance, weighted } from './draw.js';
import { primitive } from './expression-primitives.js';
import * as pool from './pools.js';

/** Link types where tags and tunnels mean something, beside Geneve, which does wherever IP does. */
const WITH_VLAN = new Set([1, 240, 241, 105, 119, 127, 163]);
const WITH_MPLS = new Set([1, 240, 241, 9, 50, 51, 104]);
const WITH_PPPOE = new Set([1, 240, 241, 113]);
const WITHOUT_IP = new Set([139, 140, 141]);
const WITH_MACS = new Set([1, 6, 10, 122, 240, 241, 105, 119, 127, 163, 192]);

/** Most are expressions of the language that mean something for the link type. */
export function generateExpression(random: Random, linkType: number): string {
  const text = condition(
    random,
    linkType,
    weighted(random, [
      [30, 0],
      [35, 1],
      [25, 2],
      [10, 3],
    ]),
  );
  return chance(random, 3) ? garble(random, text) : text;
}

function condition(random: Random, linkType: number, depth: number): string {
  const inner = (): string => condition(random, linkType, depth - 1);
  if (depth === 0) return leaf(random, linkType);
  return weighted<() => string>(random, [
    [22, () => `${inner()} ${random.pick(['and', 'and', '&&'])} ${inner()}`],
    [34, () => `${inner()} ${random.pick(['or', 'or', '||'])} ${inner()}`],
    [16, () => `${random.pick(['not ', 'not ', '!', '! '])}${inner()}`],
    [14, () => `(${inner()})`],
    [8, () => `(${inner()} ${random.pick(['and', 'or'])} ${inner()}) ${random.pick(['and', 'or'])} ${inner()}`],
    [10, () => `not (${inner()})`],
  ])();
}

function leaf(random: Random, linkType: number): string {
  const here = (isKnown: boolean, weight: number): number => (isKnown ? weight : 0.2);
  return weighted<() => string>(random, [
    [75, () => primitive(random, linkType)],
    [here(!WITHOUT_IP.has(linkType), 8), () => inherited(random, WITH_MACS.has(linkType))],
    [here(WITH_VLAN.has(linkType), 14), () => encapsulated(random, linkType, 'vlan')],
    [here(WITH_MPLS.has(linkType), 7), () => encapsulated(random, linkType, 'mpls')],
    [here(WITH_PPPOE.has(linkType), 6), () => encapsulated(random, linkType, 'pppoes')],
    [here(WITH_PPPOE.has(linkType), 1), () => 'pppoed'],
    [here(!WITHOUT_IP.has(linkType), 4), () => encapsulated(random, linkType, 'geneve')],
  ])();
}

type Shim = 'vlan' | 'mpls' | 'pppoes' | 'geneve';

/** Which may follow which; the others are errors, and come now and then. */
const INSIDE: Readonly<Record<Shim, readonly Shim[]>> = {
  vlan: ['vlan', 'vlan', 'mpls', 'pppoes', 'geneve'],
  mpls: ['mpls', 'mpls', 'geneve'],
  pppoes: ['mpls', 'geneve'],
  geneve: ['vlan', 'mpls', 'geneve', 'pppoes'],
};
const IDS: Readonly<Record<Shim, readonly number[]>> = {
  vlan: pool.VLAN_IDS,
  mpls: pool.MPLS_LABELS,
  pppoes: pool.PPPOE_SESSIONS,
  geneve: pool.GENEVE_VNIS,
};

/** The words change where all that follows in the text looks, so an `or` and a `not` behind them matter too. */
function encapsulated(random: Random, linkType: number, shim: Shim): string {
  const word = chance(random, 40) ? `${shim} ${random.pick(IDS[shim])}` : shim;
  const next = chance(random, 3) ? random.pick(Object.keys(IDS) as Shim[]) : random.pick(INSIDE[shim]);
  return weighted<() => string>(random, [
    [25, () => word],
    [45, () => `${word} and ${primitive(random, linkType)}`],
    [8, () => `(${word} or ${primitive(random, linkType)})`],
    [6, () => `not ${word} and ${primitive(random, linkType)}`],
    [16, () => `${word} and ${encapsulated(random, linkType, next)}`],
  ])();
}

/** Identifiers by themselves take the qualifiers of the one before. */
function inherited(random: Random, hasMacs: boolean): string {
  const [qualifiers, values] = random.pick(hasMacs ? [...QUALIFIED, ...QUALIFIED_MACS] : QUALIFIED);
  const joined = (): string => random.pick([' or ', ' or ', ' and ', ' or not ', ' and not ']);
  const several = Array.from({ length: 2 + random.below(2) }, () => random.pick(values));
  const list = several.reduce((text, value) => text + joined() + value);
  return chance(random, 35) ? `${qualifiers} (${list})` : `${qualifiers} ${list}`;
}

const PORT_TEXTS = pool.PORTS.map(String);
const PROTOCOL_TEXTS = Object.values(pool.IP_PROTOCOLS).map(String);
const QUALIFIED: readonly (readonly [qualifiers: string, values: readonly string[]])[] = [
  ['port', PORT_TEXTS],
  ['tcp port', PORT_TEXTS],
  ['udp src port', PORT_TEXTS],
  ['dst portrange', ['80-443', '1024-8080', '53-80']],
  ['host', [...pool.IPV4, ...pool.IPV6]],
  ['src host', pool.IPV4],
  ['src', pool.IPV4],
  ['ip6 dst', pool.IPV6],
  ['dst net', ['10', '10.0.0', '192.168.1.0/24', 'fd00::/64']],
  ['ip proto', PROTOCOL_TEXTS],
  ['ether proto', Object.values(pool.ETHERTYPES).map(String)],
];

const QUALIFIED_MACS: typeof QUALIFIED = [
  ['ether host', pool.MACS],
  ['ether src', pool.MACS],
];

const SCRAPS = [
  'and',
  'or',
  'not',
  '(',
  ')',
  '[',
  ']',
  '80',
  'tcp',
  'host',
  '=',
  'src',
  '&',
  'port',
  '-',
  ':',
  '$',
  '/24',
  '\\',
];

/** The same with a word or two left out, doubled, put in or moved. */
function garble(random: Random, text: string): string {
  const parts = text.split(/(\s+|[()[\]])/).filter((part) => part.trim() !== '');
  for (let changes = 1 + random.below(2); changes > 0 && parts.length > 0; changes--) {
    const at = random.below(parts.length);
    const kind = random.below(4);
    if (kind === 0) parts.splice(at, 1);
    else if (kind === 1) parts.splice(at, 0, parts[at]);
    else if (kind === 2) parts.splice(at, 0, random.pick(SCRAPS));
    else parts.push(...parts.splice(at, 1));
  }
  return parts.join(' ');
}
