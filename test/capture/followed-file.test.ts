/**
 * A file that is still being written, read without threads: when it waits, when it goes on, when it is over.
 */
import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NOTHING_YET, SOURCE_ENDED } from '../../src/capture/byte-source.js';
import { FileSource } from '../../src/capture/file-source.js';
import { FollowedFile } from '../../src/capture/followed-file.js';
import { FollowedSeries } from '../../src/capture/series.js';
import { temporaryFolder } from '../support/launch.js';

const LONG_MS = 100_000;

function follow(path: string, timeoutMs: number, series = new FollowedSeries()): FollowedFile {
  return new FollowedFile(path, new FileSource(path), series, timeoutMs);
}

const into = new Uint8Array(100);
const take = (file: FollowedFile): string | number => {
  const bytes = file.read(into, 3, 50);
  return bytes > 0 ? Buffer.from(into.subarray(3, 3 + bytes)).toString() : bytes;
};

describe('a followed file', () => {
  const folder = temporaryFolder();
  const [first, second] = ['f1', 'f2'].map((name) => join(folder, name));

  it('gives what is there, waits, and gives what is added', () => {
    writeFileSync(first, 'abc');
    const file = follow(first, LONG_MS);
    assert.deepEqual([take(file), take(file)], ['abc', NOTHING_YET]);
    appendFileSync(first, 'de');
    assert.deepEqual([take(file), take(file)], ['de', NOTHING_YET]);
    assert.deepEqual([file.bytesRead, file.inputBytes, file.next], [5, 5, undefined]);
    file.close();
  });

  it('ends when nothing came for long enough, and at once when that is no time', () => {
    const file = follow(first, 0);
    assert.deepEqual([take(file), take(file)], ['abcde', SOURCE_ENDED]);
    file.close();
    const patient = follow(first, 150);
    assert.equal(take(patient), 'abcde');
    const seen: (string | number)[] = [];
    while (seen.at(-1) !== SOURCE_ENDED) seen.push(take(patient));
    assert.ok(seen.length >= 2 && seen.slice(0, -1).every((outcome) => outcome === NOTHING_YET), `${seen}`);
    patient.close();
  });

  it('ends when the next is there, but not before what was written until then', () => {
    const file = follow(first, LONG_MS);
    assert.deepEqual([take(file), take(file)], ['abcde', NOTHING_YET]);
    appendFileSync(first, 'last');
    writeFileSync(second, '');
    assert.deepEqual([take(file), take(file)], ['last', SOURCE_ENDED]);
    assert.equal(file.next, second);
    file.close();
  });

  it('fails as reading does when its folder is gone', () => {
    const gone = join(temporaryFolder(), 'x1');
    writeFileSync(gone, 'x');
    const file = follow(gone, LONG_MS);
    assert.equal(take(file), 'x');
    rmSync(join(gone, '..'), { recursive: true });
    assert.throws(() => take(file), { code: 'ENOENT' });
    file.close();
  });
});
