/**
 * Arithmetic and what it compares: numbers, `len`, bytes of headers. Owns the accessors `proto[offset:bytes]`.
 */
import {
  ALWAYS,
  and,
  binary,
  type Condition,
  compared,
  constant,
  equals,
  LENGTH,
  load,
  type Value,
} from './condition.js';
import type { Protocol, StepOf, ValueStep } from './expression.js';
import { FilterError } from './filter-error.js';
import { IPPROTO_ICMP6, isFirstFragment, isIp, isIp6 } from './ip-protocols.js';
import { LINK_PPI, LINK_RADIOTAP } from './link-layouts.js';
import type { LinkState } from './link-state.js';
import type { PartList } from './parts.js';
import { isProtocol } from './protocols.js';

/** A value, and what must hold for the headers it looks at to be there. */
interface Term {
  readonly value: Value;
  readonly guard: Condition;
}

/** `left operator right`; all headers are checked before any of their bytes is looked at. */
export function relate(state: LinkState, step: StepOf<'relation'>, parts: PartList): Condition {
  const left = evaluate(state, step.left, parts);
  const right = evaluate(state, step.right, parts);
  return and(left.guard, right.guard, compared(step.operator, left.value, right.value));
}

function evaluate(state: LinkState, steps: readonly ValueStep[], parts: PartList): Term {
  const stack: Term[] = [];
  for (const [index, step] of steps.entries()) {
    switch (step.kind) {
      case 'number':
        stack.push({ value: constant(step.value), guard: ALWAYS });
        break;
      case 'len':
        stack.push({ value: LENGTH, guard: ALWAYS });
        break;
      case 'negate': {
        const { value, guard } = stack.pop()!;
        stack.push({ value: parts.value(binary('-', constant(0), value)), guard });
        break;
      }
      case 'load': {
        const offset = stack.pop()!;
        const { value, guard } = access(state, step, offset.value);
        stack.push({ value: parts.value(value), guard: parts.small(and(offset.guard, guard)) });
        break;
      }
      case 'binary': {
        const before = steps[index - 1];
        if (before.kind === 'number') checkOperand(step, before.value);
        const right = stack.pop()!;
        const left = stack.pop()!;
        // The right operand's headers go unchecked, as in libpcap: `len - tcp[0] != 0` looks at whatever is there.
        const value = parts.value(binary(step.operator, left.value, right.value));
        stack.push({ value, guard: left.guard });
      }
    }
  }
  return stack[0];
}

/** A number that can only fail is an error, as in libpcap; what is computed is not. */
function checkOperand({ operator, column }: ValueStep & { kind: 'binary' }, right: number): void {
  if ((operator === '/' || operator === '%') && right === 0) throw new FilterError(column, 'division by zero');
  if ((operator === '<<' || operator === '>>') && right > 31) {
    throw new FilterError(column, `found a shift by ${right} bits, expected at most 31`);
  }
}

/** Protocols whose headers `[...]` reaches into from the network header on. */
const NETWORK_ACCESSORS: ReadonlySet<Protocol> = new Set([
  'ip',
  'ip6',
  'arp',
  'rarp',
  'atalk',
  'decnet',
  'lat',
  'sca',
  'moprc',
  'mopdl',
]);
const TRANSPORT_ACCESSORS: ReadonlySet<Protocol> = new Set([
  'tcp',
  'udp',
  'sctp',
  'icmp',
  'igmp',
  'igrp',
  'pim',
  'vrrp',
  'carp',
]);

function access(state: LinkState, step: ValueStep & { kind: 'load' }, index: Value): Term {
  const { protocol, bytes, column } = step;
  if (NETWORK_ACCESSORS.has(protocol)) {
    return { value: networkBytes(state, index, 0, bytes), guard: isProtocol(state, protocol, column) };
  }
  if (TRANSPORT_ACCESSORS.has(protocol)) {
    // Behind IPv4 only, and not in later fragments, which have no such header.
    const guard = and(isIp(state, column), isProtocol(state, protocol, column), isFirstFragment(state));
    return { value: transportBytes(state, index, bytes), guard };
  }
  switch (protocol) {
    case 'link':
      return { value: linkBytes(state, index, bytes), guard: ALWAYS };
    case 'icmp6': {
      const guard = and(isIp6(state, column), equals(state.atNetwork(6, 1), IPPROTO_ICMP6));
      return { value: networkBytes(state, index, 40, bytes), guard };
    }
    case 'radio':
      if (state.linkType !== LINK_RADIOTAP && state.linkType !== LINK_PPI) {
        throw new FilterError(column, "'radio': packets of this link type have no such header", true);
      }
      return { value: loadAt(index, 0, undefined, bytes), guard: ALWAYS };
    default:
      throw new FilterError(column, `'${protocol}' has no bytes to be looked at with [...]`);
  }
}

const networkBytes = (state: LinkState, index: Value, offset: number, bytes: number): Value =>
  loadAt(index, state.payload.constant + state.network + offset, state.payload.variable, bytes);

const linkBytes = (state: LinkState, index: Value, bytes: number): Value =>
  loadAt(index, state.header.constant, state.header.variable, bytes);

function transportBytes(state: LinkState, index: Value, bytes: number): Value {
  const header = state.ipv4HeaderBytes;
  const from = state.payload.variable === undefined ? header : binary('+', state.payload.variable, header);
  return loadAt(index, state.payload.constant + state.network, from, bytes);
}

/** Indexes below this cannot wrap what they are added to, so they are folded into the constant. */
const MOST_FOLDED_INDEX = 0x10000;

function loadAt(index: Value, offset: number, from: Value | undefined, bytes: number): Value {
  if (index.kind === 'constant' && (from === undefined || index.value < MOST_FOLDED_INDEX)) {
    return load(bytes, offset + index.value, from);
  }
  return load(bytes, offset, from === undefined ? index : binary('+', from, index));
}
