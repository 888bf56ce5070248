/**
 * The program between other programs: closed, full and slow outputs, pipes as inputs, signals. Output is the
 * same bytes whatever the other end does and however many workers there are.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { generateFile } from '../../datasets/generate.js';
import {
  assertMessages,
  bash,
  type Ended,
  ended,
  hasStatistics,
  LAUNCHER,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { untilAsleep, untilOpened } from '../support/processes.js';
import { missing } from '../support/programs.js';
import { assertPrompt } from '../support/prompt.js';
import { connectionFile, FILE_HEADER_BYTES, RECORD_BYTES, SHOW_ALL } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const LARGE = join(FOLDER, 'large.pcap');
const SMALL = 'datasets/lossy.pcap';
/** With these, every packet is a line. */
const EVERYTHING = ['--all', '--view-data', '1000'];
/** More than the pipe, the output's two buffers and a result ring hold together. */
const LEAST_OUTPUT_BYTES = 10_000_000;

const ESCAPE = '\u001b';

const sha = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');

/** Makes a FIFO. */
function fifo(name: string): string {
  const path = join(FOLDER, name);
  execFileSync('mkfifo', [path]);
  return path;
}

let large: Ended;

before(async () => {
  generateFile({ bytes: 14_000_000, profile: 'small', sessions: 300, loss: 0.01 }, LARGE);
  large = await tcploom([...EVERYTHING, LARGE]);
  assert.equal(large.code, 0);
  assert.ok(large.stdout.length > LEAST_OUTPUT_BYTES, `${large.stdout.length} bytes`);
});

describe('standard output', () => {
  it('closed early: ends with exit code 0 and without a word', async () => {
    const run = await bash(`set -o pipefail; $TCPLOOM ${EVERYTHING.join(' ')} ${LARGE} | head -1`);
    assert.equal(run.stdout, `reading from ${LARGE}\n`);
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
  });

  it('closed before anything came: the same', async () => {
    const run = await bash(`set -o pipefail; $TCPLOOM ${EVERYTHING.join(' ')} ${LARGE} | true`);
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
  });

  for (const [size, path] of [
    ['more than a buffer', LARGE],
    ['little', SMALL],
  ]) {
    it(`full, with ${size} to write: exit code 2, one message`, {
      skip: !existsSync('/dev/full') && 'no /dev/full',
    }, async () => {
      const full = openSync('/dev/full', 'w');
      try {
        const run = await tcploom([...EVERYTHING, path], { stdio: ['ignore', full, 'pipe'] });
        assertMessages(run.stderr, [/^tcploom: writing standard output: no space left on the device/]);
        assert.equal(hasStatistics(run.stderr), false, 'statistics of a run that failed');
        assert.equal(run.code, 2);
      } finally {
        closeSync(full);
      }
    });
  }

  it('read slowly: the same bytes', async () => {
    const slow = '{ sleep 0.5; head -c 200000; sleep 0.3; head -c 3000000; sleep 0.3; cat; }';
    const run = await bash(`set -o pipefail; $TCPLOOM ${EVERYTHING.join(' ')} ${LARGE} | ${slow} | sha256sum`);
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
    assert.equal(run.stdout.slice(0, 64), sha(large.stdout));
  });

  it('a file: the same bytes', async () => {
    const path = join(FOLDER, 'output.txt');
    const descriptor = openSync(path, 'w');
    const run = await tcploom([...EVERYTHING, LARGE], { stdio: ['ignore', descriptor, 'pipe'] });
    closeSync(descriptor);
    assert.equal(run.code, 0);
    assert.equal(sha(readFileSync(path, 'latin1')), sha(large.stdout));
  });

  it('in non-blocking mode, as another program may leave it: the same bytes', {
    skip: missing('python3'),
  }, async () => {
    const run = await bash(
      `set -o pipefail; { python3 -c 'import os; os.set_blocking(1, False)'; $TCPLOOM ${EVERYTHING.join(' ')} ${LARGE}; } | { sleep 0.5; sha256sum; }`,
    );
    assert.doesNotMatch(run.stderr, /tcploom: /);
    assert.equal(run.stdout.slice(0, 64), sha(large.stdout));
    assert.equal(run.code, 0);
  });
});

describe('streams that are no terminal', () => {
  it('get no control characters, not even where colours are forced on other programs', async () => {
    for (const env of [{}, { FORCE_COLOR: '1', TERM: 'xterm-256color' }, { CI: 'true' }, { NO_COLOR: '1' }]) {
      const run = await tcploom([...EVERYTHING, LARGE], { env: { ...process.env, ...env } });
      for (const text of [run.stdout, run.stderr]) assert.equal(/[^\n\x20-\x7e]/.exec(text), null);
      assertMessages(run.stderr, []);
      assert.equal(run.code, 0);
    }
  });

  it('get colours when asked for, and only on standard output', async () => {
    const run = await tcploom([...EVERYTHING, '--color', '1', SMALL]);
    for (const code of [1, 2, 3, 6]) assert.ok(run.stdout.includes(`${ESCAPE}[3${code}m`), `colour ${code}`);
    assert.ok(!run.stderr.includes(ESCAPE));
  });
});

describe('closed streams', () => {
  for (const closed of ['<&-', '2>&-', '<&- 2>&-']) {
    it(`${closed}: the same results`, async () => {
      const run = await bash(`$TCPLOOM --all ${SMALL} ${closed}`);
      const usual = await tcploom(['--all', SMALL]);
      assert.equal(run.stdout, usual.stdout);
      assert.equal(run.code, 0);
    });
  }

  it('messages that nobody reads change no exit code', async () => {
    const run = await bash(`set -o pipefail; $TCPLOOM ${FOLDER}/missing.pcap 2>&1 >/dev/null | true`);
    assert.equal(run.code, 2);
  });
});

describe('a pipe as input', () => {
  it('a FIFO: the same results as the file', async () => {
    const path = fifo('whole.fifo');
    const run = await bash(
      `cat ${LARGE} > ${path} & $TCPLOOM ${EVERYTHING.join(' ')} ${path}; code=$?; wait; exit $code`,
    );
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
    assert.equal(run.stdout.split('\n', 1)[0], `reading from ${path}`);
    assert.equal(sha(run.stdout.replace(path, LARGE)), sha(large.stdout));
  });

  it('a FIFO fed in odd pieces: the same results', async () => {
    const path = fifo('pieces.fifo');
    const run = await bash(
      `dd if=${SMALL} bs=777 status=none > ${path} & $TCPLOOM --all ${path}; code=$?; wait; exit $code`,
    );
    const usual = await tcploom(['--all', SMALL]);
    assertMessages(run.stderr, []);
    assert.equal(run.stdout.replace(path, SMALL), usual.stdout);
    assert.equal(run.code, 0);
  });

  it('standard input by its name', async () => {
    const run = await bash(`cat ${SMALL} | $TCPLOOM --all /dev/stdin`);
    const usual = await tcploom(['--all', SMALL]);
    assert.equal(run.stdout.replace('/dev/stdin', SMALL), usual.stdout);
    assert.equal(run.code, 0);
  });

  it('that ends too early: the byte offset all the same', async () => {
    const run = await bash(`head -c 5000 datasets/web.pcap | $TCPLOOM /dev/stdin`);
    assertMessages(run.stderr, [
      'tcploom: /dev/stdin at byte 4670: the file is cut: 314 bytes of a packet, expected 1514',
    ]);
    assert.equal(run.code, 1);
  });

  it('that gives nothing: exit code 2', async () => {
    const run = await bash('true | $TCPLOOM /dev/stdin');
    assertMessages(run.stderr, [/^tcploom: \/dev\/stdin at byte 0: the file is empty/]);
    assert.equal(run.code, 2);
  });
});

describe('the number of workers', () => {
  const captures = readdirSync('datasets')
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => join('datasets', name));
  it('changes no byte of standard output', async () => {
    assert.ok(captures.length > 0);
    const usual = await tcploom([...EVERYTHING, ...captures]);
    for (const workers of ['1', '2', '3', '8']) {
      const run = await tcploom([...EVERYTHING, '--workers', workers, LARGE]);
      assert.equal(sha(run.stdout), sha(large.stdout), `${workers} workers`);
      const real = await tcploom([...EVERYTHING, '--workers', workers, ...captures]);
      assert.equal(real.stdout, usual.stdout, `${workers} workers`);
    }
  });
});

describe('a signal that cuts the run short', () => {
  /** Each of them would last for minutes or for ever. */
  const PROMPT_MS = 3000;
  const cases: readonly [NodeJS.Signals, number][] = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ];
  /** The first SIGINT ends the run well: it names what was not read. */
  const TOLD: Readonly<Partial<Record<NodeJS.Signals, readonly RegExp[]>>> = {
    SIGINT: [/ not read.*: the run was ended$/],
  };

  const start = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

  /** Sends it while the program is at work, which ends it; how many milliseconds after. */
  async function cutShort(
    child: ChildProcess,
    signal: NodeJS.Signals,
    code: number,
    told = TOLD[signal] ?? [],
  ): Promise<number> {
    const end = ended(child);
    assert.equal(child.exitCode, null);
    const beganMs = performance.now();
    child.kill(signal);
    const run = await end;
    const tookMs = performance.now() - beganMs;
    assertMessages(run.stderr, told);
    assert.equal(run.code, code);
    return tookMs;
  }

  let unread = 0;
  /** A program whose output nobody takes. */
  async function withoutReader<T>(files: readonly string[], use: (child: ChildProcess) => Promise<T>): Promise<T> {
    const path = fifo(`unread-${unread++}.fifo`);
    const held = openSync(path, 'r+');
    try {
      const args = [LAUNCHER, ...EVERYTHING, ...files];
      const child = spawn(process.execPath, args, { stdio: ['ignore', held, 'pipe'] });
      // Its first byte: it is past starting. From then on it does what it can until only the output is waited for.
      await ended(spawn('head', ['-c', '1', path]));
      await untilAsleep(child.pid!);
      return await use(child);
    } finally {
      closeSync(held);
    }
  }

  for (const [signal, code] of cases) {
    it(`${signal} while a FIFO is held open and nothing comes: exit code ${code}`, async () => {
      const path = fifo(`held-${signal}.fifo`);
      // Both ends in one descriptor: opening it does not wait, and the program never sees the end.
      const held = openSync(path, 'r+');
      try {
        await assertPrompt(PROMPT_MS, async () => {
          writeSync(held, connectionFile().subarray(0, FILE_HEADER_BYTES + RECORD_BYTES));
          const child = start([...SHOW_ALL, path]);
          await untilOpened(child.pid!, path);
          await untilAsleep(child.pid!);
          return await cutShort(child, signal, code);
        });
      } finally {
        closeSync(held);
      }
    });

    it(`${signal} while nobody opens the other end of a FIFO: exit code ${code}`, async () => {
      const path = fifo(`lonely-${signal}.fifo`);
      await assertPrompt(PROMPT_MS, async () => {
        const child = start([path]);
        await untilOpened(child.pid!, path);
        await untilAsleep(child.pid!);
        return await cutShort(child, signal, code);
      });
    });

    // The first SIGINT waits for whoever reads the output: test/cli/endings.test.ts.
    if (signal === 'SIGINT') continue;

    it(`${signal} while nobody reads standard output: exit code ${code}`, async () => {
      await assertPrompt(PROMPT_MS, () => withoutReader([LARGE], (child) => cutShort(child, signal, code)));
    });

    it(`${signal} when all is read and only the last lines wait: exit code ${code}`, async () => {
      // Twice what a pipe holds, and less than the program's buffers.
      const files = Array.from({ length: 4 }, () => 'datasets/web.pcap');
      await assertPrompt(PROMPT_MS, () => withoutReader(files, (child) => cutShort(child, signal, code)));
    });
  }
});

describe('an output that fails while the input is silent', () => {
  it('ends the run, with one message', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    const path = fifo('silent.fifo');
    const held = openSync(path, 'r+');
    const full = openSync('/dev/full', 'w');
    try {
      writeSync(held, connectionFile());
      const child = spawn(process.execPath, [LAUNCHER, ...SHOW_ALL, path], { stdio: ['ignore', full, 'pipe'] });
      const run = await ended(child);
      assertMessages(run.stderr, [/^tcploom: writing standard output: no space left on the device/]);
      assert.equal(run.code, 2);
    } finally {
      closeSync(held);
      closeSync(full);
    }
  });
});
