/**
 * Live captures: through programs made here, which say what the real ones say, and through the real ones where they are
 * and may capture.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NOTHING_YET, SOURCE_ENDED } from '../../src/capture/byte-source.js';
import type { FeedOutcome, LiveRequest } from '../../src/capture/feed-messages.js';
import { FeedSource } from '../../src/capture/feed-source.js';
import { askToFinish, childrenAtWork } from '../../src/ring/byte-ring.js';
import { type Fed, Feeding, readAll } from '../support/feeding.js';
import { LIMIT_MS, temporaryFolder } from '../support/launch.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
const REQUEST: LiveRequest = { kind: 'live', devices: ['eth9'], snaplen: 256, bufferMiB: 8, isPromiscuous: true };

/** Waits for the first bytes of a source. */
function waitForBytes(source: FeedSource): void {
  const endMs = performance.now() + LIMIT_MS;
  while (source.read(Buffer.alloc(100), 0, 100) === NOTHING_YET) assert.ok(performance.now() < endMs, 'nothing came');
}

let folders = 0;
/** A folder for PATH with shell scripts as the programs. */
function programs(scripts: Record<string, string>): string {
  const folder = join(FOLDER, `bin-${folders++}`);
  mkdirSync(folder);
  for (const tool of ['sleep', 'printf', 'kill']) symlinkSync(`/bin/${tool}`, join(folder, tool));
  for (const [name, script] of Object.entries(scripts)) {
    const text = `#!/bin/sh\necho "$0 $*" > ${join(folder, 'arguments')}\n${script}\n`;
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

const argumentsIn = (folder: string): string =>
  readFileSync(join(folder, 'arguments'), 'utf8').trim().replace(`${folder}/`, '');

/** Runs `use` beside a feeder thread that finds its programs in `folder`. */
async function withPrograms<T>(folder: string, use: (feeding: Feeding) => T | Promise<T>): Promise<T> {
  const path = process.env.PATH;
  process.env.PATH = folder;
  const feeding = new Feeding();
  try {
    return await use(feeding);
  } finally {
    process.env.PATH = path;
    await feeding.end();
  }
}

const capture = (folder: string, request: Partial<LiveRequest> = {}): Promise<Fed> =>
  withPrograms(folder, (feeding) => feeding.read({ ...REQUEST, ...request }));

const TCPDUMP_END = `printf '7 packets captured\\n9 packets received by filter\\n2 packets dropped by kernel\\n3 packets dropped by interface\\n' >&2`;
const DUMPCAP_END = `printf "\\rPackets captured: 12\\nPackets received/dropped on interface 'Loopback: lo': 5/1 (pcap:1/dumpcap:0/flushed:0/ps_ifdrop:4) (83.3%%)\\nPackets received/dropped on interface 'eth0': 7/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%%)\\n" >&2`;
/** Goes on until it is told to stop, as a capture does. */
const UNTIL_STOPPED = (end: string): string =>
  `trap '${end.replaceAll("'", `'"'"'`)}; printf rest; exit 0' INT; printf begin; i=0; while [ $i -lt 4000 ]; do sleep 0.05; i=$((i+1)); done`;

describe('a capturing program', () => {
  it('gives its bytes and its counts: tcpdump', async () => {
    const folder = programs({ tcpdump: `printf 'tcpdump: listening on eth9\\n' >&2; printf bytes; ${TCPDUMP_END}` });
    const { bytes, outcome } = await capture(folder);
    assert.equal(bytes.toString(), 'bytes');
    const counts = { received: 7, dropped: 2, droppedByInterface: 3 };
    assert.deepEqual(outcome, { compressions: [], inputBytes: 5, isFinished: false, capture: counts });
    assert.equal(argumentsIn(folder), 'tcpdump -i eth9 -s 256 -B 8192 -U --immediate-mode -n -w -');
  });

  it('gives its bytes and its counts, over all devices: dumpcap', async () => {
    const folder = programs({ dumpcap: `printf bytes; ${DUMPCAP_END}` });
    const { bytes, outcome } = await capture(folder, { devices: ['lo', 'eth0'], isPromiscuous: false });
    assert.equal(bytes.toString(), 'bytes');
    assert.deepEqual(outcome.capture, { received: 12, dropped: 1, droppedByInterface: 4 });
    assert.equal(argumentsIn(folder), 'dumpcap -q -s 256 -B 8 -p -i lo -i eth0 -w -');
  });

  it('is the better one for the request, or the one that is there', async () => {
    const [tcpdump, dumpcap] = ['tcpdump', 'dumpcap'].map((name) => ({ [name]: `printf ${name}` }));
    const cases: [scripts: Record<string, string>, request: Partial<LiveRequest>, expected: string][] = [
      [{ ...tcpdump, ...dumpcap }, {}, 'tcpdump'],
      [{ ...tcpdump, ...dumpcap }, { snaplen: 65535 }, 'dumpcap'],
      [tcpdump, { snaplen: 65535 }, 'tcpdump'],
      [dumpcap, {}, 'dumpcap'],
    ];
    for (const [scripts, request, expected] of cases) {
      assert.equal((await capture(programs(scripts), request)).bytes.toString(), expected);
    }
  });

  it('gets a filter', async () => {
    for (const [program, expected] of [
      ['tcpdump', / -w - -- tcp port 80$/],
      ['dumpcap', / -f tcp port 80 -i eth9 -w -$/],
    ] as const) {
      const folder = programs({ [program]: ':' });
      await capture(folder, { filter: 'tcp port 80' });
      assert.match(argumentsIn(folder), expected);
    }
  });

  it('that is not there is named, with what to install', async () => {
    const one = await capture(programs({}));
    assert.equal(one.outcome.problem?.found, 'no program to capture with');
    assert.match(one.outcome.problem!.expected!, /install tcpdump/);
    const several = await capture(programs({ tcpdump: ':' }), { devices: ['a', 'b'] });
    assert.match(several.outcome.problem!.found, /no program dumpcap/);
  });

  it('that fails is quoted in one line', async () => {
    const cases: [script: string, found: string, expected: RegExp | undefined][] = [
      [
        `printf 'tcpdump: eth9: No such device exists\\n(SIOCGIFHWADDR: No such device)\\n' >&2; exit 1`,
        'cannot be captured from: eth9: No such device exists',
        undefined,
      ],
      [
        `printf "tcpdump: eth9: You don't have permission to capture on that device\\n" >&2; exit 1`,
        "cannot be captured from: eth9: You don't have permission to capture on that device",
        /the right to capture/,
      ],
      ['exit 3', 'cannot be captured from: tcpdump ended with exit code 3', undefined],
      [
        `printf 'tcpdump: listening on eth9\\n' >&2; printf bytes; printf 'tcpdump: The interface went down\\n${'1 packet captured\\n'}' >&2; exit 1`,
        'the capture broke off: The interface went down',
        undefined,
      ],
      ['printf bytes; kill -9 $$', 'the capture broke off: tcpdump ended with exit code 137', undefined],
    ];
    for (const [script, found, expected] of cases) {
      const { problem } = (await capture(programs({ tcpdump: script }))).outcome;
      assert.equal(problem?.found, found);
      if (expected === undefined) assert.equal(problem.expected, undefined);
      else assert.match(problem.expected!, expected);
    }
  });

  it('is stopped by the main thread: all it still writes is read, and its counts', async () => {
    for (const [program, end] of [
      ['tcpdump', TCPDUMP_END],
      ['dumpcap', DUMPCAP_END],
    ]) {
      await withPrograms(programs({ [program]: UNTIL_STOPPED(end) }), (feeding) => {
        const source = new FeedSource(feeding.link, REQUEST);
        let text = '';
        const into = Buffer.alloc(100);
        const endMs = performance.now() + LIMIT_MS;
        for (;;) {
          const bytes = source.read(into, 0, 100);
          if (bytes === SOURCE_ENDED) break;
          if (bytes > 0) text += into.toString('latin1', 0, bytes);
          if (text === 'begin') askToFinish(feeding.link.ring);
          assert.ok(performance.now() < endMs);
        }
        source.close();
        assert.equal(text, 'beginrest');
        assert.ok(source.outcome!.capture !== undefined);
        assert.equal(source.outcome!.problem, undefined);
        // Whatever is asked for afterwards is at its end at once.
        assert.equal(feeding.read(REQUEST).bytes.length, 0);
      });
    }
  });

  it('is gone when the source is closed, and when the thread is ended', async () => {
    let pid = 0;
    await withPrograms(programs({ tcpdump: UNTIL_STOPPED(TCPDUMP_END) }), async (feeding) => {
      const first = new FeedSource(feeding.link, REQUEST);
      waitForBytes(first);
      const [closed] = childrenAtWork(feeding.link.ring);
      first.close();
      await until('it is gone after closing', () => !isAlive(closed));
      const second = new FeedSource(feeding.link, REQUEST);
      waitForBytes(second);
      [pid] = childrenAtWork(feeding.link.ring);
      assert.ok(isAlive(pid) || process.platform !== 'linux');
    });
    await until('it is gone after the thread was ended', () => !isAlive(pid));
  });
});

/** Why a program cannot be used here, or false. */
function cannotCapture(program: string, args: readonly string[]): false | string {
  const run = spawnSync(program, args, { timeout: LIMIT_MS });
  if (run.error !== undefined) return `no program ${program} here`;
  return run.status !== 0 && `${program} may not capture here`;
}

describe('a real capture of the loopback device', () => {
  const MARKS = 12;
  /** A busy machine holds many up; more than this many are not quick by chance. */
  const QUICK = 3;
  /** Sends a datagram that holds the time for each line that it is given. */
  const SENDER = `while read -r; do printf 'sent %s.' $(date +%s%N) > /dev/udp/127.0.0.1/9; done`;
  /** The first datagrams may be sent before the capture has begun: after so many times nothing the next one goes. */
  const MOST_NOTHINGS = 5;

  interface Heard {
    /** The least late ones first. */
    readonly lateMs: readonly number[];
    readonly outcome: FeedOutcome;
  }

  /**
   * Captures until enough datagrams were seen; how long after it was sent each one was there. Each is sent when the one before was
   * seen, so that what hands packets on at intervals is late by a whole one each time.
   */
  async function listen(request: LiveRequest): Promise<Heard> {
    const feeding = new Feeding();
    const go = join(FOLDER, `go-${folders++}`);
    spawnSync('mkfifo', [go]);
    // This thread blocks while it reads, so what it tells the sender goes through a descriptor.
    const held = openSync(go, 'r+');
    const sender = spawn('bash', ['-c', SENDER], { stdio: [held, 'ignore', 'ignore'] });
    const source = new FeedSource(feeding.link, request);
    const late = new Map<string, number>();
    const into = Buffer.alloc(1 << 20);
    const endMs = performance.now() + LIMIT_MS;
    let nothings = 0;
    for (let seen = -1; ; ) {
      if (late.size > seen || nothings > MOST_NOTHINGS) {
        seen = late.size;
        nothings = 0;
        writeSync(held, '\n');
      }
      const bytes = source.read(into, 0, into.length);
      const nowMs = Date.now();
      if (bytes === SOURCE_ENDED) break;
      if (bytes === NOTHING_YET) nothings++;
      assert.ok(performance.now() < endMs);
      for (const [, time] of into.toString('latin1', 0, Math.max(0, bytes)).matchAll(/sent (\d+)\./g)) {
        if (!late.has(time)) late.set(time, nowMs - Number(time) / 1e6);
      }
      if (late.size >= MARKS) askToFinish(feeding.link.ring);
    }
    source.close();
    sender.kill();
    closeSync(held);
    await feeding.end();
    return { lateMs: [...late.values()].map(Math.round).sort((a, b) => a - b), outcome: source.outcome! };
  }

  const live: LiveRequest = { ...REQUEST, devices: ['lo'] };
  const noTcpdump = cannotCapture('tcpdump', ['-i', 'lo', '-L']);
  const noDumpcap = cannotCapture('dumpcap', ['-L', '-i', 'lo']);

  it('by tcpdump is there within 0.2 s', { skip: noTcpdump }, async () => {
    const { lateMs, outcome } = await listen(live);
    assert.ok(lateMs[QUICK] < 200, `${lateMs} ms`);
    assert.equal(outcome.problem, undefined);
    assert.ok(outcome.capture!.received >= MARKS);
  });

  it('by dumpcap is there within half a second', { skip: noDumpcap }, async () => {
    const { lateMs, outcome } = await listen({ ...live, snaplen: 65535 });
    assert.ok(lateMs[QUICK] < 500, `${lateMs} ms`);
    assert.equal(outcome.problem, undefined);
    assert.ok(outcome.capture!.received >= MARKS);
  });

  it('of several devices', { skip: noDumpcap }, async () => {
    const { outcome } = await listen({ ...live, devices: ['lo', 'any'] });
    assert.equal(outcome.problem, undefined);
    assert.ok(outcome.capture!.received >= MARKS);
  });

  it('interrupted at the terminal too ends well', { skip: noTcpdump }, async () => {
    const feeding = new Feeding();
    const source = new FeedSource(feeding.link, live);
    waitForBytes(source);
    process.kill(childrenAtWork(feeding.link.ring)[0], 'SIGINT');
    askToFinish(feeding.link.ring);
    readAll(source);
    source.close();
    assert.equal(source.outcome!.problem, undefined);
    assert.ok(source.outcome!.capture !== undefined);
    await feeding.end();
  });

  it('of a device that is not there', { skip: noTcpdump || noDumpcap }, async () => {
    const feeding = new Feeding();
    for (const snaplen of [256, 65535]) {
      const { problem } = feeding.read({ ...live, devices: ['nosuchdevice'], snaplen }).outcome;
      assert.match(problem!.found, /^cannot be captured from: .*(no such device|no device named|doesn't exist)/i);
    }
    await feeding.end();
  });
});
