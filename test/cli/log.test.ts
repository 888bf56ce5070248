/**
 * `--log`: everything that is said and no result goes to a file. The program as a user runs it.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FLUSH_MS } from '../../src/pipeline/interrupted.js';
import { assertMessages, bash, ended, LAUNCHER, steady, tcploom, temporaryFolder } from '../support/launch.js';
import { untilOpened } from '../support/processes.js';
import { assertPrompt } from '../support/prompt.js';

const FOLDER = temporaryFolder();
const CAPTURE = 'datasets/lossy.pcap';
const MISSING = join(FOLDER, 'missing.pcap');

const inFolder = (name: string): string => join(FOLDER, name);
const textOf = (path: string): string => readFileSync(path, 'utf8');

/** What each command is given beside the capture, and whether handshakes are among what it prints on standard error. */
const COMMANDS: readonly (readonly [title: string, args: readonly string[]])[] = [
  ['miruo', ['miruo', '-f', CAPTURE, '-f', MISSING]],
  ['tcpeek', ['tcpeek', '-r', CAPTURE, '-r', MISSING]],
  ['tcpeek on standard output', ['run', '-o', 'tcpeek', CAPTURE, MISSING]],
  ['info', ['info', MISSING, CAPTURE]],
  ['filter -c', ['filter', '-c', 'tcp', CAPTURE, MISSING]],
  ['filter -w', ['filter', '-w', '-', 'tcp', CAPTURE, MISSING]],
  ['a list that is not there', ['info', '--files-from', MISSING, CAPTURE]],
  ['nothing to read', ['info', '--files-from', MISSING]],
];

describe('--log', () => {
  for (const [title, args] of COMMANDS) {
    it(`${title}: all that is said is in the file, results stay where they are`, async () => {
      const log = inFolder('said.log');
      writeFileSync(log, 'of an earlier run\n'.repeat(100));
      const plain = await tcploom(args);
      const logged = await tcploom([args[0], '--log', log, ...args.slice(1)]);
      assert.equal(logged.code, plain.code);
      assert.equal(logged.stdout, plain.stdout);
      assert.equal(logged.stderr, '');
      assert.equal(steady(textOf(log)), steady(plain.stderr));
    });
  }

  it('handshakes on standard error are results: they stay there', async () => {
    const log = inFolder('run.log');
    const plain = await tcploom([CAPTURE, MISSING]);
    const logged = await tcploom(['--log', log, CAPTURE, MISSING]);
    assert.deepEqual([logged.code, logged.stdout], [1, plain.stdout]);
    const isHandshake = (line: string): boolean => /\|.*\||^-{118}$/.test(line);
    const handshakes = plain.stderr.split('\n').filter(isHandshake);
    assert.ok(handshakes.length > 5);
    assert.equal(logged.stderr, `${handshakes.join('\n')}\n`);
    const others = plain.stderr.split('\n').filter((line) => !isHandshake(line));
    assert.equal(steady(textOf(log)), steady(others.join('\n')));
  });

  it('has the progress', async () => {
    const log = inFolder('progress.log');
    const run = await tcploom(['info', '--log', log, '--progress', 'json', CAPTURE]);
    assert.equal(run.stderr, '');
    const events = textOf(log).trimEnd().split('\n');
    assert.deepEqual(
      events.map((line) => (JSON.parse(line) as { event: string }).event),
      ['start', 'end'],
    );
  });

  it('has what ended the run', async () => {
    const log = inFolder('failed.log');
    const run = await tcploom(['-o', 'miruo=/dev/full', '--log', log, CAPTURE]);
    assert.deepEqual([run.code, run.stderr], [2, '']);
    assert.match(textOf(log), /^tcploom: writing \/dev\/full: no space left/m);
  });

  it('is a file that is not touched when the usage is wrong, which is told on standard error', async () => {
    const log = inFolder('kept.log');
    writeFileSync(log, 'kept');
    for (const args of [
      ['--view-data', '5', '-o', 'tcpeek', CAPTURE],
      ['--filter', 'tcp prt 5', CAPTURE],
      ['--from', '5', '--to', '3', CAPTURE],
    ]) {
      const run = await tcploom(['--log', log, ...args]);
      assert.equal(run.code, 2);
      assertMessages(run.stderr, [/^tcploom: /]);
    }
    assert.equal(textOf(log), 'kept');
    const twice = await tcploom(['--log', log, '--log', inFolder('other.log'), CAPTURE]);
    assertMessages(twice.stderr, [/given once/]);
  });

  it('is none of the files that are read or written', async () => {
    const copy = inFolder('copy.pcap');
    const link = inFolder('link.pcap');
    const list = inFolder('list');
    const result = inFolder('result.txt');
    copyFileSync(CAPTURE, copy);
    symlinkSync(copy, link);
    writeFileSync(list, `${copy}\n`);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--log', copy, copy], /one of the files that are read/],
      [['--log', link, copy], /one of the files that are read/],
      [['--log', copy, '--files-from', list], /one of the files that are read/],
      [['--log', list, '--files-from', list], /one of the files that are read/],
      [['--log', result, '-o', `miruo=${result}`, copy], /is where results go/],
      [['filter', '', copy, '-w', result, '--log', result], /is where results go/],
      [['info', copy, '--log', '-'], /is where results go/],
      [['info', copy, '--log', '/dev/stdout'], /is where results go/],
      [['info', copy, '--log', ''], /needs the name of a file/],
    ];
    for (const [args, message] of cases) {
      const run = await tcploom(args);
      assert.equal(run.code, 2, args.join(' '));
      assertMessages(run.stderr, [message]);
    }
    // A link to what is not there yet is the same place, however it leads there.
    const [folder, dangling, roundabout] = ['folder', 'dangling', 'roundabout'].map(inFolder);
    mkdirSync(inFolder('deep/deeper'), { recursive: true });
    symlinkSync(inFolder('deep/deeper'), folder);
    symlinkSync('result.txt', dangling);
    symlinkSync(`folder/../../dangling`, roundabout);
    for (const link of [dangling, roundabout, inFolder('deep/../result.txt'), `${folder}/../../result.txt`]) {
      for (const [one, other] of [
        [link, result],
        [result, link],
      ]) {
        const run = await tcploom(['--log', one, '-o', `miruo=${other}`, copy]);
        assert.equal(run.code, 2, link);
        assertMessages(run.stderr, [/is where results go/]);
      }
      const two = await tcploom(['-o', `tcpeek=${link}`, '-o', `miruo=${result}`, copy]);
      assertMessages(two.stderr, [/two results cannot go to/]);
    }
    assert.deepEqual(readFileSync(copy), readFileSync(CAPTURE));
    assert.ok(!existsSync(result));
    const same = await bash(`$TCPLOOM info ${copy} --log ${result} > ${result}`);
    assertMessages(same.stderr, [/is where results go/]);
  });

  it('that cannot be opened ends the run before it begins', async () => {
    for (const [path, reason] of [
      [join(MISSING, 'log'), 'no such'],
      [FOLDER, 'is a directory'],
    ]) {
      const run = await tcploom(['info', '--log', path, CAPTURE]);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assertMessages(run.stderr, [new RegExp(`^tcploom: writing .*${reason}`)]);
    }
  });

  it('that can be written no more is told once, and is a failure; results are whole, the rest goes to standard error', async () => {
    const plain = await tcploom(['-o', 'miruo', MISSING, CAPTURE]);
    const run = await tcploom(['-o', 'miruo', '--log', '/dev/full', MISSING, CAPTURE]);
    assert.deepEqual([run.code, run.stdout], [2, plain.stdout]);
    const told = run.stderr.split('\n').filter((line) => line.startsWith('tcploom:'));
    assert.equal(told.length, 1);
    assert.match(told[0], /writing \/dev\/full: no space left/);
    assert.match(run.stderr, /Session Statistics/);
  });

  it('may be a FIFO', async () => {
    const fifo = inFolder('log.fifo');
    execFileSync('mkfifo', [fifo]);
    const child = spawn(process.execPath, [LAUNCHER, 'info', '--log', fifo, MISSING, CAPTURE], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const over = ended(child);
    const reader = await bash(`cat ${fifo}`);
    const run = await over;
    assert.deepEqual([run.code, run.stderr], [1, '']);
    assert.match(reader.stdout, /missing\.pcap/);
  });

  it('that nobody reads holds up no run that a signal ends', async () => {
    const [fifo, silent] = [inFolder('unread.fifo'), inFolder('silent.fifo')];
    execFileSync('mkfifo', [fifo, silent]);
    const held = openSync(silent, 'r+');
    try {
      for (const args of [[], ['info'], ['filter', '-c', '']]) {
        await assertPrompt(FLUSH_MS, async () => {
          const command = [LAUNCHER, ...args, '--log', fifo, MISSING, silent];
          const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
          const over = ended(child);
          await untilOpened(child.pid!, silent);
          const beganMs = performance.now();
          child.kill('SIGTERM');
          const run = await over;
          assert.deepEqual([run.code, run.stderr], [143, ''], args.join(' '));
          return performance.now() - beganMs;
        });
      }
    } finally {
      closeSync(held);
    }
  });

  it('may be standard error, where everything goes anyway, or standard output where no results go', async () => {
    const plain = await tcploom(['info', '--files-from', MISSING, CAPTURE, MISSING]);
    for (const path of ['/dev/stderr', '/dev/fd/2']) {
      const run = await tcploom(['info', '--log', path, '--files-from', MISSING, CAPTURE, MISSING]);
      assert.deepEqual(run, plain);
    }
    const result = inFolder('elsewhere.txt');
    const run = await tcploom(['-o', `miruo=${result}`, '--log', '-', CAPTURE]);
    assert.deepEqual([run.code, run.stderr], [0, '']);
    assert.match(run.stdout, /Session Statistics/);
  });
});
