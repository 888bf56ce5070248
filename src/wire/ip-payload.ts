/**
 * What an IP header of either version carries: TCP, ICMP, IPsec's headers (RFC 4302, RFC 4303), or a tunnel. Which
 * tunnels count is decided here: none when the outermost conversation is asked for.
 */
import {
  type Cursor,
  END_BAD_IP,
  END_ENCRYPTED,
  END_ICMP,
  END_OTHER,
  FOUND_TCP,
  NEXT_ETHERNET,
  NEXT_IP_PAYLOAD,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_MPLS,
} from './cursor.js';
import { gre } from './gre.js';
import {
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_ETHERIP,
  PROTOCOL_ETHERNET,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_IPV4,
  PROTOCOL_IPV6,
  PROTOCOL_L2TP,
  PROTOCOL_MPLS,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './ip-protocols.js';
import { ipv6Extension, isIpv6Extension } from './ipv6.js';
import { l2tpOverIp } from './l2tp.js';
import { MARK_GRE, MARK_IPSEC, MARK_IPV6_EXTENSION, MARK_L2TP } from './marks.js';
import { udp } from './udp.js';

/** The protocol in `c.type`, at `c.offset`. */
export function ipPayload(c: Cursor): number {
  const protocol = c.type;
  c.protocol = protocol;
  c.payload = c.offset;
  if (protocol === PROTOCOL_TCP) return FOUND_TCP;
  // RFC 4443 1: each version has its own; that of the other is none.
  if (protocol === (c.isV6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP)) return END_ICMP;
  if (c.directOnly) return END_OTHER;
  // Such headers are there, whether they are looked into or not.
  if (protocol === PROTOCOL_GRE) c.marks |= MARK_GRE;
  else if (protocol === PROTOCOL_L2TP) c.marks |= MARK_L2TP;
  if (protocol === PROTOCOL_AH || protocol === PROTOCOL_ESP) {
    c.marks |= MARK_IPSEC;
    return protocol === PROTOCOL_AH ? authentication(c) : END_ENCRYPTED;
  }
  if (c.isV6 && isIpv6Extension(protocol)) {
    c.marks |= MARK_IPV6_EXTENSION;
    return ipv6Extension(c);
  }
  return c.outer ? END_OTHER : tunnel(c, protocol);
}

function tunnel(c: Cursor, protocol: number): number {
  switch (protocol) {
    // RFC 2003, RFC 4213, RFC 2473.
    case PROTOCOL_IPV4:
      return NEXT_IPV4;
    case PROTOCOL_IPV6:
      return NEXT_IPV6;
    case PROTOCOL_UDP:
      return udp(c);
    case PROTOCOL_GRE:
      return gre(c);
    case PROTOCOL_ETHERIP:
      return etherIp(c);
    case PROTOCOL_L2TP:
      return l2tpOverIp(c);
    // RFC 4023.
    case PROTOCOL_MPLS:
      return NEXT_MPLS;
    // RFC 8986 10.1.
    case PROTOCOL_ETHERNET:
      return NEXT_ETHERNET;
    default:
      return END_OTHER;
  }
}

/** RFC 4302 2: next header, length in words of 4 bytes less 2. */
function authentication(c: Cursor): number {
  if (!c.has(8)) return END_BAD_IP;
  const next = c.u8(0);
  const bytes = (c.u8(1) + 2) * 4;
  if (!c.has(bytes)) return END_BAD_IP;
  c.type = next;
  return c.skip(bytes, NEXT_IP_PAYLOAD);
}

/** RFC 3378 3: version 3 and reserved bits, then a frame. */
function etherIp(c: Cursor): number {
  if (c.has(1) && c.u8(0) >>> 4 !== 3) return END_OTHER;
  return c.skipLink(2, NEXT_ETHERNET);
}
