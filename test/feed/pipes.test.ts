/**
 * Inputs that may stay silent: FIFOs, pipes and sockets, with writers of all habits. None of them holds a thread or the
 * process when it is to end.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NOTHING_YET, SOURCE_ENDED } from '../../src/capture/byte-source.js';
import { feedKind } from '../../src/capture/feed-kind.js';
import { FeedSource } from '../../src/capture/feed-source.js';
import { askToFinish, childrenAtWork } from '../../src/ring/byte-ring.js';
import { Feeding, readAll } from '../support/feeding.js';
import { built, ended, LIMIT_MS, temporaryFolder } from '../support/launch.js';
import { isAlive } from '../support/processes.js';
import { missing } from '../support/programs.js';
import { assertPrompt, until } from '../support/prompt.js';
import { noise } from '../support/random.js';

const FOLDER = temporaryFolder();
const LARGE = noise(20_000_000);
const LARGE_FILE = join(FOLDER, 'large');
writeFileSync(LARGE_FILE, LARGE);

let names = 0;
function fifo(): string {
  const path = join(FOLDER, `fifo-${names++}`);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Starts a shell line, which goes on while the test's thread blocks, at most to the end of the tests. */
function shell(line: string): void {
  shells.push(spawn('sh', ['-c', line], { stdio: 'ignore', detached: true }));
}
const shells: ChildProcess[] = [];
after(() => {
  for (const child of shells) {
    // With all that it started: it leads a group of its own.
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
  }
});
/** Longer than any wait here. */
const FOR_EVER = 'sleep 3600';

let feeding: Feeding;
before(() => {
  feeding = new Feeding();
});
after(() => feeding.end());

describe('a FIFO', () => {
  it('gives all of many bytes', () => {
    const path = fifo();
    shell(`cat ${LARGE_FILE} > ${path}`);
    const { bytes, outcome } = feeding.readInput(path);
    assert.ok(bytes.equals(LARGE));
    assert.deepEqual(outcome, { compressions: [], inputBytes: LARGE.length, isFinished: false });
  });

  it('is waited for when its writer comes late', () => {
    const path = fifo();
    shell(`sleep 0.7; printf late > ${path}`);
    assert.equal(feeding.readInput(path).bytes.toString(), 'late');
  });

  it('has ended when its writer has, without a byte', () => {
    const path = fifo();
    shell(`sleep 0.2; : > ${path}`);
    const { bytes, outcome } = feeding.readInput(path);
    assert.equal(bytes.length, 0);
    assert.equal(outcome.problem, undefined);
  });

  it('goes on as long as one of several writers is there', () => {
    const path = fifo();
    shell(`exec 9> ${path}; sh -c 'printf one >&9'; sleep 0.3; sh -c 'printf two >&9'; sleep 0.3; printf three >&9`);
    assert.equal(feeding.readInput(path).bytes.toString(), 'onetwothree');
  });

  it('whose writer is slow gives each piece at once, and says meanwhile that nothing is there', async () => {
    const path = fifo();
    const held = openSync(path, 'r+');
    const source = new FeedSource(feeding.link, { kind: 'input', name: path });
    const into = Buffer.alloc(1 << 20);
    const read = (): number => source.read(into, 0, into.length);
    let pieces = 0;
    await assertPrompt(100, () => {
      const piece = `piece ${pieces++}`;
      const beganMs = performance.now();
      writeSync(held, piece);
      let bytes = read();
      while (bytes === NOTHING_YET) bytes = read();
      const tookMs = performance.now() - beganMs;
      assert.equal(into.toString('latin1', 0, bytes), piece);
      for (let looks = 0; looks < 3; looks++) assert.equal(read(), NOTHING_YET);
      // The first has to wait for the input to be opened.
      return pieces === 1 ? Number.POSITIVE_INFINITY : tookMs;
    });
    closeSync(held);
    assert.equal(readAll(source).length, 0);
    source.close();
  });

  it('closed while it is silent lets the next one follow', async () => {
    await assertPrompt(200, () => {
      const silent = fifo();
      const source = new FeedSource(feeding.link, { kind: 'input', name: silent });
      assert.equal(source.read(Buffer.alloc(10), 0, 10), NOTHING_YET);
      const beganMs = performance.now();
      source.close();
      const tookMs = performance.now() - beganMs;
      assert.equal(source.outcome!.problem, undefined);
      return tookMs;
    });
    const path = fifo();
    shell(`printf next > ${path}`);
    assert.equal(feeding.readInput(path).bytes.toString(), 'next');
  });

  it('closed with the ring full lets the next one follow, from its first byte', () => {
    const path = fifo();
    shell(`cat ${LARGE_FILE} > ${path}`);
    const source = new FeedSource(feeding.link, { kind: 'input', name: path });
    const into = Buffer.alloc(100);
    const endMs = performance.now() + LIMIT_MS;
    while (source.read(into, 0, 100) === NOTHING_YET) assert.ok(performance.now() < endMs);
    execFileSync('sleep', ['0.2']);
    source.close();
    const other = fifo();
    shell(`cat ${LARGE_FILE} > ${other}`);
    assert.ok(feeding.readInput(other).bytes.equals(LARGE));
  });
});

describe('inputs that the main thread asks to finish', () => {
  it('end with what there was and without a problem, silent or cut', async () => {
    for (const [begin, expected] of [
      [`printf there >&9`, 'there'],
      [`printf there | gzip -c | head -c 7 >&9`, ''],
    ]) {
      let text = '';
      // So few bytes are held back until there are more, so it does not show from outside when the feeder has taken them.
      for (const waitMs of [300, 3000, 30_000]) {
        text = await finished(begin, waitMs);
        if (text === expected) break;
      }
      assert.equal(text, expected);
    }
  });

  /** What an input gives that is asked to finish so long after its writer, who stays, has written. */
  async function finished(begin: string, waitMs: number): Promise<string> {
    const other = new Feeding();
    const path = fifo();
    shell(`exec 9> ${path}; ${begin}; : > ${path}.written; ${FOR_EVER}`);
    const source = new FeedSource(other.link, { kind: 'input', name: path });
    const into = Buffer.alloc(100);
    let text = '';
    const endMs = performance.now() + LIMIT_MS;
    for (let finishMs = Number.POSITIVE_INFINITY; ; ) {
      const bytes = source.read(into, 0, 100);
      if (bytes === SOURCE_ENDED) break;
      if (bytes > 0) text += into.toString('latin1', 0, bytes);
      const nowMs = performance.now();
      if (existsSync(`${path}.written`)) finishMs = Math.min(finishMs, nowMs + waitMs);
      if (nowMs >= finishMs) askToFinish(other.link.ring);
      assert.ok(nowMs < endMs);
    }
    source.close();
    assert.equal(source.outcome!.problem, undefined);
    await other.end();
    return text;
  }
});

describe('many inputs in a row', () => {
  it('come each from its first byte to its last', () => {
    for (let round = 0; round < 200; round++) {
      const source = new FeedSource(feeding.link, { kind: 'input', name: LARGE_FILE });
      const into = Buffer.alloc(1 + round * 97);
      let got = 0;
      while (got < into.length) got += Math.max(0, source.read(into, got, into.length - got));
      assert.ok(into.equals(LARGE.subarray(0, into.length)));
      source.close();
    }
    const source = new FeedSource(feeding.link, { kind: 'input', name: LARGE_FILE });
    assert.ok(readAll(source).equals(LARGE));
    source.close();
  });
});

describe('a thread that is to end', () => {
  it('does so within 0.3 s while a FIFO is silent, and its process too', async () => {
    for (const state of ['no writer', 'a silent writer']) {
      const path = fifo();
      if (state === 'a silent writer') shell(`exec 9<> ${path}; ${FOR_EVER}`);
      await assertPrompt(300, async () => {
        const run = await ended(spawn(process.execPath, [built('test/support/feed-inputs.ts'), path, 'end:300']));
        assert.equal(run.code, 0);
        return (JSON.parse(run.stdout) as { endedMs: number }).endedMs;
      });
    }
  });

  it('leaves no program behind', {
    skip: spawnSync('xz', ['--version']).error !== undefined && 'no xz here',
  }, async () => {
    const path = fifo();
    shell(`exec 9> ${path}; printf '\\375\\067\\172\\130\\132\\000' >&9; ${FOR_EVER}`);
    const other = new Feeding();
    new FeedSource(other.link, { kind: 'input', name: path });
    await until('a program is started', () => childrenAtWork(other.link.ring).length > 0);
    const [pid] = childrenAtWork(other.link.ring);
    assert.ok(isAlive(pid) || process.platform !== 'linux');
    await other.end();
    await until('the program is gone', () => !isAlive(pid));
  });
});

describe('descriptors', () => {
  const run = async (line: string): Promise<{ kind: unknown; length: number; sha1: string; problem?: unknown }[]> => {
    const program = `${process.execPath} ${built('test/support/feed-inputs.ts')}`;
    const env = { ...process.env, FEED: program, LARGE: LARGE_FILE };
    const outcome = await ended(spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], env }));
    assert.equal(outcome.stderr, '');
    return outcome.stdout
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text));
  };
  const sha1 = createHash('sha1').update(LARGE).digest('hex');

  const cases: readonly [name: string, line: string, kind?: unknown][] = [
    ['standard input, a pipe', 'cat $LARGE | $FEED -'],
    ['standard input, a pipe whose writer has gone', '{ sleep 0.3; $FEED -; } < <(cat $LARGE)'],
    ['/dev/stdin, a pipe', 'cat $LARGE | $FEED /dev/stdin'],
    ['/dev/fd/7, a pipe', 'cat $LARGE | $FEED /dev/fd/7 7<&0'],
    ['process substitution', '$FEED <(cat $LARGE)'],
    ['standard input, a file', '$FEED - < $LARGE', 'direct'],
    [
      'standard input, a socket',
      `python3 -c 'import socket,subprocess,sys,threading
a,b=socket.socketpair()
p=subprocess.Popen(sys.argv[1:],stdin=b); b.close()
a.sendall(open("'$LARGE'","rb").read()); a.close(); p.wait()' $FEED -`,
    ],
  ];
  for (const [name, line, kind = 'feed'] of cases) {
    it(`${name}: all bytes`, { skip: line.startsWith('python3') && missing('python3') }, async () => {
      const [input] = await run(line);
      assert.deepEqual([input.kind, input.length, input.sha1], [kind, LARGE.length, sha1]);
    });
  }

  it('of a FIFO whose writer has gone with little in it: that little', async () => {
    const path = fifo();
    const [input] = await run(`(printf little > ${path} &) ; { sleep 0.4; $FEED -; } < ${path}`);
    assert.deepEqual([input.kind, input.length], ['feed', 6]);
  });

  it('named twice give nothing more', async () => {
    const [first, second] = await run('printf abc | $FEED - /dev/stdin');
    assert.deepEqual([first.length, second.length, second.problem], [3, 0, undefined]);
  });

  it('that are not open: a problem', async () => {
    const [input] = await run('$FEED /dev/fd/1234 < /dev/null');
    assert.deepEqual(input.kind, { found: 'no file is open as this descriptor' });
    assert.deepEqual(input.problem, { found: 'cannot be read (EBADF)' });
  });

  it('of which a part was read before: that part first', async () => {
    const { bytes } = feeding.read({ kind: 'input', name: LARGE_FILE, first: Buffer.from('before') });
    assert.ok(bytes.equals(Buffer.concat([Buffer.from('before'), LARGE])));
  });
});

describe('the kind of an input', () => {
  it('is told without reading from it', () => {
    const path = fifo();
    assert.equal(feedKind(path), 'feed');
    assert.equal(feedKind(LARGE_FILE), 'direct');
    assert.equal(feedKind('/dev/null'), 'direct');
    assert.deepEqual(feedKind(FOLDER), { found: 'is a directory' });
    assert.deepEqual(feedKind(join(FOLDER, 'missing')), { found: 'no such file' });
    assert.deepEqual(feedKind('/dev/fd/1234'), { found: 'no file is open as this descriptor' });
  });
});
