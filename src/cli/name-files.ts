/**
 * The files of a system that give names to numbers and addresses: /etc/hosts and its like. Owns how each is written; takes
 * texts, reads nothing. Where a name stands twice, the first one counts, as for the system's own look-up.
 */

/** Ports of a service. */
export interface ServicePorts {
  readonly tcp?: number;
  readonly udp?: number;
}

/** Addresses of the wanted hosts in a text such as /etc/hosts: all lines that have the name, in capitals or not. */
export function hostsIn(text: string, wanted: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [address, ...names] of rowsOf(text)) {
    const known = new Set(names.map((name) => name.toLowerCase()));
    for (const name of wanted.filter((host) => known.has(host.toLowerCase()))) {
      const addresses = found.get(name) ?? [];
      // A zone says through which interface an address is reached, which no packet has.
      const plain = address.replace(/%.*$/, '');
      if (!addresses.includes(plain)) found.set(name, [...addresses, plain]);
    }
  }
  return found;
}

/** Ports of the wanted services in a text such as /etc/services: `http 80/tcp www`. */
export function servicesIn(text: string, wanted: readonly string[]): Map<string, ServicePorts> {
  const found = new Map<string, ServicePorts>();
  for (const [name, place = '', ...aliases] of rowsOf(text)) {
    const [, port, transport] = /^(\d{1,5})\/(tcp|udp)$/.exec(place) ?? [];
    if (port === undefined || Number(port) > 65535) continue;
    for (const service of wanted.filter((one) => one === name || aliases.includes(one))) {
      found.set(service, { [transport]: Number(port), ...found.get(service) });
    }
  }
  return found;
}

/** Numbers of the wanted protocols in a text such as /etc/protocols: `tcp 6 TCP`. */
export function protocolsIn(text: string, wanted: readonly string[]): Map<string, number> {
  const rows = rowsOf(text).filter(([, number = '']) => /^\d{1,3}$/.test(number));
  return firstOf(rows, wanted, ([, number]) => Number(number));
}

/** Numbers of the wanted networks in a text such as /etc/networks: `loopback 127.0.0.0`. */
export function networksIn(text: string, wanted: readonly string[]): Map<string, string> {
  const rows = rowsOf(text).filter(([, number = '']) => /^\d{1,3}(\.\d{1,3}){0,3}$/.test(number));
  return firstOf(rows, wanted, ([, number]) => number);
}

/** Ethernet addresses of the wanted stations in a text such as /etc/ethers: `00:11:22:33:44:55 station`. */
export function ethersIn(text: string, wanted: readonly string[]): Map<string, string> {
  const rows = rowsOf(text).filter(([address]) => /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(address));
  return firstOf(rows, wanted, ([address]) => address, 1);
}

/** For each wanted name the value of the first row that has it, as its name (in column `nameAt`) or an alias behind the value. */
function firstOf<T>(
  rows: readonly string[][],
  wanted: readonly string[],
  read: (row: readonly string[]) => T,
  nameAt = 0,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const row of rows) {
    const names = [row[nameAt], ...row.slice(2)];
    for (const name of wanted) if (names.includes(name) && !found.has(name)) found.set(name, read(row));
  }
  return found;
}

/** Words of each line that has at least two, without comments. */
function rowsOf(text: string): string[][] {
  const rows = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return rows.filter((words) => words.length >= 2);
}
