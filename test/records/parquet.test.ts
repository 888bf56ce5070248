/**
 * Records as Parquet, read back by two others: hyparquet, value by value, and DuckDB, whose sums and counts are those of the lines of JSON. And that the
 * memory for a file does not grow with it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { openParquet } from '../../src/pipeline/parquet-file.js';
import { rendererOf, tableOf } from '../../src/records/formats.js';
import { ParquetRenderer } from '../../src/records/parquet.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { type Expected, expectedOf } from '../support/expected-records.js';
import { built } from '../support/launch.js';
import { checkAsyncProperty } from '../support/property.js';

const KINDS: readonly RecordKind[] = [RECORD_SESSION, RECORD_PACKET, RECORD_CONNECTION];
/** Many groups for few records. */
const GROUP_BYTES = 64 * 1024;

function draw(kind: RecordKind, seed: number, count: number): DrawnRecord[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, number) => drawRecord(tableOf(kind), next, number));
}

function parquetOf(kind: RecordKind, records: readonly DrawnRecord[]): Uint8Array<ArrayBuffer> {
  const renderer = new ParquetRenderer(tableOf(kind), openParquet, GROUP_BYTES);
  DRAWN_INPUTS.forEach((name, index) => {
    renderer.name(index + 1, name);
  });
  const pieces: Uint8Array[] = [];
  for (const { fields, text } of records) {
    renderer.add(fields, text);
    pieces.push(renderer.take());
  }
  renderer.end();
  pieces.push(renderer.take());
  return new Uint8Array(Buffer.concat(pieces));
}

/** Times as nanoseconds: a Date would lose some. */
const PARSERS = { timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds };

function inParquet(expected: Expected): unknown {
  switch (expected.kind) {
    case 'unset':
      return null;
    case 'flag':
      return expected.flag;
    case 'set':
      return expected.words.join(' ');
    case 'whole':
      return BigInt(expected.text);
    case 'decimal':
      return Number(expected.text);
    case 'time':
      return BigInt(expected.text.replace('.', ''));
    default:
      return expected.text;
  }
}

/** What SQL says, one row of texts. */
async function ask(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(sql);
    return result.getRows()[0] as unknown[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('records as Parquet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-parquet-'));
  after(() => rmSync(folder, { recursive: true }));

  it('are read back by hyparquet', async (t) => {
    const forms = fc.record({
      kind: fc.constantFrom(...KINDS),
      seed: fc.nat(),
      count: fc.integer({ min: 0, max: 150 }),
    });
    const property = fc.asyncProperty(forms, async ({ kind, seed, count }) => {
      const table = tableOf(kind);
      const records = draw(kind, seed, count);
      const rows = await parquetReadObjects({ file: parquetOf(kind, records).buffer, parsers: PARSERS });
      assert.equal(rows.length, count);
      rows.forEach((row, index) => {
        const expected = table.columns.map((column) => [
          column.name,
          inParquet(expectedOf(table, column, records[index], DRAWN_INPUTS)),
        ]);
        assert.deepEqual(Object.entries(row), expected);
      });
    });
    await checkAsyncProperty(t, property, 12);
  });

  for (const kind of KINDS) {
    const { title, columns } = tableOf(kind);
    it(`give DuckDB the sums and counts of lines of JSON (${title.toLowerCase()})`, async () => {
      const records = draw(kind, 3, 600);
      const path = join(folder, `${kind}.parquet`);
      writeFileSync(path, parquetOf(kind, records));
      const renderer = rendererOf(kind, 'ndjson', () => assert.fail());
      DRAWN_INPUTS.forEach((name, index) => {
        renderer.name(index + 1, name);
      });
      for (const { fields, text } of records) renderer.add(fields, text);
      const lines = Buffer.from(renderer.take()).toString().trimEnd().split('\n');
      const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const asked: string[] = [];
      const expected: string[] = [];
      for (const { name, value } of columns) {
        const values = objects.map((object) => object[name]).filter((found) => found !== null);
        asked.push(`count("${name}")`);
        expected.push(String(values.length));
        if (value.kind === 'number') {
          asked.push(`sum("${name}")::VARCHAR`);
          expected.push(String(values.reduce((sum: bigint, found) => sum + BigInt(found as number), 0n)));
        } else if (value.kind === 'time') {
          asked.push(`max(epoch_ns("${name}"))`);
          expected.push((values as string[]).sort().at(-1)!.replace('.', ''));
        } else if (value.kind === 'seconds' || value.kind === 'span') {
          asked.push(`max("${name}")`);
          expected.push(String((values as number[]).reduce((most, found) => Math.max(most, found))));
        } else if (value.kind === 'flag') {
          asked.push(`count(*) FILTER ("${name}")`);
          expected.push(String(values.filter((found) => found === true).length));
        } else if (value.kind !== 'set') {
          asked.push(`count(DISTINCT "${name}")`);
          expected.push(String(new Set(values).size));
        }
      }
      const row = await ask(`SELECT ${asked.join(', ')} FROM '${path}'`);
      assert.deepEqual(
        asked.map((what, index) => `${what} ${String(row[index])}`),
        asked.map((what, index) => `${what} ${expected[index]}`),
      );
    });
  }

  it('pass over groups by time, and have addresses in dictionaries', async () => {
    const path = join(folder, 'groups.parquet');
    writeFileSync(path, parquetOf(RECORD_SESSION, draw(RECORD_SESSION, 4, 300)));
    const row = await ask(`
      SELECT count(DISTINCT row_group_id)::INT,
        count(*) FILTER (path_in_schema = 'first' AND stats_min_value IS NOT NULL)::INT,
        count(*) FILTER (path_in_schema = 'src' AND dictionary_page_offset IS NOT NULL)::INT
      FROM parquet_metadata('${path}')`);
    assert.ok((row[0] as number) > 3, `${String(row[0])} groups`);
    assert.deepEqual(row, [row[0], row[0], row[0]]);
  });

  /** Of this many records the fields alone are 75 MB, which is more than what is left of the limit. */
  const SAMPLE = { count: 80_000, groupBytes: [4 << 20], limitBytes: 160e6 };
  /** Groups as they are in the product. */
  const WHOLE = { count: 1_000_000, groupBytes: [], limitBytes: 400e6 };

  it('take no more memory for a large file', async () => {
    const { count, groupBytes, limitBytes } = process.env.TCPLOOM_ALL_CAPTURES === '1' ? WHOLE : SAMPLE;
    const path = join(folder, 'large.parquet');
    const script = built('test/support/write-parquet.ts');
    const args = ['--max-old-space-size=128', script, String(count), path, ...groupBytes.map(String)];
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(child.status, 0, child.stderr);
    const told = JSON.parse(child.stdout) as Record<string, string | number>;
    assert.equal(statSync(path).size, told.bytes);
    assert.ok((told.residentBytes as number) < limitBytes, `${told.residentBytes} bytes`);
    const columns = 'count(*)::INT, max(session)::INT, sum(packets_src)::VARCHAR, sum(retransmission_dst)::VARCHAR';
    const row = await ask(`SELECT ${columns} FROM '${path}'`);
    assert.deepEqual(row, [count, count - 1, told.packets, told.retransmissions]);
  });
});
