/**
 * Which files names, lists and folders stand for, in which order, and what is said of those that stand for none.
 */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listInputs } from '../../src/capture/input-list.js';
import { temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
for (const folder of ['in', 'in/B', 'in/b', 'in/b/empty', 'none']) mkdirSync(join(FOLDER, folder));
for (const file of ['in/B/2', 'in/B/10', 'in/a', 'in/b/é', 'in/b/z', 'in/c']) writeFileSync(join(FOLDER, file), '');
symlinkSync('..', join(FOLDER, 'in', 'b', 'up'));
symlinkSync('../a', join(FOLDER, 'in', 'b', 'link'));
const path = (name: string): string => join(FOLDER, name);
function list(name: string, text: string): string {
  writeFileSync(path(name), text);
  return path(name);
}

describe('a list of inputs', () => {
  it('is the names as they are given, there or not', () => {
    const names = ['-', path('absent'), path('in'), path('in/a'), path('in/a')];
    assert.deepEqual(listInputs(names, [], false), { files: names, problems: [] });
  });

  it('has all files below a folder in byte order of their names', () => {
    const files = ['B/10', 'B/2', 'a', 'b/link', 'b/z', 'b/é', 'c'].map((name) => path(`in/${name}`));
    assert.deepEqual(listInputs([path('in'), '-', path('absent')], [], true), {
      files: [...files, '-', path('absent')],
      problems: [],
    });
  });

  it('has what lists name behind the names, without comments and empty lines', () => {
    const first = list('first', '\ufeff# one\r\n a b \r\n\r\n\t\r\n-\r\n');
    const second = list('second', 'c#d\n#e\nf');
    assert.deepEqual(listInputs(['x'], [first, second], false).files, ['x', ' a b ', '-', 'c#d', 'f']);
  });

  it('tells of lists and folders that give nothing', () => {
    const empty = list('empty', '\n# nothing\n');
    const { files, problems } = listInputs([path('none')], [empty, path('absent'), path('in')], true);
    assert.deepEqual(files, []);
    assert.deepEqual(problems, [
      { file: empty, found: 'names no file', expected: 'one a line' },
      { file: path('absent'), found: 'no such file' },
      { file: path('in'), found: 'is a directory' },
      { file: path('none'), found: 'no file is in this folder or below' },
    ]);
  });
});
