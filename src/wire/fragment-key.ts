/**
 * The number by which later fragments of an IP packet find the first: a hash of what RFC 791 3.2 and RFC 8200 4.5 say
 * that fragments of one packet share, and of their VLAN when VLANs count.
 */
import type { Cursor } from './cursor.js';

/** RFC 791 3.2: addresses, identification and protocol. The cursor is at the IPv4 header. */
export function fragmentKey4(c: Cursor): number {
  let h = step(c.vlan, c.u32(12));
  h = step(h, c.u32(16));
  return finish(step(h, (c.u16(4) << 8) | c.u8(9)));
}

/**
 * RFC 8200 4.5: addresses and identification; not the next header, which may differ between the fragments.
 * The IPv6 header is at `c.ip`.
 */
export function fragmentKey6(c: Cursor, identification: number): number {
  let h = c.vlan;
  const addresses = c.at + c.ip + 8;
  for (let byte = 0; byte < 32; byte += 4) h = step(h, c.view.getInt32(addresses + byte));
  return finish(step(h, identification));
}

function step(h: number, word: number): number {
  const mixed = Math.imul(h ^ word, 0xcc9e2d51);
  return mixed ^ (mixed >>> 15);
}

/** MurmurHash3's last step. */
function finish(h: number): number {
  const mixed = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
