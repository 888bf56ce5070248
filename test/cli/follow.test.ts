/**
 * Captures that are still being written: files that grow, series whose next files appear, rings. What is there is shown
 * soon, and in the end it is what the finished files give.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import { writePcapng } from '../support/capture-forms.js';
import {
  assertMessages,
  type Ended,
  ended,
  hasStatistics,
  LAUNCHER,
  LIMIT_MS,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { outcomeOf } from '../support/outcomes.js';
import { untilAsleep, untilOpened } from '../support/processes.js';
import { missing, output } from '../support/programs.js';
import {
  connection,
  connectionFile,
  FILE_HEADER_BYTES,
  RECORD_BYTES,
  RECORD_HEADER_BYTES,
  SHOW_ALL,
} from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const BIG = join(FOLDER, 'big.pcap');
generateFile({ packets: 20_000, profile: 'mixed', sessions: 100, loss: 0.01 }, BIG);

let folders = 0;
function newFolder(): string {
  const path = join(FOLDER, `${folders++}`);
  mkdirSync(path);
  return path;
}

/** The program looks ten times a second. */
const A_WHILE_MS = 350;

/** A run that follows, watched from outside. */
class Following {
  readonly child: ChildProcess;
  readonly end: Promise<Ended>;
  #text = '';

  constructor(args: readonly string[], options = SHOW_ALL) {
    this.child = spawn(process.execPath, [LAUNCHER, ...options, '--follow', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
    this.end = ended(this.child);
  }

  /** Waits for the session of `connection(host)` to be printed, while the program goes on. */
  async shows(host: number): Promise<void> {
    await this.waitFor(() => this.#text.includes(`10.0.0.${host}:40000 ==`), `session of host ${host}`);
    assert.equal(this.child.exitCode, null, 'it follows on');
  }

  async waitFor(condition: () => boolean, what: string): Promise<void> {
    const endMs = performance.now() + LIMIT_MS;
    while (!condition()) {
      const isOver = this.child.exitCode !== null || performance.now() >= endMs;
      assert.ok(!isOver, `${what} did not come; so far ${JSON.stringify(this.#text)}`);
      await sleep(20);
    }
  }

  /** Ends it as a user does; all was well. */
  async interrupt(): Promise<Ended> {
    this.child.kill('SIGINT');
    const run = await this.end;
    assertMessages(run.stderr, []);
    assert.ok(hasStatistics(run.stderr));
    assert.equal(run.code, 0);
    return run;
  }
}

/** The same as of the finished files, read without following. */
async function assertAsFinished(run: Ended, files: readonly string[]): Promise<void> {
  assert.deepEqual(outcomeOf(run), outcomeOf(await tcploom([...SHOW_ALL, ...files])));
}

describe('a file that grows', { concurrency: 3 }, () => {
  it('is shown as it comes, in pieces cut anywhere, and ends well with SIGINT', async () => {
    const path = join(newFolder(), 'growing.pcap');
    const [first, second] = [1, 2].map((host) => connectionFile(host));
    writeFileSync(path, first);
    const following = new Following([path]);
    await following.shows(1);
    const records = second.subarray(FILE_HEADER_BYTES);
    const cuts = [0, 5, RECORD_HEADER_BYTES, RECORD_BYTES - 1, RECORD_BYTES + 3, records.length];
    for (const [index, cut] of cuts.slice(1).entries()) {
      appendFileSync(path, records.subarray(cuts[index], cut));
      await sleep(120);
    }
    await following.shows(2);
    await assertAsFinished(await following.interrupt(), [path]);
  });

  it('may be empty at first, and have half a header next', async () => {
    const path = join(newFolder(), 'new.pcap');
    writeFileSync(path, '');
    const following = new Following([path]);
    await sleep(A_WHILE_MS);
    appendFileSync(path, connectionFile(1).subarray(0, 10));
    await sleep(A_WHILE_MS);
    appendFileSync(path, connectionFile(1).subarray(10));
    await following.shows(1);
    await assertAsFinished(await following.interrupt(), [path]);
  });

  it('ended within a record is told as cut', async () => {
    const path = join(newFolder(), 'cut.pcap');
    writeFileSync(path, connectionFile(1).subarray(0, -5));
    const run = await tcploom([...SHOW_ALL, '--follow', '--follow-timeout', '1', path]);
    assertMessages(run.stderr, [`tcploom: ${path} at byte 136: the file is cut: 35 bytes of a packet, expected 40`]);
    assert.equal(run.code, 1);
  });
});

describe('a series', { concurrency: 3 }, () => {
  const asPcapng = (host: number): Uint8Array =>
    writePcapng(connection(host), { orders: ['LE'], packetsPerSection: 3, resolutions: [6] });
  const cases: Readonly<Record<string, readonly [names: readonly string[], bytesOf: (host: number) => Uint8Array]>> = {
    'tcpdump -C': [['out.pcap', 'out.pcap1', 'out.pcap2'], connectionFile],
    'tcpdump -G': [
      ['t-2026-11-21_08:59:50.pcap', 't-2026-11-21_09:00:00.pcap', 't-2026-11-21_09:00:10.pcap'],
      connectionFile,
    ],
    'dumpcap -b': [
      ['cap_00001_20261121083000.pcapng', 'cap_00002_20261121083001.pcapng', 'cap_00003_20261121083010.pcapng'],
      asPcapng,
    ],
  };
  for (const [what, [names, bytesOf]] of Object.entries(cases)) {
    it(`of ${what} is gone through as its files appear`, async () => {
      const folder = newFolder();
      const paths = names.map((name) => join(folder, name));
      writeFileSync(paths[0], bytesOf(1));
      const following = new Following([paths[0]]);
      await following.shows(1);
      for (const [index, path] of paths.slice(1).entries()) {
        const host = index + 2;
        writeFileSync(path, '');
        await sleep(A_WHILE_MS);
        appendFileSync(path, bytesOf(host).subarray(0, 60));
        await sleep(100);
        appendFileSync(path, bytesOf(host).subarray(60));
        await following.shows(host);
      }
      await assertAsFinished(await following.interrupt(), paths);
    });
  }

  it('is followed from the last of several files', async () => {
    const folder = newFolder();
    const [other, first, second] = ['other.pcap', 'a1.pcap', 'a2.pcap'].map((name, i) => {
      const path = join(folder, name);
      if (name !== 'a2.pcap') writeFileSync(path, connectionFile(i + 1));
      return path;
    });
    const following = new Following([other, first]);
    await following.shows(2);
    writeFileSync(second, connectionFile(3));
    await following.shows(3);
    await assertAsFinished(await following.interrupt(), [other, first, second]);
  });

  it('what is added to a file before the next one is seen belongs to it', async () => {
    const folder = newFolder();
    const [first, second] = ['a.pcap', 'a.pcap1'].map((name) => join(folder, name));
    const bytes = connectionFile(1);
    writeFileSync(first, bytes.subarray(0, FILE_HEADER_BYTES + RECORD_BYTES + 7));
    const following = new Following([first]);
    await sleep(A_WHILE_MS);
    appendFileSync(first, bytes.subarray(FILE_HEADER_BYTES + RECORD_BYTES + 7));
    writeFileSync(second, connectionFile(2));
    await following.shows(2);
    await assertAsFinished(await following.interrupt(), [first, second]);
  });

  it('that is a ring is followed round, and round again', async () => {
    const folder = newFolder();
    const ring = [0, 1, 2].map((number) => join(folder, `ring.pcap${number}`));
    writeFileSync(ring[0], connectionFile(1));
    const following = new Following([ring[0]]);
    for (let host = 1; host <= 7; host++) {
      if (host > 1) writeFileSync(ring[(host - 1) % 3], connectionFile(host));
      await following.shows(host);
      await sleep(50);
    }
    const kept = newFolder();
    const all = Array.from({ length: 7 }, (_, i) => join(kept, `${i}`));
    for (const [index, path] of all.entries()) writeFileSync(path, connectionFile(index + 1));
    await assertAsFinished(await following.interrupt(), all);
  });
});

describe('--follow-timeout', { concurrency: 3 }, () => {
  it('0 reads what is there of the series and ends', async () => {
    const folder = newFolder();
    const paths = ['s.pcap', 's.pcap1', 's.pcap2', 's.pcap10'].map((name, index) => {
      writeFileSync(join(folder, name), connectionFile(index + 1));
      return join(folder, name);
    });
    const run = await tcploom([...SHOW_ALL, '--follow', '--follow-timeout', '0', paths[0]]);
    await assertAsFinished(run, paths);
  });

  it('4 ends so many seconds after the last byte', async () => {
    const path = join(newFolder(), 'silent.pcap');
    writeFileSync(path, connectionFile(1));
    const following = new Following(['--follow-timeout', '4', path]);
    await following.shows(1);
    // As late as a busy machine may make it.
    await sleep(1000);
    const addedMs = performance.now();
    appendFileSync(path, connectionFile(2).subarray(FILE_HEADER_BYTES));
    await following.shows(2);
    const run = await following.end;
    assert.ok(performance.now() - addedMs >= 4000, 'not before');
    await assertAsFinished(run, [path]);
  });

  it('is refused without --follow', async () => {
    const run = await tcploom(['--follow-timeout', '1', 'datasets/web.pcap']);
    assertMessages(run.stderr, [/^tcploom: --follow-timeout needs --follow/]);
    assert.equal(run.code, 2);
  });
});

describe('series that capture programs write', () => {
  it('tcpdump -C', { skip: missing('tcpdump') }, async () => {
    const folder = newFolder();
    output('tcpdump', [
      '-r',
      BIG,
      '-w',
      join(folder, 'big'),
      '-C',
      '1',
      '-Z',
      execFileSync('id', ['-un']).toString().trim(),
    ]);
    assert.ok(readdirSync(folder).length > 3, `${readdirSync(folder)}`);
    const run = await tcploom([...SHOW_ALL, '--follow', '--follow-timeout', '0', join(folder, 'big')]);
    assert.deepEqual(outcomeOf(run), outcomeOf(await tcploom([...SHOW_ALL, BIG])));
  });

  it('editcap -c, with names as dumpcap gives them, while it writes', { skip: missing('editcap') }, async () => {
    const folder = newFolder();
    const copy = newFolder();
    output('editcap', ['-c', '3000', BIG, join(copy, 'big.pcapng')]);
    const names = readdirSync(copy).sort();
    assert.ok(names.length > 5);
    writeFileSync(join(folder, names[0]), '');
    const following = new Following(['--follow-timeout', '8', join(folder, names[0])]);
    for (const name of names) {
      const bytes = readFileSync(join(copy, name));
      writeFileSync(join(folder, name), bytes.subarray(0, 100_001));
      await sleep(30);
      appendFileSync(join(folder, name), bytes.subarray(100_001));
    }
    assert.deepEqual(outcomeOf(await following.end), outcomeOf(await tcploom([...SHOW_ALL, BIG])));
  });
});

describe('a signal', { concurrency: 3 }, () => {
  it('SIGTERM ends it well too, with the exit code of that signal', async () => {
    const path = join(newFolder(), 'a.pcap');
    writeFileSync(path, connectionFile(1));
    const following = new Following([path]);
    await following.shows(1);
    following.child.kill('SIGTERM');
    const run = await following.end;
    assert.ok(hasStatistics(run.stderr));
    assert.equal(run.code, 143);
  });

  it('SIGINT before there is anything to read ends it without a word', async () => {
    const path = join(newFolder(), 'empty.pcap');
    writeFileSync(path, '');
    const following = new Following([path]);
    await untilOpened(following.child.pid!, path);
    await untilAsleep(following.child.pid!);
    following.child.kill('SIGINT');
    const run = await following.end;
    assert.deepEqual(run, { code: 0, stdout: '', stderr: '' });
  });

  it('a second SIGINT ends it at once, though nobody reads its output', async () => {
    const unread = join(newFolder(), 'unread.fifo');
    execFileSync('mkfifo', [unread]);
    const held = openSync(unread, 'r+');
    try {
      const child = spawn(process.execPath, [LAUNCHER, '--all', '--view-data', '9999', '--follow', BIG], {
        stdio: ['ignore', held, 'pipe'],
      });
      const end = ended(child);
      // Its first byte: from then on there is soon more than a pipe holds.
      await ended(spawn('head', ['-c', '1', unread]));
      await untilAsleep(child.pid!);
      child.kill('SIGINT');
      await untilAsleep(child.pid!);
      assert.equal(child.exitCode, null, 'the last lines are waited for');
      child.kill('SIGINT');
      const run = await end;
      assert.equal(hasStatistics(run.stderr), true, 'how things stood');
      assert.equal(run.code, 130);
    } finally {
      closeSync(held);
    }
  });
});

describe('what cannot be followed', () => {
  it('a file that is not there, or a folder: one message, exit code 2', async () => {
    for (const path of [join(FOLDER, 'absent.pcap'), join(FOLDER, 'no', 'folder.pcap')]) {
      const run = await tcploom(['--follow', path]);
      assertMessages(run.stderr, [`tcploom: ${path}: no such file`]);
      assert.equal(run.code, 2);
    }
  });
});
