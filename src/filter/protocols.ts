/**
 * Protocols by name and by number (`tcp`, `ip proto 6`, `protochain`). Owns what each word stands for.
 */
import { and, type Condition, or } from './condition.js';
import type { Protocol, StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import {
  IP_PROTOCOLS,
  IP4_PROTOCOLS,
  IPPROTO_ICMP6,
  ISO_CLNP,
  ISO_ESIS,
  ISO_ISIS,
  inAnyIp,
  inIp,
  inIp6,
  inIsis,
  inIso,
  isIp,
  isIp6,
} from './ip-protocols.js';
import {
  carries,
  SAP_IPX,
  SAP_ISO,
  SAP_NETBEUI,
  SAP_STP,
  TYPE_AARP,
  TYPE_ARP,
  TYPE_ATALK,
  TYPE_DECNET,
  TYPE_IP,
  TYPE_IP6,
  TYPE_RARP,
} from './link-protocols.js';
import type { LinkState } from './link-state.js';
import type { ResolvedNames } from './names.js';
import { WELL_KNOWN_PROTOCOLS } from './well-known-names.js';

/** Protocols that a link header names. */
const LINK_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ip', TYPE_IP],
  ['ip6', TYPE_IP6],
  ['arp', TYPE_ARP],
  ['rarp', TYPE_RARP],
  ['atalk', TYPE_ATALK],
  ['aarp', TYPE_AARP],
  ['decnet', TYPE_DECNET],
  ['lat', 0x6004],
  ['sca', 0x6007],
  ['moprc', 0x6002],
  ['mopdl', 0x6001],
  ['iso', SAP_ISO],
  ['stp', SAP_STP],
  ['ipx', SAP_IPX],
  ['netbeui', SAP_NETBEUI],
]);
const ISO_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['clnp', ISO_CLNP],
  ['esis', ISO_ESIS],
  ['isis', ISO_ISIS],
]);

/** Types of IS-IS messages: hello on LAN of level 1 and 2, and point to point; link states; complete and partial sequence numbers. */
const [HELLO_1, HELLO_2, HELLO_POINT, LSP_1, LSP_2, CSNP_1, CSNP_2, PSNP_1, PSNP_2] = [
  15, 16, 17, 18, 20, 24, 25, 26, 27,
];
const ISIS_TYPES: ReadonlyMap<string, readonly number[]> = new Map([
  ['l1', [PSNP_1, CSNP_1, LSP_1, HELLO_1, HELLO_POINT]],
  ['l2', [PSNP_2, CSNP_2, LSP_2, HELLO_2, HELLO_POINT]],
  ['iih', [HELLO_POINT, HELLO_1, HELLO_2]],
  ['lsp', [LSP_1, LSP_2]],
  ['snp', [PSNP_2, PSNP_1, CSNP_1, CSNP_2]],
  ['csnp', [CSNP_1, CSNP_2]],
  ['psnp', [PSNP_1, PSNP_2]],
]);

/** A protocol by itself: `tcp`. */
export function isProtocol(state: LinkState, protocol: Protocol, column: number): Condition {
  const inBoth = IP_PROTOCOLS.get(protocol);
  if (inBoth !== undefined) return inAnyIp(state, inBoth, column);
  const in4 = IP4_PROTOCOLS.get(protocol);
  if (in4 !== undefined) return inIp(state, in4, column);
  const inLink = LINK_PROTOCOLS.get(protocol);
  if (inLink !== undefined) return carries(state, inLink, column);
  const inOsi = ISO_PROTOCOLS.get(protocol);
  if (inOsi !== undefined) return inIso(state, inOsi, column);
  const types = ISIS_TYPES.get(protocol);
  if (types !== undefined) return or(...types.map((type) => inIsis(state, type, column)));
  if (protocol === 'icmp6') return inIp6(state, IPPROTO_ICMP6, column);
  throw new FilterError(column, `'${protocol === 'link' ? 'ether' : protocol}' by itself is no condition`);
}

/** `PROTOCOL proto NUMBER`, and the same for `protochain`. */
export function hasProtocol(state: LinkState, step: StepOf<'identifier'>, number: number): Condition {
  const { protocol, column } = step;
  if (step.direction !== undefined) throw new FilterError(column, `'${step.direction}' cannot qualify '${step.type}'`);
  if (step.type === 'protochain') return hasInChain(state, protocol, number, column);
  switch (protocol) {
    case undefined:
      return inAnyIp(state, number, column);
    case 'link':
      return carries(state, number, column);
    case 'ip':
      return inIp(state, number, column);
    case 'ip6':
      return inIp6(state, number, column);
    case 'iso':
      return inIso(state, number, column);
    case 'isis':
      return inIsis(state, number, column);
    default:
      throw new FilterError(column, `'${protocol} proto' means nothing: expected ether, ip, ip6, iso or isis`);
  }
}

function hasInChain(state: LinkState, protocol: Protocol | undefined, number: number, column: number): Condition {
  if (protocol !== undefined && protocol !== 'ip' && protocol !== 'ip6') {
    throw new FilterError(column, `'${protocol} protochain' means nothing: expected ip or ip6`);
  }
  if (state.payload.variable !== undefined) {
    throw new FilterError(column, "'protochain' needs link headers of a fixed length", true);
  }
  const network = state.payload.constant + state.network;
  const chain = (version: 4 | 6): Condition => ({ kind: 'chain', chain: { version, network, protocol: number } });
  const inIp4 = (): Condition => and(isIp(state, column), chain(4));
  const inIpv6 = (): Condition => and(isIp6(state, column), chain(6));
  if (protocol === 'ip') return inIp4();
  return protocol === 'ip6' ? inIpv6() : or(inIp4(), inIpv6());
}

/** The number of what stands behind `proto`. */
export function protocolNumber(step: StepOf<'identifier'>, names: ResolvedNames): number {
  const { identifier, protocol, column } = step;
  if (identifier.form === 'number') return identifier.value;
  if (identifier.form !== 'name')
    throw new FilterError(column, `found an address, expected a protocol behind '${step.type}'`);
  const { text } = identifier;
  const number = numberOf(text, protocol, names);
  if (number !== undefined) return number;
  throw new FilterError(
    column,
    `the protocol '${text}' is not known${protocol === undefined ? '' : ` in ${protocol}`}`,
  );
}

function numberOf(name: string, protocol: Protocol | undefined, names: ResolvedNames): number | undefined {
  switch (protocol) {
    case undefined:
    case 'ip':
    case 'ip6':
      return names.protocols.get(name) ?? WELL_KNOWN_PROTOCOLS.get(name);
    case 'link':
      return name === 'loopback' ? TYPE_LOOPBACK : LINK_PROTOCOLS.get(name);
    case 'iso':
      return ISO_PROTOCOLS.get(name);
    default:
      return undefined;
  }
}

/** Configuration testing, which has a name here only. */
const TYPE_LOOPBACK = 0x9000;
