/**
 * Records of sessions against tshark over real captures: which packet is of which session, packets and bytes of each side, initial round trip, completeness,
 * and symptoms. Usually a sample; all of the corpus with TCPLOOM_ALL_CAPTURES=1.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { P_NUMBER, P_SYMPTOMS } from '../../src/analysis/packet-record.js';
import {
  ofSide,
  R_COMPLETENESS,
  R_FIRST_NUMBER,
  R_INITIAL_RTT,
  R_LAST_NUMBER,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_WIRE_BYTES,
} from '../../src/analysis/session-record.js';
import { symptomBit } from '../../src/analysis/symptoms.js';
import { analyseFile, type Fields } from '../support/analysis-records.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { missing } from '../support/programs.js';
import { contentOf, isReadable } from '../support/single-thread.js';
import { type SeenSegment, segmentsByTshark } from '../support/tshark-symptoms.js';

const skip = corpusMissing || missing('tshark');
const SAMPLE = [
  ...['wikipedia.pcap', 'ssh-dups.pcap', 'pppoe-over-qinq.pcap', '6in4tunnel.pcap', 'vlan-collisions.pcap'],
  ...['retransmit-fast009.pcap', 'ipv6-http-atomic-frag.pcap', 'tcp-http-with-padding.pcap', 'simple_http_sll2.pcap'],
];
const WHOLE = process.env.TCPLOOM_ALL_CAPTURES === '1';

/** FTP's dissector knows of sessions of data before their first packet, which then is not the first for completeness. */
const FORETOLD = new Set(['bigtransfer.pcap', 'ipv4.pcap', 'ipv6.pcap']);

/** Why a capture is not compared. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  ...[
    'Tunnels.pcap',
    'erspan.pcap',
    'socks5-http-302-frag.pcap',
    'gtp2_different_udp_port.pcap',
    'frag-ip-tcp-syn.pcap',
  ]
    .concat('gtp1_gn_normal_incl_fragmentation.pcap', 'ip_fragmented_garbage.pcap')
    .map((name): [string, string] => [name, 'a segment in fragments is seen in the last one, if all are there']),
  ['truncated-header.pcap', 'a TCP header of which not all was captured is one'],
  ['fuzz-2006-06-26-2594.pcap', 'a TCP header that is longer than its datagram is one'],
  ['timestamp_invalid_micro.pcap', 'a fraction of a second of a second or more'],
  ['timestamp_invalid_nano.pcap', 'a fraction of a second of a second or more'],
  ['bigtcp-ipv6.pcap', 'a jumbogram is none'],
  ['gre-aruba-amsdu.pcap', 'two segments in one frame are both seen'],
  ['vntag_vlan_sandwich_clean.pcap', 'what follows is seen'],
]);

describe('sessions', { skip }, () => {
  const files = skip ? [] : corpusFiles().filter(({ path }) => WHOLE || SAMPLE.includes(basename(path)));
  for (const { name, path } of files) {
    const reason = DIFFERENT.get(basename(path));
    it(name, { skip: reason !== undefined && reason }, () => {
      if (!isReadable(contentOf(path))) return;
      const seen = segmentsByTshark(path, 2).filter((segment) => !segment.isQuoted);
      if (seen.length === 0) return;
      const { sessions, packets } = analyseFile(path, 1, { idleTimeoutSec: Number.POSITIVE_INFINITY });
      const symptoms = new Map(packets.map((fields) => [fields[P_NUMBER], fields[P_SYMPTOMS]]));
      // On its second pass tshark marks more of those.
      const others = ~symptomBit('reused_ports');
      for (const { number, symptoms: expected } of seen) {
        assert.equal((symptoms.get(number) ?? 0) & others, expected & others, `symptoms of packet ${number}`);
      }
      const streams = new Map<number, SeenSegment[]>();
      for (const segment of seen) {
        const stream = streams.get(segment.stream) ?? [];
        if (stream.push(segment) === 1) streams.set(segment.stream, stream);
      }
      // What an ICMP message quotes has a number there.
      assert.equal(sessions.length, streams.size);
      for (const [index, stream] of [...streams.values()].entries())
        compareSession(sessions[index], stream, FORETOLD.has(basename(path)));
    });
  }
});

function compareSession(fields: Fields, stream: readonly SeenSegment[], isForetold: boolean): void {
  const [first] = stream;
  const last = stream[stream.length - 1];
  const where = `session that begins with packet ${first.number}`;
  assert.equal(fields[R_FIRST_NUMBER], first.number);
  assert.equal(fields[R_LAST_NUMBER], last.number, where);
  const told = [0, 1].map((side) =>
    [S_PACKETS, S_WIRE_BYTES, S_PAYLOAD_BYTES].map((field) => fields[ofSide(side, field)]),
  );
  const byFirst = stream.filter(({ from }) => from === first.from);
  const byOther = stream.filter(({ from }) => from !== first.from);
  const expected = [byFirst, byOther].map(sums);
  assert.deepEqual(told.toSorted(), expected.toSorted(), where);
  const rtt = stream.find(({ initialRtt }) => initialRtt !== '');
  if (rtt !== undefined) assert.equal((fields[R_INITIAL_RTT] / 1e9).toFixed(9), rtt.initialRtt, where);
  // A first packet without SYN counts for those that come after it.
  const ignored = isForetold ? 1 : 0;
  if (stream.length > 1) assert.equal(fields[R_COMPLETENESS] | ignored, last.completeness | ignored, where);
}

const sums = (segments: readonly SeenSegment[]): number[] => [
  segments.length,
  segments.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
  segments.reduce((sum, { length }) => sum + length, 0),
];
