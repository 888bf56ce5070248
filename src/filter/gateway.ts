/**
 * Packets that a host passes on: its Ethernet address on a packet that is not from or to its IP address (pcap-filter(7), `gateway`).
 * libpcap refuses it where it is built with IPv6, which is everywhere today.
 */
import { parseDotted, parseIp6, parseMac } from './address-text.js';
import { and, type Condition, not, or } from './condition.js';
import { FilterError } from './filter-error.js';
import { hasIp6Address, hasIpAddress, hasMac } from './hosts.js';
import type { IdentifierStep } from './identify.js';
import type { LinkState } from './link-state.js';
import type { ResolvedNames } from './names.js';

export function gatewayOf(state: LinkState, step: IdentifierStep, names: ResolvedNames): Condition {
  const { identifier, protocol, direction, column } = step;
  if (identifier.form !== 'name')
    throw new FilterError(column, "found an address, expected a host's name behind gateway");
  if (direction !== undefined) throw new FilterError(column, `'${direction}' cannot qualify 'gateway'`);
  if (protocol !== undefined && !['ip', 'arp', 'rarp'].includes(protocol)) {
    throw new FilterError(column, `'${protocol}' cannot qualify 'gateway'`);
  }
  const mac = parseMac(names.ethers.get(identifier.text) ?? '');
  if (mac === undefined) {
    throw new FilterError(column, `no Ethernet address of '${identifier.text}' is known (/etc/ethers)`);
  }
  const own = (names.hosts.get(identifier.text) ?? []).map((text): Condition => {
    const words = parseIp6(text);
    if (words !== undefined) return hasIp6Address(state, words, ALL_BITS, undefined, column);
    return hasIpAddress(state, parseDotted(text)!, protocol, undefined, column);
  });
  if (own.length === 0) throw new FilterError(column, `the host '${identifier.text}' is not known (/etc/hosts)`);
  return and(hasMac(state, mac, undefined, column), not(or(...own)));
}

const ALL_BITS = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
