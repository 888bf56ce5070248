/**
 * A filter that catches one direction of the traffic only: one line says so, and nothing else of the run changes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { oneWayHint } from '../../src/cli/filter-hint.js';
import { countDirections, seemOneWay, zeroDirections } from '../../src/miruo/directions.js';
import { ESTABLISHED, SYN_RECV, SYN_SENT } from '../../src/miruo/states.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { generateTraffic, tcpFrame } from '../support/craft.js';
import { assertMessages, bash, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';

const FOLDER = temporaryFolder();
const TALKS = join(FOLDER, 'talks.pcap');
const SCAN = join(FOLDER, 'scan.pcap');
const LATER = join(FOLDER, 'later.pcap');
const ORDINARY = join(FOLDER, 'ordinary.pcap');
const HINT = 'tcploom: the filter seems to catch one direction only, and sessions need both: try';

const SYN = 0x02;
const RST_ACK = 0x14;
const ACK = 0x10;
const FIN_ACK = 0x11;
const SERVER = '10.0.0.33';

/** Segments of a talk with the server's port 3306, a second between them; flags, and whether the client sent it. */
function talk(number: number, segments: readonly [isClient: boolean, flags: number][]): ModelPacket[] {
  const client = { src: `10.0.1.${number}`, dst: SERVER, sport: 40_000 + number, dport: 3306 };
  const server = { src: SERVER, dst: client.src, sport: 3306, dport: client.sport };
  const next = [100, 900];
  return segments.map(([isClient, flags], index) => {
    const own = isClient ? 0 : 1;
    const seq = next[own];
    if ((flags & (SYN | 1)) !== 0) next[own]++;
    const ack = (flags & ACK) === 0 ? 0 : next[1 - own];
    const frame = tcpFrame({ link: 'ether', ipVersion: 4, ...(isClient ? client : server), flags, seq, ack });
    return { sec: 1_700_000_000 + 10 * number + index, nsec: 0, ...frame };
  });
}

const WHOLE: readonly [boolean, number][] = [
  ...([
    [true, SYN],
    [false, SYN | ACK],
    [true, ACK],
  ] as const),
  ...([
    [true, FIN_ACK],
    [false, ACK],
    [false, FIN_ACK],
    [true, ACK],
  ] as const),
].map(([isClient, flags]) => [isClient, flags]);

const numbers = Array.from({ length: 9 }, (_, index) => index + 1);

before(() => {
  const write = (path: string, packets: readonly ModelPacket[]): void =>
    writeFileSync(path, writePcap(packets, { linkType: 1 }));
  write(
    TALKS,
    numbers.flatMap((number) => talk(number, WHOLE)),
  );
  // Unanswered, repeated, and refused ones.
  write(
    SCAN,
    numbers.flatMap((number) =>
      talk(number, [[true, SYN], ...(number % 3 === 0 ? [[false, RST_ACK] as [boolean, number]] : [])]),
    ),
  );
  // Begun before the capture.
  write(
    LATER,
    numbers.flatMap((number) => talk(number, WHOLE.slice(2))),
  );
  write(ORDINARY, generateTraffic(7, 4000, { link: 'ether', longSessions: false }));
});

const CASES: readonly [file: () => string, filter: string, advice: string | undefined][] = [
  [() => TALKS, `dst host ${SERVER}`, `'host ${SERVER}'`],
  [() => TALKS, `src host ${SERVER}`, `'host ${SERVER}'`],
  [() => TALKS, `dst ${SERVER} and tcp dst port 3306`, `'host ${SERVER} and tcp port 3306'`],
  [() => TALKS, 'dst net 10.0.0', `'net 10.0.0'`],
  [() => TALKS, 'src port 3306 or src portrange 1-10', `'port 3306 or portrange 1-10'`],
  [() => TALKS, 'tcp[2:2] = 3306', `one that selects both, as 'host 10.1.2.3' or 'port 80'`],
  [() => TALKS, `host ${SERVER}`, undefined],
  [() => TALKS, 'src or dst port 3306', undefined],
  [() => TALKS, 'tcp[tcpflags] & tcp-syn != 0', undefined],
  [() => TALKS, 'tcp[tcpflags] = tcp-syn', undefined],
  [() => TALKS, 'udp', undefined],
  [() => SCAN, 'tcp', undefined],
  [() => SCAN, `dst host ${SERVER}`, undefined],
  [() => LATER, 'port 3306', undefined],
  [() => ORDINARY, 'tcp', undefined],
];

describe('the hint at a filter of one direction', () => {
  for (const [file, filter, advice] of CASES) {
    it(`${advice === undefined ? 'is not given' : 'is given'}: ${filter}`, async () => {
      const expected = advice === undefined ? [] : [`${HINT} ${advice}`];
      for (const workers of advice === undefined ? ['2'] : ['1', '8']) {
        const run = await tcploom(['miruo', '-f', file(), '--workers', workers, filter]);
        assert.equal(run.code, 0);
        assertMessages(run.stderr, expected);
      }
    });
  }

  it('is never given without a filter, whatever the capture has', async () => {
    const half = join(FOLDER, 'half.pcap');
    writeFileSync(
      half,
      writePcap(
        talk(
          1,
          WHOLE.filter(([isClient]) => isClient),
        ),
        { linkType: 1 },
      ),
    );
    assertMessages((await tcploom(['miruo', '-f', half])).stderr, []);
    assertMessages((await tcploom(['--filter', 'tcp', half])).stderr, [
      `${HINT} one that selects both, as 'host 10.1.2.3' or 'port 80'`,
    ]);
  });

  it('comes with --filter too, on one line, short', () => {
    assert.equal(oneWayHint('dst\thost\n1.2.3.4'), `${HINT} 'host\\x0a1.2.3.4'`);
    assert.match(oneWayHint(`dst port ${'1 or 2'.repeat(100)}`), /one that selects both/);
  });

  it('needs nearly all sessions to be one-way', () => {
    const counts = zeroDirections();
    const open = SYN_SENT | (ESTABLISHED << 4);
    for (let n = 0; n < 9; n++) countDirections(counts, open, false);
    assert.ok(seemOneWay(counts, 9));
    countDirections(counts, SYN_SENT | (SYN_RECV << 4), false);
    countDirections(counts, ESTABLISHED | (ESTABLISHED << 4), false);
    assert.deepEqual(counts, { answered: 1, unanswered: 9, strayAnswers: 0 });
    assert.equal(seemOneWay(counts, 11), false);
  });
});

const unshare = spawnSync('unshare', ['--mount', 'true']).status === 0;

describe('host and port in an expression', () => {
  const expected = async (): Promise<string> => (await tcploom(['miruo', '-T3000', '-f', TALKS])).stdout;

  it('select sessions by address', async () => {
    const run = await tcploom(['miruo', '-T3000', '-f', TALKS, 'host', SERVER, 'and', 'port', '3306']);
    assert.equal(run.stdout, await expected());
    assert.equal(run.stdout.match(/Total 7 segments/g)?.length, 9);
    assertMessages(run.stderr, []);
  });

  it('select sessions by a name of /etc/hosts', {
    skip: !unshare && 'no file system of its own can be made here',
  }, async () => {
    const hosts = join(FOLDER, 'hosts');
    writeFileSync(hosts, `127.0.0.1 localhost\n${SERVER} dbserver.example dbserver\n`);
    const run = await bash(
      `unshare --mount bash -c 'mount --bind ${hosts} /etc/hosts && exec ${process.execPath} ${LAUNCHER} miruo -f ${TALKS} -T3000 host dbserver and port 3306'`,
    );
    assert.equal(run.stdout, await expected());
    assertMessages(run.stderr, []);
  });
});

describe('the hint where only handshakes are watched', () => {
  for (const [filter, capture, isGiven] of [
    ['dst host 10.66.0.2', 'datasets/refused-and-unanswered.pcap', true],
    ['src host 10.66.0.2', 'datasets/lossy.pcap', true],
    ['host 10.66.0.2', 'datasets/lossy.pcap', false],
    ['host 10.66.0.2', 'datasets/refused-and-unanswered.pcap', false],
  ] as const) {
    it(`${filter}: ${isGiven ? 'given' : 'not given'} for ${capture}`, async () => {
      for (const command of [
        ['tcpeek', '-r', capture],
        ['-o', 'tcpeek', capture],
      ]) {
        const run = await tcploom([...command, '--filter', filter]);
        assert.equal(run.stderr.includes("one direction only, and sessions need both: try 'host 10.66.0.2'"), isGiven);
        assert.equal(run.code, 0);
      }
    });
  }
});
