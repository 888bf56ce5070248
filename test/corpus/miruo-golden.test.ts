/**
 * Every reference output of the original miruo is reproduced byte for byte, and so are the sessions, resets and errors of
 * its statistics. Captures that the original refuses or crashes on are read without either.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { corpusMissing, type GoldenRow, goldenRows, OPTION_SETS, unreferencedCaptures } from '../support/corpus.js';
import { tcploom } from '../support/launch.js';
import { contentOf, runSingleThread } from '../support/single-thread.js';

const FORM = { trackers: 1, blockBytes: 1 << 20 };

describe('reference outputs of miruo', { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : goldenRows();

  for (const set of Object.keys(OPTION_SETS)) {
    test(`option set ${set}`, (t) => {
      const chosen = rows.filter((row) => row.set === set);
      const different = chosen.filter((row) => !isReproduced(row)).map((row) => row.capture);
      t.diagnostic(`${chosen.length} captures compared`);
      assert.deepEqual(different, []);
      // Three more rows of that set are not to be reproduced.
      assert.ok(chosen.length >= (set === 'live' ? 137 : 140), 'too little was compared');
    });
  }
});

describe('captures that the original has no output for', { skip: corpusMissing }, () => {
  const captures = corpusMissing ? [] : unreferencedCaptures();
  for (const { name, path } of captures) {
    test(`${name} is neither refused nor crashed on`, async () => {
      for (const options of [
        ['--classic', '-C0', '--all'],
        ['--all', '-r', '1'],
      ]) {
        const { code, stdout, stderr } = await tcploom(['miruo', ...options, '-f', path]);
        assert.ok(code === 0 || code === 1, `exit ${code}: ${stderr}`);
        assert.match(stdout, /^reading from /);
        assert.doesNotMatch(stderr, /failed|cannot be decoded|\bat .*\.js:/);
      }
    });
  }

  test('are some', () => assert.ok(captures.length >= 15, `${captures.length}`));
});

function isReproduced(row: GoldenRow): boolean {
  const result = runSingleThread(contentOf(row.path), OPTION_SETS[row.set], FORM);
  const sha256 = createHash('sha256').update(Buffer.from(result.stdout, 'latin1')).digest('hex');
  return (
    sha256 === row.sha256 &&
    result.sessions === row.sessions &&
    result.counters.rst === row.rst &&
    result.counters.error === row.errors
  );
}
