/**
 * Filters against the installed tcpdump: generated expressions over generated packets of many link types must select the same
 * packets, and be refused by both or by none.
 *
 * TCPLOOM_SEED repeats a run, TCPLOOM_FILTER_CASE one case of it, TCPLOOM_FILTER_CASES sets how many there are.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/compile-filter.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { missing } from '../support/programs.js';
import { seedOf } from '../support/property.js';
import type { FilterPacket } from '../support/tcpdump-filter.js';
import { compareWithTcpdump, type Verdict } from './compare-with-tcpdump.js';
import { drawCase, drawLongCase, type FilterCase, type FilterMaker } from './filter-case.js';
import { asTcpdumpReads } from './known-differences.js';
import { localNames } from './local-names.js';
import { shrinkCase } from './shrink-case.js';

const seed = seedOf();
const onlyCase = process.env.TCPLOOM_FILTER_CASE;
const CASES = Number(process.env.TCPLOOM_FILTER_CASES ?? 8000);
const LONG_CASES = 300;
const PACKETS = 40;
/** Processes at a time. */
const LANES = 3;
const MOST_FAILURES_SHOWN = 20;

const names = localNames();
const ownFilter: FilterMaker = (text, linkType) => compileFilter(parseFilter(asTcpdumpReads(text)), names, linkType);

/** Compares all cases, and describes those that fail, made small. */
async function compareAll(make: FilterMaker, numbers: readonly number[], draw: typeof drawCase = drawCase) {
  const counts = new Map<Verdict['kind'], number>();
  const answers = new Map<Verdict['kind'], number>();
  const failures: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < numbers.length && failures.length < MOST_FAILURES_SHOWN) {
      const number = numbers[next++];
      const example = draw(seed, number, PACKETS);
      const verdict = await compareWithTcpdump(make, example);
      counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
      if ('packetCount' in verdict) answers.set(verdict.kind, (answers.get(verdict.kind) ?? 0) + verdict.packetCount);
      if (verdict.kind === 'differs') failures.push(await describeFailure(make, number, example, verdict.packets));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { counts, answers, failures };
}

async function describeFailure(
  make: FilterMaker,
  number: number,
  example: FilterCase,
  packets: readonly FilterPacket[],
): Promise<string> {
  const differs = async (candidate: FilterCase): Promise<boolean> =>
    (await compareWithTcpdump(make, candidate)).kind === 'differs';
  const small = await shrinkCase(example, packets, differs);
  const verdict = await compareWithTcpdump(make, small);
  const answers = verdict.kind === 'differs' ? { ours: verdict.ours, tcpdump: verdict.theirs } : verdict;
  return [
    `TCPLOOM_SEED=${seed} TCPLOOM_FILTER_CASE=${number}, link type ${small.linkType}: ${small.text}`,
    `  was: ${example.text}`,
    `  ${JSON.stringify(answers)}`,
    ...small.packets.slice(0, 1).map((p) => `  ${p.wireBytes} on the wire: ${Buffer.from(p.bytes).toString('hex')}`),
  ].join('\n');
}

test('selects what tcpdump selects', { skip: missing('tcpdump'), timeout: 900_000 }, async (t) => {
  const numbers = onlyCase === undefined ? Array.from({ length: CASES }, (_, i) => i) : [Number(onlyCase)];
  const { counts, answers, failures } = await compareAll(ownFilter, numbers);
  const of = (kind: Verdict['kind']): number => counts.get(kind) ?? 0;
  const listed = (map: ReadonlyMap<string, number>): string => [...map].map(([kind, n]) => `${n} ${kind}`).join(', ');
  t.diagnostic(`seed ${seed}: cases: ${listed(counts)}; packets: ${listed(answers)}`);
  assert.equal(failures.join('\n'), '');
  if (onlyCase !== undefined) return;
  // A generator that hits nothing would compare nothing.
  assert.ok(of('selected some') > 0.35 * CASES, 'too few expressions select some packets');
  // The two liberties are for rare packets, and must not hide a fault that many have.
  assert.ok((answers.get('as without optimisation') ?? 0) <= 0.003 * CASES * PACKETS, 'too often only as tcpdump -O');
  assert.ok(of('refused by tcpdump alone') <= 0.01 * CASES, 'too often refused by tcpdump alone');
  assert.ok(of('undefined in tcpdump') <= 0.05 * CASES, 'too often undefined');
});

test('selects what tcpdump selects with long lists of alternatives', { skip: missing('tcpdump') }, async (t) => {
  const draw: typeof drawCase = (...drawn) => drawLongCase(ownFilter, ...drawn);
  const numbers = Array.from({ length: LONG_CASES }, (_, i) => i);
  const { counts, failures } = await compareAll(ownFilter, numbers, draw);
  t.diagnostic(`seed ${seed}: ${[...counts].map(([kind, n]) => `${n} ${kind}`).join(', ')}`);
  assert.equal(failures.join('\n'), '');
  assert.ok((counts.get('selected some') ?? 0) > 0.2 * LONG_CASES, 'too few select some packets');
});

test('a filter that is wrong is found', { skip: missing('tcpdump') }, async () => {
  const everything: FilterMaker = () => () => true;
  const { failures } = await compareAll(everything, [...Array(40).keys()]);
  assert.ok(failures.length >= 10, `${failures.length} failures`);
});
