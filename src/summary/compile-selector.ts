/**
 * Selectors as tests of a session's record. Owns what a condition means for each kind of column, and what is wrong with one that means nothing.
 *
 * What is unset (unknown round trips, no HTTP) is different from every value and neither less nor more than any: only `!=` holds for it. A text without a
 * byte is unset; the value of a condition on texts may be empty as well, for just those.
 */
import { quoted } from '../filter/quoted.js';
import { CommunityId } from '../records/community-id.js';
import { type Column, type TupleFields, textStart, type Value } from '../records/record-table.js';
import { SESSION_TABLE } from '../records/session-columns.js';
import { readAddressRange } from '../tcpeek/address-range.js';
import type { AddressRange } from '../tcpeek/options.js';
import { type ExactTime, GREATEST_VALUES, PASSED_UNITS, parseEpochTime, parsePassed } from './condition-values.js';
import type { Comparison, Condition, Selector } from './selector.js';

/** Whether the session whose record has these fields, and this text, is meant. */
export type SessionTest = (fields: Float64Array, text: Uint8Array) => boolean;

/** Names of inputs by their numbers. */
export type InputName = (input: number) => string;

/** What part of a condition is wrong. */
export type ConditionPart = 'column' | 'comparison' | 'value';

/** A condition that means nothing; the message says what is wrong with it, and not where it stands. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly condition: Condition;
  readonly part: ConditionPart;

  constructor(condition: Condition, part: ConditionPart, message: string) {
    super(message);
    this.condition = condition;
    this.part = part;
  }
}

const NSEC_PER_SEC = 1e9;
/** Columns that mean either side's. */
const EITHER_SIDE: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['addr', ['src', 'dst']],
  ['port', ['src_port', 'dst_port']],
]);

const COLUMNS: ReadonlyMap<string, Column> = new Map(SESSION_TABLE.columns.map((column) => [column.name, column]));

/** Columns that conditions may be about. */
export const SELECTOR_COLUMNS: readonly string[] = [...EITHER_SIDE.keys(), ...COLUMNS.keys()];

/** The test of a selector; without conditions all sessions pass. Throws a SelectorError. */
export function compileSelector(selector: Selector, nameOf: InputName = () => ''): SessionTest {
  const tests = selector.map((condition) => compileCondition(condition, nameOf));
  if (tests.length === 1) return tests[0];
  return (fields, text) => tests.every((test) => test(fields, text));
}

function compileCondition(condition: Condition, nameOf: InputName): SessionTest {
  const sides = EITHER_SIDE.get(condition.column);
  if (sides === undefined) return compileColumn(condition, condition.column, nameOf);
  const [src, dst] = sides.map((name) => compileColumn(condition, name, nameOf));
  // That one is not the value is no news: neither is.
  if (condition.comparison === '!=') return (fields, text) => src(fields, text) && dst(fields, text);
  return (fields, text) => src(fields, text) || dst(fields, text);
}

function compileColumn(condition: Condition, name: string, nameOf: InputName): SessionTest {
  const column = COLUMNS.get(name);
  if (column === undefined) throw new SelectorError(condition, 'column', unknownColumn(name));
  return compileValue(condition, column.value, name, nameOf);
}

function unknownColumn(name: string): string {
  const near = SELECTOR_COLUMNS.filter(
    (known) => name !== '' && (known.startsWith(name) || known.endsWith(`_${name}`)),
  );
  const hint = near.length === 0 ? '' : `: did you mean ${near.slice(0, 4).join(' or ')}?`;
  return `sessions have no column ${quoted(name)}${hint}`;
}

function compileValue(condition: Condition, value: Value, name: string, nameOf: InputName): SessionTest {
  const { comparison } = condition;
  switch (value.kind) {
    case 'number':
      return ofNumber(comparison, value.at, readNumber(condition, name));
    case 'seconds': {
      const { at } = value;
      const { sec, nsec } = readValue(condition, parsePassed, PASSED_FORM);
      const nanoseconds = sec * NSEC_PER_SEC + nsec;
      // As records show it, in whole nanoseconds.
      return ofDifference(comparison, (fields) => Math.round(fields[at]) - nanoseconds);
    }
    case 'span':
      return ofSpan(comparison, value.at, value.to, readValue(condition, parsePassed, PASSED_FORM));
    case 'time': {
      const time = readValue(condition, parseEpochTime, 'seconds since 1970, or as 2026-11-21T08:30:00Z');
      return ofTime(comparison, value.at, time.sec, time.nsec);
    }
    case 'flag':
      return equality(condition, ofFlag(value.at, readValue(condition, parseFlag, 'true or false')));
    case 'word': {
      const { at, words } = value;
      const index = readValue(condition, (text) => indexIn(words, text), `one of ${words.join(', ')}`);
      return equality(condition, (fields) => fields[at] === index);
    }
    case 'address': {
      const range = readAddressRange(condition.value);
      if (typeof range === 'string') throw new SelectorError(condition, 'value', range);
      return equality(condition, ofAddress(value.at, value.v6, range));
    }
    case 'text':
      return equality(condition, ofText(value.at, condition.value));
    case 'input': {
      const { at } = value;
      return equality(condition, (fields) => nameOf(fields[at]) === condition.value);
    }
    case 'community':
      readValue(condition, parseCommunity, 'a Community ID of version 1, as 1:wCb3OG7yAFWelaUydu0D+125CLM=');
      return equality(condition, ofCommunity(SESSION_TABLE.tuple, condition.value));
    case 'set':
      throw new SelectorError(condition, 'column', `'${condition.column}' cannot be compared`);
  }
}

const PASSED_FORM = `a time that passed, as 50ms or 0.05 (units: ${PASSED_UNITS.join(', ')}; seconds without one)`;

/** The value of a condition, read by `parse`; what it should be is said otherwise. */
function readValue<Parsed>(
  condition: Condition,
  parse: (text: string) => Parsed | undefined,
  expected: string,
): Parsed {
  const parsed = parse(condition.value);
  if (parsed !== undefined) return parsed;
  throw new SelectorError(
    condition,
    'value',
    `${condition.column} is compared with ${expected}, not ${quoted(condition.value)}`,
  );
}

/** What no session can have would choose none, or with `!=` all; an order that all are in chooses those in which it is set. */
function readNumber(condition: Condition, name: string): number {
  const { column, comparison } = condition;
  const value = readValue(condition, parseNumber, 'a number');
  const most = GREATEST_VALUES.get(name) ?? Number.MAX_SAFE_INTEGER;
  const fault = numberFault(comparison, value, most);
  if (fault === undefined) return value;
  const text = quoted(condition.value);
  const found = /^!?=$/.test(comparison) ? `, not ${text}` : `: none is ${comparison} ${text}`;
  throw new SelectorError(condition, 'value', `${column} is ${fault}${found}`);
}

/** What whole numbers from 0 to `most` are that the value of a condition is not, or that keeps all of them from fulfilling it. */
function numberFault(comparison: Comparison, value: number, most: number): string | undefined {
  switch (comparison) {
    case '=':
    case '!=':
      if (value > most) return `at most ${most}`;
      return Number.isInteger(value) ? undefined : 'a whole number';
    case '<':
      return value > 0 ? undefined : 'at least 0';
    case '<=':
      return undefined;
    case '>':
      return value < most ? undefined : `at most ${most}`;
    case '>=':
      return value <= most ? undefined : `at most ${most}`;
  }
}

const parseCommunity = (text: string): string | undefined => (/^1:[A-Za-z0-9+/]{27}=$/.test(text) ? text : undefined);

const parseNumber = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
const parseFlag = (text: string): number | undefined => (text === 'true' ? 1 : text === 'false' ? 0 : undefined);

function indexIn(words: readonly string[], text: string): number | undefined {
  const index = words.indexOf(text);
  return index < 0 ? undefined : index;
}

/** What has no order is equal or not. */
function equality(condition: Condition, isEqual: SessionTest): SessionTest {
  if (condition.comparison === '=') return isEqual;
  if (condition.comparison === '!=') return (fields, text) => !isEqual(fields, text);
  throw new SelectorError(
    condition,
    'comparison',
    `${condition.column} is = or != a value, and has no order for ${condition.comparison}`,
  );
}

/** NaN is different from all, and in no order. */
function ofNumber(comparison: Comparison, at: number, value: number): SessionTest {
  switch (comparison) {
    case '=':
      return (fields) => fields[at] === value;
    case '!=':
      return (fields) => fields[at] !== value;
    case '<':
      return (fields) => fields[at] < value;
    case '<=':
      return (fields) => fields[at] <= value;
    case '>':
      return (fields) => fields[at] > value;
    case '>=':
      return (fields) => fields[at] >= value;
  }
}

/** `difference`: below 0, 0, above 0 as what is compared is less than, as, more than the value. */
function ofDifference(comparison: Comparison, difference: (fields: Float64Array) => number): SessionTest {
  switch (comparison) {
    case '=':
      return (fields) => difference(fields) === 0;
    case '!=':
      return (fields) => difference(fields) !== 0;
    case '<':
      return (fields) => difference(fields) < 0;
    case '<=':
      return (fields) => difference(fields) <= 0;
    case '>':
      return (fields) => difference(fields) > 0;
    case '>=':
      return (fields) => difference(fields) >= 0;
  }
}

/** Exact however long it is. */
function ofSpan(comparison: Comparison, from: number, to: number, { sec, nsec }: ExactTime): SessionTest {
  return ofDifference(
    comparison,
    (fields) => (fields[to] - fields[from] - sec) * NSEC_PER_SEC + (fields[to + 1] - fields[from + 1] - nsec),
  );
}

const ofTime = (comparison: Comparison, at: number, sec: number, nsec: number): SessionTest =>
  ofDifference(comparison, (fields) => fields[at] - sec || fields[at + 1] - nsec);

const ofFlag =
  (at: number, value: number): SessionTest =>
  (fields) =>
    fields[at] === value;

function ofAddress(at: number, v6: number, { words, mask }: AddressRange): SessionTest {
  const isV6 = words.length > 1 ? 1 : 0;
  return (fields) => {
    if (fields[v6] !== isV6) return false;
    for (let word = 0; word < words.length; word++) {
      if ((fields[at + word] & mask[word]) >>> 0 !== words[word]) return false;
    }
    return true;
  };
}

/** Bytes of a text are characters of ISO 8859-1, as records show them. */
function ofText(at: number, value: string): SessionTest {
  return (fields, text) => {
    const bytes = fields[at] > 0 ? fields[at] : 0;
    if (bytes !== value.length) return false;
    const start = textStart(SESSION_TABLE, fields, at);
    for (let i = 0; i < bytes; i++) if (text[start + i] !== value.charCodeAt(i)) return false;
    return true;
  };
}

function ofCommunity(tuple: TupleFields, value: string): SessionTest {
  const id = new CommunityId();
  return (fields) => {
    if (value.length !== id.bytes.length) return false;
    id.make(fields, tuple);
    for (let i = 0; i < id.bytes.length; i++) if (id.bytes[i] !== value.charCodeAt(i)) return false;
    return true;
  };
}
