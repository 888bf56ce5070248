/**
 * Outputs that cannot be written to their end: one message with the place and what happened, exit code 2, and nothing half-written
 * that looks whole. On a small file system where the tests may mount one, and with a limit of the size of files anywhere.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generateFile } from '../../datasets/generate.js';
import { assertMessages, bash, hasStatistics, tcploom, temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
/** By itself: what is mounted somewhere cannot be removed. */
const SMALL = mkdtempSync(join(tmpdir(), 'tcploom-small-'));
const ROOM_BYTES = 1 << 20;
/** With these, there are some megabytes of lines. */
const EVERYTHING = ['--all', '--view-data', '1000'];

const isMounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM_BYTES}`, 'tmpfs', SMALL], { stdio: 'ignore' }).status === 0;
const skip = !isMounted && 'no small file system can be mounted here';
after(() => {
  if (isMounted) spawnSync('umount', ['-l', SMALL], { stdio: 'ignore' });
  rmSync(SMALL, { recursive: true });
});

before(() => {
  generateFile({ bytes: 8_000_000, profile: 'small', sessions: 300, loss: 0.01 }, CAPTURE);
});

const small = (name: string): string => join(SMALL, name);
/** Empties it: what one test left takes the room of the next. */
const clear = (): void => {
  for (const name of readdirSync(SMALL)) spawnSync('rm', ['-rf', small(name)]);
};

const FULL = 'no space left on the device';
const aside = (path: string): string => `; what could be written is in ${path}.partial`;

/** Nothing is at the path; beside it is the beginning of `whole`, cut where a line ends. */
function assertLinesAside(path: string, whole: string): void {
  assert.equal(existsSync(path), false, path);
  const text = readFileSync(`${path}.partial`, 'latin1');
  assert.ok(text.length > 0 && text.length < whole.length && text.endsWith('\n'), JSON.stringify(text.slice(-80)));
  assert.ok(whole.startsWith(text));
}

describe('a disk that is full', { skip }, () => {
  for (const format of ['miruo', 'tcpeek']) {
    const options = format === 'miruo' ? EVERYTHING : [];
    it(`-o ${format}=FILE: whole lines under another name, in place of what had it`, async () => {
      clear();
      const path = small(format);
      // Handshakes are few lines: then there is less room.
      writeFileSync(small('filler'), new Uint8Array(format === 'miruo' ? 1 : ROOM_BYTES - 65_536));
      writeFileSync(`${path}.partial`, 'of before');
      const run = await tcploom([...options, '-o', `${format}=${path}`, CAPTURE]);
      assertMessages(run.stderr, [`tcploom: writing ${path}: ${FULL}${aside(path)}`]);
      assert.equal(hasStatistics(run.stderr), false);
      assert.equal(run.code, 2);
      assertLinesAside(path, (await tcploom([...options, '-o', format, CAPTURE])).stdout);
    });
  }

  it('the other output of two is flushed', async () => {
    clear();
    const other = join(FOLDER, 'handshakes');
    const run = await tcploom([...EVERYTHING, '-o', `miruo=${small('a')}`, '-o', `tcpeek=${other}`, CAPTURE]);
    assertMessages(run.stderr, [`tcploom: writing ${small('a')}: ${FULL}${aside(small('a'))}`]);
    assert.equal(run.code, 2);
    const text = readFileSync(other, 'latin1');
    assert.ok(text.endsWith('\n'));
    assert.ok((await tcploom(['-o', 'tcpeek', CAPTURE])).stdout.startsWith(text));
  });

  it('behind a link it is the file that gets another name', async () => {
    clear();
    const link = join(FOLDER, 'link');
    symlinkSync(small('a'), link);
    const run = await tcploom([...EVERYTHING, '-o', `miruo=${link}`, CAPTURE]);
    assertMessages(run.stderr, [`tcploom: writing ${link}: ${FULL}${aside(small('a'))}`]);
    assert.equal(existsSync(`${link}.partial`), false);
    assert.ok(existsSync(small('a.partial')));
  });

  it('a name that cannot be had is said', async () => {
    clear();
    mkdirSync(small('a.partial'));
    const run = await tcploom([...EVERYTHING, '-o', `miruo=${small('a')}`, CAPTURE]);
    const what = `it is not whole, and could not be renamed to ${small('a')}.partial: is a directory`;
    assertMessages(run.stderr, [`tcploom: writing ${small('a')}: ${FULL}; ${what}`]);
    assert.equal(run.code, 2);
    assert.ok(existsSync(small('a')));
  });

  it('filter -w OUT: whole packets under another name', async () => {
    clear();
    const path = small('out.pcap');
    const run = await tcploom(['filter', 'tcp', '-w', path, '--block-size', '64K', CAPTURE]);
    assertMessages(run.stderr, [`tcploom: writing ${path}: ${FULL}${aside(path)}`]);
    assert.equal(run.code, 2);
    assert.equal(existsSync(path), false);
    const info = await tcploom(['info', `${path}.partial`]);
    assertMessages(info.stderr, []);
    assert.equal(info.code, 0);
    assert.ok(statSync(`${path}.partial`).size > ROOM_BYTES / 2);
  });

  it('plot -p: there is no picture, or that of before', async () => {
    clear();
    for (const before of [undefined, 'a picture']) {
      if (before !== undefined) writeFileSync(small('a.svg'), before);
      spawnSync('dd', ['if=/dev/zero', `of=${small('filler')}`, 'bs=4096']);
      const run = await tcploom(['plot', '-p', small('a.svg'), 'datasets/reports.tsv']);
      assertMessages(run.stderr, [`tcploom: writing ${small('a.svg')}: ${FULL}`]);
      assert.equal(run.code, 2);
      assert.equal(existsSync(small('a.svg')) ? readFileSync(small('a.svg'), 'latin1') : undefined, before);
      clear();
    }
  });

  it('standard output that is a file of its own: cut to whole lines, or packets', async () => {
    clear();
    const run = await bash(`$TCPLOOM ${EVERYTHING.join(' ')} ${CAPTURE} > ${small('a')}`);
    assertMessages(run.stderr, [`tcploom: writing standard output: ${FULL}`]);
    assert.equal(run.code, 2);
    const text = readFileSync(small('a'), 'latin1');
    assert.ok(text.endsWith('\n') && text.length > ROOM_BYTES / 2, `${text.length} bytes`);
    assert.equal(existsSync(small('a.partial')), false);
    clear();
    const filter = await bash(`$TCPLOOM filter tcp -w - --block-size 64K ${CAPTURE} > ${small('a')}`);
    assertMessages(filter.stderr, [`tcploom: writing standard output: ${FULL}`]);
    assert.equal(filter.code, 2);
    const info = await tcploom(['info', small('a')]);
    assertMessages(info.stderr, []);
  });

  it('standard output that others write to as well: left as it is, as a gap would be worse', async () => {
    for (const line of ['( $TCPLOOM ARGS; exit $? ) > FILE', '$TCPLOOM ARGS >> FILE', '$TCPLOOM ARGS > FILE 2>&1']) {
      clear();
      const args = `${EVERYTHING.join(' ')} -o miruo ${CAPTURE}`;
      const run = await bash(line.replace('ARGS', args).replace('FILE', small('a')));
      assert.equal(run.code, 2, line);
      assert.equal(statSync(small('a')).size, ROOM_BYTES, line);
    }
  });
});

describe('a limit of the size of files', () => {
  const LIMIT_BLOCKS = 300;
  const limited = (args: string): ReturnType<typeof bash> => bash(`ulimit -f ${LIMIT_BLOCKS}; $TCPLOOM ${args}`);
  const LARGE = 'the file would be too large';

  it('is no silent death: -o FILE, and standard output', async () => {
    const path = join(FOLDER, 'limited');
    const run = await limited(`${EVERYTHING.join(' ')} -o miruo=${path} ${CAPTURE}`);
    assertMessages(run.stderr, [`tcploom: writing ${path}: ${LARGE}${aside(path)}`]);
    assert.equal(run.code, 2);
    assertLinesAside(path, (await tcploom([...EVERYTHING, '-o', 'miruo', CAPTURE])).stdout);
    const standard = await limited(`${EVERYTHING.join(' ')} ${CAPTURE} > ${path}`);
    assertMessages(standard.stderr, [`tcploom: writing standard output: ${LARGE}`]);
    assert.equal(standard.code, 2);
    assert.ok(readFileSync(path, 'latin1').length <= LIMIT_BLOCKS * 1024);
  });
});

describe('a Parquet file that cannot be finished', () => {
  it('has another name, and what was there stays', async () => {
    const path = join(FOLDER, 'limited.parquet');
    writeFileSync(path, 'of before');
    const run = await bash(`ulimit -f 8; $TCPLOOM -o parquet=${path} ${CAPTURE}`);
    const why = 'the file would be too large';
    const where = `what was written is in ${path}.partial, and is of no use without the rest`;
    assertMessages(run.stderr, [`tcploom: writing ${path}: ${why}; ${where}`]);
    assert.equal(run.code, 2);
    assert.equal(readFileSync(path, 'latin1'), 'of before');
    assert.ok(existsSync(`${path}.partial`));
  });
});

describe('what an output that is not whole would take the place of', () => {
  it('a capture is told before anything is written', async () => {
    const out = join(FOLDER, 'again.pcap');
    const link = join(FOLDER, 'again-link');
    writeFileSync(`${out}.partial`, readFileSync('datasets/lossy.pcap'));
    symlinkSync(out, link);
    for (const args of [
      ['filter', '', '-w', out],
      ['-o', `miruo=${out}`],
      ['-o', `miruo=${link}`],
    ]) {
      const run = await tcploom([...args, `${out}.partial`]);
      assertMessages(run.stderr, [/again\.pcap\.partial is one of the files that are read: it would be replaced if /]);
      assert.equal(run.code, 2);
      assert.equal(existsSync(out), false);
    }
  });

  it('another output, or the log, is told before anything is written', async () => {
    const capture = 'datasets/lossy.pcap';
    const out = join(FOLDER, 'first');
    const partial = `${out}.partial`;
    const [link, other] = ['first-link', 'partial-link'].map((name) => join(FOLDER, name));
    symlinkSync(out, link);
    symlinkSync(partial, other);
    const named = (name: string, from = out): string =>
      `tcploom: ${name} is written to as well: it would be replaced if ${from} could not be finished (see 'tcploom --help')`;
    const ofFilter = (name: string): string => named(name).replace('tcploom --help', 'tcploom filter --help');
    for (const [line, message] of [
      [`--log ${partial} -o miruo=${out} ${capture}`, named(partial)],
      [`--log ${other} -o miruo=${out} ${capture}`, named(other)],
      [`--log ${partial} -o miruo=${link} ${capture}`, named(partial, link)],
      [`-o miruo=${out} -o tcpeek=${partial} ${capture}`, named(partial)],
      [`-o report=${partial} -o miruo=${out} ${capture}`, named(partial)],
      [`filter --log ${partial} '' -w ${out} ${capture}`, ofFilter(partial)],
    ]) {
      const run = await bash(`$TCPLOOM ${line}`);
      assertMessages(run.stderr, [message]);
      assert.equal(run.code, 2);
      assert.equal(existsSync(out) || existsSync(partial), false, line);
    }
    const redirected = await bash(`$TCPLOOM -o miruo=- -o tcpeek=${out} ${capture} > ${partial}`);
    assertMessages(redirected.stderr, [named('standard output')]);
    await bash(`$TCPLOOM filter '' -w ${out} ${capture} 2> ${partial}`);
    assertMessages(readFileSync(partial, 'latin1'), [ofFilter('standard error')]);
    // A log is not given another name.
    const log = await tcploom(['--log', out, '-o', `miruo=${partial}`, capture]);
    assert.equal(log.code, 0, log.stderr);
  });
});
