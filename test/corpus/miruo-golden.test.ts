/**
 * Every reference output of the original miruo that is in reach (classic pcap on known link types) is
 * reproduced byte for byte, and so are the sessions, resets and errors of its statistics.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { corpusMissing, type GoldenRow, goldenRows, OPTION_SETS } from '../support/corpus.js';
import { isReadable, runSingleThread } from '../support/single-thread.js';

const FORM = { trackers: 1, blockBytes: 1 << 20 };

describe('reference outputs of miruo', { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : goldenRows();
  const readable = rows.filter((row) => isReadable(readFileSync(row.path)));

  for (const set of Object.keys(OPTION_SETS)) {
    test(`option set ${set}`, (t) => {
      const chosen = readable.filter((row) => row.set === set);
      const different = chosen.filter((row) => !isReproduced(row)).map((row) => row.capture);
      const unread = rows.filter((row) => row.set === set).length - chosen.length;
      t.diagnostic(`${chosen.length} captures compared; ${unread} are in formats that are not read yet`);
      assert.deepEqual(different, []);
      assert.ok(chosen.length > 0, 'nothing was compared');
    });
  }
});

function isReproduced(row: GoldenRow): boolean {
  const result = runSingleThread(readFileSync(row.path), OPTION_SETS[row.set], FORM);
  const sha256 = createHash('sha256').update(Buffer.from(result.stdout, 'latin1')).digest('hex');
  return (
    sha256 === row.sha256 &&
    result.sessions === row.sessions &&
    result.counters.rst === row.rst &&
    result.counters.error === row.errors
  );
}
