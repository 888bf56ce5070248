/**
 * Results in the places that `-o` names, live lines, limits, and statistics on the way: the program as a user runs it.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { assertMessages, bash, ended, LAUNCHER, steady, tcploom, temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
const CAPTURE = 'datasets/lossy.pcap';
const OTHER = 'datasets/web.pcap';
const FIRST_LINE = `reading from ${CAPTURE}\n`;

/** The blocks of statistics, each as its figures by name. */
function blocksOf(stderr: string): Map<string, string>[] {
  const blocks = stderr.split('===== Session Statistics =====\n').slice(1);
  return blocks.map((text) => {
    const pairs = text.matchAll(/^ *([A-Za-z0-9]+(?: [A-Z]\w+)?) *: (.*)$/gm);
    return new Map(Array.from(pairs, ([, name, value]) => [name, value]));
  });
}

/** The environment in which tcpdump is this script. */
function capturing(name: string, script: string): NodeJS.ProcessEnv {
  const folder = join(FOLDER, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'tcpdump'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}

/** A line of shell that waits for a file; not for ever, should the test have failed. */
const untilThere = (path: string): string =>
  `i=0; while [ ! -e ${path} ] && [ $i -lt 3000 ]; do sleep 0.1; i=$((i+1)); done`;

const live = (env: NodeJS.ProcessEnv, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [LAUNCHER, '-i', 'eth9', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });

describe('-o', () => {
  it('miruo, miruo=- and nothing are the same', async () => {
    const expected = (await tcploom([CAPTURE])).stdout;
    assert.ok(expected.startsWith(FIRST_LINE) && expected.length > 1000);
    for (const places of [['-o', 'miruo'], ['--output', 'miruo=-'], ['-omiruo']]) {
      assert.equal((await tcploom([...places, CAPTURE])).stdout, expected, places.join(' '));
    }
  });

  it('makes a file though there is nothing to say in it, unless nothing could be read', async () => {
    for (const format of ['tcpeek', 'ndjson']) {
      const path = join(FOLDER, `nothing-of-${format}`);
      assert.equal((await tcploom(['-o', `${format}=${path}`, join(FOLDER, 'not-there')])).code, 2);
      assert.equal(existsSync(path), false);
      assert.equal((await tcploom(['--filter', 'udp', '-o', `${format}=${path}`, CAPTURE])).code, 0);
      assert.equal(readFileSync(path, 'latin1'), '', format);
    }
  });

  it('spares the files that say what is read', async () => {
    const expression = join(FOLDER, 'expression');
    const list = join(FOLDER, 'list');
    writeFileSync(expression, 'tcp\n');
    writeFileSync(list, `${resolve(CAPTURE)}\n`);
    for (const [file, ...from] of [
      [expression, '--filter-file', expression, CAPTURE],
      [list, '--files-from', list],
    ]) {
      const before = readFileSync(file, 'latin1');
      const run = await tcploom([...from, '-o', `miruo=${file}`]);
      assertMessages(run.stderr, [/ is one of the files that are read: it would be overwritten/]);
      assert.equal(run.code, 2);
      assert.equal(readFileSync(file, 'latin1'), before);
    }
  });

  it('writes to a file, over what was there, and to several places at once', async () => {
    const expected = (await tcploom(['--all', CAPTURE])).stdout;
    const [one, two] = ['one.txt', 'two = 2.txt'].map((name) => join(FOLDER, name));
    writeFileSync(one, 'x'.repeat(1_000_000));
    const run = await tcploom(['--all', '-o', `miruo=${one}`, '-o', 'miruo', '-o', `miruo=${two}`, CAPTURE]);
    assert.equal(run.code, 0);
    assert.equal(run.stdout, expected);
    for (const place of [one, two]) assert.equal(readFileSync(place, 'latin1'), expected, place);
    const alone = await tcploom(['--all', '-o', `miruo=${one}`, OTHER]);
    assert.equal(alone.stdout, '');
    assert.notEqual(readFileSync(one, 'latin1'), expected);
  });

  it('has no colours unless told where one of the places is no terminal', async () => {
    const place = join(FOLDER, 'colour.txt');
    await tcploom(['--color', '1', '-o', `miruo=${place}`, CAPTURE]);
    assert.ok(readFileSync(place, 'latin1').includes('\x1b[33m'));
    await tcploom(['-o', `miruo=${place}`, CAPTURE]);
    assert.ok(!readFileSync(place, 'latin1').includes('\x1b'));
  });

  it('leaves what is there alone when nothing can be read, and never overwrites what is', async () => {
    const place = join(FOLDER, 'kept.txt');
    writeFileSync(place, 'kept');
    assert.equal((await tcploom(['-o', `miruo=${place}`, join(FOLDER, 'missing.pcap')])).code, 2);
    assert.equal(readFileSync(place, 'latin1'), 'kept');
    const capture = join(FOLDER, 'capture.pcap');
    copyFileSync(CAPTURE, capture);
    const run = await tcploom(['-o', `miruo=${FOLDER}/../${FOLDER.split('/').at(-1)}/capture.pcap`, capture]);
    assert.equal(run.code, 2);
    assert.deepEqual(readFileSync(capture), readFileSync(CAPTURE));
  });

  it('names the place that cannot be written to', async () => {
    for (const [place, message] of [
      [join(FOLDER, 'no', 'x'), /^tcploom: writing .*x: no such file/],
      ['/dev/full', /^tcploom: writing \/dev\/full: no space left/],
    ] as const) {
      const run = await tcploom(['--all', '-o', 'miruo', '-o', `miruo=${place}`, CAPTURE]);
      assertMessages(run.stderr, [message]);
      assert.equal(run.code, 2);
    }
  });

  it('waits for the reader of a FIFO, and ends by a signal when none comes', async () => {
    const fifo = join(FOLDER, 'results.fifo');
    const read = await bash(
      `mkfifo ${fifo}; $TCPLOOM -o miruo=${fifo} ${CAPTURE} 2>/dev/null & sleep 0.5; cat ${fifo}; wait`,
    );
    assert.equal(read.stdout, (await tcploom([CAPTURE])).stdout);
    const child = spawn(process.execPath, [LAUNCHER, '-o', `miruo=${fifo}`, CAPTURE], { stdio: 'pipe' });
    setTimeout(() => child.kill('SIGTERM'), 1000);
    assert.equal((await ended(child)).code, 143);
  });
});

describe('statistics on the way', () => {
  it('are the same for any number of workers and block size, at seconds of packet time', async () => {
    const outputs = new Set<string>();
    for (const workers of ['1', '2', '3', '8']) {
      for (const size of ['64K', '1M']) {
        const run = await tcploom(['--stat', '1', '--workers', workers, '--block-size', size, CAPTURE, OTHER]);
        outputs.add(steady(run.stderr));
        for (const block of blocksOf(run.stderr)) assert.match(block.get('RSS') ?? '', /^[1-9]\d{3,}KB$/);
      }
    }
    assert.equal(outputs.size, 1);
    const blocks = blocksOf([...outputs][0]);
    assert.ok(blocks.length >= 6, `${blocks.length} blocks`);
    const received = blocks.map((block) => Number(block.get('recv')));
    assert.deepEqual(
      received,
      received.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      blocks.slice(0, 3).map((block) => block.get('Capture Time')),
      ['00:00:01', '00:00:02', '00:00:02'],
    );
  });

  it('0 is for the last block only, which is the same whatever came before', async () => {
    const last = (stderr: string): string => steady(stderr).split('\n\n').at(-1) ?? '';
    const plain = await tcploom([CAPTURE]);
    for (const [seconds, blocks] of [
      ['0', 1],
      ['3', 3],
    ] as const) {
      const run = await tcploom(['miruo', `-s${seconds}`, '-f', CAPTURE]);
      assert.equal(blocksOf(run.stderr).length, blocks);
      assert.equal(last(`\n${run.stderr}`), last(`\n${plain.stderr}`));
      assert.equal(run.stdout, plain.stdout);
    }
  });

  it('come by the clock from an interface, though nothing else does', async () => {
    const stop = join(FOLDER, 'stop-idle');
    const env = capturing('idle', `cat ${resolve(CAPTURE)}; ${untilThere(stop)}`);
    const beganMs = performance.now();
    const child = live(env, '-o', 'miruo', '--stat', '1');
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
      if (blocksOf(errors).length >= 4) writeFileSync(stop, '');
    });
    const run = await ended(child);
    const seconds = (performance.now() - beganMs) / 1000;
    const blocks = blocksOf(run.stderr);
    // The last one is that of the end.
    assert.ok(blocks.length > 4 && blocks.length - 1 <= seconds, `${blocks.length} blocks in ${seconds} s`);
    for (const block of blocks) assert.deepEqual([block.get('recv'), block.get('Total Sessions')], ['595', '7']);
  });
});

describe('--live', () => {
  it('prints what comes at once', async () => {
    // The capture goes on until its last lines are there.
    const stop = join(FOLDER, 'stop-prompt');
    const env = capturing('prompt', `cat ${resolve(CAPTURE)}; ${untilThere(stop)}`);
    const child = live(env, '--live');
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n0007:')) writeFileSync(stop, '');
    });
    assert.equal((await ended(child)).code, 0);
    assert.ok(existsSync(stop));
  });

  it('is the same for any number of workers and block size', async () => {
    const outputs = new Set<string>();
    for (const workers of ['1', '2', '3', '8']) {
      for (const size of ['64K', '1M']) {
        outputs.add((await tcploom(['--live', '--workers', workers, '--block-size', size, CAPTURE, OTHER])).stdout);
      }
    }
    assert.equal(outputs.size, 1);
    assert.match(
      [...outputs][0],
      /^0001:0000 \d\d:\d\d:\d\d\.957 10\.66\.0\.1:52634 >----S-> 10\.66\.0\.2:80 SYN_SENT\/SYN_RECV {7}DEEAFBCC/m,
    );
  });
});

describe('limits', () => {
  it('are told, shown, and counted', async () => {
    const run = await tcploom(['miruo', '-L3', '-l20', '--all', '--workers', '3', '-f', CAPTURE]);
    assert.match(run.stderr, /^tcploom: .*one tracker.*\n/);
    const [block] = blocksOf(run.stderr);
    const [sessions, segments] = [Number(block.get('DropSession')), Number(block.get('DropSegment'))];
    assert.ok(sessions > 0 && segments > 0, `${sessions} and ${segments}`);
    assert.deepEqual([block.get('ActiveSessionLim'), block.get('ActiveSegmentLim')], ['3', '20']);
    assert.deepEqual([block.get('ActiveSessionMax'), block.get('ActiveSegmentMax')], ['3', '20']);
  });
});

describe('messages among results', () => {
  it('have the same place whatever the number of workers and the block size', async () => {
    const whole = readFileSync(CAPTURE);
    const cut = join(FOLDER, 'cut.pcap');
    const damaged = join(FOLDER, 'damaged.pcap');
    writeFileSync(cut, whole.subarray(0, whole.length / 2));
    writeFileSync(damaged, Buffer.concat([whole.subarray(0, 20_000), Buffer.alloc(40, 0xff), whole.subarray(20_000)]));
    const args = [cut, join(FOLDER, 'missing'), damaged, OTHER, cut, '--resync', '--unfinished', '--checksum', '2'];
    const texts = new Set<string>();
    for (const workers of ['1', '2', '3', '8']) {
      for (const size of ['64K', '1M']) {
        const run = await tcploom([...args, '--workers', workers, '--block-size', size]);
        assert.equal(run.code, 1);
        texts.add(steady(run.stderr));
      }
    }
    assert.equal(texts.size, 1);
    const [text] = texts;
    // Handshakes of the first capture, its message, those of the others.
    assert.match(
      text,
      / success [\s\S]*cut\.pcap at byte[\s\S]*missing: [\s\S]*bytes were skipped[\s\S]* success [\s\S]*cut\.pcap at/,
    );
  });
});

describe('results in one place', () => {
  it('are refused under two names', async () => {
    const file = join(FOLDER, 'one-file');
    const link = join(FOLDER, 'one-link');
    writeFileSync(file, '');
    symlinkSync(file, link);
    for (const [first, second] of [
      ['-', '/dev/stdout'],
      ['/dev/stdout', '/dev/fd/1'],
      [file, link],
    ]) {
      const run = await tcploom(['-o', `miruo=${first}`, '-o', `tcpeek=${second}`, CAPTURE]);
      assertMessages(run.stderr, [/^tcploom: two results cannot go to /]);
      assert.equal(run.code, 2);
    }
  });

  it('standard error has a name', async () => {
    const usual = await tcploom([CAPTURE]);
    const run = await tcploom(['-o', 'miruo', '-o', 'tcpeek=/dev/stderr', CAPTURE]);
    assert.deepEqual([run.stdout, steady(run.stderr)], [usual.stdout, steady(usual.stderr)]);
  });

  it('options of a result that is not wanted are refused', async () => {
    for (const [wanted, ...options] of [
      ['miruo', '--icmp'],
      ['miruo', '--session-filter', 'a:RX@%:%'],
      ['tcpeek', '--all'],
      ['tcpeek', '--no-timeout'],
      ['tcpeek', '--session-limit', '5'],
    ]) {
      const run = await tcploom(['-o', wanted, ...options, CAPTURE]);
      assertMessages(run.stderr, [
        new RegExp(`^tcploom: ${options[0]} is about (handshakes|sessions), which are not asked for`),
      ]);
      assert.equal(run.code, 2);
    }
  });
});
