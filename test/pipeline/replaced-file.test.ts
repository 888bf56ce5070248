/**
 * A file that is replaced as a whole: its readers find one whole state or another, and a failure leaves the former.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { OutputFailure } from '../../src/pipeline/output-failure.js';
import { ReplacedFile } from '../../src/pipeline/replaced-file.js';
import { temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
let folders = 0;
function newFolder(): string {
  const folder = join(FOLDER, String(++folders));
  mkdirSync(folder);
  return folder;
}

describe('a replaced file', () => {
  it('is whole whenever it is looked at, and leaves nothing beside it', async () => {
    const folder = newFolder();
    const path = join(folder, 'a.prom');
    const file = new ReplacedFile(path, 'a.prom');
    await file.claim();
    assert.deepEqual(readdirSync(folder), []);
    const size = 100_000;
    await file.replace('0'.repeat(size));
    let isOver = false;
    const writing = (async () => {
      for (let i = 1; i < 50; i++) await file.replace(String(i % 10).repeat(size));
      isOver = true;
    })();
    const seen = new Set<string>();
    while (!isOver) {
      const text = readFileSync(path, 'latin1');
      assert.equal(text, text[0].repeat(size));
      seen.add(text[0]);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await writing;
    assert.ok(seen.size > 1, 'it was looked at while it changed');
    assert.deepEqual(readdirSync(folder), ['a.prom']);
  });

  it('has the last of several states that were handed over at once', async () => {
    const path = join(newFolder(), 'a.prom');
    const file = new ReplacedFile(path, 'a.prom');
    await Promise.all(['1', '2', '3'].map((text) => file.replace(text)));
    assert.equal(readFileSync(path, 'latin1'), '3');
  });

  it('in a folder that is not there is told at once', async () => {
    const file = new ReplacedFile(join(FOLDER, 'nowhere', 'a.prom'), 'nowhere/a.prom');
    await assert.rejects(file.claim(), (error: Error) => {
      assert.ok(error instanceof OutputFailure);
      assert.match(error.message, /^writing nowhere\/a\.prom: /);
      return true;
    });
  });

  it('stays as it is when its place cannot be taken', async () => {
    const folder = newFolder();
    // A folder that holds something is not replaced.
    mkdirSync(join(folder, 'a.prom'));
    writeFileSync(join(folder, 'a.prom', 'b'), 'b');
    await assert.rejects(new ReplacedFile(join(folder, 'a.prom'), 'a.prom').replace('1'), OutputFailure);
    assert.deepEqual(readdirSync(folder), ['a.prom']);
    assert.equal(readFileSync(join(folder, 'a.prom', 'b'), 'latin1'), 'b');
  });
});
