/**
 * Records as text, read back by others: lines of JSON by JSON.parse, CSV by a small parser that knows nothing of the writer, rows with tabs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { type RecordFormat, rendererOf, tableOf } from '../../src/records/formats.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { type Expected, expectedOf } from '../support/expected-records.js';
import { checkProperty } from '../support/property.js';

const KINDS: readonly RecordKind[] = [RECORD_SESSION, RECORD_PACKET, RECORD_CONNECTION];

const noParquet = (): never => assert.fail('no Parquet file was to be written');

function draw(kind: RecordKind, seed: number, count: number): DrawnRecord[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, number) => drawRecord(tableOf(kind), next, number));
}

/** What a renderer makes of the records, taken every few of them. */
function render(kind: RecordKind, format: RecordFormat, records: readonly DrawnRecord[], every: number): string {
  const renderer = rendererOf(kind, format, noParquet);
  DRAWN_INPUTS.forEach((name, index) => {
    renderer.name(index + 1, name);
  });
  const taken: Buffer[] = [];
  const take = (): void => {
    const bytes = renderer.take();
    taken.push(Buffer.from(bytes));
    // Whatever stands in a buffer that comes back must not matter.
    bytes.fill(0x21);
    renderer.reuse(bytes.buffer);
  };
  records.forEach(({ fields, text }, index) => {
    renderer.add(fields, text);
    if (index % every === 0) take();
  });
  renderer.end();
  take();
  return Buffer.concat(taken).toString();
}

/** RFC 4180, character by character. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  for (let i = 0; i < text.length; ) {
    if (text[i] === '"') {
      for (i++; ; i++) {
        if (text[i] !== '"') field += text[i];
        else if (text[i + 1] === '"') field += text[i++];
        else break;
        assert.ok(i < text.length, 'a quote without its other');
      }
      i++;
    } else if (text[i] === ',') {
      row.push(field);
      field = '';
      i++;
    } else if (text.startsWith('\r\n', i)) {
      rows.push([...row, field]);
      row = [];
      field = '';
      i += 2;
    } else {
      field += text[i++];
    }
  }
  assert.deepEqual([row, field], [[], ''], 'the last row has no end');
  return rows;
}

const unescapeTabs = (field: string): string =>
  field.replace(
    /\\(.)/g,
    (_, letter: string) => ({ t: '\t', n: '\n', r: '\r', '\\': '\\' })[letter] ?? assert.fail(letter),
  );

function asText(expected: Expected): string {
  switch (expected.kind) {
    case 'unset':
      return '';
    case 'flag':
      return String(expected.flag);
    case 'set':
      return expected.words.join(' ');
    default:
      return expected.text;
  }
}

function asJson(expected: Expected): unknown {
  switch (expected.kind) {
    case 'unset':
      return null;
    case 'flag':
      return expected.flag;
    case 'set':
      return expected.words;
    case 'whole':
    case 'decimal':
      return Number(expected.text);
    default:
      return expected.text;
  }
}

const forms = fc.record({
  kind: fc.constantFrom(...KINDS),
  seed: fc.nat(),
  count: fc.integer({ min: 0, max: 60 }),
  every: fc.integer({ min: 1, max: 20 }),
});

describe('records as text', () => {
  it('are read back by JSON.parse', (t) => {
    const property = fc.property(forms, ({ kind, seed, count, every }) => {
      const table = tableOf(kind);
      const records = draw(kind, seed, count);
      const lines = render(kind, 'ndjson', records, every).split('\n');
      assert.equal(lines.pop(), '');
      assert.equal(lines.length, count);
      lines.forEach((line, index) => {
        const read = JSON.parse(line) as Record<string, unknown>;
        assert.deepEqual(
          Object.keys(read),
          table.columns.map(({ name }) => name),
        );
        for (const column of table.columns) {
          const expected = expectedOf(table, column, records[index], DRAWN_INPUTS);
          assert.deepEqual(read[column.name], asJson(expected), column.name);
          // No digit is lost in what stands there, whatever a reader makes of it.
          if (expected.kind === 'decimal' || expected.kind === 'whole') {
            const member = `"${column.name}":${expected.text}`;
            assert.ok(line.includes(`${member},`) || line.endsWith(`${member}}`), member);
          }
        }
      });
    });
    checkProperty(t, property, 30);
  });

  it('are read back as CSV', (t) => {
    const property = fc.property(forms, ({ kind, seed, count, every }) => {
      const records = draw(kind, seed, count);
      const rows = parseCsv(render(kind, 'csv', records, every));
      assertRows(kind, rows, records);
    });
    checkProperty(t, property, 30);
  });

  it('are read back as rows with tabs', (t) => {
    const property = fc.property(forms, ({ kind, seed, count, every }) => {
      const records = draw(kind, seed, count);
      const lines = render(kind, 'tsv', records, every).split('\n');
      assert.equal(lines.pop(), '');
      const rows = lines.map((line) => line.split('\t').map(unescapeTabs));
      assertRows(kind, rows, records);
    });
    checkProperty(t, property, 30);
  });
});

function assertRows(kind: RecordKind, rows: readonly string[][], records: readonly DrawnRecord[]): void {
  const table = tableOf(kind);
  assert.deepEqual(
    rows[0],
    table.columns.map(({ name }) => name),
  );
  assert.equal(rows.length, 1 + records.length);
  records.forEach((record, index) => {
    const expected = table.columns.map((column) => asText(expectedOf(table, column, record, DRAWN_INPUTS)));
    assert.deepEqual(rows[1 + index], expected);
  });
}
