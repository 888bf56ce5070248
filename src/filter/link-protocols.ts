/**
 * Which protocol a link header says it carries. Owns the numbers that stand for a protocol in each family of link types.
 * Protocols are named by EtherType, or, below 1536, by LLC service access point.
 */
import {
  ALWAYS,
  and,
  type Condition,
  equals,
  exceeds,
  hasBits,
  masked,
  NEVER,
  not,
  or,
  type Value,
} from './condition.js';
import { FilterError } from './filter-error.js';
import { LINK_BACNET, LINK_ENC, LINK_NULL } from './link-layouts.js';
import type { LinkState } from './link-state.js';

export const TYPE_IP = 0x0800;
export const TYPE_ARP = 0x0806;
export const TYPE_RARP = 0x8035;
export const TYPE_IP6 = 0x86dd;
export const TYPE_ATALK = 0x809b;
export const TYPE_AARP = 0x80f3;
export const TYPE_DECNET = 0x6003;
export const TYPE_MPLS = 0x8847;
export const TYPE_PPPOED = 0x8863;
export const TYPE_PPPOES = 0x8864;
const TYPE_IPX = 0x8137;
const SAP_IP = 0x06;
export const SAP_STP = 0x42;
export const SAP_IPX = 0xe0;
export const SAP_NETBEUI = 0xf0;
export const SAP_ISO = 0xfe;

/** Up to here the field is a length (IEEE 802.3), and LLC follows. */
const MOST_LENGTH = 1500;
const OUI_ETHERNET = 0x000000;
const OUI_APPLE = 0x080007;

/** The link layer carries `protocol`. A FilterError where nobody knows how its headers say so. */
export function carries(state: LinkState, protocol: number, column: number): Condition {
  if (state.mplsLabels > 0) return carriesInMpls(state, protocol, column);
  switch (state.family) {
    case 'ethernet':
      return and(isNoLaneControl(state), ethernet(state, protocol));
    case 'HDLC':
      return equals(state.atProtocol(0, 2), protocol === SAP_ISO ? twice(protocol) : protocol);
    case '802.11':
      return and(isDataFrame(state), llc(state, protocol));
    case 'llc':
      return llc(state, protocol);
    case 'SunATM':
      return and(isLlcInAtm(state), llc(state, protocol));
    case 'cooked':
      return cooked(state, protocol);
    case 'type field':
      return equals(state.atProtocol(0, 2), protocol);
    case 'magic': {
      const [mask, magic] = state.linkType === LINK_BACNET ? [0xffff0000, 0x55ff0000] : [0xffffff00, 0x4d474300];
      return equals(masked(state.atHeader(0, 4), mask), magic);
    }
    case 'none':
      throw new FilterError(column, 'the headers of this link type cannot be filtered', true);
    default:
      return carriesIp(state, protocol);
  }
}

/** The families that carry little but IP. */
function carriesIp(state: LinkState, protocol: number): Condition {
  switch (state.family) {
    case 'IP version':
      // Of the frame's first byte, even where a header stands before IP (SLIP): libpcap looks there.
      return isVersion(state.atHeader(0, 1), protocol);
    case 'IPv4':
      return protocol === TYPE_IP ? ALWAYS : NEVER;
    case 'IPv6':
      return protocol === TYPE_IP6 ? ALWAYS : NEVER;
    case 'PPP':
      return equals(state.atProtocol(0, 2), PPP_NUMBERS.get(protocol) ?? protocol);
    case 'BSD/OS PPP':
      return bsdPpp(state, protocol);
    case 'address family':
      return addressFamily(state, protocol);
    case 'PF log':
      return numbered(state.atHeader(1, 1), PFLOG_FAMILIES.get(protocol));
    case 'IPNET':
      return numbered(state.atHeader(1, 1), IPNET_FAMILIES.get(protocol));
    case 'ARCNET':
      return or(...(ARCNET_NUMBERS.get(protocol) ?? []).map((number) => equals(state.atProtocol(0, 1), number)));
    case 'Frame Relay':
      return or(...(FRAME_RELAY_NUMBERS.get(protocol) ?? []).map((number) => equals(state.atHeader(2, 2), number)));
    default:
      return protocol === TYPE_ATALK ? ALWAYS : NEVER;
  }
}

const numbered = (value: Value, number: number | undefined): Condition =>
  number === undefined ? NEVER : equals(value, number);

/** Assigned numbers of PPP's data link layer. */
const PPP_NUMBERS: ReadonlyMap<number, number> = new Map([
  [TYPE_IP, 0x21],
  [TYPE_IP6, 0x57],
  [TYPE_DECNET, 0x27],
  [TYPE_ATALK, 0x29],
  [0x0600, 0x25],
  [SAP_ISO, 0x23],
  [SAP_STP, 0x31],
  [SAP_IPX, 0x2b],
]);
const PPP_COMPRESSED_TCP = 0x2d;
const PPP_UNCOMPRESSED_TCP = 0x2f;
const PFLOG_FAMILIES: ReadonlyMap<number, number> = new Map([
  [TYPE_IP, 2],
  [TYPE_IP6, 10],
]);
const IPNET_FAMILIES: ReadonlyMap<number, number> = new Map([
  [TYPE_IP, 2],
  [TYPE_IP6, 26],
]);
/** RFC 1201 and RFC 1051. */
const ARCNET_NUMBERS: ReadonlyMap<number, readonly number[]> = new Map([
  [TYPE_IP6, [0xc4]],
  [TYPE_IP, [0xd4, 0xf0]],
  [TYPE_ARP, [0xd5, 0xf1]],
  [TYPE_RARP, [0xd6]],
  [TYPE_ATALK, [0xdd]],
]);
/** Control field and NLPID (RFC 2427). */
const FRAME_RELAY_NUMBERS: ReadonlyMap<number, readonly number[]> = new Map([
  [TYPE_IP, [0x03cc]],
  [TYPE_IP6, [0x038e]],
  [SAP_ISO, [0x0381, 0x0382, 0x0383]],
]);
/** AF_INET6 of the BSDs and of Darwin. */
const IP6_FAMILIES = [30, 24, 28];

function isVersion(first: Value, protocol: number): Condition {
  if (protocol === TYPE_IP) return equals(masked(first, 0xf0), 0x40);
  return protocol === TYPE_IP6 ? equals(masked(first, 0xf0), 0x60) : NEVER;
}

function bsdPpp(state: LinkState, protocol: number): Condition {
  const number = state.atProtocol(0, 2);
  if (protocol !== TYPE_IP) return equals(number, PPP_NUMBERS.get(protocol) ?? protocol);
  return or(equals(number, 0x21), equals(number, PPP_COMPRESSED_TCP), equals(number, PPP_UNCOMPRESSED_TCP));
}

function addressFamily(state: LinkState, protocol: number): Condition {
  const families = protocol === TYPE_IP ? [2] : protocol === TYPE_IP6 ? IP6_FAMILIES : [];
  const isOfMachine = state.linkType === LINK_NULL || state.linkType === LINK_ENC;
  const swaps = isOfMachine && !state.isBigEndian;
  return or(...families.map((family) => equals(state.atHeader(0, 4), swaps ? family << 24 : family)));
}

/** The EtherType field holds a length, so LLC follows. */
export const hasLlcLength = (state: LinkState): Condition => not(exceeds(state.atProtocol(0, 2), MOST_LENGTH));

function ethernet(state: LinkState, protocol: number): Condition {
  const type = state.atProtocol(0, 2);
  switch (protocol) {
    case SAP_ISO:
    case SAP_IP:
    case SAP_NETBEUI:
      return and(hasLlcLength(state), equals(state.atPayload(0, 2), twice(protocol)));
    case SAP_IPX: {
      // Four encapsulations: EtherType, SNAP, LLC, and without any header of its own ("raw", checksum ffff).
      const inLlc = or(
        isSnap(state, OUI_ETHERNET, TYPE_IPX),
        equals(state.atPayload(0, 1), SAP_IPX),
        equals(state.atPayload(0, 2), 0xffff),
      );
      return or(equals(type, TYPE_IPX), and(hasLlcLength(state), inLlc));
    }
    case TYPE_ATALK:
    case TYPE_AARP:
      return or(equals(type, protocol), and(hasLlcLength(state), isAppleSnap(state, protocol)));
    default:
      if (protocol > MOST_LENGTH) return equals(type, protocol);
      return and(hasLlcLength(state), equals(state.atPayload(0, 1), protocol));
  }
}

/** Linux cooked: protocol 4 is 802.2, 1 is 802.3 without LLC (which Novell did). */
function cooked(state: LinkState, protocol: number): Condition {
  const type = state.atProtocol(0, 2);
  const isLlc = equals(type, 4);
  switch (protocol) {
    case SAP_ISO:
    case SAP_IP:
    case SAP_NETBEUI:
      return and(isLlc, equals(state.atPayload(0, 2), twice(protocol)));
    case SAP_IPX: {
      const inLlc = or(equals(state.atPayload(0, 1), SAP_IPX), isSnap(state, OUI_ETHERNET, TYPE_IPX));
      return or(equals(type, TYPE_IPX), equals(type, 1), and(isLlc, inLlc));
    }
    case TYPE_ATALK:
    case TYPE_AARP:
      return or(equals(type, protocol), and(isLlc, isAppleSnap(state, protocol)));
    default:
      if (protocol > MOST_LENGTH) return equals(type, protocol);
      return and(isLlc, equals(state.atPayload(0, 1), protocol));
  }
}

/** Where every packet has LLC; EtherTypes then stand behind SNAP. */
function llc(state: LinkState, protocol: number): Condition {
  switch (protocol) {
    case SAP_ISO:
    case SAP_IP:
    case SAP_NETBEUI:
      return equals(state.atPayload(0, 2), twice(protocol));
    case SAP_IPX:
      return equals(state.atPayload(0, 1), protocol);
    case TYPE_ATALK:
      return isSnap(state, OUI_APPLE, protocol);
    default:
      if (protocol <= MOST_LENGTH) return equals(state.atPayload(0, 1), protocol);
      return equals(state.atPayload(6, 2), protocol);
  }
}

/** Destination and source access point are the same. */
const twice = (sap: number): number => (sap << 8) | sap;

const isAppleSnap = (state: LinkState, protocol: number): Condition =>
  isSnap(state, protocol === TYPE_ATALK ? OUI_APPLE : OUI_ETHERNET, protocol);

/** SNAP header: aa aa 03, organization, protocol (RFC 1042). */
function isSnap(state: LinkState, organization: number, protocol: number): Condition {
  const second = ((organization & 0xffff) << 16) | protocol;
  return and(equals(state.atPayload(4, 4), second), equals(state.atPayload(0, 4), 0xaaaa0300 | (organization >>> 16)));
}

/** 802.11: a data frame, that is, neither control nor management nor extension. */
export const isDataFrame = (state: LinkState): Condition =>
  and(not(hasBits(state.atHeader(0, 1), 0x04)), hasBits(state.atHeader(0, 1), 0x08));

export const isLlcInAtm = (state: LinkState): Condition => equals(masked(state.atHeader(0, 1), 0x0f), 2);

/** In an emulated LAN: no control frame of it. Geneve says by itself what it carries. */
export function isNoLaneControl(state: LinkState): Condition {
  if (!state.isInLane || state.outerHeader === undefined) return ALWAYS;
  return not(equals(state.atOuterHeader(4, 2), 0xff00));
}

/** Behind the last label (bottom of stack, RFC 3032 2.1), the version tells IPv4 from IPv6. */
function carriesInMpls(state: LinkState, protocol: number, column: number): Condition {
  if (protocol !== TYPE_IP && protocol !== TYPE_IP6) {
    throw new FilterError(column, 'behind MPLS labels only ip and ip6 can be told');
  }
  const isBottom = equals(masked(state.atNetwork(-2, 1), 0x01), 0x01);
  return and(isBottom, isVersion(state.atNetwork(0, 1), protocol));
}
