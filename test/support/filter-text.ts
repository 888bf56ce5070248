/**
 * Steps of a filter expression as text again, with all parentheses and all qualifiers written out, so that neither
 * precedence nor inheritance is left to whoever reads it.
 */
import type { Identifier, Step, ValueStep } from '../../src/filter/expression.js';

export function filterText(steps: readonly Step[]): string {
  const stack: string[] = [];
  for (const step of steps) {
    if (step.kind === 'not') stack.push(`not (${stack.pop()})`);
    else if (step.kind === 'and' || step.kind === 'or') {
      const right = stack.pop();
      stack.push(`(${stack.pop()}) ${step.kind} (${right})`);
    } else stack.push(primitive(step));
  }
  if (stack.length > 1) throw new Error(`${stack.length} conditions are left`);
  return stack[0] ?? '';
}

function primitive(step: Step): string {
  switch (step.kind) {
    case 'relation':
      return `${valueText(step.left)} ${step.operator} ${valueText(step.right)}`;
    case 'identifier':
      return words(step.protocol, step.direction, step.type, identifierText(step.identifier));
    case 'protocol':
      return step.protocol;
    case 'broadcast':
    case 'multicast':
      return words(step.protocol, step.kind);
    case 'less':
    case 'greater':
      return `${step.kind} ${step.bytes}`;
    case 'byte':
      return `byte ${step.offset} ${step.operator} ${step.value}`;
    case 'wlan type':
      return words(labelled('type', step.type), labelled('subtype', step.subtype));
    case 'wlan dir':
      return `dir ${step.value}`;
    case 'pf':
      return words(step.field, typeof step.value === 'string' ? `\\${step.value}` : step.value);
    case 'atm field':
    case 'mtp3':
      return words(step.field, step.operator, step.value);
    case 'atm':
    case 'mtp2':
      return step.word;
    default:
      return words(step.kind, 'value' in step ? step.value : undefined);
  }
}

function identifierText(identifier: Identifier): string {
  switch (identifier.form) {
    case 'number':
      return String(identifier.value);
    case 'name':
      return `\\${identifier.text}`;
    case 'arcnet':
      return `$${identifier.text}`;
    case 'dotted':
      if (identifier.mask !== undefined) return `${identifier.text} mask ${identifier.mask}`;
  }
  const bits = 'prefixBits' in identifier ? identifier.prefixBits : undefined;
  return identifier.text + (bits === undefined ? '' : `/${bits}`);
}

export function valueText(steps: readonly ValueStep[]): string {
  const stack: string[] = [];
  for (const step of steps) {
    if (step.kind === 'number') stack.push(String(step.value));
    else if (step.kind === 'len') stack.push('len');
    else if (step.kind === 'negate') stack.push(`(- ${stack.pop()})`);
    else if (step.kind === 'load') stack.push(`${step.protocol}[${stack.pop()} : ${step.bytes}]`);
    else {
      const right = stack.pop();
      stack.push(`(${stack.pop()} ${step.operator} ${right})`);
    }
  }
  if (stack.length !== 1) throw new Error(`${stack.length} values are left`);
  return stack[0];
}

const words = (...parts: (string | number | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' ');

const labelled = (label: string, value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : `${label} ${value}`;
