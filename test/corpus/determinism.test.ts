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
import { ALL_FORMS, formsOf } from '../support/forms.js';
import { contentOf, isReadable, runSingleThread, type SingleThreadForm } from '../support/single-thread.js';

const REFERENCE: SingleThreadForm = { trackers: 1, blockBytes: 1 << 20, momentsSec: 2 };

const MODERN: MiruoOptions = {
  ...MIRUO_DEFAULTS,
  retransmitMs: 1,
  longDelayMs: 200,
  contextSegments: 3,
  unfinished: true,
  http: { request: ['%'], response: ['%'] },
};
const LIVE: MiruoOptions = { ...MODERN, live: true };

function checkAll(name: string, path: string, forms = ALL_FORMS): boolean {
  const file = contentOf(path);
  if (!isReadable(file)) return false;
  for (const options of [OPTION_SETS.deep, MODERN, LIVE]) {
    const expected = runSingleThread(file, options, REFERENCE);
    for (const form of forms) {
      const result = runSingleThread(file, options, { momentsSec: 2, ...form });
      assert.deepEqual(result, expected, `${name}: ${JSON.stringify(form)}`);
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
    const compared = corpusFiles().filter(({ name, path }, index) => checkAll(name, path, formsOf(index))).length;
    t.diagnostic(`${compared} captures, ${formsOf(0).length} of ${ALL_FORMS.length} forms for each, 3 option sets`);
    assert.ok(compared > 150, 'too little was compared');
  });
});
