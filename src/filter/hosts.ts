/**
 * Packets from and to addresses: IP, ARP, DECnet, Ethernet, 802.11, ARCNET. Owns where each keeps them.
 */
import { and, type Condition, equals, hasBits, masked, not, or, type Value } from './condition.js';
import type { Direction, Protocol } from './expression.js';
import { FilterError } from './filter-error.js';
import { inDirection, isIp, isIp6 } from './ip-protocols.js';
import { LINK_FDDI, LINK_IP_OVER_FC, LINK_TOKEN_RING } from './link-layouts.js';
import { carries, isNoLaneControl, TYPE_ARP, TYPE_DECNET, TYPE_RARP } from './link-protocols.js';
import type { LinkState } from './link-state.js';

/** IPv4 hosts and networks, in IP itself, in ARP and in RARP, as the protocol says. */
export function hasIpAddress(
  state: LinkState,
  address: { readonly value: number; readonly mask: number },
  protocol: Protocol | undefined,
  direction: Direction | undefined,
  column: number,
): Condition {
  const at = (isThere: Condition, source: number, destination: number): Condition => {
    const matches = (offset: number): Condition =>
      and(isThere, equals(masked(state.atNetwork(offset, 4), address.mask), address.value));
    return inDirection(direction, matches(source), matches(destination), column);
  };
  const ip = (): Condition => at(isIp(state, column), 12, 16);
  const arp = (type: number): Condition => at(carries(state, type, column), 14, 24);
  switch (protocol) {
    case undefined:
      // Behind MPLS labels nothing but IP can be told.
      return state.mplsLabels > 0 ? ip() : or(ip(), arp(TYPE_ARP), arp(TYPE_RARP));
    case 'ip':
      return ip();
    case 'arp':
      return arp(TYPE_ARP);
    case 'rarp':
      return arp(TYPE_RARP);
    case 'link':
      throw new FilterError(column, 'found an IP address, expected a link-layer address behind ether, link or wlan');
    default:
      throw new FilterError(column, `'${protocol}' cannot qualify an IPv4 address`);
  }
}

/** IPv6 hosts and networks; four words each. */
export function hasIp6Address(
  state: LinkState,
  address: readonly number[],
  mask: readonly number[],
  direction: Direction | undefined,
  column: number,
): Condition {
  const matches = (offset: number): Condition =>
    and(
      isIp6(state, column),
      ...address.map((word, index) => equals(masked(state.atNetwork(offset + 4 * index, 4), mask[index]), word)),
    );
  return inDirection(direction, matches(8), matches(24), column);
}

/** DECnet phase IV: area and node in 16 bits, little-endian on the wire; short and long data packets, with and without padding. */
export function hasDecnetAddress(
  state: LinkState,
  address: number,
  direction: Direction | undefined,
  column: number,
): Condition {
  const onWire = ((address & 0xff) << 8) | ((address >>> 8) & 0xff);
  const matches = (offsets: readonly number[]): Condition => {
    const [long, paddedLong, short, paddedShort] = offsets.map((offset) => equals(state.atNetwork(offset, 2), onWire));
    return and(
      carries(state, TYPE_DECNET, column),
      or(
        and(equals(masked(state.atNetwork(2, 1), 0x07), 0x02), long),
        and(equals(masked(state.atNetwork(2, 2), 0xff07), 0x8102), paddedLong),
        and(equals(masked(state.atNetwork(2, 1), 0x07), 0x06), short),
        and(equals(masked(state.atNetwork(2, 2), 0xff07), 0x8106), paddedShort),
      ),
    );
  };
  return inDirection(direction, matches([5, 6, 17, 18]), matches([3, 4, 9, 10]), column);
}

/** Where source and destination stand in the link header, for the types that have such addresses at one place. */
export function macPlaces(state: LinkState): { readonly source: number; readonly destination: number } | undefined {
  if (state.family === 'ethernet') return { source: 6, destination: 0 };
  switch (state.linkType) {
    case LINK_TOKEN_RING:
      return { source: 8, destination: 2 };
    case LINK_FDDI:
      return { source: 7, destination: 1 };
    case LINK_IP_OVER_FC:
      return { source: 10, destination: 2 };
    default:
      return undefined;
  }
}

/** Six bytes at an offset, the last four first. */
export function isMac(at: (offset: number, bytes: number) => Value, offset: number, mac: readonly number[]): Condition {
  const word = ((mac[2] << 24) | (mac[3] << 16) | (mac[4] << 8) | mac[5]) >>> 0;
  return and(equals(at(offset + 2, 4), word), equals(at(offset, 2), (mac[0] << 8) | mac[1]));
}

/** Ethernet's addresses, and those of the link types that have the like. */
export function hasMac(
  state: LinkState,
  mac: readonly number[],
  direction: Direction | undefined,
  column: number,
): Condition {
  if (state.family === '802.11') return has80211Address(state, mac, direction, column);
  const places = macPlaces(state);
  if (places === undefined) throw new FilterError(column, 'this link type has no Ethernet addresses', true);
  const matches = (offset: number): Condition => isMac((at, bytes) => state.atHeader(at, bytes), offset, mac);
  if (direction !== undefined && !['src', 'dst', 'src and dst', 'src or dst'].includes(direction)) {
    throw new FilterError(column, `'${direction}' is for 802.11 headers only`, true);
  }
  const isPresent = state.isInGeneve ? isBehindGeneve(state) : isNoLaneControl(state);
  return and(isPresent, inDirection(direction, matches(places.source), matches(places.destination), column));
}

/** Geneve carries Ethernet: there are bytes between the start of the inner header and its payload. */
export const isBehindGeneve = (state: LinkState): Condition =>
  not({ kind: 'test', operator: '=', left: state.header.variable!, right: state.payload.variable! });

/** 802.11 has up to four addresses, whose meaning depends on the kind of frame and its direction (IEEE 802.11 9.3.2). */
function has80211Address(
  state: LinkState,
  mac: readonly number[],
  direction: Direction | undefined,
  column: number,
): Condition {
  const kind = state.atHeader(0, 1);
  const is = (offset: number): Condition => isMac((at, bytes) => state.atHeader(at, bytes), offset, mac);
  const [first, second, third, fourth] = [4, 10, 16, 24];
  const isManagement = not(hasBits(kind, 0x08));
  switch (direction) {
    case 'addr1':
      return is(first);
    case 'addr2':
      return and(hasSecondAddress(kind), is(second));
    case 'addr3':
      return and(not(equals(masked(kind, 0x0c), 0x04)), is(third));
    case 'addr4':
      return and(equals(masked(state.atHeader(1, 1), 0x03), 0x03), is(fourth));
    case 'ra':
      return and(hasBits(kind, 0x08), is(first));
    case 'ta':
      return and(hasBits(kind, 0x08), hasSecondAddress(kind), is(second));
    default: {
      const source = and(notControl(kind), or(and(isManagement, is(second)), dataSource(state, is)));
      const destination = and(notControl(kind), or(and(isManagement, is(first)), dataDestination(state, is)));
      return inDirection(direction, source, destination, column);
    }
  }
}

const notControl = (kind: Value): Condition => not(hasBits(kind, 0x04));

/** All frames but the control frames CTS and ACK. */
const hasSecondAddress = (kind: Value): Condition => {
  const isCtsOrAck = or(equals(masked(kind, 0xf0), 0xc0), equals(masked(kind, 0xf0), 0xd0));
  return not(and(equals(masked(kind, 0x0c), 0x04), isCtsOrAck));
};

/** In a data frame, the bits "to the distribution system" (1) and "from" (2) say which address is the sender's. */
function dataSource(state: LinkState, is: (offset: number) => Condition): Condition {
  const flags = state.atHeader(1, 1);
  const relayed = or(and(not(hasBits(flags, 0x01)), is(16)), and(hasBits(flags, 0x01), is(24)));
  return and(
    hasBits(state.atHeader(0, 1), 0x08),
    or(and(not(hasBits(flags, 0x02)), is(10)), and(hasBits(flags, 0x02), relayed)),
  );
}

/** The destination's is the first address, or the third when the access point is to pass it on. */
function dataDestination(state: LinkState, is: (offset: number) => Condition): Condition {
  const flags = state.atHeader(1, 1);
  return and(
    hasBits(state.atHeader(0, 1), 0x08),
    or(and(not(hasBits(flags, 0x01)), is(4)), and(hasBits(flags, 0x01), is(16))),
  );
}

/** The frame goes to an address that `is` tells of by its offset: management and data frames of 802.11. */
export function goesTo80211(state: LinkState, is: (offset: number) => Condition): Condition {
  const kind = state.atHeader(0, 1);
  return and(notControl(kind), or(and(not(hasBits(kind, 0x08)), is(4)), dataDestination(state, is)));
}

/** ARCNET's addresses are single bytes: source, then destination. */
export function hasArcnetAddress(
  state: LinkState,
  address: number,
  direction: Direction | undefined,
  column: number,
): Condition {
  if (state.family !== 'ARCNET') throw new FilterError(column, 'this link type has no ARCNET addresses', true);
  return inDirection(direction, equals(state.atHeader(0, 1), address), equals(state.atHeader(1, 1), address), column);
}
