/**
 * Filters against the programs that tcpdump makes of the same expressions, run by the interpreter: fewer expressions than
 * `against-tcpdump.test.ts` has, each over many packets.
 *
 * TCPLOOM_SEED repeats a run, TCPLOOM_FILTER_CASE one case of it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/compile-filter.js';
import { FilterError } from '../../src/filter/filter-error.js';
import type { PacketPredicate } from '../../src/filter/packet-predicate.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { type BpfProgram, parseBpf, runBpf } from '../support/bpf.js';
import { missing } from '../support/programs.js';
import { seedOf } from '../support/property.js';
import { Random } from '../support/random.js';
import { type FilterPacket, programOf } from '../support/tcpdump-filter.js';
import { drawCase, isSelected } from './filter-case.js';
import { generatePackets } from './generate-packets.js';
import { asTcpdumpReads } from './known-differences.js';
import { localNames } from './local-names.js';
import { withoutDefects } from './tcpdump-defects.js';

const seed = seedOf();
const onlyCase = process.env.TCPLOOM_FILTER_CASE;
const CASES = 1000;
const PACKETS = 1000;
const MOST_FAILURES_SHOWN = 20;
/** The examples of the other test begin at 0. */
const FIRST_CASE = 1_000_000;

const names = localNames();
const packetsOf = new Map<number, FilterPacket[]>();

/** The same for every expression of a link type: making them takes longer than filtering. */
function packetsFor(linkType: number): FilterPacket[] {
  const packets = packetsOf.get(linkType) ?? generatePackets(new Random(seed), linkType, PACKETS);
  packetsOf.set(linkType, packets);
  return packets;
}

/** Undefined where the expression is refused: it is the other test that compares who refuses what. */
function predicateOf(text: string, linkType: number): PacketPredicate | undefined {
  try {
    return compileFilter(parseFilter(asTcpdumpReads(text)), names, linkType);
  } catch (error) {
    if (error instanceof FilterError) return undefined;
    throw error;
  }
}

async function programFor(text: string, linkType: number, optimise: boolean): Promise<BpfProgram | undefined> {
  const answer = await programOf(text, linkType, optimise);
  return 'program' in answer ? parseBpf(answer.program) : undefined;
}

/** Compares all packets of one case; describes the first one that differs. */
async function compareCase(number: number): Promise<{ compared: number; selected: number; failure?: string }> {
  const { text, linkType } = drawCase(seed, number, 0);
  const predicate = predicateOf(text, linkType);
  const program = await programFor(text, linkType, false);
  if (program === undefined) return { compared: 0, selected: 0 };
  // What is refused because it can select nothing must select nothing.
  const ours = packetsFor(linkType).map((packet) => predicate !== undefined && isSelected(predicate, packet));
  const counts = { compared: PACKETS, selected: ours.filter((isOne) => isOne).length };
  const other = packetsFor(linkType).flatMap((packet, i) => (contradicts(program, packet, ours[i]) ? [i] : []));
  if (other.length === 0) return counts;

  const optimised = await programFor(text, linkType, true);
  const wrong = other.filter((i) =>
    optimised === undefined ? ours[i] : contradicts(optimised, packetsFor(linkType)[i], ours[i]),
  );
  const packets = wrong.map((i) => packetsFor(linkType)[i]);
  const [first] = await withoutDefects({ text, linkType, packets }, [...packets.keys()], (n) => ours[wrong[n]]);
  if (first === undefined) return counts;
  const how = predicate === undefined ? 'refused' : ours[wrong[first]] ? 'selected' : 'left out';
  const failure =
    `TCPLOOM_SEED=${seed} TCPLOOM_FILTER_CASE=${number}, link type ${linkType}: ${how}: ${text}\n` +
    `  ${packets[first].wireBytes} on the wire: ${Buffer.from(packets[first].bytes).toString('hex')}`;
  return { ...counts, failure };
}

/** Whether the program has an answer, and another one. */
function contradicts(program: BpfProgram, { bytes, wireBytes }: FilterPacket, isOurs: boolean): boolean {
  const returned = runBpf(program, bytes, wireBytes);
  return returned >= 0 && (returned !== 0) !== isOurs;
}

test('selects what the program of tcpdump selects', { skip: missing('tcpdump'), timeout: 600_000 }, async (t) => {
  const numbers = onlyCase === undefined ? [...Array(CASES).keys()].map((i) => FIRST_CASE + i) : [Number(onlyCase)];
  let compared = 0;
  let selected = 0;
  const failures: string[] = [];
  for (const number of numbers) {
    const result = await compareCase(number);
    compared += result.compared;
    selected += result.selected;
    if (result.failure !== undefined) failures.push(result.failure);
    if (failures.length === MOST_FAILURES_SHOWN) break;
  }
  t.diagnostic(`seed ${seed}: ${compared} answers compared, ${selected} packets selected`);
  assert.equal(failures.join('\n'), '');
  if (onlyCase === undefined) assert.ok(selected > compared / 20, 'too few packets are selected');
});
