/**
 * Sessions of a table by the descriptor of a packet: which words make the key. What a session is, is its owner's business.
 */
import { D_DST, D_PORTS, D_SRC, D_VLAN, D_WHERE, ipv6AddressesAt } from '../capture/descriptor.js';
import type { SessionTable } from './session-table.js';

/**
 * Row of the session that the packet of the descriptor at word `d` of `words` belongs to, or -1; sets the table's `direction`. Its frame
 * lies in `view`; `hash` is its conversation's (src/capture/descriptor-hash.ts).
 */
export function findSession(table: SessionTable, words: Int32Array, d: number, view: DataView, hash: number): number {
  const ports = words[d + D_PORTS];
  const vlan = words[d + D_VLAN];
  if (words[d + D_WHERE] >= 0) return table.find(words[d + D_SRC], words[d + D_DST], ports, hash, vlan);
  return table.findV6(view, ipv6AddressesAt(words, d), ports, hash, vlan);
}

/** Makes the row of a session that is not there yet; its side 0 sent the packet. */
export function insertSession(table: SessionTable, words: Int32Array, d: number, view: DataView, hash: number): number {
  const ports = words[d + D_PORTS];
  const vlan = words[d + D_VLAN];
  if (words[d + D_WHERE] >= 0) return table.insert(words[d + D_SRC], words[d + D_DST], ports, hash, vlan);
  return table.insertV6(view, ipv6AddressesAt(words, d), ports, hash, vlan);
}
