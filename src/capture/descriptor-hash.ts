/**
 * The hash of a descriptor's conversation: the reader shards by it, tables of sessions find rows by it.
 */
import { hashIpv4, mixVlan } from '../wire/conversation-hash.js';
import { D_DST, D_PORTS, D_SRC, D_VLAN, D_WHERE } from './descriptor.js';

/** Hash (int32) of the conversation of the descriptor at word `d` of `words`, VLANs included; that of IPv6 is in it already. */
export function conversationHash(words: Int32Array, d: number): number {
  const hash = words[d + D_SRC];
  if (words[d + D_WHERE] < 0) return hash;
  return mixVlan(hashIpv4(hash, words[d + D_DST], words[d + D_PORTS]), words[d + D_VLAN]);
}
