/**
 * `tcploom peekstat` as its users run it: the three outputs, and what is said when there is nothing to print.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gmetricCommand } from '../../src/cli/gmetric.js';
import { parseArguments } from '../../src/cli/parse.js';
import { DEFAULT_SOCKET_PATH } from '../../src/cli/tcpeek-plan.js';
import { askForCounts } from '../../src/pipeline/count-query.js';
import { CountServer, type CurrentCounts } from '../../src/pipeline/count-server.js';
import { SocketError } from '../../src/pipeline/socket-error.js';
import { renderCounts } from '../../src/tcpeek/answers.js';
import { ANSWER, ask, COUNTS, soon } from '../support/count-clients.js';
import { environmentWith, type Gmetric, standInGmetric } from '../support/gmetric.js';
import { assertMessages, type Ended, tcploom, temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
let paths = 0;
const newPath = (): string => join(FOLDER, `${++paths}.sock`);

/** Path of a socket that answers with counts until the test ends. */
async function counting(t: TestContext, counts: CurrentCounts = COUNTS): Promise<string> {
  const path = newPath();
  const server = await CountServer.open(path, () => counts);
  t.after(() => server.close());
  return path;
}

/** Path of a socket at which `answer` has its way with each client. */
async function answering(t: TestContext, answer: (socket: Socket) => void): Promise<string> {
  const path = newPath();
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    answer(socket);
  });
  await soon(new Promise<void>((resolve) => server.listen(path, resolve)), path);
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return path;
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
const peekstat = (...args: string[]): Promise<Ended> => tcploom(['peekstat', ...args]);

function assertDone(run: Ended, stdout: string): void {
  assert.equal(run.stderr, '');
  assert.equal(utf8(run.stdout), stdout);
  assert.equal(run.code, 0);
}

function assertFailed(run: Ended, message: string | RegExp, stdout = ''): void {
  assertMessages(run.stderr, [message]);
  assert.equal(utf8(run.stdout), stdout);
  assert.equal(run.code, 2);
}

const TABLE = `====== TCPEEK SUMMARY ======
----------------------------
 RX
----------------------------
 success
     total              10
     dupsyn              1
     dupsynack           2
 failure
     total              13
     timeout             4
     reject              5
     unreach             6
----------------------------
 a "name" of 3 words, é
----------------------------
 success
     total              20
     dupsyn             21
     dupsynack          22
 failure
     total              23
     timeout            24
     reject             25
     unreach            26
============================
`;

describe('the counts', () => {
  it('are printed as a table', async (t) => {
    const path = await counting(t);
    assertDone(await peekstat('-U', path), TABLE);
    assertDone(await peekstat(`--socket=${path}`), TABLE);
    assertDone(await peekstat('--so', path), TABLE);
  });

  it('are printed as compact JSON', async (t) => {
    const path = await counting(t);
    assert.match(ANSWER, /, "unreach"/);
    for (const option of ['-j', '--json', '--js']) {
      assertDone(await peekstat(option, '-U', path), `${ANSWER.replaceAll(', "unreach"', ',"unreach"')}\n`);
    }
  });

  it('have no characters in their names that speak to a terminal', async (t) => {
    const name = 'a\x1b[2J\x07\r\nb\x7f\x9bc';
    const path = await counting(t, { ...COUNTS, filters: [{ name, counts: [1, 2, 3, 4, 5, 6, 7] }] });
    const table = await peekstat('-U', path);
    assert.ok(table.stdout.includes('\n a\\x1b[2J\\x07\\x0d\\x0ab\\x7f\\x9bc\n'), table.stdout);
    const json = await peekstat('-jU', path);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(utf8(json.stdout.slice(0, -1)), /[\x00-\x1f\x7f-\x9f]/);
    assert.equal(Object.keys((JSON.parse(json.stdout) as object[])[0])[0], name);
  });

  it('come from the usual path unless told otherwise', async (t) => {
    assert.deepEqual(parseArguments(['peekstat'], '0'), { kind: 'peekstat', options: {} });
    if (existsSync(DEFAULT_SOCKET_PATH)) return t.skip('something is at the usual path');
    const what = 'there is no such socket: is the run under way, and with this path?';
    assertFailed(await peekstat(), `tcploom: ${DEFAULT_SOCKET_PATH}: ${what}`);
  });
});

let folders = 0;
const gmetricFolder = (then = ''): Gmetric => standInGmetric(join(FOLDER, `bin ${++folders}`), then);

const withPath = (folder: string, ...args: string[]): Promise<Ended> =>
  tcploom(['peekstat', ...args], { env: environmentWith(folder) });

/** What is reported of COUNTS the first time. */
const REPORTED: [name: string, count: number][] = [
  ['tcpeek_RX_success_dupsyn', 1],
  ['tcpeek_RX_success_dupsynack', 2],
  ['tcpeek_RX_failure_timeout', 4],
  ['tcpeek_RX_failure_reject', 11],
  ['tcpeek_a "name" of 3 words, é_success_dupsyn', 21],
  ['tcpeek_a "name" of 3 words, é_success_dupsynack', 22],
  ['tcpeek_a "name" of 3 words, é_failure_timeout', 24],
  ['tcpeek_a "name" of 3 words, é_failure_reject', 51],
];
const COMMANDS = REPORTED.map(([name, count]) => `gmetric -n ${name} -v ${count} -t uint32\n`).join('');

describe('gmetric', () => {
  it('gets each value, and each command is printed', async (t) => {
    const path = await counting(t);
    const { folder, noted } = gmetricFolder('echo said');
    assertDone(await withPath(folder, '-g', '-U', path), COMMANDS);
    assert.deepEqual(
      noted(),
      REPORTED.map(([name, count]) => ['-n', name, '-v', String(count), '-t', 'uint32']),
    );
  });

  it('gets what was counted since the last time', async (t) => {
    const path = await counting(t);
    const { folder, noted } = gmetricFolder();
    await withPath(folder, '--gmetric', '-U', path);
    assert.equal((await withPath(folder, '--gm', '-U', path)).code, 0);
    assert.deepEqual(
      noted()
        .slice(REPORTED.length)
        .map((args) => args[3]),
      REPORTED.map(() => '0'),
    );
  });

  it('is run by no shell', async (t) => {
    const trap = join(FOLDER, 'trap');
    const names = [`$(touch ${trap})`, `; touch ${trap} #`, `'\`touch ${trap}\`"`, '-n', '', '*'];
    const filters = names.map((name) => ({ name, counts: [0, 0, 0, 0, 0, 0, 0] }));
    const path = await counting(t, { ...COUNTS, filters });
    const { folder, noted } = gmetricFolder();
    assert.equal((await withPath(folder, '-g', '-U', path)).code, 0);
    assert.deepEqual(
      noted().map((args) => args[1]),
      names.flatMap((name) =>
        ['success_dupsyn', 'success_dupsynack', 'failure_timeout', 'failure_reject'].map(
          (what) => `tcpeek_${name}_${what}`,
        ),
      ),
    );
    assert.equal(existsSync(trap), false);
  });

  it('that is missing is told before anything is asked for', async (t) => {
    const path = await counting(t);
    const empty = join(FOLDER, 'empty');
    mkdirSync(join(empty, 'gmetric'), { recursive: true });
    const run = await tcploom(['peekstat', '-g', '-U', path], { env: { ...process.env, PATH: empty } });
    assertFailed(run, 'tcploom: gmetric is not installed, or not in PATH: nothing was asked for');
    const since = JSON.parse(await ask(path, 'REFRESH\r\n')) as { RX: { success: { total: number } } }[];
    assert.equal(since[0].RX.success.total, 10);
  });

  it('that fails is told, and gets the other values all the same', async (t) => {
    const path = await counting(t);
    const { folder, noted } = gmetricFolder('case $2 in *timeout) echo "no gmond" >&2; exit 1;; esac');
    const run = await withPath(folder, '-g', '-U', path);
    assertFailed(run, 'tcploom: gmetric failed for 2 of 8 values: no gmond', COMMANDS);
    assert.equal(noted().length, 8);
  });

  for (const [then, what] of [
    ['exit 3', 'exit code 3'],
    ['kill -9 $$', 'ended by SIGKILL'],
    ['printf "\\033[2J" >&2; exit 1', '\\x1b[2J'],
  ]) {
    it(`that fails in silence or badly is told: ${then}`, async (t) => {
      const path = await counting(t);
      const run = await withPath(gmetricFolder(then).folder, '-g', '-U', path);
      assertFailed(run, `tcploom: gmetric failed for 8 of 8 values: ${what}`, COMMANDS);
    });
  }

  it('that cannot be run is told', async (t) => {
    const path = await counting(t);
    const { folder } = gmetricFolder();
    writeFileSync(join(folder, 'gmetric'), '#!/nowhere\n');
    const run = await withPath(folder, '-g', '-U', path);
    assertFailed(run, 'tcploom: gmetric failed for 8 of 8 values: cannot be run (ENOENT)', COMMANDS);
  });

  it('is not given what no program can be given', async (t) => {
    const path = await counting(t, { ...COUNTS, filters: [{ name: 'a\0b', counts: [0, 0, 0, 0, 0, 0, 0] }] });
    const { folder } = gmetricFolder();
    const run = await withPath(folder, '-g', '-U', path);
    const commands = ['success_dupsyn', 'success_dupsynack', 'failure_timeout', 'failure_reject'];
    const shown = commands.map((what) => gmetricCommand({ name: `tcpeek_a\\x00b_${what}`, count: 0 }));
    assertFailed(
      run,
      /^tcploom: gmetric failed for 4 of 4 values: .*null bytes/,
      shown.map((line) => `${line}\n`).join(''),
    );
  });
});

describe('no answer:', () => {
  it('nobody listens', async () => {
    const path = newPath();
    const what = 'nobody listens there: the run is gone, or this is no socket';
    writeFileSync(path, '');
    assertFailed(await peekstat('-U', path), `tcploom: ${path}: ${what}`);
    const long = join(FOLDER, 'x'.repeat(200));
    assertFailed(await peekstat('-U', long), /the path of a socket has at most \d+ bytes, this one has \d+$/);
    assertFailed(await peekstat('-U', ''), 'tcploom: a socket needs a path');
  });

  const whole = renderCounts(COUNTS.filters, COUNTS.packets);
  for (const [what, answer, message] of [
    ['nothing', '', 'the run closed without an answer'],
    ['a half', whole.slice(0, 100), 'the answer is cut short after 100 bytes'],
    ['all but the end', whole.slice(0, -1), `the answer is cut short after ${Buffer.byteLength(whole) - 1} bytes`],
    ['a greeting', 'HTTP/1.0 400 Bad Request\r\n', 'the answer (26 bytes) is no JSON: something else listens there'],
    ['bytes', '\x00\x1b[2J', 'the answer (5 bytes) is no JSON: something else listens there'],
    ['other JSON', '{}', 'the answer has no counts of handshakes in it: it is no array'],
    [
      'counts of something else',
      '[{"\x7f":{}}]',
      'the answer has no counts of handshakes in it: there is no success of "\\x7f"',
    ],
  ]) {
    for (const option of ['-j', '-g']) {
      it(`${what}, ${option}`, async (t) => {
        const path = await answering(t, (socket) => socket.end(answer));
        const { folder } = gmetricFolder();
        assertFailed(await withPath(folder, option, '-U', path), `tcploom: ${path}: ${message}`);
        assert.equal(existsSync(join(folder, 'noted')), false);
      });
    }
  }

  it('a connection that breaks off', async (t) => {
    // Closed with the request unread, which the client sees as a reset.
    const path = await answering(t, (socket) =>
      socket.pause().write('[', () => setTimeout(() => socket.destroy(), 50)),
    );
    const message = /: (the answer is cut short after 1 bytes|the run closed without an answer)$/;
    assertFailed(await peekstat('-U', path), message);
  });

  it('silence', async (t) => {
    const path = await answering(t, () => {});
    await assert.rejects(askForCounts(path, 'GET', 50), (error: Error) => {
      assert.ok(error instanceof SocketError);
      assert.equal(error.message, `${path}: no answer came within 0.05 s`);
      return true;
    });
  });

  it('an answer that does not end', async (t) => {
    const path = await answering(t, (socket) => socket.write('['));
    await assert.rejects(askForCounts(path, 'GET', 1500), /: no answer came within 1\.5 s to its end$/);
    const endless = await answering(t, (socket) => {
      const more = (): void => {
        socket.write('['.repeat(1 << 20));
        if (!socket.destroyed) setImmediate(more);
      };
      more();
    });
    await assert.rejects(askForCounts(endless, 'GET'), /: the answer is longer than 67108864 bytes$/);
  });

  it('a process that is asked waits five seconds for it', async (t) => {
    const path = await answering(t, () => {});
    assertFailed(await peekstat('-U', path), `tcploom: ${path}: no answer came within 5 s`);
  });
});

describe('the command line', () => {
  const textOf = (...args: string[]): string => {
    const request = parseArguments(['peekstat', ...args], '1.2.3');
    return request.kind === 'text' ? request.text : assert.fail(`${request.kind}`);
  };

  it('has help and version', () => {
    for (const option of ['-v', '-V', '--version', '--vers']) assert.equal(textOf(option), '1.2.3\n');
    for (const option of ['-h', '--help', '--he']) {
      const text = textOf(option);
      for (const part of ['-g, --gmetric ', '-j, --json ', '-U, --socket <PATH> ', '-v, --version ', '-h, --help ']) {
        assert.ok(text.includes(part), part);
      }
    }
  });

  for (const [args, message] of [
    [['-g', '-j'], '--gmetric and --json are two outputs: one at a time'],
    [['-x'], "unknown option '-x'"],
    [['-U', 'a', '-U', 'b'], /argument 'b' is invalid. It can be given once\.$/],
    [['more'], /too many arguments/],
    [['-U'], /argument missing$/],
  ] as const) {
    it(`${args.join(' ')} is refused`, async () => {
      const run = await peekstat(...args);
      const hint = " (see 'tcploom peekstat --help')";
      assert.ok(run.stderr.endsWith(`${hint}\n`), run.stderr);
      const said = run.stderr.slice('tcploom: '.length, -hint.length - 1);
      if (typeof message === 'string') assert.equal(said, message);
      else assert.match(said, message);
      assert.equal(run.code, 2);
    });
  }
});
