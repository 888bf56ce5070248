/**
 * Looks up the names of a filter expression: in the system's files where they exist, hosts in the DNS too if asked. What is
 * found nowhere is the compiler's to judge, which knows the usual names itself.
 */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isSystemError } from '../capture/problem.js';
import type { ResolvedNames, WantedNames } from '../filter/names.js';
import { ethersIn, hostsIn, networksIn, protocolsIn, servicesIn } from './name-files.js';
import { UsageError } from './usage-error.js';

/** What is known of the wanted names. Throws a UsageError when the DNS does not answer. */
export async function lookUpNames(wanted: WantedNames, usesDns: boolean): Promise<ResolvedNames> {
  const hosts = inFile('/etc/hosts', wanted.hosts, hostsIn);
  if (usesDns) {
    for (const host of wanted.hosts) if (!hosts.has(host)) await lookUpHost(host, hosts);
  }
  return {
    hosts,
    networks: inFile('/etc/networks', wanted.networks, networksIn),
    ethers: inFile('/etc/ethers', wanted.ethers, ethersIn),
    ports: inFile('/etc/services', wanted.ports, servicesIn),
    protocols: inFile('/etc/protocols', wanted.protocols, protocolsIn),
  };
}

/** What a file says of the names; nothing when there are none to look for, or no file. */
function inFile<T>(
  path: string,
  names: readonly string[],
  find: (text: string, wanted: readonly string[]) => Map<string, T>,
): Map<string, T> {
  if (names.length === 0) return new Map();
  try {
    return find(readFileSync(path, 'utf8'), names);
  } catch (error) {
    // These files are there on some systems and not on others.
    if (isSystemError(error)) return new Map();
    throw error;
  }
}

async function lookUpHost(host: string, hosts: Map<string, string[]>): Promise<void> {
  try {
    const addresses = await lookup(host, { all: true });
    hosts.set(
      host,
      addresses.map(({ address }) => address),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return;
    throw new UsageError(`the host name '${host}' cannot be looked up: ${code}`);
  }
}
