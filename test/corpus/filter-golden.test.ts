/**
 * Which packets filters select of real captures: those that tcpdump selects, and errors where it reports errors.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { compileFilter } from '../../src/filter/compile-filter.js';
import { FilterError } from '../../src/filter/filter-error.js';
import { NO_NAMES } from '../../src/filter/names.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { capturePath, corpusMissing, type FilterRow, filterRows } from '../support/corpus.js';
import { contentOf } from '../support/single-thread.js';
import { type WalkedRecord, walkFile } from '../support/walk-format.js';

/** Packets selected, as the rows have them; undefined when the expression is refused. */
function select(expression: string, file: Uint8Array, records: readonly WalkedRecord[]): FilterRow['selected'] {
  try {
    const accepts = compileFilter(parseFilter(expression), NO_NAMES, records[0].linkType);
    const numbers = records.flatMap(({ frameAt, capturedBytes, wireBytes }, index) =>
      accepts(file, frameAt, capturedBytes, wireBytes) ? [index + 1] : [],
    );
    const sha256 = createHash('sha256').update(numbers.join(',')).digest('hex');
    return { count: numbers.length, sha256 };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    assert.match(error.message, /^column \d+: /);
    return undefined;
  }
}

describe('filters select what tcpdump selects', { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : filterRows();
  for (const capture of new Set(rows.map((row) => row.capture))) {
    test(capture, () => {
      const file = contentOf(capturePath(capture));
      const { records } = walkFile(file);
      for (const row of rows.filter((candidate) => candidate.capture === capture)) {
        assert.deepEqual(select(row.expression, file, records), row.selected, row.expression);
      }
    });
  }
});
