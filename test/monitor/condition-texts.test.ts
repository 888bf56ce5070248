import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as conditions from '../../src/capture/conditions.js';
import { conditionLines } from '../../src/monitor/condition-texts.js';
import * as marks from '../../src/wire/marks.js';

const bitsOf = (module: object, prefix: string): [name: string, bit: bigint][] =>
  Object.entries(module)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, bit]) => [name, BigInt.asUintN(32, BigInt(bit as number))]);

const MARKS = bitsOf(marks, 'MARK_');
const CONDITIONS = bitsOf(conditions, 'CONDITION_').map(([name, bit]): [string, bigint] => [name, bit << 32n]);
const ALL = [...MARKS, ...CONDITIONS].reduce((sum, [, bit]) => sum | bit, 0n);

describe('conditions in words', () => {
  it('are as many as bits, of which none is there twice', () => {
    assert.ok(MARKS.length > 20 && CONDITIONS.length > 5);
    assert.equal(new Set([...MARKS, ...CONDITIONS].map(([, bit]) => bit)).size, MARKS.length + CONDITIONS.length);
    const lines = conditionLines(ALL);
    assert.equal(lines.length, MARKS.length + CONDITIONS.length);
    assert.equal(new Set(lines).size, lines.length);
  });

  for (const [name, bit] of [...MARKS, ...CONDITIONS]) {
    it(`${name} has a line of its own`, () => {
      const lines = conditionLines(bit);
      assert.equal(lines.length, 1);
      assert.match(lines[0], name.startsWith('MARK_') ? /^\[INF\] \S/ : /^\[WRN\] \S/);
      assert.ok(!conditionLines(ALL & ~bit).includes(lines[0]), 'another bit has the same');
    });
  }

  it('are warnings first', () => {
    const lines = conditionLines(ALL);
    assert.ok(lines.slice(0, CONDITIONS.length).every((line) => line.startsWith('[WRN] ')));
    assert.ok(lines.slice(CONDITIONS.length).every((line) => line.startsWith('[INF] ')));
  });

  it('are none where there is nothing, or a bit without a meaning', () => {
    assert.deepEqual(conditionLines(0n), []);
    assert.deepEqual(conditionLines(((1n << 64n) - 1n) & ~ALL), []);
    assert.equal(conditionLines((1n << 64n) - 1n).length, conditionLines(ALL).length);
  });
});
