/**
 * Output files: what was appended arrives in order, and an error of one write is never forgotten.
 */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { OutputFile } from '../../src/pipeline/output-file.js';
import { until } from '../support/prompt.js';

describe('output file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-output-'));
  after(() => rmSync(folder, { recursive: true }));

  it('writes all pieces in order, however large', async () => {
    const path = join(folder, 'pieces');
    const descriptor = openSync(path, 'w');
    const output = new OutputFile({ descriptor });
    const expected: Buffer[] = [];
    for (let i = 0; i < 300; i++) {
      const piece = Buffer.alloc((i * 7919) % 40_000, i);
      expected.push(piece);
      output.append(piece);
      if (i % 50 === 0) output.push();
      if (output.isFull) await output.ready();
    }
    await output.flush();
    closeSync(descriptor);
    assert.ok(Buffer.concat(expected).equals(readFileSync(path)));
  });

  it('writes what was pushed while another write was under way, though nothing more comes', async () => {
    const path = join(folder, 'pushed');
    const descriptor = openSync(path, 'w');
    const output = new OutputFile({ descriptor });
    for (const text of ['first\n', 'second\n']) {
      output.append(Buffer.from(text));
      output.push();
    }
    await until('what was pushed is there', () => readFileSync(path, 'latin1') === 'first\nsecond\n');
    await output.flush();
    closeSync(descriptor);
  });

  it('keeps the first error and writes nothing after it', async () => {
    const path = join(folder, 'failed');
    // Writing to a descriptor that is open for reading fails with EBADF.
    closeSync(openSync(path, 'w'));
    const descriptor = openSync(path, 'r');
    const output = new OutputFile({ descriptor });
    output.append(Buffer.from('first\n'));
    output.push();
    output.append(Buffer.from('second\n'));
    await assert.rejects(output.failed, { code: 'EBADF' });
    output.push();
    await assert.rejects(output.flush(), { code: 'EBADF' });
    await assert.rejects(output.ready(), { code: 'EBADF' });
    assert.throws(() => output.append(Buffer.from('third\n')), { code: 'EBADF' });
    closeSync(descriptor);
    assert.equal(readFileSync(path, 'latin1'), '');
  });
});
