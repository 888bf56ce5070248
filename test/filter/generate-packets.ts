/**
 * Packets for comparing filters: frames of a link type as `packet-links.ts` makes them, some snapped, some with bytes
 * changed, some longer on the wire than captured.
 */
import type { Random } from '../support/random.js';
import type { FilterPacket } from '../support/tcpdump-filter.js';
import { chance, noise, weighted } from './draw.js';
import { LINK_TYPES } from './packet-links.js';
import { WIRE_BYTES } from './pools.js';

/** One of the link types, the common ones more often. */
export function drawLinkType(random: Random): number {
  return weighted(
    random,
    [...LINK_TYPES].map(([number, { weight }]) => [Math.ceil(10 * weight), number] as const),
  );
}

/** Packets of one link type that `LINK_TYPES` has. */
export function generatePackets(random: Random, linkType: number, count: number): FilterPacket[] {
  const { make } = LINK_TYPES.get(linkType)!;
  return Array.from({ length: count }, () => disturb(random, make(random)));
}

function disturb(random: Random, frame: number[]): FilterPacket {
  const bytes = frame.slice();
  if (chance(random, 12)) {
    for (let changes = 1 + random.below(4); changes > 0; changes--)
      bytes[random.below(bytes.length)] = random.below(256);
  }
  if (chance(random, 10)) bytes.push(...noise(random, random.below(20)));
  const capturedBytes = chance(random, 12) ? random.below(bytes.length + 1) : bytes.length;
  const wireBytes = chance(random, 15) ? Math.max(capturedBytes, random.pick(WIRE_BYTES)) : bytes.length;
  return { bytes: Uint8Array.from(bytes.slice(0, capturedBytes)), wireBytes };
}
