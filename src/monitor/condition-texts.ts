/**
 * The conditions of a run in words, a line for each bit. Owns the words: first what one is to be warned of, then which traffic there was.
 */
import {
  CONDITION_BAD_HEADER,
  CONDITION_CLOCK_BACKWARDS,
  CONDITION_DAMAGED,
  CONDITION_DROPPED,
  CONDITION_FRAGMENT_WITHOUT_HEAD,
  CONDITION_IP_OVER_FRAME,
  CONDITION_SNAPPED,
  CONDITION_SNAPPED_HEADER,
  CONDITION_TRUNCATED,
  CONDITION_UNKNOWN_LINK,
  CONDITION_WRONG_CHECKSUM,
} from '../capture/conditions.js';
import {
  MARK_ARP,
  MARK_CAPWAP,
  MARK_COOKED,
  MARK_ETHERNET,
  MARK_FRAGMENT,
  MARK_GRE,
  MARK_GTP,
  MARK_ICMP,
  MARK_ICMPV6,
  MARK_IEEE80211,
  MARK_IGMP,
  MARK_IP_IN_IP,
  MARK_IPSEC,
  MARK_IPV4,
  MARK_IPV6,
  MARK_IPV6_EXTENSION,
  MARK_L2TP,
  MARK_LLC,
  MARK_MPLS,
  MARK_OTHER,
  MARK_PPP,
  MARK_PPPOE,
  MARK_SCTP,
  MARK_SHIM,
  MARK_SNAP,
  MARK_TCP,
  MARK_TEREDO,
  MARK_UDP,
  MARK_VLAN,
  MARK_VLANS,
  MARK_VXLAN,
} from '../wire/marks.js';

type Row = readonly [bit: number, text: string];

const WARNINGS: readonly Row[] = [
  [CONDITION_SNAPPED, 'Snapped frames: less was captured than was on the wire'],
  [CONDITION_SNAPPED_HEADER, 'Snapped headers: frames end within a header'],
  [CONDITION_IP_OVER_FRAME, 'IP length over frame length'],
  [CONDITION_BAD_HEADER, 'Bad headers: headers that cannot be such'],
  [CONDITION_FRAGMENT_WITHOUT_HEAD, 'Missing fragment heads: later fragments whose first one was not seen'],
  [CONDITION_WRONG_CHECKSUM, 'Checksum errors'],
  [CONDITION_CLOCK_BACKWARDS, 'Clock going backwards: packets with an earlier time than the one before'],
  [CONDITION_UNKNOWN_LINK, 'Unknown link types: their packets were not decoded'],
  [CONDITION_TRUNCATED, 'Truncated file: a capture ends within a record'],
  [CONDITION_DAMAGED, 'Damaged file: not all of a capture could be read'],
  [CONDITION_DROPPED, 'Dropped packets: not all were captured'],
];

const KINDS: readonly Row[] = [
  [MARK_ETHERNET, 'Ethernet frames'],
  [MARK_IEEE80211, 'IEEE 802.11 frames'],
  [MARK_COOKED, 'Cooked or loopback frames'],
  [MARK_LLC, 'LLC'],
  [MARK_SNAP, 'SNAP'],
  [MARK_VLAN, 'VLAN tags'],
  [MARK_VLANS, 'Stacked VLAN tags'],
  [MARK_MPLS, 'MPLS'],
  [MARK_PPP, 'PPP'],
  [MARK_PPPOE, 'PPPoE'],
  [MARK_ARP, 'ARP'],
  [MARK_SHIM, 'Other tags between link layer and network layer'],
  [MARK_IPV4, 'IPv4'],
  [MARK_IPV6, 'IPv6'],
  [MARK_IP_IN_IP, 'IP in IP'],
  [MARK_IPV6_EXTENSION, 'IPv6 extension headers'],
  [MARK_FRAGMENT, 'IP fragments'],
  [MARK_TCP, 'TCP'],
  [MARK_UDP, 'UDP'],
  [MARK_ICMP, 'ICMP'],
  [MARK_ICMPV6, 'ICMPv6'],
  [MARK_IGMP, 'IGMP'],
  [MARK_SCTP, 'SCTP'],
  [MARK_GRE, 'GRE'],
  [MARK_L2TP, 'L2TP'],
  [MARK_GTP, 'GTP'],
  [MARK_VXLAN, 'VXLAN or Geneve'],
  [MARK_TEREDO, 'Teredo'],
  [MARK_CAPWAP, 'CAPWAP'],
  [MARK_IPSEC, 'IPsec (ESP or AH)'],
  [MARK_OTHER, 'Frames of other protocols'],
];

/** Warnings are the upper half of the bits, kinds of traffic the lower one. */
export function conditionLines(conditions: bigint): string[] {
  return [
    ...textsOf(WARNINGS, Number(BigInt.asIntN(32, conditions >> 32n))).map((text) => `[WRN] ${text}`),
    ...textsOf(KINDS, Number(BigInt.asIntN(32, conditions))).map((text) => `[INF] ${text}`),
  ];
}

const textsOf = (rows: readonly Row[], bits: number): string[] =>
  rows.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text);
