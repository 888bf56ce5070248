/**
 * What is within IP: protocols, ports, and what is within ISO's packets. Owns their numbers and the places in the headers.
 */
import { and, type Condition, equals, exceeds, hasBits, not, or, reaches, type Value } from './condition.js';
import type { Direction, Protocol } from './expression.js';
import { FilterError } from './filter-error.js';
import { carries, SAP_ISO, TYPE_IP, TYPE_IP6 } from './link-protocols.js';
import type { LinkState } from './link-state.js';

export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_SCTP = 132;
export const IPPROTO_ICMP6 = 58;
const IPPROTO_FRAGMENT = 44;
export const ISO_CLNP = 0x81;
export const ISO_ESIS = 0x82;
export const ISO_ISIS = 0x83;

/** Protocols that IP of either version carries, and those that IPv4 alone does (for filters). */
export const IP_PROTOCOLS: ReadonlyMap<Protocol, number> = new Map([
  ['tcp', IPPROTO_TCP],
  ['udp', IPPROTO_UDP],
  ['sctp', IPPROTO_SCTP],
  ['pim', 103],
  ['ah', 51],
  ['esp', 50],
]);
export const IP4_PROTOCOLS: ReadonlyMap<Protocol, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['igrp', 9],
  ['vrrp', 112],
  ['carp', 112],
]);

export const isIp = (state: LinkState, column: number): Condition => carries(state, TYPE_IP, column);
export const isIp6 = (state: LinkState, column: number): Condition => carries(state, TYPE_IP6, column);

/** IPv4 that carries `protocol`. */
export const inIp = (state: LinkState, protocol: number, column: number): Condition =>
  and(isIp(state, column), equals(state.atNetwork(9, 1), protocol));

/** IPv6 that carries it at once or behind a fragment header; other extension headers are not looked behind. */
export function inIp6(state: LinkState, protocol: number, column: number): Condition {
  const isFragmentOf = and(
    equals(state.atNetwork(6, 1), IPPROTO_FRAGMENT),
    equals(state.atIpv6Payload(0, 1), protocol),
  );
  return and(isIp6(state, column), or(equals(state.atNetwork(6, 1), protocol), isFragmentOf));
}

export const inAnyIp = (state: LinkState, protocol: number, column: number): Condition =>
  or(inIp(state, protocol, column), inIp6(state, protocol, column));

/** Not a later fragment of IPv4. */
export const isFirstFragment = (state: LinkState): Condition => not(hasBits(state.atNetwork(6, 2), 0x1fff));

/** ISO's network layer with this protocol identifier (ISO/IEC TR 9577). */
export function inIso(state: LinkState, protocol: number, column: number): Condition {
  if (state.family === 'Frame Relay') return equals(state.atHeader(2, 2), (0x03 << 8) | protocol);
  // Cisco's HDLC has a byte of its own before it.
  const at = state.family === 'HDLC' ? 1 : 0;
  return and(carries(state, SAP_ISO, column), equals(state.atNetworkAfterLlc(at, 1), protocol));
}

/** IS-IS of this type of message (ISO/IEC 10589 9). */
export const inIsis = (state: LinkState, type: number, column: number): Condition =>
  and(inIso(state, ISO_ISIS, column), equals(state.atNetworkAfterLlc(4, 1), type));

/** Ports of the three protocols that have them; an interval includes both ends. */
export function hasPort(
  state: LinkState,
  ports: { readonly first: number; readonly last: number },
  protocols: readonly number[],
  direction: Direction | undefined,
  column: number,
): Condition {
  const matches = (port: Value): Condition =>
    ports.first === ports.last
      ? equals(port, ports.first)
      : and(reaches(port, ports.first), not(exceeds(port, ports.last)));
  const either = (port: (offset: number) => Value): Condition =>
    inDirection(direction, matches(port(0)), matches(port(2)), column);
  const inIp6Ports = protocols.map((protocol) =>
    and(
      equals(state.atNetwork(6, 1), protocol),
      either((offset) => state.atIpv6Payload(offset, 2)),
    ),
  );
  const inIpPorts = protocols.map((protocol) => {
    const isSegment = and(equals(state.atNetwork(9, 1), protocol), isFirstFragment(state));
    return and(
      isSegment,
      either((offset) => state.atIpv4Payload(offset, 2)),
    );
  });
  return or(and(isIp6(state, column), or(...inIp6Ports)), and(isIp(state, column), or(...inIpPorts)));
}

/** Source, destination, either or both. */
export function inDirection(
  direction: Direction | undefined,
  source: Condition,
  destination: Condition,
  column: number,
): Condition {
  switch (direction) {
    case 'src':
      return source;
    case 'dst':
      return destination;
    case 'src and dst':
      return and(source, destination);
    case 'src or dst':
    case undefined:
      return or(source, destination);
    default:
      throw new FilterError(column, `'${direction}' is for 802.11 addresses only`);
  }
}
