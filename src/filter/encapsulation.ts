/**
 * What carries other packets: VLAN tags, MPLS labels, PPPoE, Geneve. Each condition moves the headers for all that follows it in the
 * expression, whether it holds or not and however it is combined (pcap-filter(7)). Owns those headers' layouts.
 */
import {
  ALWAYS,
  and,
  binary,
  type Condition,
  constant,
  equals,
  load,
  masked,
  or,
  type Value,
  variable,
} from './condition.js';
import type { StepOf } from './expression.js';
import { expectAtMost, FilterError } from './filter-error.js';
import { IPPROTO_UDP, inIp, isFirstFragment, isIp6 } from './ip-protocols.js';
import { LINK_ETHERNET, LINK_HDLC, LINK_HDLC_ENCRYPTED, LINK_PPI, LINK_PPP } from './link-layouts.js';
import { carries, TYPE_MPLS, TYPE_PPPOED, TYPE_PPPOES } from './link-protocols.js';
import { type LinkState, place } from './link-state.js';

/** C-tag, S-tag, and the old number of the latter. */
const TAG_TYPES = [0x8100, 0x88a8, 0x9100];
const TAG_BYTES = 4;
const LABEL_BYTES = 4;
const PPPOE_BYTES = 6;
const PPP_MPLS = 0x0281;
const GENEVE_PORT = 6081;
const UDP_BYTES = 8;
const TYPE_ETHERNET = 0x6558;

export function isVlan(state: LinkState, { value, column }: StepOf<'vlan' | 'mpls' | 'pppoes' | 'geneve'>): Condition {
  expectAtMost('VLAN', value, 0xfff, column);
  if (state.mplsLabels > 0) throw new FilterError(column, "'vlan' cannot stand behind 'mpls'");
  if ((state.family !== 'ethernet' && state.family !== '802.11') || state.linkType === LINK_PPI) {
    throw new FilterError(column, "'vlan': this link type has no VLAN tags", true);
  }
  const isTag = or(...TAG_TYPES.map((type) => carries(state, type, column)));
  const isOfId = value === undefined ? ALWAYS : equals(masked(state.atNetwork(0, 2), 0x0fff), value);
  state.protocol = place(state.protocol.constant + TAG_BYTES, state.protocol.variable);
  state.payload = place(state.payload.constant + TAG_BYTES, state.payload.variable);
  return and(isTag, isOfId);
}

export function isMpls(state: LinkState, { value, column }: StepOf<'vlan' | 'mpls' | 'pppoes' | 'geneve'>): Condition {
  expectAtMost('MPLS label', value, 0xfffff, column);
  // Another label follows when the one before is not the last.
  const isThere = state.mplsLabels > 0 ? equals(masked(state.atNetwork(-2, 1), 0x01), 0) : carriesMpls(state, column);
  const isOfLabel = value === undefined ? ALWAYS : equals(masked(state.atNetwork(0, 4), 0xfffff000), value << 12);
  state.network += LABEL_BYTES;
  state.networkAfterLlc += LABEL_BYTES;
  state.mplsLabels++;
  return and(isThere, isOfLabel);
}

function carriesMpls(state: LinkState, column: number): Condition {
  if (state.linkType === LINK_PPP) return carries(state, PPP_MPLS, column);
  const hasEtherTypes =
    state.family === 'ethernet' || state.linkType === LINK_HDLC || state.linkType === LINK_HDLC_ENCRYPTED;
  if (hasEtherTypes) return carries(state, TYPE_MPLS, column);
  throw new FilterError(column, "'mpls': this link type carries no MPLS", true);
}

export const isPppoeDiscovery = (state: LinkState, column: number): Condition => carries(state, TYPE_PPPOED, column);

export function isPppoeSession(
  state: LinkState,
  { value, column }: StepOf<'vlan' | 'mpls' | 'pppoes' | 'geneve'>,
): Condition {
  expectAtMost('PPPoE session', value, 0xffff, column);
  const isSession = carries(state, TYPE_PPPOES, column);
  const isOfId = value === undefined ? ALWAYS : equals(masked(state.atNetwork(0, 4), 0x0000ffff), value);
  const start = state.payload.constant + state.network + PPPOE_BYTES;
  const from = state.payload.variable;
  // PPP without address and control bytes: the protocol comes at once.
  state.enter(LINK_PPP, 'PPP', place(start, from), place(start, from), place(start + 2, from));
  return and(isSession, isOfId);
}

export function isGeneve(
  state: LinkState,
  { value, column }: StepOf<'vlan' | 'mpls' | 'pppoes' | 'geneve'>,
): Condition {
  expectAtMost('Geneve VNI', value, 0xffffff, column);
  const base = state.payload.constant + state.network;
  const start = state.newVariable();
  const [type, header, payload] = [state.newVariable(), state.newVariable(), state.newVariable()];
  const set = (number: number, to: Value): Condition => ({ kind: 'set', variable: number, value: to });
  const isVersion0 = (at: (offset: number, bytes: number) => Value): Condition =>
    equals(masked(at(UDP_BYTES, 1), 0xc0), 0);
  const isOfVni = (at: (offset: number, bytes: number) => Value): Condition =>
    value === undefined ? ALWAYS : equals(masked(at(UDP_BYTES + 4, 4), 0xffffff00), value << 8);
  const outer = state.payload.variable ?? constant(0);
  const inIp4 = and(
    inIp(state, IPPROTO_UDP, column),
    isFirstFragment(state),
    equals(state.atIpv4Payload(2, 2), GENEVE_PORT),
    isVersion0((offset, bytes) => state.atIpv4Payload(offset, bytes)),
    isOfVni((offset, bytes) => state.atIpv4Payload(offset, bytes)),
    set(start, binary('+', binary('+', outer, state.ipv4HeaderBytes), constant(base + UDP_BYTES))),
  );
  const inIpv6 = and(
    geneveInIp6(state, column),
    isVersion0((offset, bytes) => state.atIpv6Payload(offset, bytes)),
    isOfVni((offset, bytes) => state.atIpv6Payload(offset, bytes)),
    set(start, binary('+', outer, constant(base + 40 + UDP_BYTES))),
  );
  const at = (offset: number, bytes: number): Value => load(bytes, offset, variable(start));
  const optionBytes = binary('<<', masked(at(0, 1), 0x3f), constant(2));
  const isEthernet = equals(at(2, 2), TYPE_ETHERNET);
  const innerAt = (bytes: number): Value => binary('+', variable(header), constant(bytes));
  const afterType = (yes: Value, no: Value): Value => ({ kind: 'choice', condition: isEthernet, yes, no });
  const places = and(
    set(header, binary('+', variable(start), binary('+', optionBytes, constant(8)))),
    set(type, afterType(innerAt(12), binary('+', variable(start), constant(2)))),
    set(payload, afterType(innerAt(14), variable(header))),
  );
  state.enter(
    LINK_ETHERNET,
    'ethernet',
    place(0, variable(header)),
    place(0, variable(type)),
    place(0, variable(payload)),
  );
  state.isInGeneve = true;
  return and(or(inIp4, inIpv6), places);
}

/** UDP at once behind the IPv6 header: fragments and extension headers are not looked behind. */
function geneveInIp6(state: LinkState, column: number): Condition {
  const isUdp = equals(state.atNetwork(6, 1), IPPROTO_UDP);
  return and(isIp6(state, column), isUdp, equals(state.atIpv6Payload(2, 2), GENEVE_PORT));
}
