/**
 * The symmetric hash of a conversation: the same for both directions, so both come to the same shard.
 * Shard and hash table use different bits of it. It decides speed only, never a result.
 */

/** Hash of an IPv4 conversation; `ports` is source << 16 | destination. */
export function hashIpv4(src: number, dst: number, ports: number): number {
  return mix(addressBits((src + dst) | 0, src ^ dst), ports);
}

/** Hash of an IPv6 conversation whose two addresses of 16 bytes start at byte `at` of `view`. */
export function hashIpv6(view: DataView, at: number, ports: number): number {
  let sum = 0;
  let difference = 0;
  for (let i = 0; i < 16; i += 4) {
    const a = view.getInt32(at + i);
    const b = view.getInt32(at + 16 + i);
    sum = (Math.imul(sum, 0x85ebca6b) + a + b) | 0;
    difference = Math.imul(difference, 0xc2b2ae35) ^ a ^ b;
  }
  return mix(addressBits(sum, difference), ports);
}

/** Sum and difference agree in their top bits, where the multiplier alone would cancel them: the shift keeps them apart. */
function addressBits(sum: number, difference: number): number {
  return Math.imul(sum, 0x9e3779b1) ^ difference ^ (difference >>> 15);
}

/** The last steps are those of MurmurHash3's finaliser: every input bit reaches the bits of shard and table. */
function mix(addresses: number, ports: number): number {
  const a = ports >>> 16;
  const b = ports & 0xffff;
  let h = addresses ^ Math.imul(a + b, 0x27d4eb2f) ^ Math.imul(a ^ b, 0x165667b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Shard of a conversation among `shards`: from the hash's upper half, the tables use the lower bits. */
export function shardOf(hash: number, shards: number): number {
  return Math.imul(hash >>> 16, shards) >>> 16;
}
