/**
 * The VLAN tags of a frame folded into one number of 26 bits, by which conversations of different VLANs are told
 * apart: 0 without tags; exact for one and for two tags; a mixture for more.
 *
 *   bits 24-25  depth: 1, 2, or 3 for three and more
 *   bits 0-23   depth 1: the id; 2: outer id << 12 | inner id; 3: mixed
 */

const DEPTH_SHIFT = 24;
const IDS = 0xffffff;

/** The key of the tags of `key` and one more, further in, with id `id`. A priority tag (id 0) is of no VLAN (IEEE 802.1Q 6.9.1). */
export function addVlan(key: number, id: number): number {
  if (id === 0) return key;
  const depth = key >>> DEPTH_SHIFT;
  if (depth === 0) return (1 << DEPTH_SHIFT) | id;
  if (depth === 1) return (2 << DEPTH_SHIFT) | ((key & 0xfff) << 12) | id;
  const mixed = Math.imul((key & IDS) ^ (id << 7) ^ id, 0x9e3779b1);
  return (3 << DEPTH_SHIFT) | ((mixed ^ (mixed >>> 15)) & IDS);
}
