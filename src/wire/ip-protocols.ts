/**
 * Numbers of the protocols that IP carries (IANA, Assigned Internet Protocol Numbers) as far as they lead to TCP, or
 * tell what became of its segments.
 */
import type { Cursor } from './cursor.js';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IPV4 = 4;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_IPV6 = 41;
export const PROTOCOL_GRE = 47;
export const PROTOCOL_ESP = 50;
export const PROTOCOL_AH = 51;
export const PROTOCOL_ICMPV6 = 58;
export const PROTOCOL_ETHERIP = 97;
export const PROTOCOL_L2TP = 115;
export const PROTOCOL_MPLS = 137;
export const PROTOCOL_ETHERNET = 143;

/** Whether there may be a TCP header that counts behind a header of this protocol: what a later fragment is asked. */
export function mayCarryTcp(c: Cursor, protocol: number): boolean {
  switch (protocol) {
    case PROTOCOL_TCP:
      return true;
    case PROTOCOL_AH:
      return !c.directOnly;
    case PROTOCOL_IPV4:
    case PROTOCOL_UDP:
    case PROTOCOL_IPV6:
    case PROTOCOL_GRE:
    case PROTOCOL_ETHERIP:
    case PROTOCOL_L2TP:
    case PROTOCOL_MPLS:
    case PROTOCOL_ETHERNET:
      return !c.directOnly && !c.outer;
    default:
      return false;
  }
}
