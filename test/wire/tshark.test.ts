/**
 * Every capture of the corpus, packet by packet, against tshark: which packets have an innermost TCP header, and with
 * which ports and IP version. Where the two differ there is a reason with a name below.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { FrameDecoder } from '../../src/capture/decode.js';
import { D_PORTS, D_WHERE, WHERE_V6 } from '../../src/capture/descriptor.js';
import { BAD_TCP_HEADER, ICMP_MESSAGE, SEGMENT } from '../../src/capture/frame-reasons.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { framesOf } from '../support/frames-of.js';
import { ALL } from '../support/walk.js';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
const skip = corpusMissing || (!hasTshark && 'tshark is not installed');

/** tshark is to see no more of a packet than we do: no reassembly, no decryption. */
const TSHARK = [
  ...['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'],
  ...['-o', 'wlan.enable_decryption:FALSE', '-o', 'wlan.defragment:FALSE'],
  ...['-T', 'fields', '-E', 'occurrence=a', '-E', 'separator=/t'],
  ...['-e', 'frame.number', '-e', 'frame.protocols', '-e', 'tcp.srcport', '-e', 'tcp.dstport'],
];

/** What a packet is taken for: `source port>destination port vIP-version`, or '' for no TCP. */
interface Difference {
  readonly frame: number;
  readonly reason: number;
  readonly ours: string;
  readonly theirs: string;
  /** tshark's names of the headers, outermost first. */
  readonly protocols: string;
}

/** Why the two may differ. */
const EXPLANATIONS: readonly [name: string, holds: (d: Difference) => boolean][] = [
  [
    'tshark goes into the packet that an ICMP error quotes, which is no packet of a conversation here',
    (d) => d.ours === '' && d.reason === ICMP_MESSAGE && /:icmp(v6)?:.*:tcp/.test(d.protocols),
  ],
  [
    'tshark shows the ports of a TCP header that is cut; here it counts as a bad one',
    (d) => d.ours === '' && d.reason === BAD_TCP_HEADER && d.theirs !== '',
  ],
  [
    'tshark does not look into TCP when the lengths in an IPv6 header of BIG TCP are 0',
    (d) => d.theirs === '> v6' && d.ours !== '',
  ],
];

function differences(path: string): { packets: number; different: Difference[] } {
  const decoder = new FrameDecoder(ALL);
  const words = new Int32Array(16);
  const frames = framesOf(path);
  const { stdout } = spawnSync('tshark', ['-r', path, ...TSHARK], { maxBuffer: 1 << 29, encoding: 'utf8' });
  const different: Difference[] = [];
  let packets = 0;
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [number, protocols, sources, destinations] = line.split('\t');
    const frame = frames[Number(number) - 1];
    if (frame === undefined) continue;
    packets++;
    const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.length);
    const reason = decoder.decode(view, 0, frame.bytes.length, frame.linkType, words, 0);
    const version = (words[D_WHERE] & WHERE_V6) !== 0 ? 6 : 4;
    const ours = reason === SEGMENT ? `${words[D_PORTS] >>> 16}>${words[D_PORTS] & 0xffff} v${version}` : '';
    const theirs = innermost(protocols.split(':'), sources.split(','), destinations.split(','));
    if (ours !== theirs) different.push({ frame: Number(number), reason, ours, theirs, protocols });
  }
  return { packets, different };
}

function innermost(protocols: string[], sources: string[], destinations: string[]): string {
  const tcp = protocols.lastIndexOf('tcp');
  if (tcp < 0) return '';
  const before = protocols.slice(0, tcp);
  const version = before.lastIndexOf('ipv6') > before.lastIndexOf('ip') ? 6 : 4;
  return `${sources.at(-1)}>${destinations.at(-1)} v${version}`;
}

/** Usually every other capture; all of the corpus with TCPLOOM_ALL_CAPTURES=1. */
const WHOLE = process.env.TCPLOOM_ALL_CAPTURES === '1';

describe('innermost TCP headers, compared with tshark', { skip }, () => {
  let packets = 0;
  const files = skip ? [] : corpusFiles().filter((_, index) => WHOLE || index % 2 === 0);
  for (const { name, path } of files) {
    it(name, (t: TestContext) => {
      const result = differences(path);
      packets += result.packets;
      const unexplained = result.different.filter((d) => !EXPLANATIONS.some(([, holds]) => holds(d)));
      for (const [explanation, holds] of EXPLANATIONS) {
        const count = result.different.filter(holds).length;
        if (count > 0) t.diagnostic(`${count} of ${result.packets} packets: ${explanation}`);
      }
      assert.deepEqual(unexplained, []);
    });
  }

  it('were compared at all', () => assert.ok(packets > (WHOLE ? 100_000 : 40_000), `${packets} packets`));
});
