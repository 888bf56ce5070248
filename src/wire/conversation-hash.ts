/**
 * The symmetric hash of a conversation: the same for both directions, so both come to the same shard.
 * Shard and hash table use different bits of it. It decides speed only, never a result.
 *
 * Each endpoint is mixed on its own before the two are added. Sums and differences of raw addresses or ports would be
 * the same for all pairs (x, ~x), and a scan that walks through such pairs would fill one place of the table.
 */

/** Hash of an IPv4 conversation; `ports` is source << 16 | destination. */
export function hashIpv4(src: number, dst: number, ports: number): number {
  return finish(mixEndpoint(src, ports >>> 16) + mixEndpoint(dst, ports & 0xffff));
}

/** Hash of an IPv6 conversation whose two addresses of 16 bytes start at byte `at` of `view`. */
export function hashIpv6(view: DataView, at: number, ports: number): number {
  const src = mixEndpoint(foldAddress(view, at), ports >>> 16);
  return finish(src + mixEndpoint(foldAddress(view, at + 16), ports & 0xffff));
}

/** The hash of a conversation within the VLANs of `vlan` (vlan-key.ts), when they count; `hash` itself for 0. */
export function mixVlan(hash: number, vlan: number): number {
  return vlan === 0 ? hash : finish(hash + Math.imul(vlan, 0x9e3779b1));
}

/** Shard of a conversation among `shards`: from the hash's upper half, the tables use the lower bits. */
export function shardOf(hash: number, shards: number): number {
  return Math.imul(hash >>> 16, shards) >>> 16;
}

function mixEndpoint(address: number, port: number): number {
  let h = Math.imul(address, 0x9e3779b1) ^ Math.imul(port, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}

/** The 16 bytes of an IPv6 address at byte `at` of `view`, folded into an int32. */
export function foldAddress(view: DataView, at: number): number {
  let h = 0;
  for (let i = 0; i < 16; i += 4) {
    h = Math.imul(h ^ view.getInt32(at + i), 0xcc9e2d51);
    h ^= h >>> 15;
  }
  return h;
}

/** The last step of MurmurHash3's finaliser: every input bit reaches the bits of shard and table. */
function finish(sum: number): number {
  const h = Math.imul(sum ^ (sum >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
