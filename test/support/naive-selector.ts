/**
 * Whether conditions hold for a session, found the slow way: from what records show of it.
 */
import { SESSION_TABLE } from '../../src/records/session-columns.js';
import type { Condition } from '../../src/summary/selector.js';
import type { DrawnRecord } from './draw-records.js';
import { expectedOf } from './expected-records.js';

/** A value as text, '' for what is unset; `how`: what values of the column are compared as. */
interface Shown {
  readonly text: string;
  readonly how: 'number' | 'text' | 'address';
}

function shownOf(name: string, record: DrawnRecord, inputs: readonly string[]): Shown {
  const column = SESSION_TABLE.columns.find((candidate) => candidate.name === name)!;
  const expected = expectedOf(SESSION_TABLE, column, record, inputs);
  const how = column.value.kind === 'address' ? 'address' : 'text';
  if (expected.kind === 'unset')
    return { text: '', how: column.value.kind === 'number' || column.value.kind === 'seconds' ? 'number' : how };
  if (expected.kind === 'flag') return { text: String(expected.flag), how };
  if (expected.kind === 'set') return { text: expected.words.join(' '), how };
  return { text: expected.text, how: expected.kind === 'text' ? how : 'number' };
}

/** `value` is a decimal as records show it, with the unit `s` or none, or a network that ends at a whole byte or group. */
export function holds(
  { column, comparison, value }: Condition,
  record: DrawnRecord,
  inputs: readonly string[],
): boolean {
  const sides = { addr: ['src', 'dst'], port: ['src_port', 'dst_port'] }[column];
  if (sides !== undefined) {
    const one = sides.map((side) => holds({ column: side, comparison, value }, record, inputs));
    return comparison === '!=' ? one.every(Boolean) : one.some(Boolean);
  }
  const { text, how } = shownOf(column, record, inputs);
  if (how === 'number' && text === '') return comparison === '!=';
  const order = how === 'number' ? compareDecimals(text, value.replace('s', '')) : isEqual(text, value, how) ? 0 : 1;
  return {
    '=': order === 0,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  }[comparison];
}

function isEqual(text: string, value: string, how: 'text' | 'address'): boolean {
  if (how === 'text' || !value.includes('/')) return text === value;
  const [network, bits] = value.split('/');
  if (network.includes(':') !== text.includes(':')) return false;
  const own = bitsOf(text).slice(0, Number(bits));
  return own === bitsOf(network).slice(0, Number(bits));
}

/** An address as ones and zeros. */
function bitsOf(text: string): string {
  if (!text.includes(':'))
    return text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const groups = dotted === null ? text : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head, tail] = groups.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const filled =
    tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return filled.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

const hex = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);

/** Decimals of any length, exactly. */
function compareDecimals(one: string, other: string): number {
  const difference = scaled(one) - scaled(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function scaled(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  const size = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -size : size;
}
