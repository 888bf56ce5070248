/**
 * Conditions on the link header itself: broadcast and multicast, direction, LLC, and what capture systems note there. Owns their
 * places; a condition that a link type has not is a FilterError.
 */
import { ALWAYS, and, type Condition, equals, hasBits, load, masked, NEVER, not, or, reaches } from './condition.js';
import type { StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import { goesTo80211, isBehindGeneve, isMac, macPlaces } from './hosts.js';
import { isIp, isIp6 } from './ip-protocols.js';
import {
  LINK_BACNET,
  LINK_ETHERNET,
  LINK_FDDI,
  LINK_PPP_PPPD,
  LINK_SLIP,
  LINK_SLL2,
  LINK_TOKEN_RING,
} from './link-layouts.js';
import { hasLlcLength, isDataFrame, isLlcInAtm, isNoLaneControl } from './link-protocols.js';
import type { LinkState } from './link-state.js';

const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

export function isBroadcast(state: LinkState, { protocol, column }: StepOf<'broadcast' | 'multicast'>): Condition {
  if (protocol === 'ip') {
    // Without the network's mask: all host bits zero, or all one.
    const destination = state.atNetwork(16, 4);
    return and(isIp(state, column), or(equals(destination, 0), equals(destination, 0xffffffff)));
  }
  if (protocol !== undefined && protocol !== 'link') {
    throw new FilterError(column, `'${protocol} broadcast' means nothing: expected ether or ip`);
  }
  const goesToAll = (at: number): Condition => isMac((offset, bytes) => state.atHeader(offset, bytes), at, BROADCAST);
  return toGroup(state, goesToAll, equals(state.atHeader(1, 1), 0), column);
}

export function isMulticast(state: LinkState, { protocol, column }: StepOf<'broadcast' | 'multicast'>): Condition {
  if (protocol === 'ip') return and(isIp(state, column), reaches(state.atNetwork(16, 1), 224));
  if (protocol === 'ip6') return and(isIp6(state, column), equals(state.atNetwork(24, 1), 0xff));
  if (protocol !== undefined && protocol !== 'link') {
    throw new FilterError(column, `'${protocol} multicast' means nothing: expected ether, ip or ip6`);
  }
  const goesToMany = (at: number): Condition => hasBits(state.atHeader(at, 1), 0x01);
  return toGroup(state, goesToMany, equals(state.atHeader(1, 1), 0), column);
}

/** The destination address meets a condition; ARCNET's has its own. */
function toGroup(
  state: LinkState,
  destinationIs: (at: number) => Condition,
  inArcnet: Condition,
  column: number,
): Condition {
  if (state.family === 'ARCNET') return inArcnet;
  if (state.family === '802.11') return goesTo80211(state, destinationIs);
  const places = macPlaces(state);
  if (places === undefined) throw new FilterError(column, 'this link type has no group addresses', true);
  const isPresent = state.isInGeneve ? isBehindGeneve(state) : isNoLaneControl(state);
  return and(isPresent, destinationIs(places.destination));
}

/** Whether the machine that captured received the packet or sent it, where the link header says so. */
export function isInDirection(state: LinkState, { kind, column }: StepOf<'inbound' | 'outbound'>): Condition {
  const isIn = kind === 'inbound';
  const either = (received: Condition, sent: Condition): Condition => (isIn ? received : sent);
  switch (state.family) {
    case 'IP version':
      if (state.linkType !== LINK_SLIP) break;
      return either(equals(state.atHeader(0, 1), 0), not(equals(state.atHeader(0, 1), 0)));
    case 'cooked':
      return either(not(equals(state.atHeader(0, 2), 4)), equals(state.atHeader(0, 2), 4));
    case 'PF log':
      return equals(state.atHeader(60, 1), isIn ? 1 : 2);
    case 'IPNET':
      return equals(state.atHeader(2, 2), isIn ? 2 : 1);
    case 'magic':
      if (state.linkType === LINK_BACNET) break;
      return equals(masked(state.atHeader(3, 1), 0x01), isIn ? 1 : 0);
    default:
      if (state.linkType === LINK_PPP_PPPD) return equals(state.atHeader(0, 1), isIn ? 0 : 1);
      if (state.linkType !== LINK_SLL2) break;
      return either(not(equals(state.atHeader(10, 1), 4)), equals(state.atHeader(10, 1), 4));
  }
  throw new FilterError(column, `'${kind}': packets of this link type do not say their direction`, true);
}

export function isOfInterface(state: LinkState, { value, column }: StepOf<'ifindex'>): Condition {
  if (state.linkType === LINK_SLL2) return equals(state.atHeader(4, 4), value);
  throw new FilterError(column, "'ifindex': packets of this link type do not say their interface", true);
}

/** Supervisory kinds, and unnumbered ones without their poll bit (IEEE 802.2 5.4). */
const LLC_SUPERVISORY: ReadonlyMap<string, number> = new Map([
  ['rr', 0x01],
  ['rnr', 0x05],
  ['rej', 0x09],
]);
const LLC_UNNUMBERED: ReadonlyMap<string, number> = new Map([
  ['ui', 0x03],
  ['ua', 0x63],
  ['disc', 0x43],
  ['sabme', 0x6f],
  ['test', 0xe3],
  ['xid', 0xaf],
  ['frmr', 0x87],
  ['dm', 0x0f],
]);

export function isLlc(state: LinkState, { value, column }: StepOf<'llc'>): Condition {
  const hasHeader = hasLlcHeader(state, column);
  if (value === undefined) return hasHeader;
  const control = state.atPayload(2, 1);
  const kind = value.toLowerCase();
  if (kind === 'i') return and(hasHeader, not(hasBits(control, 0x01)));
  if (kind === 's' || kind === 'u') return and(hasHeader, equals(masked(control, 0x03), kind === 's' ? 0x01 : 0x03));
  const supervisory = LLC_SUPERVISORY.get(kind);
  if (supervisory !== undefined) return and(hasHeader, equals(masked(control, 0x0f), supervisory));
  const unnumbered = LLC_UNNUMBERED.get(kind);
  if (unnumbered !== undefined) return and(hasHeader, equals(masked(control, 0xef), unnumbered));
  throw new FilterError(column, `'${value}' is no kind of LLC: expected i, s, u, rr, rnr, rej, ui, ua, ...`);
}

function hasLlcHeader(state: LinkState, column: number): Condition {
  if (state.family === 'SunATM') return isLlcInAtm(state);
  if (state.family === '802.11') return isDataFrame(state);
  if (state.linkType === LINK_ETHERNET) {
    // IPX without any header looks like LLC with a checksum of ffff.
    return and(hasLlcLength(state), not(equals(state.atPayload(0, 2), 0xffff)));
  }
  const isAlwaysThere = [LINK_TOKEN_RING, LINK_FDDI, ...LLC_ATM].includes(state.linkType);
  if (isAlwaysThere) return ALWAYS;
  throw new FilterError(column, "'llc': this link type has no LLC headers", true);
}

/** ATM with RFC 1483's encapsulation, by its two numbers. */
const LLC_ATM = [11, 100];

/** `byte 12 = 8`: one byte of the frame. */
export function hasByte(state: LinkState, { offset, operator, value }: StepOf<'byte'>): Condition {
  const byte = state.atHeader(offset, 1);
  switch (operator) {
    case '=':
      return equals(byte, value);
    case '<':
      return not(reaches(byte, value));
    case '>':
      return { kind: 'test', operator: '>', left: byte, right: { kind: 'constant', value } };
    case '&':
      return value === 0 ? NEVER : hasBits(byte, value);
    case '|':
      // Any bit of either.
      return value === 0 ? not(equals(byte, 0)) : reaches(byte, 0);
  }
}

/** Frames of Portable Packet Information hold 802.11 only when they say so. */
export const isPpiOf80211: Condition = equals(load(4, 4), 0x69000000);
