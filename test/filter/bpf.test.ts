/**
 * The interpreter of BPF, which other tests take for tcpdump, against tcpdump itself.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDLESS, parseBpf, runBpf, UNDEFINED } from '../support/bpf.js';
import { LIMIT_MS } from '../support/launch.js';
import { missing } from '../support/programs.js';
import { seedOf } from '../support/property.js';
import { type FilterPacket, numberedFile, programOf, selectWithTcpdump } from '../support/tcpdump-filter.js';
import { drawCase, type FilterCase } from './filter-case.js';

const CASES = 300;
const PACKETS = 60;

/** Compares the answers for all packets of an example, and returns how many there were. */
async function compareExample(example: FilterCase, optimise: boolean, where: string) {
  const { text, linkType } = example;
  const answer = await programOf(text, linkType, optimise);
  const program = 'program' in answer ? parseBpf(answer.program) : undefined;
  const returnedFor = ({ bytes, wireBytes }: FilterPacket): number =>
    program === undefined ? 0 : runBpf(program, bytes, wireBytes);
  const packets = example.packets.filter((packet) => returnedFor(packet) !== ENDLESS);
  const selection = await selectWithTcpdump(text, numberedFile(linkType, packets), optimise);
  assert.equal('error' in answer, 'error' in selection, text);
  const counts = { compared: 0, undefinedAnswers: 0 };
  if (!('selected' in selection)) return counts;
  for (const [number, packet] of packets.entries()) {
    const returned = returnedFor(packet);
    if (returned === UNDEFINED) {
      counts.undefinedAnswers++;
      continue;
    }
    counts.compared++;
    const described = `${where}, link type ${linkType}: ${text}\n${Buffer.from(packet.bytes).toString('hex')}`;
    assert.equal(returned !== 0, selection.selected.includes(number), described);
  }
  return counts;
}

const skip = missing('tcpdump');

test('the program of tcpdump selects what tcpdump selects', { skip, timeout: LIMIT_MS }, async (t) => {
  const seed = seedOf();
  let compared = 0;
  let undefinedAnswers = 0;
  for (let number = 0; number < CASES; number++) {
    for (const optimise of [true, false]) {
      const where = `seed ${seed}, ${optimise ? '' : 'not '}optimised`;
      const counts = await compareExample(drawCase(seed, number, PACKETS), optimise, where);
      compared += counts.compared;
      undefinedAnswers += counts.undefinedAnswers;
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
  // Jumps to itself.
  assert.equal(run([[0x05, 0, 0, 0xffffffff], RETURN_A]), ENDLESS);
});
