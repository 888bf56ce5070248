/**
 * Counters of the traffic against tshark, packet by packet, and flows against the model fed with what tshark says of each packet. Where they
 * differ there is a reason with a name below. Usually a sample of captures; all of the corpus with TCPLOOM_ALL_CAPTURES=1.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { T_MPLS_LABELS_MOST, T_PROTOCOLS, T_VLAN_TAGS_MOST } from '../../src/capture/traffic-figures.js';
import type { CountedProtocol } from '../../src/capture/traffic-meter.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { DEFAULT_REPORT_PROTOCOLS } from '../../src/monitor/report-protocols.js';
import {
  F_A_BYTES,
  F_A_FLOWS,
  F_A_PACKETS,
  F_ACTIVE,
  F_B_BYTES,
  F_B_FLOWS,
  F_B_PACKETS,
  F_REPLIES,
  F_REQUESTS,
} from '../../src/traffic/flow-figures.js';
import { USUAL_FLOW_TIMEOUT_SEC } from '../../src/traffic/options.js';
import { type ParsedPacket, trafficModel } from '../model/traffic.js';
import { captureRows, corpusFiles, corpusMissing } from '../support/corpus.js';
import { missing } from '../support/programs.js';
import { contentOf, isReadable, runSingleThread, type StandingFigures } from '../support/single-thread.js';
import { added, type CountedPacket, countedPackets } from '../support/traffic-packets.js';
import { type SeenPacket, seenByTshark } from '../support/tshark-traffic.js';

const skip = corpusMissing || missing('tshark');

/** Chosen for their protocols: plain, tagged, tunnelled, cooked, cut, padded, in fragments. */
const SAMPLE: readonly string[] = [
  ...[
    'wikipedia.pcap',
    'many-protocols.pcap',
    'skype.pcap',
    'data2.pcap',
    'data3.pcap',
    'Tunnels.pcap',
    'ip-frag.pcap',
  ],
  ...[
    'gtp1_gn_normal_incl_fragmentation.pcap',
    'ip_fragmented_garbage.pcap',
    'pppoe-over-qinq.pcap',
    'vlan-qinqinq.pcap',
  ],
  ...['mixed-vlan-mpls.pcap', 'gre-sample.pcap', 'erspan.pcap', 'vxlan.pcap', 'Teredo.pcap', '6in4tunnel.pcap'],
  ...['arkime_synthetic.pcap', 'linux-cooked-unsw-nb15.pcap', 'rtsp.pcap', 'simple_http_sll2.pcap', 'ocs.pcap'],
  ...[
    'hdlc-http_1tx.pcap',
    '80211http.pcap',
    '100_packets.pcap',
    'bigtcp-ipv6.pcap',
    'truncated-header.pcap',
    'options.pcap',
  ],
  ...[
    'fuzz-2006-06-26-2594.pcap',
    'ipv6-http-atomic-frag.pcap',
    'no-syn-ack.pcap',
    'backscatter.trace',
    'pcapng-example.pcapng',
    'pbb.pcap',
  ],
];

/** Captures that the reader of this test's own frames, or tshark, does not read as the product does: test/capture/captures.test.ts has them. */
const READ_OTHERWISE: readonly string[] = [
  ...[
    'fritzbox-ip.pcap',
    'modified-format.pcap',
    'fuzz.pcap',
    'timestamp_invalid_micro.pcap',
    'timestamp_invalid_nano.pcap',
  ],
  ...['complex.pcapng', 'test017.pcapng', 'test018.pcapng', 'test102.pcapng', 'test202.pcapng'],
];

const FIGURES = [
  ...([
    'wire',
    'captured',
    'ip',
    'pad',
    'v4',
    'v6',
    'f4',
    'f6',
    'llc',
    'gre',
    'igmp',
    'icmp',
    'icmpv6',
    'sctp',
  ] as const),
  ...(['tcp', 'udp', 'headers', 'vlan', 'mpls', 'code'] as const),
];
type Figure = (typeof FIGURES)[number];

interface Difference {
  readonly figure: Figure;
  readonly packet: number;
  readonly ours: number;
  readonly theirs: number;
  readonly seen: SeenPacket;
}

const has = ({ seen }: Difference, ...names: string[]): boolean => names.some((name) => seen.protocols.includes(name));
const isIp = ({ figure }: Difference): boolean =>
  !['pad', 'headers', 'vlan', 'mpls', 'wire', 'captured'].includes(figure);

/** UDP with IP right behind it, by tshark's names. */
const isUnnamedTunnel = ({ seen }: Difference): boolean => seen.protocols.join(':').includes(':udp:ip:');
/** One of the two may have gone on to another packet. */
const isOther = (d: Difference): boolean => isIp(d) || (d.figure === 'headers' && Math.abs(d.ours - d.theirs) > 1);

/** Why the two may differ; each holds for single packets, never for a rest that is left over. */
const EXPLANATIONS: readonly [reason: string, holds: (d: Difference) => boolean][] = [
  [
    'padding is what is behind an IP packet: of other frames nobody knows but by dissecting them',
    (d) => d.figure === 'pad' && d.ours === 0 && !d.seen.protocols.some((name) => name === 'ip' || name === 'ipv6'),
  ],
  [
    'padding that was not captured counts by the length on the wire; tshark has only what is there',
    (d) => d.figure === 'pad' && d.seen.capturedBytes < d.seen.wireBytes,
  ],
  [
    'tshark dissects the trailer of a load balancer, which is padding here',
    (d) => d.figure === 'pad' && has(d, 'f5ethtrailer'),
  ],
  [
    'tshark has no field for what is behind the IP packet over PPPoE, HDLC, netfilter log; nor for the FCS of 802.11',
    (d) => d.figure === 'pad' && d.theirs === 0 && has(d, 'pppoes', 'chdlc', 'nflog', 'wlan'),
  ],
  [
    'tshark counts the padding of the frame in a tunnel; here it is that of the outermost one',
    (d) => d.figure === 'pad' && d.ours === 0 && d.seen.protocols.lastIndexOf('eth') > 0,
  ],
  [
    'a length of 0 in an IPv6 header of BIG TCP means the rest of the frame (RFC 2675); tshark takes it as it is',
    (d) => ['ip', 'pad'].includes(d.figure) && d.seen.ipBytes === 40 && d.seen.version === 6 && d.seen.protocol === 6,
  ],
  [
    'tshark names an IP header that is cut or cannot be one; here it is none',
    (d) => (isIp(d) || d.figure === 'headers') && hasUnreadableIp(d.seen),
  ],
  [
    "tshark takes UDP port 3386 for GTP' with packets in it; here only GTP-U is a tunnel",
    (d) => isIp(d) && has(d, 'gtpprime'),
  ],
  [
    'tshark does not look at the version of Cisco MetaData, which must be 1',
    (d) => has(d, 'cmd') && (isIp(d) || d.figure === 'headers'),
  ],
  [
    'tshark takes a source port for that of Geneve or VXLAN-GPE; they have it as destination (RFC 8926 3.3)',
    (d) => d.figure === 'headers' && (has(d, 'geneve') || isUnnamedTunnel(d)) && d.ours === 3,
  ],
  [
    'tshark has no name for the header of VXLAN-GPE',
    (d) => d.figure === 'headers' && isUnnamedTunnel(d) && d.ours === d.theirs + 1,
  ],
  [
    'tshark goes on in GTP or AYIYA where no IP packet follows; here that is the payload of UDP',
    (d) => d.figure === 'headers' && has(d, 'gtp', 'ayiya') && d.ours === 3,
  ],
  [
    'the header of 802.1ah and that of the frame in it are two, and one for tshark',
    (d) => d.figure === 'headers' && has(d, 'ieee8021ah') && d.ours === d.theirs + 1,
  ],
  [
    'GRE and the header of ERSPAN behind it are stepped over as one',
    (d) => d.figure === 'headers' && has(d, 'erspan') && d.ours === d.theirs - 1,
  ],
  [
    'radiotap and the header of 802.11 behind it are stepped over as one',
    (d) => d.figure === 'headers' && has(d, 'radiotap') && d.ours === d.theirs - 1,
  ],
  [
    'what an unknown ethertype, or protocol of IP, announces is a protocol; for tshark it is data',
    (d) =>
      d.figure === 'headers' && ['data', 'ethertype'].includes(d.seen.protocols.at(-1)!) && d.ours === d.theirs + 1,
  ],
  [
    'what is behind a type below 1536 of which nothing is known is a protocol; tshark shows nothing of it',
    (d) => d.figure === 'headers' && d.seen.protocols.join() === 'eth' && d.ours === 2,
  ],
  [
    'a header that is not there, or cut, is none; tshark names it',
    (d) => d.figure === 'headers' && d.ours === d.theirs - 1 && d.seen.capturedBytes < d.seen.wireBytes,
  ],
  [
    'a length of 0 is one, and LLC follows (IEEE 802.3 3.2.6); tshark takes it for a type',
    (d) =>
      ['llc', 'code', 'headers'].includes(d.figure) &&
      d.seen.protocols.join() === 'eth,ethertype,data' &&
      d.seen.linkCode === 0,
  ],
];

/** Whether tshark names an IP header in which it cannot read length or protocol. */
const hasUnreadableIp = ({ ipBytes, protocol }: SeenPacket): boolean =>
  !Number.isFinite(ipBytes) || !Number.isFinite(protocol);

function theirsOf(seen: SeenPacket): Record<Figure, number> {
  const { version, protocol, protocols } = seen;
  const of = (number: number): number => Number(protocol === number);
  return {
    ...{
      wire: seen.wireBytes,
      captured: seen.capturedBytes,
      ip: seen.ipBytes,
      pad: seen.padBytes,
      headers: seen.headers,
    },
    ...{ v4: Number(version === 4), v6: Number(version === 6) },
    ...{ f4: Number(seen.isFragment && version === 4), f6: Number(seen.isFragment && version === 6) },
    ...{ llc: Number(protocols.includes('llc')), gre: Number(protocols.includes('gre')) },
    ...{ igmp: of(2), icmp: of(1), icmpv6: of(58), sctp: of(132), tcp: of(6), udp: of(17) },
    ...{ vlan: seen.vlanTags, mpls: seen.mplsLabels, code: seen.linkCode },
  };
}

function differencesOf(seen: readonly SeenPacket[], counted: readonly CountedPacket[]): Difference[] {
  return seen.flatMap((packet, i) => {
    const theirs = theirsOf(packet);
    return FIGURES.filter((figure) => counted[i][figure] !== theirs[figure]).map((figure) => {
      return { figure, packet: packet.number, ours: counted[i][figure], theirs: theirs[figure], seen: packet };
    });
  });
}

/** Packets and bytes of a protocol with columns of its own, by tshark's word. */
function columnOf({ layer, number }: CountedProtocol, seen: readonly SeenPacket[]): number[] {
  const code = ({ version, linkCode }: SeenPacket): number => [linkCode, 0x0800, 0x86dd][[0, 4, 6].indexOf(version)];
  const of = seen.filter((packet) => (layer === 'ip' ? packet.protocol : code(packet)) === number);
  return [of.length, of.reduce((sum, { capturedBytes }) => sum + capturedBytes, 0)];
}

function checkFlows({ flows, activeFlowsMost }: StandingFigures, parsed: readonly ParsedPacket[]): void {
  const form = { timeoutSec: USUAL_FLOW_TIMEOUT_SEC, vlanKey: false, reportNsec: 10n ** 18n };
  const { end } = trafficModel(parsed, form);
  const ours = {
    ...{ aFlows: flows[F_A_FLOWS], bFlows: flows[F_B_FLOWS], requests: flows[F_REQUESTS], replies: flows[F_REPLIES] },
    ...{
      aPackets: flows[F_A_PACKETS],
      bPackets: flows[F_B_PACKETS],
      aBytes: flows[F_A_BYTES],
      bBytes: flows[F_B_BYTES],
    },
    ...{ active: flows[F_ACTIVE], activeMost: activeFlowsMost },
  };
  assert.deepEqual(ours, end, 'flows');
}

/** How many packets were compared; the reasons that were needed are added to `used`. */
function check(t: TestContext, name: string, path: string, used: Set<string>): number {
  const seen = seenByTshark(path);
  const counted = countedPackets(path);
  assert.equal(counted.length, seen.length);
  const differences = differencesOf(seen, counted);
  for (const [reason, holds] of EXPLANATIONS) {
    const packets = new Set(differences.filter(holds).map(({ packet }) => packet)).size;
    if (packets === 0) continue;
    used.add(reason);
    t.diagnostic(`${packets} of ${seen.length} packets: ${reason}`);
  }
  const unexplained = differences.filter((d) => !EXPLANATIONS.some(([, holds]) => holds(d)));
  assert.deepEqual(
    unexplained.map(({ seen: { protocols }, ...rest }) => ({ ...rest, protocols: protocols.join(':') })),
    [],
  );
  const { traffic } = runSingleThread(contentOf(path), MIRUO_DEFAULTS, {
    ...{ trackers: 2, blockBytes: 1 << 20 },
    traffic: { protocols: DEFAULT_REPORT_PROTOCOLS, flowTimeoutSec: USUAL_FLOW_TIMEOUT_SEC },
  });
  const { read } = traffic!.standing;
  const sums = added(read);
  for (const figure of Object.keys(sums) as (keyof typeof sums)[]) {
    const ours = counted.reduce((sum, packet) => sum + packet[figure], 0);
    assert.equal(sums[figure], ours, `the whole pass: ${figure}`);
  }
  assert.equal(read[T_VLAN_TAGS_MOST], Math.max(0, ...seen.map(({ vlanTags }) => vlanTags)));
  assert.equal(read[T_MPLS_LABELS_MOST], Math.max(0, ...seen.map(({ mplsLabels }) => mplsLabels)));
  const row = captureRows().find(([capture]) => capture === name);
  if (row !== undefined)
    assert.deepEqual([sums.packets, sums.captured, sums.wire].map(String), row.slice(3, 6), 'capinfos');
  // Where both take all packets for the same, columns and flows must be the same.
  if (!differences.some(isOther)) {
    DEFAULT_REPORT_PROTOCOLS.forEach((protocol, i) => {
      const at = T_PROTOCOLS + 2 * i;
      assert.deepEqual([read[at], read[at + 1]], columnOf(protocol, seen), JSON.stringify(protocol));
    });
    checkFlows(
      traffic!.standing,
      seen.map(({ parsed }) => parsed),
    );
  }
  return seen.length;
}

describe('counters of the traffic, compared with tshark and capinfos', { skip }, () => {
  const isAll = process.env.TCPLOOM_ALL_CAPTURES === '1';
  const chosen = skip ? [] : corpusFiles().filter(({ name }) => isAll || SAMPLE.includes(basename(name)));
  const used = new Set<string>();
  let packets = 0;
  for (const { name, path } of chosen) {
    if (READ_OTHERWISE.includes(basename(name)) || !isReadable(contentOf(path))) continue;
    it(name, (t: TestContext) => {
      packets += check(t, name, path, used);
    });
  }

  it('were compared at all, and every reason is one for some packet', () => {
    assert.ok(packets > 10_000, `${packets} packets`);
    assert.deepEqual(
      EXPLANATIONS.map(([reason]) => reason).filter((reason) => !used.has(reason)),
      [],
    );
  });
});
