/**
 * Addresses and filters of tcpeek's model (tcpeek.md section 2): which sessions each filter counts. Knows nothing of the production code.
 */

export interface PeekAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
  /** IPv4 dotted, IPv6 by RFC 5952. */
  readonly text: string;
}

/** Addresses that share `bits` bits with `value`. */
interface Network {
  readonly version: 4 | 6;
  readonly value: bigint;
  readonly bits: number;
}

/** `network` undefined: any address. `ports` undefined: any port. */
interface Target {
  readonly network: Network | undefined;
  readonly ports: readonly number[] | undefined;
}

export interface PeekFilter {
  /** Empty: it excludes. */
  readonly name: string;
  readonly direction: 'RX' | 'TX' | 'ALL';
  readonly targets: readonly Target[];
}

/** Who opened a session with whom. */
interface Opening {
  readonly src: PeekAddress;
  readonly dst: PeekAddress;
  readonly dport: number;
}

const ANYTHING = ['%', '*'];

/** An address of 4 or 16 bytes. */
export function peekAddress(bytes: Uint8Array): PeekAddress {
  const value = [...bytes].reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return bytes.length === 4
    ? { version: 4, value, text: [...bytes].join('.') }
    : { version: 6, value, text: ipv6Text(bytes) };
}

/** `ADDR` or `ADDR/LEN`. */
export function parseNetwork(text: string): Network {
  const [address, length] = text.split('/');
  const isV6 = address.includes(':');
  const bytes = isV6 ? ipv6Bytes(address) : address.split('.').map(Number);
  const most = isV6 ? 128 : 32;
  const bits = length === undefined ? most : Number(length);
  const isGood =
    bytes.length * 8 === most && bytes.every((byte) => byte >= 0 && byte < 256) && bits >= 0 && bits <= most;
  if (!isGood) throw new Error(`no address: ${text}`);
  return { version: isV6 ? 6 : 4, value: peekAddress(Uint8Array.from(bytes)).value, bits };
}

/** The filters of a run, in order; those that count everything first. */
export function filtersOf(texts: readonly string[], hasLocals: boolean): PeekFilter[] {
  if (!hasLocals) {
    if (texts.length > 0) throw new Error('a filter without local addresses');
    return [{ name: 'ALL', direction: 'ALL', targets: [] }];
  }
  return ['RX:RX@*:*', 'TX:TX@*:*', ...texts].map(parseFilter);
}

/** The session's named filters, or none at all: it matches none, or one without a name. */
export function filtersThatCount(
  filters: readonly PeekFilter[],
  locals: readonly Network[],
  of: Opening,
): PeekFilter[] {
  const matching = filters.filter((filter) => matches(filter, locals, of));
  return matching.some((filter) => filter.name === '') ? [] : matching;
}

export function matches(filter: PeekFilter, locals: readonly Network[], { src, dst, dport }: Opening): boolean {
  if (filter.direction === 'ALL') return true;
  const [own, other] = filter.direction === 'RX' ? [dst, src] : [src, dst];
  return (
    locals.some((network) => contains(network, own)) &&
    filter.targets.some(
      ({ network, ports }) =>
        (network === undefined || contains(network, other)) && (ports === undefined || ports.includes(dport)),
    )
  );
}

function contains(network: Network, address: PeekAddress): boolean {
  const rest = BigInt((network.version === 4 ? 32 : 128) - network.bits);
  return network.version === address.version && network.value >> rest === address.value >> rest;
}

/** `[name]:DIR@ADDR:PORT[:PORT...][,ADDR:PORT[:PORT...]...]`, where an IPv6 address or network stands in brackets. */
function parseFilter(text: string): PeekFilter {
  const [, name, direction, targets] = /^([^:]*):(RX|TX)@(.+)$/.exec(text) ?? fail(text);
  return { name, direction: direction as 'RX' | 'TX', targets: targets.split(',').map(parseTarget) };
}

function parseTarget(text: string): Target {
  const [, bracketed, plain, list] = /^(?:\[([^\]]+)\]|([^:[]+)):(.+)$/.exec(text) ?? fail(text);
  const address = bracketed ?? plain;
  const ports = list.split(':');
  for (const port of ports) if (!ANYTHING.includes(port) && !/^\d+$/.test(port)) fail(text);
  return {
    network: ANYTHING.includes(address) ? undefined : parseNetwork(address),
    ports: ports.some((port) => ANYTHING.includes(port)) ? undefined : ports.map(Number),
  };
}

function fail(text: string): never {
  throw new Error(`no filter: ${text}`);
}

function ipv6Bytes(text: string): number[] {
  const bytesOf = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  const [head, tail] = text.split('::').map(bytesOf);
  return tail === undefined ? head : [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** RFC 5952: lower case, the first longest run of two or more zero groups as `::`, a mapped IPv4 address dotted. */
function ipv6Text(bytes: Uint8Array): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes[at] * 256 + bytes[at + 1]);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  }
  const zerosFrom = (start: number): number => {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    return (end < 0 ? 8 : end) - start;
  };
  const longest = Math.max(...groups.map((_, start) => zerosFrom(start)));
  const text = (list: number[]): string => list.map((group) => group.toString(16)).join(':');
  if (longest < 2) return text(groups);
  const start = groups.findIndex((_, index) => zerosFrom(index) === longest);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + longest))}`;
}
