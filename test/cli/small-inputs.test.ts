/** What is so little that one tracker does it: the sum of sizes, and never where a size says nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { areSmall } from '../../src/cli/small-inputs.js';

describe('small inputs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-small-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, bytes: number): string => {
    const path = join(folder, name);
    writeFileSync(path, '');
    truncateSync(path, bytes);
    return path;
  };
  const half = file('half', 512 * 1024);
  const other = file('other', 512 * 1024);
  const more = file('more', 1);

  it('are files of a block together', () => {
    assert.equal(areSmall([half], {}), true);
    assert.equal(areSmall([half, other], {}), true);
    assert.equal(areSmall([half, other, more], {}), false);
  });

  it('are not what may go on', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    assert.equal(areSmall([more, fifo], {}), false);
    assert.equal(areSmall([more, '-'], {}), false);
    assert.equal(areSmall([more], { follow: true }), false);
    assert.equal(areSmall([], { interface: ['lo'] }), false);
  });

  it('are not what cannot be looked at', () => {
    assert.equal(areSmall([join(folder, 'missing')], {}), false);
    assert.equal(areSmall([join(more, 'below')], {}), false);
  });
});
