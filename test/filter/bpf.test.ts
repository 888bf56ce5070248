/**
 * The interpreter of BPF, which other tests take for tcpdump, against tcpdump itself.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { parseBpf, runBpf, UNDEFINED } from '../support/bpf.js';
import { missing } from '../support/programs.js';
import { numberedFile, programOf, selectWithTcpdump } from '../support/tcpdump-filter.js';
import { drawCase } from './filter-case.js';

const CASES = 300;
const PACKETS = 60;

test('the program of tcpdump selects what tcpdump selects', {
  skip: missing('tcpdump'),
  timeout: 120_000,
}, async (t) => {
  const seed = Number(process.env.TCPLOOM_SEED ?? randomInt(2 ** 31));
  let compared = 0;
  let undefinedAnswers = 0;
  for (let number = 0; number < CASES; number++) {
    const { text, linkType, packets } = drawCase(seed, number, PACKETS);
    const file = numberedFile(linkType, packets);
    for (const optimise of [true, false]) {
      const [answer, selection] = await Promise.all([
        programOf(text, linkType, optimise),
        selectWithTcpdump(text, file, optimise),
      ]);
      assert.equal('error' in answer, 'error' in selection, text);
      if (!('program' in answer && 'selected' in selection)) continue;
      const program = parseBpf(answer.program);
      packets.forEach(({ bytes, wireBytes }, i) => {
        const returned = runBpf(program, bytes, wireBytes);
        if (returned === UNDEFINED) {
          undefinedAnswers++;
          return;
        }
        compared++;
        assert.equal(
          returned !== 0,
          selection.selected.includes(i),
          `seed ${seed}, link type ${linkType}, optimised ${optimise}: ${text}\n${Buffer.from(bytes).toString('hex')}`,
        );
      });
    }
  }
  t.diagnostic(`seed ${seed}: ${compared} answers compared, ${undefinedAnswers} undefined`);
  assert.ok(compared > CASES * PACKETS, `only ${compared} answers compared`);
  assert.ok(undefinedAnswers < compared / 10, `${undefinedAnswers} answers undefined`);
});

test('arithmetic and loads beyond what expressions reach', () => {
  const run = (instructions: readonly (readonly number[])[], bytes: readonly number[] = []): number =>
    runBpf(parseBpf([instructions.length, ...instructions.flat()].join('\n')), Uint8Array.from(bytes), bytes.length);
  const RETURN_A = [0x16, 0, 0, 0];
  const constant = (k: number): number[] => [0x00, 0, 0, k];
  const alu = (operation: number, k: number): number[] => [operation | 0x04, 0, 0, k];
  const rows: [number[][], number][] = [
    [[constant(0xffffffff), alu(0x00, 2)], 1],
    [[constant(1), alu(0x10, 2)], 0xffffffff],
    [[constant(0xffffffff), alu(0x20, 0xffffffff)], 1],
    [[constant(0xffffffff), alu(0x30, 2)], 0x7fffffff],
    [[constant(0xffffffff), alu(0x90, 16)], 15],
    [[constant(1), alu(0x60, 31)], 0x80000000],
    [[constant(1), alu(0x60, 32)], 0],
    [[constant(0x80000000), alu(0x70, 31)], 1],
    [[constant(0xf0), alu(0xa0, 0xff)], 0x0f],
    [[constant(5), alu(0x80, 0)], 0xfffffffb],
    [[constant(7), alu(0x30, 0)], 0],
    [[constant(7), alu(0x90, 0)], 0],
  ];
  for (const [instructions, expected] of rows) assert.equal(run([...instructions, RETURN_A]), expected);
  // ldx 4*([0]&0xf), then a byte behind it; the offset never wraps.
  assert.equal(run([[0xb1, 0, 0, 0], [0x50, 0, 0, 1], RETURN_A], [1, 0, 0, 0, 0, 77]), 77);
  assert.equal(run([[0x01, 0, 0, 0xffffffff], [0x50, 0, 0, 1], RETURN_A], [1, 2, 3]), 0);
  assert.equal(run([[0x60, 0, 0, 3], RETURN_A]), UNDEFINED);
});
