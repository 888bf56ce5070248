/**
 * The same results for every number of trackers and every block size, over the whole corpus and this project's
 * own captures, down to one record a block. The parts are those of the product, without its threads; the
 * threads have a test of their own (test/pipeline/threads.test.ts).
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { corpusFiles, corpusMissing, OPTION_SETS } from '../support/corpus.js';
import { contentOf, isReadable, runSingleThread, type SingleThreadForm } from '../support/single-thread.js';

const REFERENCE: SingleThreadForm = { trackers: 1, blockBytes: 1 << 20, momentsSec: 2 };
const TRACKERS = [1, 2, 3, 8];
const BLOCKS: Omit<SingleThreadForm, 'trackers'>[] = [
  { blockBytes: 512 * 1024, oneRecordBlocks: true },
  { blockBytes: 64 * 1024 },
  { blockBytes: 64 * 1024, firstCounter: 2 ** 31 - 8 },
  { blockBytes: 16 << 20 },
];

const MODERN: MiruoOptions = {
  ...MIRUO_DEFAULTS,
  retransmitMs: 1,
  longDelayMs: 200,
  contextSegments: 3,
  unfinished: true,
  http: { request: ['%'], response: ['%'] },
};
const LIVE: MiruoOptions = { ...MODERN, live: true };

function checkAll(name: string, path: string): boolean {
  const file = contentOf(path);
  if (!isReadable(file)) return false;
  for (const options of [OPTION_SETS.deep, MODERN, LIVE]) {
    const expected = runSingleThread(file, options, REFERENCE);
    for (const trackers of TRACKERS) {
      for (const block of BLOCKS) {
        const result = runSingleThread(file, options, { trackers, momentsSec: 2, ...block });
        assert.deepEqual(result, expected, `${name}: ${trackers} trackers, ${JSON.stringify(block)}`);
      }
    }
  }
  return true;
}

describe('results do not depend on trackers and blocks', () => {
  const datasets = readdirSync('datasets').filter((name) => name.endsWith('.pcap'));

  for (const name of datasets) {
    test(`datasets/${name}`, () => {
      assert.ok(checkAll(name, join('datasets', name)), 'not readable');
    });
  }

  test('the corpus', { skip: corpusMissing }, (t) => {
    const compared = corpusFiles().filter(({ name, path }) => checkAll(name, path)).length;
    t.diagnostic(`${compared} captures, ${TRACKERS.length * BLOCKS.length} forms, 3 option sets`);
    assert.ok(compared > 150, 'too little was compared');
  });
});
