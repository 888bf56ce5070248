/**
 * The tables of columns: names that stay, values for every field, and the page that tells of them. TCPLOOM_WRITE_PAGE=1 writes the page.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { tableOf } from '../../src/records/formats.js';
import type { Value } from '../../src/records/record-table.js';
import { recordsPage } from '../support/records-page.js';

const KINDS: readonly RecordKind[] = [RECORD_SESSION, RECORD_PACKET, RECORD_CONNECTION];
const PAGE = 'docs/records.md';

/** Fields that a value is made of. */
function fieldsOf(value: Value): number[] {
  switch (value.kind) {
    case 'time':
      return [value.at, value.at + 1];
    case 'span':
      return [value.at, value.at + 1, value.to, value.to + 1];
    case 'address':
      return [value.v6, value.at, value.at + 1, value.at + 2, value.at + 3];
    case 'community':
      return [];
    default:
      return [value.at];
  }
}

describe('columns of records', () => {
  for (const kind of KINDS) {
    const { title, columns, fields, texts } = tableOf(kind);
    it(`of ${title.toLowerCase()} have a name each, a meaning, and a place for every field`, () => {
      const names = columns.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      for (const { name, meaning } of columns) {
        assert.match(name, /^[a-z][a-z0-9_]*$/);
        assert.match(meaning, /^[A-Z].*[^ ]\.$/, name);
      }
      const used = new Set(columns.flatMap(({ value }) => fieldsOf(value)));
      const all = Array.from({ length: fields }, (_, field) => field);
      assert.deepEqual(
        [...used].sort((a, b) => a - b),
        all,
      );
      const pieces = columns.flatMap(({ value }) => (value.kind === 'text' ? [value.at] : []));
      assert.deepEqual(pieces, texts);
    });
  }

  it('are on the page as the tables have them', () => {
    const page = recordsPage();
    if (process.env.TCPLOOM_WRITE_PAGE === '1') writeFileSync(PAGE, page);
    assert.equal(
      readFileSync(PAGE, 'utf8'),
      page,
      `${PAGE} is not up to date: TCPLOOM_WRITE_PAGE=1 npm test -- records/columns`,
    );
  });
});
