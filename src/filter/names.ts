/**
 * The names an expression may use for numbers and addresses. Owns their shape; the shell looks them up (files, DNS), since nothing
 * here reads a file.
 */

/** Names of an expression that somebody has to look up, each kind without repetitions. */
export interface WantedNames {
  readonly hosts: readonly string[];
  readonly networks: readonly string[];
  readonly ethers: readonly string[];
  readonly ports: readonly string[];
  readonly protocols: readonly string[];
}

/** What was found; a name that is not in a map was not. Plain data: it crosses to other threads. */
export interface ResolvedNames {
  /** IPv4 and IPv6 addresses as text. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Network numbers as /etc/networks has them: 1 to 4 decimal numbers with dots. */
  readonly networks: ReadonlyMap<string, string>;
  /** Ethernet addresses as text with colons. */
  readonly ethers: ReadonlyMap<string, string>;
  readonly ports: ReadonlyMap<string, { readonly tcp?: number; readonly udp?: number }>;
  readonly protocols: ReadonlyMap<string, number>;
}

export const NO_NAMES: ResolvedNames = {
  hosts: new Map(),
  networks: new Map(),
  ethers: new Map(),
  ports: new Map(),
  protocols: new Map(),
};
