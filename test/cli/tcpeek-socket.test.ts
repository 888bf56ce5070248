/**
 * The UNIX socket of a run: it answers while the run goes on with the counts so far, and its file goes with the run, however that ends.
 * Nothing here waits for a time: each step waits until the run answers with what was given to it.
 */
import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderCounts } from '../../src/tcpeek/answers.js';
import { COUNTS } from '../../src/tcpeek/counts.js';
import { PEEK_MODEL_DEFAULTS, type PeekModelOptions, tcpeekModel } from '../model/tcpeek-model.js';
import { ask, soon } from '../support/count-clients.js';
import { type FifoRun, fifoRun } from '../support/fifo-run.js';
import { environmentWith, standInGmetric } from '../support/gmetric.js';
import { assertMessages, type Ended, tcploom, temporaryFolder } from '../support/launch.js';
import { PEEK_PACKETS, peekFile, printedOf, SERVER } from '../support/peek-capture.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
let names = 0;
const newPath = (kind = 'sock'): string => join(FOLDER, `${++names}.${kind}`);

const MODEL: Partial<PeekModelOptions> = { locals: [SERVER], filters: ['web:RX@%:80'], timeoutSec: 5, icmp: true };
const TCPEEK = ['tcpeek', '--local', SERVER, 'web:RX@%:80', '-t5', '--icmp'];
const RUN = [
  '-o',
  'tcpeek',
  '--local',
  SERVER,
  '--session-filter',
  'web:RX@%:80',
  '--handshake-timeout',
  '5',
  '--icmp',
];

/** What GET is answered with after so many packets. */
function answerAfter(packets: number): string {
  const { filters, received } = tcpeekModel(PEEK_PACKETS.slice(0, packets), { ...PEEK_MODEL_DEFAULTS, ...MODEL });
  return renderCounts(filters, { received, dropped: 0, droppedByInterface: 0 });
}

/** A run over a FIFO, and its socket. */
function slowRun(
  t: TestContext,
  args: readonly string[],
  socketOption: string,
  stdout: 'pipe' | number = 'pipe',
): FifoRun & { readonly socket: string } {
  const socket = newPath();
  return { ...fifoRun(t, newPath('fifo'), [...args, socketOption, socket], stdout), socket };
}

/** Asks until the answer is this one; it must come to be, and nothing but what was counted on the way may come before it. */
async function answersWith(socket: string, expected: string): Promise<void> {
  await until('to have a socket', () => existsSync(socket));
  let answer = '';
  const asked = async (): Promise<void> => {
    for (;;) {
      answer = await ask(socket, 'GET\r\n');
      if (answer === expected) return;
      await sleep(2);
    }
  };
  await soon(asked(), `to be answered with ${expected}`).catch((error: Error) => {
    throw new Error(`${error.message}: the last was ${answer}`);
  });
}

const ALL = PEEK_PACKETS.length;

for (const [what, args, option] of [
  ['tcpeek -U', TCPEEK, '-U'],
  ['run --socket', RUN, '--socket'],
] as const) {
  describe(`the socket of ${what}`, () => {
    it('answers while the capture is read, and is gone at the end', async (t) => {
      const run = slowRun(t, args, option);
      await answersWith(run.socket, answerAfter(0));
      assert.equal(lstatSync(run.socket).isSocket(), true);
      const seen = new Set<string>();
      // From first to last, and packet by packet where handshakes end.
      for (const packets of [1, 5, 6, 7, 9, 10, ALL - 1, ALL]) {
        run.give(packets);
        await answersWith(run.socket, answerAfter(packets));
        seen.add(answerAfter(packets));
      }
      assert.equal(seen.size, 8);
      run.end();
      const { code, stdout, stderr } = await run.outcome;
      const { lines, summary } = printedOf(MODEL);
      assert.equal(stdout, lines);
      assert.ok(stderr.endsWith(summary), stderr);
      assert.equal(code, 0);
      assert.equal(existsSync(run.socket), false);
    });

    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      it(`is gone after ${signal}`, async (t) => {
        const run = slowRun(t, args, option);
        run.give(ALL);
        await answersWith(run.socket, answerAfter(ALL));
        run.child.kill(signal);
        const outcome = await run.outcome;
        assert.equal(outcome.code, code);
        // What was found until then is printed.
        assert.equal(outcome.stdout, printedOf(MODEL).lines);
        assert.equal(existsSync(run.socket), false);
      });
    }

    it('is gone when the run fails', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async (t) => {
      const full = openSync('/dev/full', 'w');
      t.after(() => closeSync(full));
      const run = slowRun(t, args, option, full);
      await answersWith(run.socket, answerAfter(0));
      run.give(ALL);
      // The reader, in the middle of the FIFO, sees no end before.
      const outcome = await run.outcome;
      assert.match(outcome.stderr, /\btcploom: writing standard output: no space left on the device/);
      assert.notEqual(outcome.code, 0);
      assert.equal(existsSync(run.socket), false);
    });

    it('is gone when nothing can be read', async () => {
      const path = newPath();
      const missing = join(FOLDER, 'missing.pcap');
      const input = args[0] === 'tcpeek' ? ['-r', missing] : [missing];
      const run = await tcploom([...args, option, path, ...input]);
      assert.equal(run.code, 2);
      assert.equal(existsSync(path), false);
    });

    it('is left by a process that is killed, and replaced by the next', async (t) => {
      const killed = slowRun(t, args, option);
      await answersWith(killed.socket, answerAfter(0));
      killed.child.kill('SIGKILL');
      assert.equal((await killed.outcome).code, 137);
      assert.equal(existsSync(killed.socket), true);
      const capture = newPath('pcap');
      writeFileSync(capture, peekFile());
      const input = args[0] === 'tcpeek' ? ['-r', capture] : [capture];
      const run = await tcploom([...args, option, killed.socket, ...input]);
      assert.equal(run.stdout, printedOf(MODEL).lines);
      assert.equal(run.code, 0);
      assert.equal(existsSync(killed.socket), false);
    });

    it('of a live process is not taken, and it goes on', async (t) => {
      const owner = slowRun(t, args, option);
      await answersWith(owner.socket, answerAfter(0));
      // It would read a capture that is not there.
      const input = args[0] === 'tcpeek' ? ['-r', 'missing.pcap'] : ['missing.pcap'];
      const run = await tcploom([...args, option, owner.socket, ...input]);
      assert.equal(run.stderr, `tcploom: ${owner.socket} is in use: a live process listens there\n`);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2);
      owner.give(ALL);
      await answersWith(owner.socket, answerAfter(ALL));
    });
  });
}

describe('a socket that cannot be had', () => {
  const file = newPath('txt');
  writeFileSync(file, 'mine');
  mkdirSync(join(FOLDER, 'folder'));
  const dangling = newPath('link');
  symlinkSync(join(FOLDER, 'nowhere'), dangling);
  const cases: readonly [what: string, path: string, message: RegExp][] = [
    [
      'whose path is too long',
      join(FOLDER, 'x'.repeat(120)),
      /: the path of a socket has at most \d+ bytes, this one has \d+$/,
    ],
    ['in a missing folder', join(FOLDER, 'none', 'a.sock'), /: there is no such folder$/],
    ['in a file', join(file, 'a.sock'), /\.txt\/: |is no folder$/],
    ['where a file is', file, / is there already, and no socket$/],
    ['where a folder is', join(FOLDER, 'folder'), / is there already, and no socket$/],
    ['where a link is', dangling, / is there already, and no socket$/],
    ['without a name', '', /^tcploom: a socket needs a path$/],
  ];
  for (const [what, path, message] of cases) {
    it(`${what}: one line, exit code 2, before anything is read`, async () => {
      for (const args of [
        ['tcpeek', '-r', 'missing.pcap', '-U', path],
        ['--socket', path, 'missing.pcap'],
        ['tcpeek', '-i', 'no such device', '-U', path],
      ]) {
        const run = await tcploom(args);
        assertMessages(run.stderr, [message]);
        assert.equal(run.stderr.split('\n').length, 2, run.stderr);
        assert.equal(run.stdout, '');
        assert.equal(run.code, 2);
      }
      assert.equal(readFileSync(file, 'utf8'), 'mine');
    });
  }

  it("of another program that listens: it stays that program's", async (t) => {
    const path = newPath();
    const server = createServer((socket) => socket.on('data', () => socket.end('mine')));
    await soon(new Promise<void>((resolve) => server.listen(path, resolve)), 'to listen');
    t.after(() => server.close());
    const run = await tcploom(['tcpeek', '-r', 'missing.pcap', '-U', path]);
    assertMessages(run.stderr, [`tcploom: ${path} is in use: a live process listens there`]);
    assert.equal(run.code, 2);
    assert.equal(await ask(path, 'GET\r\n'), 'mine');
  });
});

describe('peekstat of a run', () => {
  const peekstat = (...args: string[]): Promise<Ended> => tcploom(['peekstat', ...args]);

  it('prints the counts so far: table, JSON, metrics since the last time', async (t) => {
    const run = slowRun(t, TCPEEK, '-U');
    const HALF = 10;
    run.give(HALF);
    await answersWith(run.socket, answerAfter(HALF));
    const compact = answerAfter(HALF).replaceAll(', "unreach"', ',"unreach"');
    assert.deepEqual(await peekstat('-j', '-U', run.socket), { code: 0, stdout: `${compact}\n`, stderr: '' });
    const table = await peekstat('-U', run.socket);
    assert.equal(table.stderr, '');
    for (const { name, counts } of tcpeekModel(PEEK_PACKETS.slice(0, HALF), { ...PEEK_MODEL_DEFAULTS, ...MODEL })
      .filters) {
      const [success, dupSyn, dupSynAck, failure, timeout, reject, unreach] = counts;
      const line = (item: string, value: number): string => `     ${item.padEnd(10)} ${String(value).padStart(10)}\n`;
      const section = [
        ...[`----------------------------\n ${name}\n----------------------------\n success\n`],
        ...[line('total', success), line('dupsyn', dupSyn), line('dupsynack', dupSynAck), ' failure\n'],
        ...[line('total', failure), line('timeout', timeout), line('reject', reject), line('unreach', unreach)],
      ].join('');
      assert.equal(counts.length, COUNTS);
      assert.ok(table.stdout.includes(section), `${table.stdout}\n${section}`);
    }
    const gmetric = standInGmetric(newPath('bin'));
    const report = (): Promise<Ended> =>
      tcploom(['peekstat', '-g', '-U', run.socket], { env: environmentWith(gmetric.folder) });
    const valuesOf = (packets: number): Map<string, number> => {
      const { filters } = tcpeekModel(PEEK_PACKETS.slice(0, packets), { ...PEEK_MODEL_DEFAULTS, ...MODEL });
      return new Map(
        filters.flatMap(({ name, counts: [, dupSyn, dupSynAck, , timeout, reject, unreach] }) => [
          [`tcpeek_${name}_success_dupsyn`, dupSyn],
          [`tcpeek_${name}_success_dupsynack`, dupSynAck],
          [`tcpeek_${name}_failure_timeout`, timeout],
          [`tcpeek_${name}_failure_reject`, reject + unreach],
        ]),
      );
    };
    const calls = (values: Map<string, number>): string[][] =>
      [...values].map(([name, value]) => ['-n', name, '-v', String(value), '-t', 'uint32']);
    const first = await report();
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(gmetric.noted(), calls(valuesOf(HALF)));
    assert.equal(
      first.stdout,
      gmetric
        .noted()
        .map((call) => `gmetric ${call.join(' ')}\n`)
        .join(''),
    );
    run.give(ALL);
    await answersWith(run.socket, answerAfter(ALL));
    await report();
    const before = valuesOf(HALF);
    const since = new Map([...valuesOf(ALL)].map(([name, value]) => [name, value - before.get(name)!]));
    assert.ok([...since.values()].some((value) => value > 0));
    assert.deepEqual(gmetric.noted().slice(before.size), calls(since));
    run.end();
    assert.equal((await run.outcome).code, 0);
    const late = await peekstat('-U', run.socket);
    assertMessages(late.stderr, [/: there is no such socket: is the run under way, and with this path\?$/]);
    assert.equal(late.code, 2);
  });
});
