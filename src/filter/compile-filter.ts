/**
 * A filter expression for one link type as one function of a packet's bytes. The way in to this folder.
 */
import type { FilterExpression, Step } from './expression.js';
import { FilterError } from './filter-error.js';
import type { ResolvedNames, WantedNames } from './names.js';

/**
 * Whether a packet is selected: its frame starts at byte `start` of `bytes`, of which `capturedBytes` are there, and had
 * `wireBytes` on the wire (both unsigned). Never reads beyond the captured bytes; never throws.
 */
export type PacketPredicate = (bytes: Uint8Array, start: number, capturedBytes: number, wireBytes: number) => boolean;

/**
 * Compiles for packets of one LINKTYPE_. Throws a FilterError when the expression means nothing there, or can select
 * none of its packets (as libpcap does).
 */
export function compileFilter(expression: FilterExpression, names: ResolvedNames, linkType: number): PacketPredicate {
  const tests = expression.steps
    .filter((step) => step.kind !== 'and')
    .map((step) => compileStep(step, names, linkType));
  return (bytes, start, captured, wire) => tests.every((test) => test(bytes, start, captured, wire));
}

function compileStep(step: Step, names: ResolvedNames, linkType: number): PacketPredicate {
  const ipAt = linkType === 1 ? 14 : linkType === 101 ? 0 : -1;
  if (step.kind === 'relation') {
    const [{ value }] = step.right as unknown as [{ value: number }];
    return (_bytes, _start, _captured, wire) => wire > value;
  }
  if (ipAt < 0) throw new FilterError(step.column, 'the stand-in knows Ethernet and raw IP only', true);
  if (step.kind === 'identifier') {
    const { text, value } = step.identifier as unknown as { text: string; value: number };
    if (step.type === 'host') return () => names.hosts.has(text);
    const port = Number.isNaN(value) ? (names.ports.get(text)?.tcp ?? -1) : value;
    return (bytes, start, captured) => {
      const at = start + ipAt;
      if (captured < ipAt + 40 || bytes[at] !== 0x45 || (bytes[at + 9] !== 6 && bytes[at + 9] !== 17)) return false;
      return ((bytes[at + 20] << 8) | bytes[at + 21]) === port || ((bytes[at + 22] << 8) | bytes[at + 23]) === port;
    };
  }
  const { protocol } = step as unknown as { protocol: string };
  const version = protocol === 'ip6' ? 6 : 4;
  return (bytes, start, captured) => {
    if (captured < ipAt + 20 || bytes[start + ipAt] >>> 4 !== version) return false;
    if (protocol === 'tcp') return bytes[start + ipAt + 9] === 6;
    return protocol !== 'udp' || bytes[start + ipAt + 9] === 17;
  };
}

/** The names to look up before compiling. */
export function wantedNames(expression: FilterExpression): WantedNames {
  const wanted = { hosts: [] as string[], networks: [], ethers: [], ports: [] as string[], protocols: [] };
  for (const step of expression.steps) {
    if (step.kind !== 'identifier' || step.identifier.form !== 'name') continue;
    (step.type === 'host' ? wanted.hosts : wanted.ports).push(step.identifier.text);
  }
  return wanted;
}

/** Throws the FilterError that compiling for any link type would end in, so that it is told before anything is read. */
export function checkFilter(expression: FilterExpression, names: ResolvedNames): void {
  for (const { hosts, ports } of [wantedNames(expression)]) {
    for (const host of hosts) if (!names.hosts.has(host)) throw new FilterError(1, `unknown host '${host}'`);
    for (const port of ports) if (!names.ports.has(port)) throw new FilterError(1, `unknown port '${port}'`);
  }
}
