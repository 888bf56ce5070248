/**
 * A filter expression for one link type as one function of a packet's bytes. The way in to this folder.
 */
import { hasAtmField, isAtmKind } from './atm.js';
import {
  ALWAYS,
  and,
  type Condition,
  conditionWeight,
  exceeds,
  LENGTH,
  not,
  reaches,
  type Value,
} from './condition.js';
import { ConditionStack } from './condition-stack.js';
import { emit, emitShort, type FilterProgram } from './emit.js';
import { isGeneve, isMpls, isPppoeDiscovery, isPppoeSession, isVlan } from './encapsulation.js';
import type { FilterExpression, Step } from './expression.js';
import { factor } from './factor.js';
import { FilterError } from './filter-error.js';
import { type PreludeStep, placeHeaders } from './header-lengths.js';
import { identify } from './identify.js';
import {
  hasByte,
  isBroadcast,
  isInDirection,
  isLlc,
  isMulticast,
  isOfInterface,
  isPpiOf80211,
} from './link-conditions.js';
import { LINK_ETHERNET, LINK_PPI } from './link-layouts.js';
import { LinkState } from './link-state.js';
import type { ResolvedNames } from './names.js';
import type { PacketPredicate } from './packet-predicate.js';
import { MOST_WEIGHT, PartList } from './parts.js';
import { hasPfField } from './pf-log.js';
import { isProtocol } from './protocols.js';
import { relate } from './relations.js';
import { isSatisfiable } from './satisfiable.js';
import { hasMtp3Field, isSignalUnit } from './ss7.js';
import { isFrameDirection, isFrameType } from './wlan.js';

/** Above this the short form of long lists is not worth having. */
const MOST_SHORT_WEIGHT = 10 * MOST_WEIGHT;

/**
 * Compiles for packets of one LINKTYPE_. Throws a FilterError when the expression means nothing there, or can select
 * none of its packets (as libpcap does). The function says whether a packet is selected: its frame starts at byte `start` of `bytes`,
 * of which `capturedBytes` are there, and had `wireBytes` on the wire (both unsigned); it never reads beyond the captured bytes
 * and never throws. `isBigEndian`: the capture was made on such a machine, which matters for address families.
 */
export function compileFilter(
  expression: FilterExpression,
  names: ResolvedNames,
  linkType: number,
  isBigEndian = false,
): PacketPredicate {
  const state = new LinkState(linkType, isBigEndian);
  const prelude = placeHeaders(state);
  const parts = new PartList();
  const stack = new ConditionStack();
  for (const step of expression.steps) {
    const result = perform(state, step, stack, names, parts);
    stack.push(parts.shallow(result));
  }
  const selected = stack.isEmpty ? ALWAYS : stack.pop();
  // Asked of the link type at the end, which `pppoes` and `geneve` change: so does libpcap.
  const asksForPpi = state.linkType === LINK_PPI && expression.steps.length > 0;
  const condition = asksForPpi ? and(isPpiOf80211, selected) : selected;
  if (!isSatisfiable(condition)) throw new FilterError(1, 'the expression rejects all packets', true);
  const program = (root: Condition): FilterProgram => ({
    prelude: usedPrelude(prelude, [root, ...parts.conditions], parts.values),
    condition: root,
    variables: state.variables,
    parts: parts.conditions,
    valueParts: parts.values,
  });
  const exact = (): PacketPredicate => emit(program(parts.light(condition)));
  // What tunnels set as they are looked at would be set by alternatives that nobody came to.
  const setsVariables = state.variables > prelude.length;
  if (conditionWeight(condition) <= MOST_WEIGHT || setsVariables) return exact();
  const short = factor(condition);
  return conditionWeight(short) <= MOST_SHORT_WEIGHT ? emitShort(program(short), exact) : exact();
}

/** Throws the FilterError that compiling for any link type would end in, so that it is told before anything is read. */
export function checkFilter(expression: FilterExpression, names: ResolvedNames): void {
  try {
    compileFilter(expression, names, LINK_ETHERNET);
  } catch (error) {
    if (!(error instanceof FilterError) || !error.isOfLinkType) throw error;
  }
}

/** The condition a step adds; operators take theirs from the stack. */
function perform(
  state: LinkState,
  step: Step,
  stack: ConditionStack,
  names: ResolvedNames,
  parts: PartList,
): Condition {
  switch (step.kind) {
    case 'not':
      return not(stack.pop());
    case 'and':
    case 'or':
      return stack.combineTop(step.kind);
    case 'relation':
      return relate(state, step, parts);
    case 'identifier':
      return identify(state, step, names);
    case 'protocol':
      return isProtocol(state, step.protocol, step.column);
    case 'less':
      return not(exceeds(LENGTH, step.bytes));
    case 'greater':
      return reaches(LENGTH, step.bytes);
    default:
      return ofHeaders(state, step);
  }
}

type HeaderStep = Exclude<
  Step,
  { readonly kind: 'not' | 'and' | 'or' | 'relation' | 'identifier' | 'protocol' | 'less' | 'greater' }
>;

/** Conditions on link headers and on what carries other packets. */
function ofHeaders(state: LinkState, step: HeaderStep): Condition {
  switch (step.kind) {
    case 'broadcast':
      return isBroadcast(state, step);
    case 'multicast':
      return isMulticast(state, step);
    case 'byte':
      return hasByte(state, step);
    case 'inbound':
    case 'outbound':
      return isInDirection(state, step);
    case 'ifindex':
      return isOfInterface(state, step);
    case 'vlan':
      return isVlan(state, step);
    case 'mpls':
      return isMpls(state, step);
    case 'pppoed':
      return isPppoeDiscovery(state, step.column);
    case 'pppoes':
      return isPppoeSession(state, step);
    case 'geneve':
      return isGeneve(state, step);
    case 'pf':
      return hasPfField(state, step);
    case 'wlan type':
      return isFrameType(state, step);
    case 'wlan dir':
      return isFrameDirection(state, step);
    case 'llc':
      return isLlc(state, step);
    case 'atm':
      return isAtmKind(state, step);
    case 'atm field':
      return hasAtmField(state, step);
    case 'mtp2':
      return isSignalUnit(state, step);
    case 'mtp3':
      return hasMtp3Field(state, step);
  }
}

/** What is computed beforehand only as far as something uses it: a load that fails there rejects the packet. */
function usedPrelude(
  prelude: readonly PreludeStep[],
  conditions: readonly Condition[],
  values: readonly Value[],
): PreludeStep[] {
  const used = new Set<number>();
  for (const condition of conditions) noteVariables(condition, used);
  for (const value of values) noteVariablesOf(value, used);
  for (const { variable, value } of [...prelude].reverse()) if (used.has(variable)) noteVariablesOf(value, used);
  return prelude.filter(({ variable }) => used.has(variable));
}

function noteVariables(condition: Condition, used: Set<number>): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const operand of condition.operands) noteVariables(operand, used);
      break;
    case 'not':
      noteVariables(condition.operand, used);
      break;
    case 'test':
      noteVariablesOf(condition.left, used);
      noteVariablesOf(condition.right, used);
      break;
    case 'member':
    case 'set':
      noteVariablesOf(condition.value, used);
  }
}

function noteVariablesOf(value: Value, used: Set<number>): void {
  switch (value.kind) {
    case 'variable':
      used.add(value.number);
      break;
    case 'load':
      if (value.index !== undefined) noteVariablesOf(value.index, used);
      break;
    case 'binary':
      noteVariablesOf(value.left, used);
      noteVariablesOf(value.right, used);
      break;
    case 'choice':
      noteVariables(value.condition, used);
      noteVariablesOf(value.yes, used);
      noteVariablesOf(value.no, used);
  }
}
