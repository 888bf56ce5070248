/**
 * Identifiers with their qualifiers (`src net 10`, `tcp port http`) to conditions. Owns what goes with what; texts are parsed in
 * `address-text.ts`, conditions made in `hosts.ts` and `ip-protocols.ts`.
 */
import { parseDotted, parseIp6, parseMac, prefixMask, promoteNetwork } from './address-text.js';
import { type Condition, or } from './condition.js';
import type { Identifier, StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import { gatewayOf } from './gateway.js';
import { hasArcnetAddress, hasDecnetAddress, hasIp6Address, hasIpAddress, hasMac } from './hosts.js';
import { hasPort, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from './ip-protocols.js';
import type { LinkState } from './link-state.js';
import { portRangeEnds, type ResolvedNames } from './names.js';
import { hasProtocol, protocolNumber } from './protocols.js';
import { WELL_KNOWN_PORTS } from './well-known-names.js';

export type IdentifierStep = StepOf<'identifier'>;

/** The condition that an identifier stands for. */
export function identify(state: LinkState, step: IdentifierStep, names: ResolvedNames): Condition {
  switch (step.type) {
    case undefined:
    case 'host':
    case 'net':
      return address(state, step, names);
    case 'port':
    case 'portrange':
      return port(state, step, names);
    case 'proto':
    case 'protochain':
      return hasProtocol(state, step, protocolNumber(step, names));
    case 'gateway':
      return gatewayOf(state, step, names);
  }
}

function address(state: LinkState, step: IdentifierStep, names: ResolvedNames): Condition {
  const { identifier, protocol, direction, column } = step;
  switch (identifier.form) {
    case 'number':
      if (protocol === 'decnet') return hasDecnetAddress(state, identifier.value, direction, column);
      return hasIpAddress(state, ofNumber(identifier.value, step.type === 'net'), protocol, direction, column);
    case 'dotted':
      if (protocol === 'decnet') return hasDecnetAddress(state, decnetNumber(identifier, step), direction, column);
      return hasIpAddress(state, ofDotted(identifier, step), protocol, direction, column);
    case 'ip6':
      return ip6(state, identifier, step);
    case 'mac': {
      const mac = parseMac(identifier.text);
      if (mac === undefined) throw new FilterError(column, `'${identifier.text}' is no Ethernet address`);
      if (protocol !== 'link' || step.type === 'net') {
        throw new FilterError(column, 'found an Ethernet address, expected it behind ether, link or wlan, with host');
      }
      return hasMac(state, mac, direction, column);
    }
    case 'arcnet':
      if (protocol !== 'link') throw new FilterError(column, 'found an ARCNET address, expected it behind link');
      return hasArcnetAddress(state, arcnetNumber(identifier.text, column), direction, column);
    case 'name':
      return named(state, identifier.text, step, names);
  }
}

const ofNumber = (value: number, isNetwork: boolean): { value: number; mask: number } =>
  isNetwork ? promoteNetwork(value) : { value, mask: 0xffffffff };

function ofDotted(identifier: Identifier & { form: 'dotted' }, step: IdentifierStep): { value: number; mask: number } {
  const { text, prefixBits, mask } = identifier;
  const parsed = parseDotted(text);
  if (parsed === undefined)
    throw new FilterError(step.column, `'${text}' is no IPv4 address: each number is at most 255`);
  if (prefixBits === undefined && mask === undefined) return parsed;
  if (prefixBits !== undefined) {
    if (step.type !== 'net') throw new FilterError(step.column, "found an address with '/', expected it behind net");
    if (prefixBits > 32)
      throw new FilterError(step.column, `found a prefix of ${prefixBits} bits, expected at most 32`);
    return network(parsed.value, prefixMask(prefixBits), `${text}/${prefixBits}`, step.column);
  }
  const parsedMask = parseDotted(mask!);
  if (parsedMask === undefined) throw new FilterError(step.column, `'${mask}' is no mask: each number is at most 255`);
  const given = network(parsed.value, parsedMask.value, `${text} mask ${mask}`, step.column);
  if (step.type !== 'net') throw new FilterError(step.column, 'found an address with a mask, expected it behind net');
  return given;
}

function network(value: number, mask: number, text: string, column: number): { value: number; mask: number } {
  if ((value & ~mask) === 0) return { value, mask };
  throw new FilterError(column, `'${text}' has bits set that are not the network's`);
}

function ip6(state: LinkState, identifier: Identifier & { form: 'ip6' }, step: IdentifierStep): Condition {
  const { protocol, direction, column } = step;
  const words = parseIp6(identifier.text);
  if (words === undefined) throw new FilterError(column, `'${identifier.text}' is no IPv6 address`);
  if (protocol !== undefined && protocol !== 'ip6') {
    throw new FilterError(column, `'${protocol}' cannot qualify an IPv6 address`);
  }
  const bits = identifier.prefixBits ?? 128;
  if (bits > 128) throw new FilterError(column, `found a prefix of ${bits} bits, expected at most 128`);
  if (step.type !== 'net' && bits !== 128) {
    throw new FilterError(column, "found an address with '/', expected it behind net");
  }
  const mask = [0, 32, 64, 96].map((before) => prefixMask(bits - before));
  if (words.some((word, index) => (word & ~mask[index]) !== 0)) {
    throw new FilterError(column, `'${identifier.text}/${bits}' has bits set that are not the network's`);
  }
  return hasIp6Address(state, words, mask, direction, column);
}

/** Area and node of a DECnet address; a third number is not looked at. With a prefix or a mask libpcap takes it for an IPv4 network. */
function decnetNumber(identifier: Identifier & { form: 'dotted' }, step: IdentifierStep): number {
  const { text, prefixBits, mask } = identifier;
  if (prefixBits !== undefined || mask !== undefined) return ofDotted(identifier, step).value;
  const [area, node] = text.split('.').map(Number);
  if (!Number.isInteger(area) || !Number.isInteger(node)) {
    throw new FilterError(step.column, `'${text}' is no DECnet address`);
  }
  return ((area & 0x3f) << 10) | (node & 0x3ff);
}

function arcnetNumber(text: string, column: number): number {
  const number = Number.parseInt(text, 16);
  if (!(number <= 0xff)) throw new FilterError(column, `'$${text}' is no ARCNET address`);
  return number;
}

/** A name of a host, a network, or a link-layer address. */
function named(state: LinkState, name: string, step: IdentifierStep, names: ResolvedNames): Condition {
  const { protocol, direction, column } = step;
  if (step.type === 'net') {
    const number = names.networks.get(name);
    if (number === undefined) throw new FilterError(column, `the network '${name}' is not known (/etc/networks)`);
    return hasIpAddress(state, promoteNetwork(networkNumber(number)), protocol, direction, column);
  }
  if (protocol === 'link') {
    const mac = parseMac(names.ethers.get(name) ?? '');
    if (mac === undefined) throw new FilterError(column, `no Ethernet address of '${name}' is known (/etc/ethers)`);
    return hasMac(state, mac, direction, column);
  }
  const addresses = names.hosts.get(name);
  if (addresses === undefined || addresses.length === 0) {
    throw new FilterError(
      column,
      `the host '${name}' is not known (names are looked up in /etc/hosts; in DNS with --resolve)`,
    );
  }
  const conditions = addresses.flatMap((text) => ofAddress(state, text, step));
  if (conditions.length > 0) return or(...conditions);
  throw new FilterError(column, `the host '${name}' has no address of ${protocol === 'ip6' ? 'IPv6' : 'IPv4'}`);
}

/** One address of a host that has several, as far as the protocol goes with it. */
function ofAddress(state: LinkState, text: string, { protocol, direction, column }: IdentifierStep): Condition[] {
  const words = text.includes(':') ? parseIp6(text) : undefined;
  if (words !== undefined) {
    const isWanted = protocol === undefined || protocol === 'ip6';
    return isWanted
      ? [
          hasIp6Address(
            state,
            words,
            [0, 0, 0, 0].map(() => 0xffffffff),
            direction,
            column,
          ),
        ]
      : [];
  }
  const parsed = parseDotted(text);
  if (parsed === undefined || protocol === 'ip6') return [];
  return [hasIpAddress(state, parsed, protocol, direction, column)];
}

/** As inet_network(3) reads it: the numbers of `127` or `127.0` are its last bytes. */
const networkNumber = (text: string): number => text.split('.').reduce((sum, piece) => sum * 256 + Number(piece), 0);

const PORT_PROTOCOLS = new Map([
  ['tcp', IPPROTO_TCP],
  ['udp', IPPROTO_UDP],
  ['sctp', IPPROTO_SCTP],
]);
/** In the order they are looked at. */
const ALL_PORT_PROTOCOLS = [IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP];
const MOST_PORT = 65_535;

/** A port with the protocols it may be of; undefined: any. */
interface Port {
  readonly number: number;
  readonly protocol: number | undefined;
}

function port(state: LinkState, step: IdentifierStep, names: ResolvedNames): Condition {
  const { protocol, direction, column } = step;
  const wanted = protocol === undefined ? undefined : PORT_PROTOCOLS.get(protocol);
  if (protocol !== undefined && wanted === undefined) {
    throw new FilterError(column, `'${protocol}' cannot qualify '${step.type}': only tcp, udp and sctp have ports`);
  }
  const [first, last] = portsOf(step, names);
  // Names of different protocols make an interval of all protocols.
  const own = first.protocol === last.protocol ? first.protocol : undefined;
  if (wanted !== undefined && own !== undefined && own !== wanted) {
    throw new FilterError(column, `the port is not one of ${protocol}`);
  }
  const only = wanted ?? own;
  const bounds = { first: Math.min(first.number, last.number), last: Math.max(first.number, last.number) };
  return hasPort(state, bounds, only === undefined ? ALL_PORT_PROTOCOLS : [only], direction, column);
}

function portsOf({ identifier, type, column }: IdentifierStep, names: ResolvedNames): [Port, Port] {
  if (identifier.form === 'number') {
    const port = { number: checkPort(identifier.value, column), protocol: undefined };
    return [port, port];
  }
  if (identifier.form !== 'name') throw new FilterError(column, `found an address, expected a port behind '${type}'`);
  const { text } = identifier;
  const ends = type === 'port' ? [text, text] : portRangeEnds(text);
  if (ends === undefined) throw new FilterError(column, `found '${text}', expected two ports with '-' between them`);
  const [first, last] = ends;
  return [namedPort(first, column, names), namedPort(last, column, names)];
}

function namedPort(text: string, column: number, names: ResolvedNames): Port {
  if (/^\d+$/.test(text)) return { number: checkPort(Number(text), column), protocol: undefined };
  const { tcp, udp } = names.ports.get(text) ?? WELL_KNOWN_PORTS.get(text) ?? {};
  if (tcp !== undefined) return { number: tcp, protocol: udp === tcp ? undefined : IPPROTO_TCP };
  if (udp !== undefined) return { number: udp, protocol: IPPROTO_UDP };
  throw new FilterError(column, `the port '${text}' is not known (/etc/services)`);
}

function checkPort(number: number, column: number): number {
  if (number <= MOST_PORT) return number;
  throw new FilterError(column, `found port ${number}, expected at most ${MOST_PORT}`);
}
