/**
 * The service and protocol names that this machine's tables have, as tcpdump looks them up in them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { NO_NAMES, type ResolvedNames } from '../../src/filter/names.js';

/** Names of hosts, networks and Ethernet addresses are not looked up. */
export function localNames(): ResolvedNames {
  const ports = new Map<string, { tcp?: number; udp?: number }>();
  for (const [name, value, ...aliases] of rowsOf('/etc/services')) {
    const [number, transport] = value.split('/');
    if (transport !== 'tcp' && transport !== 'udp') continue;
    for (const word of [name, ...aliases]) {
      const known = ports.get(word);
      // The first row of a name counts, as for getservbyname(3).
      if (known?.[transport] === undefined) ports.set(word, { ...known, [transport]: Number(number) });
    }
  }
  const protocols = new Map<string, number>();
  for (const [name, number, ...aliases] of rowsOf('/etc/protocols')) {
    for (const word of [name, ...aliases]) if (!protocols.has(word)) protocols.set(word, Number(number));
  }
  return { ...NO_NAMES, ports, protocols };
}

function rowsOf(path: string): string[][] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/)).filter((words) => words.length > 1);
}
