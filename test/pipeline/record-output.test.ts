/**
 * Records on their way through a renderer thread: all of them arrive in their order, whatever is slow, and what fails ends it.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { OutputFile } from '../../src/pipeline/output-file.js';
import { RenderedRecords, SplitRecords } from '../../src/pipeline/record-output.js';
import { ThreadFailure, Threads } from '../../src/pipeline/threads.js';
import { type RecordFormat, rendererOf, tableOf } from '../../src/records/formats.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { MemoryOutput } from '../support/memory-output.js';
import { until } from '../support/prompt.js';

function draw(kind: RecordKind, count: number): DrawnRecord[] {
  const next = numbersFrom(count);
  return Array.from({ length: count }, (_, number) => drawRecord(tableOf(kind), next, number));
}

function nameAll(records: Pick<RenderedRecords, 'noteInput'>): void {
  DRAWN_INPUTS.forEach((name, index) => {
    records.noteInput(name, index + 1);
  });
}

/** Rendered in this thread. */
function expectedOf(kind: RecordKind, format: RecordFormat, records: readonly DrawnRecord[]): string {
  const renderer = rendererOf(kind, format, () => assert.fail());
  DRAWN_INPUTS.forEach((name, index) => {
    renderer.name(index + 1, name);
  });
  for (const { fields, text } of records) renderer.add(fields, text);
  renderer.end();
  return Buffer.from(renderer.take()).toString('latin1');
}

const NEVER = new Promise<void>(() => {});

async function withThreads(work: (threads: Threads) => Promise<void>): Promise<void> {
  const threads = new Threads(1, 3);
  try {
    await work(threads);
    await threads.end();
  } catch (error) {
    throw await threads.abort(error);
  }
}

/** Adds as the main thread does: no more than there is room for. */
async function addAll(to: RenderedRecords, kind: RecordKind, records: readonly DrawnRecord[]): Promise<void> {
  for (const { fields, text } of records) {
    to.add(kind, fields, text);
    if (to.isFull) await to.ready();
  }
}

describe('records that are rendered', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-records-'));
  after(() => rmSync(folder, { recursive: true }));

  it('arrive as they would be rendered here, in a file', async () => {
    const forms: readonly [RecordKind, RecordFormat][] = [
      [RECORD_SESSION, 'ndjson'],
      [RECORD_PACKET, 'csv'],
      [RECORD_CONNECTION, 'zeek'],
    ];
    for (const [kind, format] of forms) {
      const path = join(folder, format);
      const drawn = draw(kind, 1500);
      await withThreads(async (threads) => {
        const records = new RenderedRecords({ kind, format }, new OutputFile({ path }));
        records.start(threads);
        nameAll(records);
        await addAll(records, kind, drawn);
        await records.finish();
      });
      assert.equal(readFileSync(path, 'latin1'), expectedOf(kind, format, drawn));
    }
  });

  it('wait for the names of their inputs, and hold up whoever adds more', async () => {
    const drawn = draw(RECORD_SESSION, 1500);
    const output = new MemoryOutput();
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, output);
      records.start(threads);
      let added = 0;
      for (; !records.isFull; added++) records.add(RECORD_SESSION, drawn[added].fields, drawn[added].text);
      assert.ok(added < drawn.length, 'no end of batches');
      const ready = records.ready();
      for (let i = 0; i < 20; i++) await turn();
      assert.equal(output.content.length, 0);
      records.noteInput(DRAWN_INPUTS[1], 2);
      records.noteInput(DRAWN_INPUTS[0], 1);
      assert.ok(records.isFull);
      records.noteInput(DRAWN_INPUTS[2], 3);
      await ready;
      await addAll(records, RECORD_SESSION, drawn.slice(added));
      await records.finish();
    });
    assert.equal(output.content.toString('latin1'), expectedOf(RECORD_SESSION, 'ndjson', drawn));
  });

  it('do not end while an input has no name', async () => {
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, new MemoryOutput());
      records.start(threads);
      const [{ fields, text }] = draw(RECORD_SESSION, 1);
      records.add(RECORD_SESSION, fields, text);
      await assert.rejects(records.finish(), /input 1 has no name/);
      nameAll(records);
      await records.finish();
    });
  });

  it('wait for a slow output', async () => {
    const drawn = draw(RECORD_PACKET, 5000);
    const output = new MemoryOutput();
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_PACKET, format: 'ndjson' }, output);
      records.start(threads);
      nameAll(records);
      output.isSlow = true;
      assert.ok(records.isFull);
      let isReady = false;
      const ready = records.ready().then(() => {
        isReady = true;
      });
      for (let i = 0; i < 20; i++) await turn();
      assert.equal(isReady, false);
      output.isSlow = false;
      await ready;
      await addAll(records, RECORD_PACKET, drawn);
      await records.finish();
    });
    assert.equal(output.content.toString('latin1'), expectedOf(RECORD_PACKET, 'ndjson', drawn));
  });

  it('are seen when they are pushed', async () => {
    const drawn = draw(RECORD_SESSION, 3);
    const output = new MemoryOutput();
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, output);
      records.start(threads);
      nameAll(records);
      for (const { fields, text } of drawn) {
        records.add(RECORD_SESSION, fields, text);
        records.push();
      }
      const expected = expectedOf(RECORD_SESSION, 'ndjson', drawn);
      await until('what was pushed is there', () => output.content.toString('latin1') === expected);
      await records.flush();
      await records.finish();
    });
  });

  it('end with the output that fails', async () => {
    const drawn = draw(RECORD_SESSION, 1500);
    const output = new MemoryOutput();
    const failure = new Error('no room');
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, output);
      records.start(threads);
      nameAll(records);
      await addAll(records, RECORD_SESSION, drawn.slice(0, 1000));
      output.break(failure);
      await assert.rejects(addAll(records, RECORD_SESSION, drawn), failure);
      await assert.rejects(records.failed, failure);
      await assert.rejects(records.ready(), failure);
      await assert.rejects(records.flush(), failure);
      await assert.rejects(records.finish(), failure);
    });
  });

  it('end with a disk that is full', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    await withThreads(async (threads) => {
      const output = new OutputFile({ path: '/dev/full' });
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'parquet' }, output);
      records.start(threads);
      nameAll(records);
      await addAll(records, RECORD_SESSION, draw(RECORD_SESSION, 100));
      await assert.rejects(records.finish(), /^Error: writing \/dev\/full: /);
      await assert.rejects(records.failed, /^Error: writing \/dev\/full: /);
    });
  });

  it('end with a renderer that fails, or that cannot be started', async () => {
    const forms: readonly [RecordFormat, URL | undefined][] = [
      ['zeek', undefined],
      ['ndjson', new URL('no-such-file.js', import.meta.url)],
    ];
    for (const [format, file] of forms) {
      await withThreads(async (threads) => {
        const records = new RenderedRecords({ kind: RECORD_SESSION, format }, new MemoryOutput());
        records.start(threads, file);
        await assert.rejects(records.failed, (error) => {
          assert.ok(error instanceof ThreadFailure);
          return /^the renderer failed: /.test(error.message);
        });
        await assert.rejects(records.finish(), ThreadFailure);
      });
    }
  });

  it('end with threads that are ended before', async () => {
    const threads = new Threads(1, 1);
    const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, new MemoryOutput());
    records.start(threads);
    const finished = records.failed.catch((error: unknown) => error);
    await threads.abort(new Error('a reason'));
    assert.ok((await finished) instanceof Error);
  });

  it('are no Parquet file before their end', async () => {
    const drawn = draw(RECORD_SESSION, 500);
    const output = new MemoryOutput();
    await withThreads(async (threads) => {
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'parquet' }, output);
      records.start(threads);
      nameAll(records);
      await addAll(records, RECORD_SESSION, drawn);
      await records.flush();
      await assert.rejects(parquetReadObjects({ file: exact(output.content) }));
      await records.finish();
    });
    assert.equal((await parquetReadObjects({ file: exact(output.content) })).length, drawn.length);
  });

  it('in a Parquet file have its name when they are whole: what was there stays until then', async () => {
    const path = join(folder, 'whole.parquet');
    writeFileSync(path, 'of before');
    await withThreads(async (threads) => {
      const file = new OutputFile({ path }, undefined, 'whole');
      const records = new RenderedRecords({ kind: RECORD_SESSION, format: 'parquet' }, file);
      records.start(threads);
      nameAll(records);
      await addAll(records, RECORD_SESSION, draw(RECORD_SESSION, 50));
      await records.flush();
      assert.equal(file.partialFile, `${path}.partial`);
      assert.equal(readFileSync(path, 'latin1'), 'of before');
      assert.equal(records.unwritten, 50);
      await records.finish();
      assert.equal(records.unwritten, 0);
    });
    assert.equal(existsSync(`${path}.partial`), false);
    assert.equal((await parquetReadObjects({ file: exact(readFileSync(path)) })).length, 50);
  });

  it('are all written when the run ends before its end', async () => {
    const drawn = draw(RECORD_SESSION, 1500);
    const [lines, table] = [new MemoryOutput(), new MemoryOutput()];
    await withThreads(async (threads) => {
      const places = [
        new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, lines),
        new RenderedRecords({ kind: RECORD_SESSION, format: 'parquet' }, table),
      ];
      const all = new SplitRecords(places);
      all.start(threads);
      for (const { fields, text } of drawn) all.add(RECORD_SESSION, fields, text);
      const concluded = all.conclude({ lines: NEVER, whole: NEVER });
      for (let i = 0; i < 20; i++) await turn();
      assert.deepEqual(
        places.map((place) => place.unwritten),
        [1500, 1500],
      );
      // Names may come when the run is ended already.
      nameAll(all);
      await concluded;
      assert.deepEqual(
        places.map((place) => place.unwritten),
        [0, 0],
      );
      await threads.abort(new Error('a reason'));
      await all.flush();
    });
    assert.equal(lines.content.toString('latin1'), expectedOf(RECORD_SESSION, 'ndjson', drawn));
    assert.equal((await parquetReadObjects({ file: exact(table.content) })).length, drawn.length);
  });

  it('say how many are missing when there is no patience', async () => {
    const drawn = draw(RECORD_SESSION, 1500);
    const over = Promise.resolve();
    const path = join(folder, 'unfinished.parquet');
    const output = new MemoryOutput();
    await withThreads(async (threads) => {
      const lines = new RenderedRecords({ kind: RECORD_SESSION, format: 'ndjson' }, output);
      const file = new OutputFile({ path }, undefined, 'whole');
      const table = new RenderedRecords({ kind: RECORD_SESSION, format: 'parquet' }, file);
      for (const records of [lines, table]) {
        records.start(threads);
        nameAll(records);
        await addAll(records, RECORD_SESSION, drawn);
        await records.conclude({ lines: over, whole: over });
      }
      await threads.abort(new Error('a reason'));
      await assert.rejects(table.flush());
      assert.equal(table.unwritten, drawn.length);
      const written = output.content.toString('latin1');
      assert.ok(expectedOf(RECORD_SESSION, 'ndjson', drawn).startsWith(written));
      assert.equal(lines.unwritten, drawn.length - written.split('\n').length + 1);
    });
    assert.equal(existsSync(path), false);
  });

  it('are in all outputs or in none', async () => {
    const outputs = [new MemoryOutput(), new MemoryOutput()];
    const drawn = draw(RECORD_SESSION, 10);
    await withThreads(async (threads) => {
      const all = new SplitRecords(
        outputs.map((output) => new RenderedRecords({ kind: RECORD_SESSION, format: 'csv' }, output)),
      );
      all.start(threads);
      nameAll(all);
      for (const { fields, text } of drawn) all.add(RECORD_SESSION, fields, text);
      outputs[1].break(new Error('no room'));
      await assert.rejects(all.failed);
      assert.throws(() => all.add(RECORD_SESSION, drawn[0].fields, drawn[0].text), /no room/);
      await all.conclude({ lines: NEVER, whole: NEVER });
    });
    assert.equal(outputs[0].content.toString('latin1'), expectedOf(RECORD_SESSION, 'csv', drawn));
  });

  it('go each to the outputs of their kind', async () => {
    const outputs = [new MemoryOutput(), new MemoryOutput()];
    const kinds: readonly RecordKind[] = [RECORD_SESSION, RECORD_PACKET];
    const drawn = kinds.map((kind) => draw(kind, 10));
    await withThreads(async (threads) => {
      const places = kinds.map((kind, i) => new RenderedRecords({ kind, format: 'csv' }, outputs[i]));
      const all = new SplitRecords(places);
      assert.equal(all.threads, 2);
      all.start(threads);
      nameAll(all);
      kinds.forEach((kind, i) => {
        for (const { fields, text } of drawn[i]) all.add(kind, fields, text);
      });
      await all.flush();
      await all.finish();
    });
    kinds.forEach((kind, i) => {
      assert.equal(outputs[i].content.toString('latin1'), expectedOf(kind, 'csv', drawn[i]));
    });
  });
});

const exact = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;
