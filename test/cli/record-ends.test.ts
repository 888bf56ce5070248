/**
 * Records of runs that end before their end: what was found is in all results, and none looks whole that is not.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { generateFile } from '../../datasets/generate.js';
import {
  assertMessages,
  bash,
  type Ended,
  ended,
  LAUNCHER,
  messagesOf,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
/** Far more than is read before the signal comes. */
const MANY: readonly string[] = Array.from({ length: 400 }, () => CAPTURE);
const place = (name: string): string => join(FOLDER, name);
/** For results that are to come to their end. */
const SHORT = join(FOLDER, 'short.pcap');
const PARTIAL = place('parquet.partial');

before(() => {
  // Slow enough in packet time for sessions to be over by time, and of more packets than it takes until they are told.
  generateFile({ packets: 100_000, profile: 'small', sessions: 100, segments: 6, rate: 500, loss: 0.01 }, CAPTURE);
  generateFile({ packets: 20_000, profile: 'small', sessions: 100, segments: 6 }, SHORT);
});

const linesOf = (path: string): string[] => {
  const text = readFileSync(path, 'latin1');
  assert.ok(text === '' || text.endsWith('\n'), `${path} ends within a line`);
  return text.split('\n').slice(0, -1);
};

async function sessionsOf(path: string): Promise<number[]> {
  const file = new Uint8Array(readFileSync(path)).buffer;
  return (await parquetReadObjects({ file, columns: ['session'] })).map(({ session }) => Number(session));
}

const RESULTS = ['ndjson', 'csv', 'parquet', 'packets', 'conn-json'];

/** A run with all results that is sent `signals` when some are there. */
async function endedBy(signals: readonly NodeJS.Signals[]): Promise<Ended> {
  for (const name of [...RESULTS, 'parquet.partial']) rmSync(place(name), { force: true });
  const places = RESULTS.flatMap((name) => ['-o', `${name}=${place(name)}`]);
  const child = spawn(process.execPath, [LAUNCHER, ...places, ...MANY], { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = ended(child);
  await until('there are records', () =>
    [place('csv'), PARTIAL].every((path) => existsSync(path) && statSync(path).size > 0),
  );
  for (const signal of signals) child.kill(signal);
  return end;
}

describe('records of a run that a signal ends', () => {
  const MISSING = /: \d+ records are missing at the end: there was no time for them$/;

  it('at once: all results have the same sessions, whole; a Parquet file can be read, or is not there', async () => {
    let isFinished = false;
    // A busy machine may not come to the end of all that was found in the time that there is for it.
    for (let attempt = 0; attempt < 5 && !isFinished; attempt++) {
      const run = await endedBy(['SIGTERM']);
      assert.equal(run.code, 143);
      isFinished = messagesOf(run.stderr).length === 0;
      const ids = linesOf(place('ndjson')).map((line) => Number(JSON.parse(line).session));
      const inTable = linesOf(place('csv')).map((line) => line.split(',')[0]);
      for (const name of ['packets', 'conn-json']) for (const line of linesOf(place(name))) JSON.parse(line);
      if (!isFinished) continue;
      assert.ok(ids.length > 0);
      assert.deepEqual(inTable, ['session', ...ids.map(String)]);
      assert.deepEqual(await sessionsOf(place('parquet')), ids);
      assert.equal(existsSync(PARTIAL), false);
    }
    assert.ok(isFinished, 'in one of several runs');
  });

  it('twice: a Parquet file that is not whole does not look so, and that is said', async () => {
    const { code, stderr } = await endedBy(['SIGHUP', 'SIGTERM']);
    assert.equal(code, 129);
    const told = messagesOf(stderr).filter((line) => !MISSING.test(line));
    if (existsSync(place('parquet'))) {
      // It was whole before the second one came.
      assert.deepEqual(told, []);
      await sessionsOf(place('parquet'));
      return;
    }
    assert.deepEqual(told, [
      `tcploom: ${place('parquet')}: there was no time to finish it; what was written is in ${PARTIAL}, and is of no use without the rest`,
    ]);
    await assert.rejects(sessionsOf(PARTIAL));
  });

  it('SIGKILL: a Parquet file of before stays, and the new one does not look whole', async () => {
    rmSync(PARTIAL, { force: true });
    writeFileSync(place('parquet'), 'of before');
    const child = spawn(process.execPath, [LAUNCHER, '-o', `parquet=${place('parquet')}`, ...MANY], {
      stdio: 'ignore',
    });
    const end = ended(child);
    await until('it is begun', () => existsSync(PARTIAL) && statSync(PARTIAL).size > 0);
    child.kill('SIGKILL');
    assert.equal((await end).code, 137);
    assert.equal(readFileSync(place('parquet'), 'latin1'), 'of before');
    await assert.rejects(sessionsOf(PARTIAL));
  });
});

describe('a result that nobody reads any more', () => {
  const ALL = '--all --view-data 1000';
  /** Lines of this are far more than a pipe holds. */
  const STANDARD = '-o miruo=/dev/stdout';
  const files = `-o ndjson=${place('rest.ndjson')} -o parquet=${place('rest.parquet')}`;

  async function assertComplete(): Promise<void> {
    const { stdout } = await tcploom(['-o', 'ndjson', SHORT]);
    assert.ok(readFileSync(place('rest.ndjson'), 'latin1') === stdout);
    assert.equal((await sessionsOf(place('rest.parquet'))).length, stdout.split('\n').length - 1);
    for (const name of ['rest.ndjson', 'rest.parquet']) rmSync(place(name));
  }

  it('standard output, beside files: they are completed', async () => {
    const run = await bash(`$TCPLOOM ${ALL} ${STANDARD} ${files} ${SHORT} | head -1; exit \${PIPESTATUS[0]}`);
    assert.equal(run.code, 0, run.stderr);
    assertMessages(run.stderr, []);
    assert.match(run.stdout, /^reading from /);
    await assertComplete();
  });

  it('a FIFO, beside files: they are completed', async () => {
    const fifo = place('fifo');
    execFileSync('mkfifo', [fifo]);
    // Opened for both, it waits for nobody; when it is closed there is no reader any more.
    const reader = openSync(fifo, 'r+');
    const line = `$TCPLOOM ${ALL} -o miruo=${fifo} ${files} ${SHORT}`;
    const run = bash(`${line} & wait $!`);
    const some = Buffer.alloc(100);
    await until('something comes', () => readSync(reader, some, 0, 1, null) === 1);
    closeSync(reader);
    const { code, stderr } = await run;
    assert.equal(code, 0, stderr);
    assertMessages(stderr, []);
    await assertComplete();
  });

  it('standard output alone ends the run', async () => {
    const run = await bash(`$TCPLOOM ${ALL} ${STANDARD} ${MANY.join(' ')} | head -1; exit \${PIPESTATUS[0]}`);
    assert.deepEqual([run.code, run.stderr], [0, '']);
  });
});
