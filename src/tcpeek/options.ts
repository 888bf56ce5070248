/**
 * What a run was asked to watch of handshakes. Owns the validated values and their defaults; knows nothing of how they are spelt on a
 * command line.
 */

/**
 * Addresses that share their first bits. `words` are 32-bit words (unsigned, host order), most significant first: one for
 * IPv4, four for IPv6; bits of `words` beyond the mask are 0.
 */
export interface AddressRange {
  readonly words: readonly number[];
  readonly mask: readonly number[];
}

/** Where a session may go: any address when `address` is undefined, any port when `ports` is empty. */
export interface FilterTarget {
  readonly address: AddressRange | undefined;
  readonly ports: readonly number[];
}

/** Sessions that are counted together, or, without a name, not at all. */
export interface SessionFilter {
  /** Empty: sessions that match are recorded nowhere. */
  readonly name: string;
  /** RX: the destination is local, and a target's address is the source's. TX: the other way round. ALL: every session. */
  readonly direction: 'RX' | 'TX' | 'ALL';
  /** A session matches when one of them does. */
  readonly targets: readonly FilterTarget[];
}

export interface TcpeekOptions {
  /** In the order of the command line, RX and TX first; or only ALL, when no address is known to be local. */
  readonly filters: readonly SessionFilter[];
  readonly localAddresses: readonly AddressRange[];
  /** -t: a handshake without a packet for this many seconds has failed. */
  readonly timeoutSec: number;
  /** -c: nothing is verified, IP headers are, IP headers and TCP and ICMP are; a packet that fails is ignored. */
  readonly checksums: 0 | 1 | 2;
  /** -q: no lines. */
  readonly quiet: boolean;
  /** --icmp: messages that a host or port is unreachable end a handshake. */
  readonly icmp: boolean;
  /** --unfinished: handshakes still open at the end are shown. */
  readonly unfinished: boolean;
  /** --classic: see what the original saw (IPv4 directly over Ethernet, SYN with no other flag at all). */
  readonly classic: boolean;
}

/** Those of the filters that have figures. */
export const namedFilters = ({ filters }: Pick<TcpeekOptions, 'filters'>): SessionFilter[] =>
  filters.filter(({ name }) => name !== '');
