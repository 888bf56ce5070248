/**
 * The names an expression may use for numbers and addresses. Owns which names it uses and the shape of what is found; the shell looks
 * them up (files, DNS), since nothing here reads a file.
 */
import type { FilterExpression, StepOf } from './expression.js';

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

/** The names to look up before compiling. */
export function wantedNames(expression: FilterExpression): WantedNames {
  const wanted = {
    hosts: new Set<string>(),
    networks: new Set<string>(),
    ethers: new Set<string>(),
    ports: new Set<string>(),
    protocols: new Set<string>(),
  };
  for (const step of expression.steps) {
    if (step.kind !== 'identifier' || step.identifier.form !== 'name') continue;
    const { text } = step.identifier;
    for (const kind of kindsOf(step)) wanted[kind].add(text);
    if (step.type === 'portrange') for (const end of portRangeEnds(text) ?? []) wanted.ports.add(end);
  }
  return {
    hosts: [...wanted.hosts],
    networks: [...wanted.networks],
    ethers: [...wanted.ethers],
    ports: [...wanted.ports],
    protocols: [...wanted.protocols],
  };
}

/** Both names or numbers of an interval of ports; undefined when it is none. */
export function portRangeEnds(text: string): readonly [string, string] | undefined {
  const dash = text.indexOf('-');
  return dash < 0 ? undefined : [text.slice(0, dash), text.slice(dash + 1)];
}

function kindsOf({ type, protocol }: StepOf<'identifier'>): readonly (keyof WantedNames)[] {
  switch (type) {
    case 'net':
      return ['networks'];
    case 'port':
    case 'portrange':
      return ['ports'];
    case 'proto':
    case 'protochain':
      return ['protocols'];
    case 'gateway':
      return ['hosts', 'ethers'];
    default:
      return protocol === 'link' ? ['ethers'] : ['hosts'];
  }
}
