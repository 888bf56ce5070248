/**
 * Outputs of checks and comparisons on a disk that is full: one message, exit code 2, nothing half-written, and what was found is told all the same. Where the
 * tests may mount a small file system.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { assertMessages, LAUNCHER, tcploom } from '../support/launch.js';

/** By itself: what is mounted somewhere cannot be removed. */
const SMALL = mkdtempSync(join(tmpdir(), 'tcploom-small-'));
const isMounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', SMALL], { stdio: 'ignore' }).status === 0;
const skip = !isMounted && 'no small file system can be mounted here';
after(() => {
  if (isMounted) spawnSync('umount', ['-l', SMALL], { stdio: 'ignore' });
  rmSync(SMALL, { recursive: true });
});

const CAPTURE = 'datasets/web.pcap';
const CHECK = ['check', '--expect', 'sessions == 0', CAPTURE];
const FULL = 'no space left on the device';

describe('a disk that is full', { skip }, () => {
  const path = join(SMALL, 'out');
  if (isMounted) {
    writeFileSync(path, 'of before');
    spawnSync('dd', ['if=/dev/zero', `of=${join(SMALL, 'filler')}`, 'bs=4096'], { stdio: 'ignore' });
  }
  const assertUnchanged = (): void => {
    assert.deepEqual(readdirSync(SMALL).sort(), ['filler', 'out']);
    assert.equal(readFileSync(path, 'utf8'), 'of before');
  };

  for (const format of ['junit', 'text']) {
    it(`check -o ${format}=FILE: the verdicts are on standard output`, async () => {
      const { code, stdout, stderr } = await tcploom([...CHECK, '-o', `${format}=${path}`]);
      assertMessages(stderr, [`tcploom: writing ${path}: ${FULL}`]);
      assert.equal(code, 2);
      assert.match(stdout, /^datasets\/web\.pcap: not met: sessions == 0\n/);
      assertUnchanged();
    });
  }

  it('check --update: that it could not be written is among the verdicts', async () => {
    const { code, stdout, stderr } = await tcploom([...CHECK, '--update', '--snapshots', SMALL]);
    const message = `writing ${SMALL}/web.pcap.tcploom.json: ${FULL}`;
    assertMessages(stderr, [`tcploom: ${message}`]);
    assert.equal(code, 2);
    assert.match(stdout, /^datasets\/web\.pcap: not met: sessions == 0\n/);
    assert.ok(stdout.includes(`not met: its snapshot is written\n`) && stdout.includes(`\n  found     ${message}\n`));
    assertUnchanged();
  });

  it('diff -o html=FILE: what got worse is on standard output', async () => {
    const { code, stdout, stderr } = await tcploom(['diff', '-o', `html=${path}`, CAPTURE, 'datasets/lossy.pcap']);
    assertMessages(stderr, [`tcploom: writing ${path}: ${FULL}`]);
    assert.equal(code, 2);
    assert.match(stdout, /\nwhat got worse:\n/);
    assertUnchanged();
  });

  it('standard output is one of those that cannot be written', () => {
    const full = spawnSync('bash', ['-c', '"$0" "$@" > /dev/full', process.execPath, LAUNCHER, ...CHECK], {
      encoding: 'utf8',
    });
    assert.equal(full.status, 2);
    assertMessages(full.stderr, [`tcploom: writing standard output: ${FULL}`]);
  });
});
