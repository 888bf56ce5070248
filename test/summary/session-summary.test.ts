/**
 * What drawn sessions come to, against sums made the slow way.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RECORD_NUMBER, RECORD_SESSION } from '../../src/analysis/events.js';
import { ofSide, R_FIRST_INPUT, S_RST } from '../../src/analysis/session-record.js';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';
import { tableOf } from '../../src/records/formats.js';
import { SelectorError } from '../../src/summary/compile-selector.js';
import type { ExampleSession, SessionFigures } from '../../src/summary/figures.js';
import type { SummaryPlan } from '../../src/summary/selector.js';
import { MEASURE_NAMES } from '../../src/summary/session-measures.js';
import { SessionSummary } from '../../src/summary/session-summary.js';
import { EXAMPLES_MOST } from '../../src/summary/worst-sessions.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { holds } from '../support/naive-selector.js';
import { checkProperty } from '../support/property.js';

const TABLE = tableOf(RECORD_SESSION);
const PLAN: SummaryPlan = {
  groups: [
    [{ column: 'dst_port', comparison: '=', value: '443' }],
    [
      { column: 'addr', comparison: '=', value: '192.168.0.0/24' },
      { column: 'rst_src', comparison: '=', value: '0' },
    ],
  ],
  examples: [
    { group: 0, by: 'retransmission', most: 5 },
    { group: 1, by: 'rst', most: 3 },
    { group: 2, by: 'silence', most: 4 },
    { group: 0, by: 'unanswered', most: 2 },
    { group: 0, by: 'bytes', most: 0 },
  ],
};

function draw(seed: number, count: number): DrawnRecord[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, number) => drawRecord(TABLE, next, number));
}

function summarize(records: readonly DrawnRecord[], plan: SummaryPlan): SessionFigures {
  const summary = new SessionSummary(plan);
  DRAWN_INPUTS.forEach((name, index) => {
    summary.name(index + 1, name);
  });
  for (const { fields, text } of records) summary.add(fields, text);
  return summary.figures();
}

/** What is not known adds nothing. */
const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

const numbersOf = (examples: readonly ExampleSession[]): number[] => examples.map(({ session }) => session);

describe('what sessions come to', () => {
  it('is the sum over those of each group', (t) => {
    const property = fc.property(fc.nat(), fc.nat(80), (seed, count) => {
      const records = draw(seed, count);
      const { groups } = summarize(records, PLAN);
      assert.equal(groups.length, 3);
      for (const [index, group] of groups.entries()) {
        const selector = index === 0 ? [] : PLAN.groups[index - 1];
        const inside = records.filter((record) =>
          selector.every((condition) => holds(condition, record, DRAWN_INPUTS)),
        );
        assert.equal(group.sessions, inside.length);
        for (const symptom of SYMPTOMS) {
          const column = TABLE.columns.findIndex(({ name }) => name === `${symptom}_src`);
          const [src, dst] = [0, 1].map((side) => TABLE.columns[column + side].value);
          assert.ok(src.kind === 'number' && dst.kind === 'number');
          const marked = inside.map(({ fields }) => known(fields[src.at]) + known(fields[dst.at]));
          assert.equal(
            group.symptoms[symptom],
            marked.reduce((sum, value) => sum + value, 0),
          );
          assert.equal(group.sessions_with[symptom], marked.filter((value) => value > 0).length);
        }
      }
    });
    checkProperty(t, property, 40);
  });

  it('has the worst sessions first, of equals those that began first, whatever came first', (t) => {
    const rst = (fields: Float64Array): number => fields[ofSide(0, S_RST)] + fields[ofSide(1, S_RST)];
    const plan: SummaryPlan = { groups: [], examples: [{ group: 0, by: 'rst', most: 7 }] };
    const property = fc.property(fc.nat(), fc.array(fc.nat(4), { maxLength: 60 }), (seed, values) => {
      const records = draw(seed, values.length);
      records.forEach(({ fields }, index) => {
        fields[ofSide(0, S_RST)] = values[index];
        fields[ofSide(1, S_RST)] = 0;
      });
      const expected = records
        .filter(({ fields }) => rst(fields) > 0)
        .toSorted((a, b) => rst(b.fields) - rst(a.fields) || a.fields[RECORD_NUMBER] - b.fields[RECORD_NUMBER])
        .slice(0, 7);
      for (const order of [records, records.toReversed()]) {
        const [examples] = summarize(order, plan).examples;
        assert.deepEqual(
          numbersOf(examples),
          expected.map(({ fields }) => fields[RECORD_NUMBER]),
        );
        examples.forEach(({ value, unit, file }, index) => {
          const { fields } = expected[index];
          assert.deepEqual([value, unit, file], [rst(fields), 'packets', DRAWN_INPUTS[fields[R_FIRST_INPUT] - 1]]);
        });
      }
    });
    checkProperty(t, property, 60);
  });

  it('can be asked for examples by every measure', () => {
    const examples = MEASURE_NAMES.map((by) => ({ group: 0, by, most: 3 }));
    const figures = summarize(draw(7, 300), { groups: [], examples });
    assert.equal(figures.examples.length, MEASURE_NAMES.length);
    for (const [index, found] of figures.examples.entries()) {
      const values = found.map(({ value }) => value);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => b - a),
        MEASURE_NAMES[index],
      );
      assert.ok(values.every((value) => value > 0));
    }
    assert.ok(figures.examples.filter((found) => found.length === 3).length > 20);
  });

  it('of no session is nothing', () => {
    const figures = summarize([], PLAN);
    assert.deepEqual([figures.first, figures.last], [null, null]);
    assert.deepEqual(figures.top, { talkers: [], ports: [], pairs: [] });
    assert.ok(figures.examples.every((found) => found.length === 0));
  });

  it('can be written as JSON and read again', () => {
    const figures = summarize(draw(3, 200), PLAN);
    assert.deepEqual(JSON.parse(JSON.stringify(figures)), figures);
  });

  it('does not come of a plan that cannot be', () => {
    const one = (group: number, by: string, most: number): SummaryPlan => ({
      groups: [],
      examples: [{ group, by, most }],
    });
    assert.throws(() => new SessionSummary(one(1, 'rst', 5)), /^RangeError: examples of group 1/);
    assert.throws(() => new SessionSummary(one(0, 'speed', 5)), /^RangeError: sessions have no measure 'speed'/);
    assert.throws(() => new SessionSummary(one(0, 'rst', EXAMPLES_MOST + 1)), /^RangeError: 1001 examples/);
    const wrong = [{ column: 'x', comparison: '=', value: '' }] as const;
    assert.throws(() => new SessionSummary({ groups: [wrong], examples: [] }), SelectorError);
  });
});
