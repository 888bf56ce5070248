/**
 * A session with one late segment, told packet by packet, and the picture of it that is to be printed, written out by hand.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ModelPacket } from '../model/miruo-model.js';
import { tcpFrame } from '../support/craft.js';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';

const SYN = 0x02;
const ACK = 0x10;
const PSH_ACK = 0x18;
const FIN_ACK = 0x11;

/** 2023-11-14 22:13:20 UTC. */
const START_SEC = 1_700_000_000;
const MSS = [2, 4, 5, 180];
const CLIENT = { src: '192.168.0.10', dst: '192.168.0.80', sport: 50_000, dport: 3306 };
const SERVER = { src: CLIENT.dst, dst: CLIENT.src, sport: CLIENT.dport, dport: CLIENT.sport };

/** Milliseconds since the start, sender, flags, sequence and acknowledgement number, bytes of payload or options. */
type Told = [
  ms: number,
  from: typeof CLIENT,
  flags: number,
  seq: number,
  ack: number,
  payload: number,
  options?: number[],
];

const STORY: readonly Told[] = [
  [0, CLIENT, SYN, 0x1000, 0, 0, MSS],
  [20, SERVER, SYN | ACK, 0x9000, 0x1001, 0, MSS],
  [40, CLIENT, ACK, 0x1001, 0x9001, 0],
  // The request, and the first segments of the answer, each acknowledged.
  [50, CLIENT, PSH_ACK, 0x1001, 0x9001, 100],
  [70, SERVER, ACK, 0x9001, 0x1065, 0],
  [100, SERVER, ACK, 0x9001, 0x1065, 1000],
  [110, CLIENT, ACK, 0x1065, 0x93e9, 0],
  [120, SERVER, ACK, 0x93e9, 0x1065, 1000],
  [130, CLIENT, ACK, 0x1065, 0x97d1, 0],
  [140, SERVER, ACK, 0x97d1, 0x1065, 1000],
  [150, CLIENT, ACK, 0x1065, 0x9bb9, 0],
  // Two seconds nothing.
  [2150, SERVER, ACK, 0x9bb9, 0x1065, 1000],
  [2160, CLIENT, ACK, 0x1065, 0x9fa1, 0],
  [2170, SERVER, ACK, 0x9fa1, 0x1065, 1000],
  [2180, CLIENT, ACK, 0x1065, 0xa389, 0],
  [2190, SERVER, ACK, 0xa389, 0x1065, 1000],
  [2200, CLIENT, ACK, 0x1065, 0xa771, 0],
  [2210, SERVER, ACK, 0xa771, 0x1065, 1000],
  [2220, CLIENT, ACK, 0x1065, 0xab59, 0],
  [2230, SERVER, ACK, 0xab59, 0x1065, 1000],
  [2240, CLIENT, ACK, 0x1065, 0xaf41, 0],
  [2250, SERVER, ACK, 0xaf41, 0x1065, 1000],
  [2260, CLIENT, ACK, 0x1065, 0xb329, 0],
  [2270, SERVER, ACK, 0xb329, 0x1065, 1000],
  [2280, CLIENT, ACK, 0x1065, 0xb711, 0],
  [2290, SERVER, PSH_ACK, 0xb711, 0x1065, 500],
  [2300, CLIENT, ACK, 0x1065, 0xb905, 0],
  // Both close.
  [2400, CLIENT, FIN_ACK, 0x1065, 0xb905, 0],
  [2420, SERVER, ACK, 0xb905, 0x1066, 0],
  [2430, SERVER, FIN_ACK, 0xb905, 0x1066, 0],
  [2450, CLIENT, ACK, 0x1066, 0xb906, 0],
];

const packets: readonly ModelPacket[] = STORY.map(([ms, from, flags, seq, ack, payload, options = []]) => ({
  sec: START_SEC + Math.floor(ms / 1000),
  nsec: (ms % 1000) * 1e6,
  ...tcpFrame({ link: 'ether', ipVersion: 4, ...from, flags, seq, ack, payload, options: Uint8Array.from(options) }),
}));

const HEADER = '0001             2.450 |   192.168.0.10:50000 == 192.168.0.80:3306    | Total 31 segments, 12224 bytes';

/** `-t 1000`: handshake, the late segment and the one before it, and the close. */
const SHORT = `
${HEADER}
0001:0000 22:13:20.000 |          SYN_SENT >----S-> SYN_RECV          | 00001000/00000000   58 - <mss=1460>
0001:0001 22:13:20.020 |       ESTABLISHED <-A--S-< SYN_RECV          | 00009000/00001001   58 - <mss=1460>
0001:0002 22:13:20.040 |       ESTABLISHED >-A----> ESTABLISHED       | 00001001/00009001   54 - <>
0001:****              |                                              |
0001:0010 22:13:20.150 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/00009BB9   54 - <>
0001:0011 22:13:22.150 |       ESTABLISHED <-A----< ESTABLISHED       | 00009BB9/00001065 1054 - <>
0001:****              |                                              |
0001:0027 22:13:22.400 |         FIN_WAIT1 >-A---F> ESTABLISHED       | 00001065/0000B905   54 - <>
0001:0028 22:13:22.420 |         FIN_WAIT2 <-A----< CLOSE_WAIT        | 0000B905/00001066   54 - <>
0001:0029 22:13:22.430 |         FIN_WAIT2 <-A---F< LAST_ACK          | 0000B905/00001066   54 - <>
0001:0030 22:13:22.450 |         TIME_WAIT >-A----> CLOSED            | 00001066/0000B906   54 - <>
`;

/** `-v 6`: six before and six after each of these, so that only what is further from all of them is hidden. */
const WITH_CONTEXT = `
${HEADER}
0001:0000 22:13:20.000 |          SYN_SENT >----S-> SYN_RECV          | 00001000/00000000   58 - <mss=1460>
0001:0001 22:13:20.020 |       ESTABLISHED <-A--S-< SYN_RECV          | 00009000/00001001   58 - <mss=1460>
0001:0002 22:13:20.040 |       ESTABLISHED >-A----> ESTABLISHED       | 00001001/00009001   54 - <>
0001:0003 22:13:20.050 |       ESTABLISHED >-AP---> ESTABLISHED       | 00001001/00009001  154 - <>
0001:0004 22:13:20.070 |       ESTABLISHED <-A----< ESTABLISHED       | 00009001/00001065   54 - <>
0001:0005 22:13:20.100 |       ESTABLISHED <-A----< ESTABLISHED       | 00009001/00001065 1054 - <>
0001:0006 22:13:20.110 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/000093E9   54 - <>
0001:0007 22:13:20.120 |       ESTABLISHED <-A----< ESTABLISHED       | 000093E9/00001065 1054 - <>
0001:0008 22:13:20.130 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/000097D1   54 - <>
0001:0009 22:13:20.140 |       ESTABLISHED <-A----< ESTABLISHED       | 000097D1/00001065 1054 - <>
0001:0010 22:13:20.150 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/00009BB9   54 - <>
0001:0011 22:13:22.150 |       ESTABLISHED <-A----< ESTABLISHED       | 00009BB9/00001065 1054 - <>
0001:0012 22:13:22.160 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/00009FA1   54 - <>
0001:0013 22:13:22.170 |       ESTABLISHED <-A----< ESTABLISHED       | 00009FA1/00001065 1054 - <>
0001:0014 22:13:22.180 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/0000A389   54 - <>
0001:0015 22:13:22.190 |       ESTABLISHED <-A----< ESTABLISHED       | 0000A389/00001065 1054 - <>
0001:0016 22:13:22.200 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/0000A771   54 - <>
0001:0017 22:13:22.210 |       ESTABLISHED <-A----< ESTABLISHED       | 0000A771/00001065 1054 - <>
0001:****              |                                              |
0001:0021 22:13:22.250 |       ESTABLISHED <-A----< ESTABLISHED       | 0000AF41/00001065 1054 - <>
0001:0022 22:13:22.260 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/0000B329   54 - <>
0001:0023 22:13:22.270 |       ESTABLISHED <-A----< ESTABLISHED       | 0000B329/00001065 1054 - <>
0001:0024 22:13:22.280 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/0000B711   54 - <>
0001:0025 22:13:22.290 |       ESTABLISHED <-AP---< ESTABLISHED       | 0000B711/00001065  554 - <>
0001:0026 22:13:22.300 |       ESTABLISHED >-A----> ESTABLISHED       | 00001065/0000B905   54 - <>
0001:0027 22:13:22.400 |         FIN_WAIT1 >-A---F> ESTABLISHED       | 00001065/0000B905   54 - <>
0001:0028 22:13:22.420 |         FIN_WAIT2 <-A----< CLOSE_WAIT        | 0000B905/00001066   54 - <>
0001:0029 22:13:22.430 |         FIN_WAIT2 <-A---F< LAST_ACK          | 0000B905/00001066   54 - <>
0001:0030 22:13:22.450 |         TIME_WAIT >-A----> CLOSED            | 00001066/0000B906   54 - <>
`;

/** Colours of lines by their beginning; all others have none. */
const COLOURS: readonly [beginning: string, code: number][] = [
  ['0001  ', 33],
  ['0001:0000', 33],
  ['0001:0001', 33],
  ['0001:0002', 33],
  ['0001:0011', 31],
  ['0001:0030', 34],
];

/** The picture with its colours. */
function coloured(picture: string): string {
  const lines = picture
    .trim()
    .split('\n')
    .map((line) => {
      const code = COLOURS.find(([beginning]) => line.startsWith(beginning))?.[1];
      return code === undefined ? line : `\x1b[${code}m${line}\x1b[39m`;
    });
  return lines.join('\n');
}

const FILE = join(temporaryFolder(), 'story.pcap');

describe('a session with one late segment', () => {
  before(() => writeFileSync(FILE, writePcap(packets, { linkType: 1 })));

  const print = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, TZ: 'UTC' };
    const { code, stdout, stderr } = await tcploom(['miruo', '-f', FILE, ...args], { env });
    assert.equal(code, 0, stderr);
    return stdout.split('\n').slice(1).join('\n').trimEnd();
  };

  it('-t 1000: that one, the one before it, opening and close', async () => {
    assert.equal(await print('-C0', '-t', '1000'), SHORT.trim());
  });

  it('-t 1000 -v 6: six more on each side', async () => {
    assert.equal(await print('-C0', '-t', '1000', '-v', '6'), WITH_CONTEXT.trim());
  });

  it('in colours: the late one red', async () => {
    assert.equal(await print('-C1', '-t', '1000'), coloured(SHORT));
    assert.equal(await print('-C1', '-t', '1000', '-v', '6'), coloured(WITH_CONTEXT));
  });

  it('is the same for any number of workers, and nothing with -t 2000', async () => {
    for (const workers of ['1', '2', '8']) {
      assert.equal(await print('-C0', '-t', '1000', '-v', '6', '--workers', workers), WITH_CONTEXT.trim());
    }
    assert.equal(await print('-C0', '-t', '2000'), '');
  });
});
