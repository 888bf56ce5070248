/**
 * What the original tcpeek printed on a real interface while a capture was made there is printed again when that capture is played
 * back to an interface here, its socket answers meanwhile as the original's did, and it may go on as another user.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { ask } from '../support/count-clients.js';
import { assertMessages, type Ended, tcploom, temporaryFolder } from '../support/launch.js';
import { goldenFile } from '../support/peek-rows.js';
import { until } from '../support/prompt.js';
import { cannotReplay, REPLAY_DEVICE, type Replayed, type ReplayedRun, replay } from '../support/replay.js';
import { assertNear, dayMsOf, mostMsOff, sinceFirst } from '../support/replay-times.js';

const CAPTURE = 'own/live1.pcap';
/** From one request to the next. */
const ASK_MS = 20;
const FOLDER = temporaryFolder();
const SOCKET = join(FOLDER, 'counts.sock');
const FILTERS = ['http:RX@%:80:8080', 'bulk:RX@10.9.0.0/24:5201', 'out:TX@%:%', ':RX@%:22'];
const ARGUMENTS = ['tcpeek', '-i', REPLAY_DEVICE, '--classic', '--icmp', '-t', '8', '-U', SOCKET, ...FILTERS];
/** From the first packet of the capture to the last; the original counted on until it was stopped. */
const CAPTURE_SEC = 26.4;

/** A line without its times, and they in milliseconds; a line that has none is as it is. */
interface Timed {
  readonly text: string;
  readonly dayMs: number | undefined;
  readonly lastedMs: number | undefined;
}

function timed(line: string): Timed {
  const found = /^ *(\d+)\.(\d{3}) \| \d\d-\d\d-\d\d (\d\d):(\d\d):(\d\d)\.(\d{3}) \|/.exec(line);
  if (found === null) return { text: line, dayMs: undefined, lastedMs: undefined };
  const [times, seconds, ms, ...day] = found;
  const isTimeout = line.includes('failure (timeout)');
  return {
    text: line.slice(times.length),
    dayMs: dayMsOf(day[0], day[1], day[2], day[3]),
    // Of a time-out it is the time of the packet that showed it, which in the original was the clock's.
    lastedMs: isTimeout ? undefined : Number(seconds + ms),
  };
}

/** What is printed before the summary; time-outs of one second, whose order the original does not fix, in the order of their texts. */
function linesOf(text: string): Timed[] {
  const lines = text.trimEnd().split('\n').map(timed);
  const isTimeout = ({ text: line }: Timed): boolean => line.includes('failure (timeout)');
  const timeouts = lines.filter(isTimeout).sort((one, other) => (one.text < other.text ? -1 : 1));
  return [...lines.filter((line) => !isTimeout(line)), ...timeouts];
}

/** The summary with other times. */
const withoutTimes = (summary: string): string => summary.replace(/^( +(?:from|to|time) :) .*$/gm, '$1');
const timesIn = (summary: string): string[] =>
  [...summary.matchAll(/^ +(?:from|to|time) : +(.*)$/gm)].map(([, t]) => t);

function assertTimes(summary: string, mostMs: number): void {
  const [from, to, time] = timesIn(summary);
  const seconds = Number(/^(\d+\.\d{3}) \(sec\)$/.exec(time)?.[1]);
  assert.ok(Math.abs(seconds - CAPTURE_SEC) <= 0.1 + mostMs / 1000, time);
  const between = (Date.parse(to) - Date.parse(from)) / 1000;
  assert.ok(Math.abs(between - seconds) <= 1, `${from} ${to} ${time}`);
}

const RECEIVED = /"recv":(\d+)/;
const received = (answer: string): number => Number(RECEIVED.exec(answer)?.[1]);
const withoutReceived = (answer: string): string => answer.replace(RECEIVED, '"recv":N');
/** All figures of an answer, in its order. */
const figures = (answer: string): number[] => [...answer.matchAll(/:(\d+)/g)].map(([, figure]) => Number(figure));

const skip = corpusMissing || (existsSync(capturePath(CAPTURE)) ? cannotReplay() : 'the capture is not in the corpus');

describe('a capture played back to an interface', { skip }, () => {
  const answers: string[] = [];
  const tables: Ended[] = [];
  const asked = async ({ isPlaying }: ReplayedRun): Promise<void> => {
    while (isPlaying()) {
      const answer = await ask(SOCKET, 'GET\r\n');
      if (answer !== answers.at(-1)) answers.push(answer);
      await sleep(ASK_MS);
      if (tables.length === 0 && received(answer) > 0) tables.push(await tcploom(['peekstat', '-U', SOCKET]));
    }
  };
  const run: Promise<Replayed> | undefined = skip
    ? undefined
    : replay(capturePath(CAPTURE), ARGUMENTS, FOLDER, { address: '10.9.0.2/24', beside: asked });

  it('gives what the original gave, and ends well when it is interrupted', async () => {
    const { code, stdout, stderr, came } = await run!;
    assert.equal(code, 0, stderr);
    const golden = goldenFile('own_live1.real-interface.txt');
    const at = golden.indexOf('\n========== TCPEEK');
    // The original has all on one stream.
    const start = stderr.indexOf('\n') + 1;
    const found = linesOf(stderr.slice(0, start) + stdout);
    const expected = linesOf(golden.slice(0, at));
    assert.deepEqual(
      found.map(({ text }) => text),
      expected.map(({ text }) => text),
    );
    const daysOf = (lines: readonly Timed[]): (number | undefined)[] => sinceFirst(lines.map(({ dayMs }) => dayMs));
    const mostMs = mostMsOff(readFileSync(capturePath(CAPTURE)), came);
    assertNear(daysOf(found), daysOf(expected), mostMs);
    assertNear(
      found.map(({ lastedMs }) => lastedMs),
      expected.map(({ lastedMs }) => lastedMs),
      mostMs,
    );
    assert.equal(withoutTimes(stderr.slice(start)), withoutTimes(golden.slice(at)));
    assertTimes(stderr, mostMs);
  });

  it('answers meanwhile as the original did', async () => {
    await run!;
    const golden = goldenFile('own_live1.get.json');
    // As when every handshake but those that time out was over.
    assert.ok(
      answers.some((answer) => withoutReceived(answer) === withoutReceived(golden)),
      answers.at(-1),
    );
    for (const [index, answer] of answers.entries()) {
      assert.equal(answer.replace(/\d+/g, 'N'), golden.replace(/\d+/g, 'N'));
      const before = figures(answers[index - 1] ?? answer);
      figures(answer).forEach((figure, place) => {
        assert.ok(figure >= before[place], `${answers[index - 1]} ${answer}`);
      });
    }
    assert.ok(new Set(answers.map(received)).size > 5, 'the counts did not grow');
    const [table] = tables;
    assertMessages(table.stderr, []);
    assert.equal(table.code, 0);
    assert.match(table.stdout, /^=+ TCPEEK SUMMARY =+\n-+\n RX\n-+\n success\n {5}total +\d+\n/);
    for (const name of ['TX', 'http', 'bulk', 'out']) assert.ok(table.stdout.includes(`\n ${name}\n`), name);
  });

  it('leaves no socket behind', async () => {
    await run!;
    assert.equal(existsSync(SOCKET), false);
  });
});

/** Something that lasts half a second, and whose server is 10.66.0.2. */
const SHORT = 'datasets/web.pcap';
const USER = 'nobody';
const userIds = /^nobody:[^:]*:(\d+):(\d+):/m.exec(
  existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '',
);
const skipUser =
  cannotReplay() ||
  (process.getuid?.() === 0 ? false : 'only root can go on as another user') ||
  (userIds === null ? `there is no user ${USER} here` : false);

/** User or group ids of each thread of a process: real, effective, saved, of the file system. */
function idsOf(pid: number, what: 'Uid' | 'Gid' | 'Groups'): string[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return new RegExp(`^${what}:\\s*(.*?)\\s*$`, 'm').exec(status)![1];
  });
}

describe('going on as another user', { skip: skipUser }, () => {
  // What does not lie on the way of a name like nobody's.
  chmodSync(FOLDER, 0o755);

  /** Runs it in a folder with these rights, and says who it was. */
  async function asUser(
    name: string,
    mode: number,
    user: string,
    address: string,
  ): Promise<{ run: Ended; ids: string[]; path: string }> {
    const folder = join(FOLDER, name);
    mkdirSync(folder);
    chmodSync(folder, mode);
    const path = join(folder, 'counts.sock');
    const ids: string[] = [];
    const watch = async ({ pid }: ReplayedRun): Promise<void> => {
      const isOther = (): boolean => !readFileSync(`/proc/${pid}/status`, 'utf8').includes('Uid:\t0\t');
      await until('to go on as another user', isOther);
      for (const what of ['Uid', 'Gid', 'Groups'] as const) ids.push(...new Set(idsOf(pid, what)));
      assert.equal(figures(await ask(path, 'GET\r\n')).length > 0, true);
    };
    const args = ['tcpeek', '-i', REPLAY_DEVICE, '-u', user, '-U', path, 'web:RX@10.66.0.0/24:80'];
    const run = await replay(SHORT, args, folder, { address, beside: watch });
    return { run, ids, path };
  }

  /** All results are there, as of the file. */
  async function assertResults({ code, stdout }: Ended): Promise<void> {
    const usual = await tcploom(['tcpeek', '-r', SHORT, '--local', '10.66.0.2', 'web:RX@10.66.0.0/24:80']);
    assert.deepEqual(
      linesOf(stdout).map(({ text }) => text),
      linesOf(usual.stdout).map(({ text }) => text),
    );
    assert.ok(linesOf(stdout).length > 5);
    assert.equal(code, 0);
  }

  const [uid, gid] = (userIds ?? []).slice(1);
  const four = (id: string): string => [id, id, id, id].join('\t');

  it('all threads do, and all results come', async () => {
    const { run, ids, path } = await asUser('open', 0o777, USER, '10.66.0.2/24');
    assert.deepEqual(ids, [four(uid), four(gid), gid]);
    await assertResults(run);
    assertMessages(run.stderr, [/^listening on v2, link-type EN10MB \(Ethernet\), capture size 256 bytes, /]);
    assert.match(run.stderr, /^ {3}recv {3}: 239$/m);
    assert.equal(existsSync(path), false);
  });

  it('a socket that the user may not remove is told', async () => {
    // An address that has a label is the interface's too.
    const { run, ids, path } = await asUser('closed', 0o755, uid, `10.66.0.2/24 label ${REPLAY_DEVICE}:1`);
    assert.deepEqual(ids, [four(uid), four(gid), gid]);
    await assertResults(run);
    assertMessages(run.stderr, [/^listening on v2, /, `tcploom: ${path} is left behind: permission denied`]);
    assert.equal(existsSync(path), true);
  });
});

it('times are taken out of a line', () => {
  const line = '  20.088 | 26-11-21 08:07:06.186 |        10.9.0.1:51010        10.9.0.2:8080  | failure (reject)  |';
  assert.deepEqual(timed(line), {
    text: line.slice(line.indexOf('|', 12) + 1),
    dayMs: 29_226_186,
    lastedMs: 20_088,
  });
  assert.equal(timed(line.replace('reject', 'timeout')).lastedMs, undefined);
  assert.equal(withoutTimes('     from : 2026-11-21 08:07:04\n x'), '     from :\n x');
});
