/**
 * One example of comparing filters: an expression with a file of packets, drawn from a seed and a number so that it can be
 * drawn again by itself; and what a filter under test says of it.
 */

import { FilterError } from '../../src/filter/filter-error.js';
import type { PacketPredicate } from '../../src/filter/packet-predicate.js';
import { Random } from '../support/random.js';
import type { FilterPacket, Selection } from '../support/tcpdump-filter.js';
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
