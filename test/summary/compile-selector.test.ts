/**
 * Selectors against naive evaluation of what records show, and what is wrong with conditions.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RECORD_SESSION } from '../../src/analysis/events.js';
import { R_SRC_PORT, R_SYN_TO_SYNACK } from '../../src/analysis/session-record.js';
import { tableOf } from '../../src/records/formats.js';
import { SESSION_TABLE } from '../../src/records/session-columns.js';
import { compileSelector, SELECTOR_COLUMNS, SelectorError } from '../../src/summary/compile-selector.js';
import type { Comparison, Condition, Selector } from '../../src/summary/selector.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { expectedOf } from '../support/expected-records.js';
import { holds } from '../support/naive-selector.js';
import { checkProperty } from '../support/property.js';

const ORDERED: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>='];
const EQUAL: readonly Comparison[] = ['=', '!='];
const nameOf = (input: number): string => DRAWN_INPUTS[input - 1] ?? '';

function draw(seed: number, count: number): DrawnRecord[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, number) => drawRecord(tableOf(RECORD_SESSION), next, number));
}

/** A condition that some of the records may well fulfil: its value is one of theirs. */
function drawCondition(records: readonly DrawnRecord[], next: () => number): Condition {
  const name = SELECTOR_COLUMNS[next() % SELECTOR_COLUMNS.length];
  const known = { addr: 'src', port: 'dst_port' }[name] ?? name;
  const column = SESSION_TABLE.columns.find((candidate) => candidate.name === known)!;
  const expected = expectedOf(SESSION_TABLE, column, records[next() % records.length], DRAWN_INPUTS);
  const isOrdered = ['number', 'seconds', 'span', 'time'].includes(column.value.kind);
  const comparisons = isOrdered ? ORDERED : EQUAL;
  const comparison = comparisons[next() % comparisons.length];
  return { column: name, comparison, value: textFor(column.value.kind, expected, next) };
}

function textFor(kind: string, expected: ReturnType<typeof expectedOf>, next: () => number): string {
  if (expected.kind === 'flag') return String(expected.flag);
  if (expected.kind === 'set') assert.fail('sessions have no sets');
  if (expected.kind === 'unset') return { flag: 'true', word: 'SF', text: '' }[kind] ?? '0';
  const { text } = expected;
  // What goes back in time has no sign that a condition knows.
  if (text.startsWith('-')) return '0';
  if (kind === 'address') {
    const most = text.includes(':') ? 128 : 32;
    return next() % 2 === 0 ? text : `${text}/${next() % (most + 1)}`;
  }
  return kind === 'seconds' && next() % 2 === 0 ? `${text}s` : text;
}

describe('a selector', () => {
  it('selects what its conditions say of what records show', (t) => {
    const property = fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), (seed, conditions) => {
      const records = draw(seed, 25);
      const next = numbersFrom(~seed);
      let selector: Selector;
      try {
        selector = Array.from({ length: conditions }, () => drawCondition(records, next));
        compileSelector(selector, nameOf);
      } catch (error) {
        if (!(error instanceof SelectorError)) throw error;
        // `closed_by` has other words than `state`, and what is drawn may be more than a session ever has.
        if (error.condition.value === 'SF' || / is at (most \d+|least 0)[,:] /.test(error.message)) return;
        throw error;
      }
      const test = compileSelector(selector, nameOf);
      for (const record of records) {
        const expected = selector.every((condition) => holds(condition, record, DRAWN_INPUTS));
        assert.equal(test(record.fields, record.text), expected, JSON.stringify(selector));
      }
    });
    checkProperty(t, property, 400);
  });

  const selects = (condition: Condition, change: (fields: Float64Array) => void): boolean => {
    const { fields, text } = draw(1, 1)[0];
    change(fields);
    return compileSelector([condition], nameOf)(fields, text);
  };

  it('knows units of what passed', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['50ms', 50_000_000],
      ['1.5 s', 1_500_000_000],
      ['0.05', 50_000_000],
      ['3us', 3000],
      ['7ns', 7],
      ['2min', 120_000_000_000],
      ['1h', 3_600_000_000_000],
    ];
    for (const [value, nsec] of cases) {
      const condition = { column: 'syn_to_synack', value } as const;
      const is = (comparison: Comparison, nanoseconds: number): boolean =>
        selects({ ...condition, comparison }, (fields) => {
          fields[R_SYN_TO_SYNACK] = nanoseconds;
        });
      assert.ok(is('=', nsec) && is('<', nsec - 1) && !is('<', nsec) && is('>', nsec + 1), value);
    }
  });

  it('takes what is unset for different from all, and neither less nor more', () => {
    const unset = (comparison: Comparison): boolean =>
      selects({ column: 'syn_to_synack', comparison, value: '0' }, (fields) => {
        fields[R_SYN_TO_SYNACK] = Number.NaN;
      });
    assert.deepEqual(
      ORDERED.map(unset),
      ORDERED.map((comparison) => comparison === '!='),
    );
  });

  it('takes an order at either end that some port is in', () => {
    const ends: readonly (readonly [Comparison, string, number])[] = [
      ['<', '65536', 65_535],
      ['<=', '99999', 65_535],
      ['>=', '65535', 65_535],
      ['>', '65534.5', 65_535],
      ['>=', '0', 0],
      ['<=', '0', 0],
      ['<', '0.5', 0],
    ];
    for (const [comparison, value, port] of ends) {
      const isMet = selects({ column: 'src_port', comparison, value }, (fields) => {
        fields[R_SRC_PORT] = port;
      });
      assert.ok(isMet, `src_port${comparison}${value}`);
    }
  });

  const refusals: readonly (readonly [column: string, comparison: Comparison, value: string, part: string, RegExp])[] =
    [
      ['rst', '=', '0', 'column', /^sessions have no column 'rst': did you mean rst_src or rst_dst\?$/],
      ['', '=', '0', 'column', /^sessions have no column ''$/],
      ['colour', '=', 'red', 'column', /^sessions have no column 'colour'$/],
      ['dst_port', '=', 'https', 'value', /^dst_port is compared with a number, not 'https'$/],
      ['dst_port', '=', '-1', 'value', /^dst_port is compared with a number/],
      ['dst_port', '=', '99999', 'value', /^dst_port is at most 65535, not '99999'$/],
      ['port', '>', '65535', 'value', /^port is at most 65535: none is > '65535'$/],
      ['src_port', '>=', '65535.5', 'value', /^src_port is at most 65535: none is >= '65535\.5'$/],
      ['src_port', '<', '0', 'value', /^src_port is at least 0: none is < '0'$/],
      ['vlan', '!=', '4096', 'value', /^vlan is at most 4095/],
      ['packets_src', '=', '1.5', 'value', /^packets_src is a whole number, not '1.5'$/],
      ['packets_src', '>', '1'.repeat(20), 'value', /^packets_src is at most 9007199254740991/],
      ['community_id', '=', 'x', 'value', /^community_id is compared with a Community ID of version 1, .*, not 'x'$/],
      ['src', '=', '10.0.0', 'value', /bad address '10.0.0'/],
      ['addr', '=', '10.0.0.0/33', 'value', /prefix length '33' out of range/],
      ['src', '<', '10.0.0.1', 'comparison', /^src is = or != a value, and has no order for <$/],
      ['state', '=', 'S9', 'value', /^state is compared with one of S0, S1, .* not 'S9'$/],
      ['closed_by', '>=', 'fin', 'comparison', /no order/],
      ['direction_guessed', '=', 'yes', 'value', /true or false, not 'yes'/],
      ['duration', '<', '5 parsecs', 'value', /a time that passed, as 50ms or 0.05 .*, not '5 parsecs'$/],
      ['duration', '<', '-1s', 'value', /a time that passed/],
      ['first', '>', 'noon', 'value', /seconds since 1970, or as 2026-11-21T08:30:00Z, not 'noon'$/],
      ['first', '>', '2026-02-30T00:00:00Z', 'value', /seconds since 1970/],
      ['http_host', '<', 'a', 'comparison', /no order/],
      ['dst_port', '=', '\u001b[31m', 'value', /not '\\u\{1b\}\[31m'$/],
    ];
  for (const [column, comparison, value, part, message] of refusals) {
    it(`${column} ${comparison} ${JSON.stringify(value)} is none`, () => {
      const condition = { column, comparison, value };
      assert.throws(
        () => compileSelector([condition]),
        (error) => {
          assert.ok(error instanceof SelectorError);
          assert.match(error.message, message);
          assert.deepEqual([error.condition, error.part], [condition, part]);
          return true;
        },
      );
    });
  }
});
