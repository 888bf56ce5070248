/**
 * Records of sessions against tcptrace over real captures: packets and payload, payload once, segments sent again, round trips. Usually a sample; all of the
 * corpus with TCPLOOM_ALL_CAPTURES=1.
 *
 * What the two mean by their figures differs thus, and so it is that these are compared:
 * - Segments sent again: tcptrace asks whether their data was seen before, and calls others that come late out of order; it knows no keep-alives. tshark, whose rules ours are,
 *   decides between the two by time. So the sum of all of them is compared; zero window probes are new data.
 * - Round trips: tcptrace takes one only of the segment that an ACK names, and of SYN and FIN too; ours are of every segment with payload that an ACK
 *   covers. So their number, with those that it says were covered, is ours and that of SYN and FIN. Means are compared where no segment was covered by
 *   the ACK of a later one; tshark says how long the FIN took. Where segments were sent again each has a rule of its own for what is left out, and nothing
 *   is compared. tcptrace tells tenths of milliseconds, mostly rounded, some cut.
 * - Sessions: tcptrace begins a new one after a time, or when a closed one is opened again. Where it sees more or fewer sums are compared.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { RECORD_NUMBER } from '../../src/analysis/events.js';
import { P_FLAGS, P_LENGTH, P_SIDE, P_SYMPTOMS } from '../../src/analysis/packet-record.js';
import {
  ofSide,
  R_DST,
  R_DST_PORT,
  R_SRC,
  R_SRC_PORT,
  R_SYN_TO_SYNACK,
  R_SYNACK_TO_ACK,
  R_V6,
  S_FIN,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RTT_MEAN,
  S_RTT_SAMPLES,
  S_SYN,
  S_SYNACK,
  S_UNIQUE_BYTES,
} from '../../src/analysis/session-record.js';
import { symptomBit } from '../../src/analysis/symptoms.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { TCP_FIN, TCP_SYN } from '../../src/wire/tcp.js';
import { type AnalysedCapture, analyseFile, type Fields } from '../support/analysis-records.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { missing } from '../support/programs.js';
import { contentOf, isReadable } from '../support/single-thread.js';
import { connectionsByTcptrace, finRoundTrips, type TracedSide } from '../support/tcptrace.js';

const skip = corpusMissing || missing('tcptrace', 'tshark');
const WHOLE = process.env.TCPLOOM_ALL_CAPTURES === '1';
const SAMPLE = [
  ...['wikipedia.pcap', 'ssh-dups.pcap', 'retransmit-fast009.pcap', '206_example_b.pcap', 'out-of-order.pcap'],
  ...['skype.pcap', 'four_ipv6_http_streams.pcap', 'payload-syn.pcap'],
];

/** What may differ. */
type Kind = 'sessions' | 'packets' | 'unique' | 'repeated' | 'samples' | 'mean';

const FRAGMENTS = 'tcptrace takes a fragment for a segment, and an extension header of IPv6 for payload';
const UNSOUND = 'headers say more than there is, and tcptrace believes other ones';
const OTHER_ISN = 'a SYN of another sequence number: tcptrace counts what is between as if it were sent';
const PROBES = 'tcptrace takes for probes, and does not count, all that is sent while the window is 0';
const MANY = 'more than 16 segments are under way, of which ours are not timed';
const SYN_DATA = 'a SYN with payload is one sample of both';
const NO_SYNACK = 'no SYN-ACK, or a late one, tells how long the SYN took';

/** In how many directions of which captures which figure differs, and why. Ours are right by what is said at the top, or as tshark has them. */
const KNOWN: readonly (readonly [end: string, kind: Kind, directions: number, why: string])[] = [
  ['ipv6-http-atomic-frag.pcap', 'sessions', 2, FRAGMENTS],
  ['ipv6-http-atomic-frag.pcap', 'packets', 4, FRAGMENTS],
  ['ipv6-http-atomic-frag.pcap', 'samples', 1, FRAGMENTS],
  ['socks5-http-302-frag.pcap', 'packets', 2, FRAGMENTS],
  ['fuzz.pcap', 'sessions', 2, UNSOUND],
  ['fuzz-2006-06-26-2594.pcap', 'packets', 3, UNSOUND],
  ['fuzz-2006-06-26-2594.pcap', 'repeated', 2, UNSOUND],
  ['truncated-header.pcap', 'packets', 1, 'a header that was cut counts there'],
  ['reassembly.pcap', 'packets', 1, 'where IP declares more than the frame had on the wire, that does not count'],
  ['vlan-collisions.pcap', 'packets', 2, 'tcptrace knows no tag within a tag'],
  ['bigtcp-ipv6.pcap', 'packets', 1, 'tcptrace knows no jumbogram'],
  ['missing_ldap_logs.pcapng', 'packets', 3, 'tcptrace leaves out one packet of 1894 bytes each'],
  ['missing_ldap_logs.pcapng', 'samples', 1, MANY],
  ['backscatter.trace', 'unique', 5, OTHER_ISN],
  ['out-of-order.pcap', 'unique', 1, OTHER_ISN],
  ['out-of-order.pcap', 'repeated', 1, OTHER_ISN],
  ['206_example_b.pcap', 'unique', 1, PROBES],
  ['206_example_b.pcap', 'repeated', 1, PROBES],
  ['206_example_b.pcap', 'samples', 1, MANY],
  ['bigtransfer.pcap', 'unique', 1, 'sequence numbers come round after 4 GiB, which tcptrace takes for the same'],
  ['bigtransfer.pcap', 'repeated', 1, 'likewise'],
  [
    'RICS2021_787__fwscada_20200625_160926.pcap',
    'repeated',
    1,
    'payload where a FIN was sent before is not sent again',
  ],
  ['connect-with-smtp.pcap', 'repeated', 1, 'late behind an ACK only, not behind payload'],
  ['payload-syn.pcap', 'samples', 1, SYN_DATA],
  ['payload-synack.pcap', 'samples', 1, SYN_DATA],
  ['tcp-fast-open.pcap', 'samples', 1, SYN_DATA],
  ['no-syn-ack.pcap', 'samples', 2, NO_SYNACK],
  ['handshake-reorder.pcap', 'samples', 1, NO_SYNACK],
  ['http-mime-truncated/input.pcap', 'samples', 1, MANY],
  ['timestamp.pcap', 'samples', 1, MANY],
  ['alexa-app.pcapng', 'samples', 1, MANY],
  ['data3.pcap', 'samples', 1, MANY],
  ['irc-dcc-send.pcapng', 'samples', 1, MANY],
];

/** Where tcptrace errs: payload once, as the union of the ranges of tshark's segments has it. */
const UNIQUE_BYTES: ReadonlyMap<string, number> = new Map([
  ['206_example_b.pcap 65.54.95.206 80 192.168.72.14 3254', 1_023_578],
  ['out-of-order.pcap 82.166.201.210 80 10.166.154.146 43942', 309_716],
  ['bigtransfer.pcap 192.168.56.101 37150 192.168.56.1 59764', 23_822],
]);

/** Of this unit tcptrace's means are multiples; besides, its times have microseconds, ours nanoseconds. */
const MEAN_UNIT_MS = 0.1;
const TIME_UNIT_MS = 0.001;

const REPEATED = symptomBit('retransmission') | symptomBit('out_of_order') | symptomBit('keep_alive');

/** What one side of a session of ours sent. */
interface OurSide {
  readonly fields: Fields;
  readonly side: number;
  /** Segments with payload, SYN or FIN that were sent again or came late. */
  repeated: number;
}

const figure = ({ fields, side }: OurSide, field: number): number => fields[ofSide(side, field)];
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function endOf(fields: Fields, address: number, port: number): string {
  const words = fields.slice(address, address + 4).map((word) => word | 0);
  return `${fields[R_V6] === 1 ? ipv6Text(words) : ipv4Text(words[0])} ${fields[port]}`;
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Both sides of all sessions, by `SENDER RECEIVER`, in the order in which they began. */
function ourSides({ sessions, packets }: AnalysedCapture): Map<string, OurSide[]> {
  const sides = new Map<string, OurSide[]>();
  const bySession = new Map<number, OurSide[]>();
  for (const fields of sessions) {
    const ends = [endOf(fields, R_SRC, R_SRC_PORT), endOf(fields, R_DST, R_DST_PORT)];
    const both = [0, 1].map((side): OurSide => ({ fields, side, repeated: 0 }));
    for (const side of both) add(sides, `${ends[side.side]} ${ends[side.side ^ 1]}`, side);
    bySession.set(fields[RECORD_NUMBER], both);
  }
  for (const packet of packets) {
    const isOne = packet[P_LENGTH] > 0 || (packet[P_FLAGS] & (TCP_SYN | TCP_FIN)) !== 0;
    if (isOne && (packet[P_SYMPTOMS] & REPEATED) !== 0)
      bySession.get(packet[RECORD_NUMBER])![packet[P_SIDE]].repeated++;
  }
  return sides;
}

describe('records of sessions and tcptrace', { skip }, () => {
  const files = skip ? [] : corpusFiles().filter(({ path }) => WHOLE || SAMPLE.includes(basename(path)));
  const compared = new Map<string, number>();
  const count = (what: string, by = 1): void => void compared.set(what, (compared.get(what) ?? 0) + by);

  for (const { name, path } of files) {
    it(name, () => {
      const traced = connectionsByTcptrace(path);
      if (traced === undefined || traced.length === 0 || !isReadable(contentOf(path))) return;
      count('captures');
      const ours = ourSides(analyseFile(path, 1, { idleTimeoutSec: Number.POSITIVE_INFINITY }));
      const theirs = new Map<string, TracedSide[]>();
      for (const [a, b] of traced) {
        add(theirs, `${a.from} ${b.from}`, a);
        add(theirs, `${b.from} ${a.from}`, b);
      }
      const fins = finRoundTrips(path);
      const found = new Map<Kind, string[]>();
      for (const [way, sides] of theirs) {
        const mine = ours.get(way) ?? [];
        const differ = (kind: Kind, ...figures: readonly unknown[]): void => {
          add(found as Map<string, string[]>, kind, `${kind} ${way}: ${figures.join(' ')}`);
          count(`excepted: ${kind}`);
        };
        if (mine.length !== sides.length) compareSums(mine, sides, differ, count);
        else for (const [index, side] of sides.entries()) compareSides(mine[index], side, fins.get(way), differ, count);
        const unique = UNIQUE_BYTES.get(`${basename(path)} ${way}`);
        if (unique !== undefined)
          assert.deepEqual(
            mine.map((side) => figure(side, S_UNIQUE_BYTES)),
            [unique],
            way,
          );
      }
      const known = KNOWN.filter(([end]) => name.endsWith(`/${end}`));
      const told = [...found].map(([kind, lines]) => [kind, lines.length]).toSorted();
      assert.deepEqual(
        told,
        known.map(([, kind, directions]) => [kind, directions]).toSorted(),
        [...found.values()].join('\n'),
      );
    });
  }

  it('compared much', (t) => {
    t.diagnostic([...compared].map(([what, times]) => `${what} ${times}`).join(', '));
    for (const what of ['unique', 'repeated', 'samples', 'mean']) assert.ok((compared.get(what) ?? 0) > 100, what);
  });
});

type Differ = (kind: Kind, ...figures: readonly unknown[]) => void;
type Count = (what: string, by?: number) => void;

/** Sessions that are another number there. */
function compareSums(ours: readonly OurSide[], theirs: readonly TracedSide[], differ: Differ, count: Count): void {
  const told = [S_PACKETS, S_PAYLOAD_BYTES].map((field) => sumOf(ours.map((side) => figure(side, field))));
  const expected = [sumOf(theirs.map((side) => side.packets)), sumOf(theirs.map((side) => side.payloadBytes))];
  if (ours.length === 0 || told.join() !== expected.join()) differ('sessions', told, expected);
  else count('summed', theirs.length);
}

function compareSides(
  ours: OurSide,
  theirs: TracedSide,
  finMs: number | undefined,
  differ: Differ,
  count: Count,
): void {
  const of = (field: number): number => figure(ours, field);
  const compare = (kind: Kind, told: number, expected: number): boolean => {
    if (told === expected) count(kind);
    else differ(kind, told, expected);
    return told === expected;
  };
  const sent = `${of(S_PACKETS)} ${of(S_PAYLOAD_BYTES)}`;
  if (sent !== `${theirs.packets} ${theirs.payloadBytes}`) {
    differ('packets', sent, theirs.packets, theirs.payloadBytes);
    return;
  }
  count('packets');
  compare('unique', of(S_UNIQUE_BYTES), theirs.uniqueBytes);
  compare('repeated', ours.repeated, theirs.repeatedPackets + theirs.latePackets);
  if (of(S_PAYLOAD_BYTES) === 0) {
    assert.equal(of(S_RTT_SAMPLES), 0);
    return;
  }
  const isRepeated = Math.max(ours.repeated, theirs.repeatedPackets, theirs.latePackets, theirs.probes) > 0;
  if (isRepeated || of(S_SYN) + of(S_SYNACK) > 1 || of(S_FIN) > 1) {
    count('not timed for repetitions');
    return;
  }
  const synNsec = ours.fields[ours.side === 0 ? R_SYN_TO_SYNACK : R_SYNACK_TO_ACK];
  const others = (synNsec >= 0 ? [synNsec / 1e6] : []).concat(finMs ?? []);
  const samples = of(S_RTT_SAMPLES) + others.length;
  if (!compare('samples', samples, theirs.rttSamples + theirs.coveredSegments)) return;
  if (samples === 0 || theirs.coveredSegments > 0) return;
  const timed = of(S_RTT_SAMPLES) === 0 ? 0 : (of(S_RTT_SAMPLES) * of(S_RTT_MEAN)) / 1e6;
  const mean = (timed + sumOf(others)) / samples;
  if (Math.abs(mean - theirs.rttMeanMs) > MEAN_UNIT_MS + TIME_UNIT_MS) differ('mean', mean, theirs.rttMeanMs);
  else count('mean');
}
