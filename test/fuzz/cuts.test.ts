/**
 * Captures that end too early: at every byte of their first 4 KiB, and at many places further on. Each whole packet before
 * the end counts, none after it; and unless the end is that of a record or block it is told.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Base, corpusCaptures, ownCaptures } from '../support/capture-bases.js';
import { corpusMissing } from '../support/corpus.js';
import { NaiveCapture } from '../support/naive-capture.js';
import { within } from '../support/processor-time.js';
import { Random } from '../support/random.js';
import { type Read, ReadingPass } from './pass.js';

const EVERY_BYTE_UP_TO = 4096;
const RANDOM_CUTS = 200;
/** Of processor time, for one cut. */
const LIMIT_MS = 1000;
const LEAST_CAPTURE = 24;

/** Blocks smaller and larger than what is cut. */
const BLOCK_BYTES: readonly number[] = [64 * 1024, 1024 * 1024];

/** Cuts one capture everywhere; returns how many of the cuts were between two items and within one. */
function cutEverywhere({ name, bytes }: Base, passes: readonly ReadingPass[], random: Random): [number, number] {
  const naive = NaiveCapture.open(bytes);
  assert.ok(naive, name);
  // Of a damaged capture what is before the damage.
  const bytesWhole = naive.walk() === 'whole' ? bytes.length : naive.boundaries.at(-1)!;
  let [between, inside] = [0, 0];
  const every = Math.min(EVERY_BYTE_UP_TO, bytesWhole);
  for (let cut = 0; cut < every + RANDOM_CUTS; cut++) {
    const length = cut < every ? cut : random.below(bytesWhole + 1);
    const what = `${name} cut to ${length} bytes`;
    const { result } = within(LIMIT_MS, what, () => passes[cut % passes.length].read(bytes.subarray(0, length)));
    if (checkCut(naive, length, result, what)) between++;
    else inside++;
  }
  return [between, inside];
}

/** Checks what was said of the first `length` bytes; returns whether they are a whole capture. */
function checkCut(naive: NaiveCapture, length: number, read: Read, what: string): boolean {
  const places = read.problems.filter(({ byteOffset }) => byteOffset !== undefined);
  if (length < LEAST_CAPTURE) {
    assert.ok(read.facts === undefined && places.length === 1, `${what}: ${JSON.stringify(read.problems)}`);
    return false;
  }
  const before = lastUpTo(naive.boundaries, length);
  const isWhole = naive.boundaries[before] === length;
  assert.equal(read.end, isWhole ? 'whole' : 'cut', what);
  assert.equal(places.length, isWhole ? 0 : 1, `${what}: ${JSON.stringify(read.problems)}`);
  assert.equal(read.facts?.packets, naive.packetsAt[before] ?? 0, `${what}: packets`);
  assert.equal(read.facts?.contentBytes, length, `${what}: bytes`);
  return isWhole;
}

/** Index of the last of the sorted `places` that is not above `limit`, or -1. */
function lastUpTo(places: readonly number[], limit: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

describe('captures cut everywhere', () => {
  for (const resync of [false, true]) {
    const how = resync ? 'with --resync' : 'as usual';
    const passes = BLOCK_BYTES.map((blockBytes) => new ReadingPass({ blockBytes, trackers: 1, resync }));

    const check = (bases: readonly Base[], seed: number): { between: number; within: number } => {
      const random = new Random(seed);
      const sum = { between: 0, within: 0 };
      for (const base of bases) {
        const [between, within] = cutEverywhere(base, passes, random);
        sum.between += between;
        sum.within += within;
      }
      return sum;
    };

    it(`those of this repository, ${how}`, () => {
      const bases = ownCaptures();
      const { between, within } = check(bases, 1);
      assert.ok(between > 50 && within > 10_000);
    });

    it(`those of the corpus, ${how}`, { skip: corpusMissing }, (t) => {
      const bases = corpusCaptures();
      const { between, within } = check(bases, 2);
      t.diagnostic(`${bases.length} captures; ${between} cuts between records or blocks, ${within} within`);
    });
  }
});
