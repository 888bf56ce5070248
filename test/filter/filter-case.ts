/**
 * One example of comparing filters: an expression with a file of packets, drawn from a seed and a number so that it can be
 * drawn again by itself; and what a filter under test says of it.
 */

import { FilterError } from '../../src/filter/filter-error.js';
import type { PacketPredicate } from '../../src/filter/packet-predicate.js';
import { Random } from '../support/random.js';
import type { FilterPacket, Selection } from '../support/tcpdump-filter.js';
import { primitive } from './expression-primitives.js';
import { generateExpression } from './generate-expressions.js';
import { drawLinkType, generatePackets } from './generate-packets.js';

export interface FilterCase {
  readonly text: string;
  readonly linkType: number;
  readonly packets: readonly FilterPacket[];
}

/** Makes a predicate of an expression; throws a FilterError where it cannot be used. */
export type FilterMaker = (text: string, linkType: number) => PacketPredicate;

/** Example `number` of those of `seed`. */
export function drawCase(seed: number, number: number, packetCount: number): FilterCase {
  const random = new Random(Math.imul(seed, 0x9e3779b1) + Math.imul(number, 0x85ebca6b));
  const linkType = drawLinkType(random);
  const text = generateExpression(random, linkType);
  return { text, linkType, packets: generatePackets(random, linkType, packetCount) };
}

const TERMS = 60;
/** LINKTYPE_ numbers of 802.11 in its forms and of PF's log. */
const VARIABLE_HEADERS = [105, 117, 119, 127, 163, 192];

/** The same with a long list of alternatives, all or none of which must hold; most are about hosts and ports that no packet has. */
export function drawLongCase(make: FilterMaker, seed: number, number: number, packetCount: number): FilterCase {
  const random = new Random(Math.imul(seed, 0x9e3779b1) + Math.imul(number, 0x85ebca6b));
  const linkType = drawLinkType(random);
  const hasVariableHeader = VARIABLE_HEADERS.includes(linkType);
  const terms: string[] = [];
  while (terms.length < TERMS) {
    const term = random.below(8) === 0 ? `(${primitive(random, linkType)})` : absent(random);
    // A tunnel in a list moves what follows, and tcpdump's arithmetic spoils other things: both are for shorter expressions.
    const isPlain =
      !/vlan|mpls|pppoes|geneve|lane|protochain/.test(term) && !(hasVariableHeader && /[=<>[]/.test(term));
    const isUsable = isPlain && !('error' in selectWith(make, { text: term, linkType, packets: [] }));
    if (isUsable || terms.length === 0) terms.push(isUsable ? term : 'len > 1');
  }
  const text = random.below(2) === 0 ? terms.join(' or ') : `not ${terms.join(' and not ')}`;
  return { text, linkType, packets: generatePackets(random, linkType, packetCount) };
}

function absent(random: Random): string {
  const address = `10.77.${random.below(256)}.${random.below(256)}`;
  const direction = ['', 'src ', 'dst ', 'src and dst '][random.below(4)];
  const port = 30_000 + random.below(1000);
  return [
    `${direction}host ${address}`,
    `${direction}net ${address}/32`,
    `${['', 'tcp ', 'udp '][random.below(3)]}${direction}port ${port}`,
    `ip6 ${direction}host 2001:db8:77::${port}`,
    `len = ${port}`,
    `ip[4:2] = ${port}`,
  ][random.below(6)];
}

/** Bytes around each packet, which a filter must not read; most of them bits that would be seen. */
const MARGIN_BYTES = 40;
const MARGIN_BYTE = 0xa5;

/** The numbers of the packets selected, or the error; any other exception goes on. */
export function selectWith(make: FilterMaker, { text, linkType, packets }: FilterCase): Selection {
  let predicate: PacketPredicate;
  try {
    predicate = make(text, linkType);
  } catch (error) {
    if (error instanceof FilterError) return { error: error.message };
    throw error;
  }
  const selected = packets.flatMap((packet, number) => (isSelected(predicate, packet) ? [number] : []));
  return { selected };
}

/** Asks for a packet in the middle of other bytes. */
export function isSelected(predicate: PacketPredicate, { bytes, wireBytes }: FilterPacket): boolean {
  const around = new Uint8Array(bytes.length + 2 * MARGIN_BYTES).fill(MARGIN_BYTE);
  around.set(bytes, MARGIN_BYTES);
  return predicate(around, MARGIN_BYTES, bytes.length, wireBytes);
}
