/**
 * Sessions that begin as lone SYNs: what is told of them, and in which order, is what is told where every session has its whole row from the beginning. By
 * drawn streams of openings, most of which come to nothing.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { RECORD_SESSION } from '../../src/analysis/events.js';
import { ANALYSIS_DEFAULTS, type AnalysisOptions } from '../../src/analysis/options.js';
import { ofSide, R_HISTORY_BYTES, S_PACKETS } from '../../src/analysis/session-record.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { analyse } from '../support/analysis-records.js';
import { LINK_TYPE, tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { Random } from '../support/random.js';
import { type Segment, segmentCapture } from '../support/segment-captures.js';
import { runSingleThread, type ToldRecord } from '../support/single-thread.js';

const [FIN, SYN, RST, PSH, ACK, ECE, CWR] = [1, 2, 4, 8, 16, 64, 128];
const START_SEC = 1_700_000_000;
const NSEC_A_SEC = 1_000_000_000;
/** Nanoseconds between packets: mostly short, now and then past the time of an unanswered SYN, of an idle session, or back. */
const PAUSES_NSEC = [
  ...[0, 1000, 400_000, 400_000, 1_000_000, 1_100_000, 30_000_000, 1e9, 3e9, 3e9, 30e9, 74e9, 75e9, 76e9, 400e9],
  ...[-1000, -2e9, -100e9],
];
const OPTIONS = [
  [],
  [2, 4, 5, 180],
  [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7],
  [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0],
  [3, 3, 255, 1, 2, 4, 255, 255],
  [2, 4, 0],
];
/** Flags, and what else a packet may be; most begin something, some answer. */
const KINDS: readonly (readonly [flags: number, payload: number])[] = [
  ...Array<readonly [number, number]>(12).fill([SYN, 0]),
  ...[[SYN | ECE | CWR, 0] as const, [SYN, 12] as const, [SYN | FIN, 0] as const, [SYN | RST, 0] as const],
  ...[[SYN | ACK, 0] as const, [SYN | ACK, 0] as const, [RST | ACK, 0] as const, [RST, 0] as const],
  ...[[ACK, 0] as const, [PSH | ACK, 30] as const, [FIN | ACK, 0] as const],
];

/** One of a few hundred conversations: IPv4 or IPv6, in a VLAN or none. */
function endsOf(conversation: number): Pick<Parameters<typeof tcpFrame>[0], 'ipVersion' | 'src' | 'dst' | 'vlan'> {
  const vlan = [[], [7], [9]][conversation % 3];
  const host = 1 + (conversation >> 3);
  return conversation % 2 === 0
    ? { ipVersion: 4, src: '10.0.0.1', dst: `10.1.0.${host}`, vlan }
    : { ipVersion: 6, src: '2001:db8::1', dst: `2001:db8::${host.toString(16)}`, vlan };
}

function drawStream(seed: number, packets: number): Uint8Array {
  const random = new Random(seed);
  const conversations = random.pick([3, 40, 400]);
  const pauses = random.pick([PAUSES_NSEC, PAUSES_NSEC.slice(0, 8), PAUSES_NSEC.slice(0, -3)]);
  const drawn: ModelPacket[] = [];
  let nsec = 0;
  for (let packet = 0; packet < packets; packet++) {
    nsec = Math.max(0, nsec + random.pick(pauses));
    const time = { sec: START_SEC + Math.floor(nsec / NSEC_A_SEC), nsec: nsec % NSEC_A_SEC };
    if (drawn.length > 0 && random.below(8) === 0) {
      // Captured once more, or a SYN once more.
      drawn.push({ ...drawn[drawn.length - 1 - random.below(Math.min(3, drawn.length))], ...time });
      continue;
    }
    const { src, dst, ...ends } = endsOf(random.below(conversations));
    const [flags, payload] = random.pick(KINDS);
    const isAnswer = random.below(flags === SYN ? 12 : 2) === 0;
    const frame = tcpFrame({
      ...ends,
      ...{
        link: 'ether',
        pad: true,
        flags,
        payload,
        window: random.pick([0, 1000, 65_535]),
        options: Uint8Array.from(random.pick(OPTIONS)),
      },
      ...(isAnswer ? { src: dst, dst: src, sport: 80, dport: 4000 } : { src, dst, sport: 4000, dport: 80 }),
      seq: random.pick([100, 100, 100, 101, 0xffffffff]),
      ack: (flags & ACK) === 0 ? random.pick([0, 0, 7]) : 101,
      ...(random.below(10) === 0 ? { moreFragments: true } : {}),
    });
    const { captured } = frame;
    // The sum of TCP is wrong.
    if (random.below(12) === 0) captured[captured.length - payload - 1] ^= 1;
    // The last bytes were not captured; what is left of them may be too few.
    drawn.push({ ...frame, ...time, captured: random.below(12) === 0 ? captured.slice(0, -1) : captured });
  }
  return writePcap(drawn, { linkType: LINK_TYPE.ether });
}

const toldOf = (
  file: Uint8Array,
  trackers: number,
  vlanKey: boolean,
  analysis: AnalysisOptions,
): readonly ToldRecord[] =>
  runSingleThread(file, MIRUO_DEFAULTS, { trackers, blockBytes: 1 << 16, analysis, decode: { vlanKey } }).records;

const options = fc.record({
  packets: fc.boolean(),
  sessions: fc.boolean(),
  idleTimeoutSec: fc.constantFrom(10, 90, 3600, Number.POSITIVE_INFINITY),
  rememberedPackets: fc.constantFrom(0, 0, 40, 50_000),
  dedup: fc.boolean(),
  checksums: fc.boolean(),
  http: fc.boolean(),
  places: fc.constantFrom(undefined, undefined, 'all' as const),
});

describe('a session that begins as a lone SYN', () => {
  it('is told as any other', (t: TestContext) => {
    let lone = 0;
    const property = fc.property(
      ...([fc.nat(), fc.constantFrom(1, 2), fc.boolean(), fc.constantFrom(30, 900), options] as const),
      (seed, trackers, vlanKey, packets, chosen) => {
        const file = drawStream(seed, packets);
        const analysis = { ...ANALYSIS_DEFAULTS, ...chosen };
        const told = toldOf(file, trackers, vlanKey, analysis);
        const expected = toldOf(file, trackers, vlanKey, { ...analysis, onlyWholeRows: true });
        assert.deepEqual(told, expected);
        if (chosen.places === undefined) lone += told.filter(isLone).length;
      },
    );
    checkProperty(t, property, 40);
    assert.ok(lone > 100, `only ${lone} sessions stayed a SYN`);
  });

  it('is remembered as long when it was over by time before its second packet came', () => {
    const at = (sec: number, session: number): Segment => ({
      ...{ session, side: 0, seq: 100, ack: 0, flags: SYN, window: 1000, length: 0 },
      nsec: BigInt(START_SEC + sec) * BigInt(NSEC_A_SEC),
    });
    const others = (sec: number, count: number): Segment[] => Array.from({ length: count }, () => at(sec, 9));
    // What is over and waits for 40 packets to come is looked at after 256, and then begins to wait anew.
    const stream = [at(0, 1), ...others(80, 9), at(81, 1), ...others(82, 60), ...others(200, 10), at(201, 1)];
    for (const onlyWholeRows of [false, true]) {
      const { sessions } = analyse(segmentCapture(stream), 1, { rememberedPackets: 40, onlyWholeRows });
      const packets = sessions.map((fields) => fields[ofSide(0, S_PACKETS)]);
      assert.deepEqual(packets, [3, 79], `onlyWholeRows: ${onlyWholeRows}`);
    }
  });
});

/** Whether the record is of a session of one SYN. */
const isLone = ({ kind, fields, text }: ToldRecord): boolean =>
  kind === RECORD_SESSION && fields[ofSide(0, S_PACKETS)] === 1 && text.slice(0, fields[R_HISTORY_BYTES]) === 'S';
