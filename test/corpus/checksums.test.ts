/**
 * Checksums of real packets: what is found good and bad, and what should have been there, as tshark says it. Of every capture
 * of the corpus some packets are taken, evenly over it, and put together by link type, so that tshark runs but a few times.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  CHECKSUM_BAD_ICMP,
  CHECKSUM_GOOD,
  CHECKSUM_UNKNOWN,
  ChecksumVerifier,
} from '../../src/wire/checksum-verifier.js';
import { Cursor, END_ICMP, FOUND_TCP } from '../../src/wire/cursor.js';
import { goToTcp } from '../../src/wire/headers.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { framesOf, type LinkFrame } from '../support/frames-of.js';
import { temporaryFolder } from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';
import { missing, output } from '../support/programs.js';
import { ALL } from '../support/walk.js';

const FRAMES_A_CAPTURE = 1000;
const FOLDER = temporaryFolder();
const skip = corpusMissing || missing('tshark');

const FIELDS = ['ip.checksum', 'tcp.checksum', 'icmp.checksum', 'icmpv6.checksum'];
/** tshark is to verify, and to see no more of a packet than we do. */
const TSHARK = [
  ...['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.tso_support:TRUE'],
  ...['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'],
  ...['-T', 'fields', '-E', 'occurrence=f', '-E', 'separator=/t', '-e', 'frame.protocols'],
  ...FIELDS.flatMap((field) => ['-e', `${field}.status`, '-e', field]),
  // Of ICMP it does not say what should be there.
  ...['-e', 'ip.checksum_calculated', '-e', 'tcp.checksum_calculated'],
];
/** tshark's words for the outcome. */
const BAD = '0';
const GOOD = '1';

interface Sample {
  readonly capture: string;
  /** Of the frame in its capture, from 1. */
  readonly number: number;
  readonly frame: LinkFrame;
}

/** What is said of the IP header, and of what it carries: 'good', 'unknown', or what was found for what. */
interface Verdicts {
  readonly ip: string;
  readonly carried: string;
}

interface Difference {
  readonly packet: string;
  readonly ours: Verdicts;
  readonly theirs: Verdicts;
  /** tshark's names of the headers, outermost first. */
  readonly protocols: string;
  /** As the IP header announces it, 0 included, and as much as the frame had on the wire. */
  readonly announcedBytes: number;
  readonly wireBytes: number;
}

/** Why the two may differ. */
const EXPLANATIONS: readonly [name: string, holds: (d: Difference) => boolean][] = [
  [
    'tshark verifies what there is where the IP header announces more than the frame had on the wire',
    (d) => d.ours.carried === 'unknown' && d.announcedBytes > d.wireBytes,
  ],
  [
    'tshark verifies as much as PPPoE announces where that is less than the IP header does',
    (d) => d.ours.carried === 'good' && d.protocols.includes(':pppoes:'),
  ],
  [
    'tshark does not look into TCP when the lengths in an IPv6 header of BIG TCP are 0',
    (d) => d.theirs.carried === 'unknown' && d.announcedBytes === 0 && d.protocols.includes(':ipv6'),
  ],
];

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;
const kindOf = (verdict: string): string => verdict.replace(/.* for .*/, 'bad');

/** Some frames of each capture, by link type. */
function samples(): Map<number, Sample[]> {
  const byLinkType = new Map<number, Sample[]>();
  for (const { name, path } of corpusFiles()) {
    const frames = framesOf(path);
    const step = Math.max(1, frames.length / FRAMES_A_CAPTURE);
    for (let at = 0; at < frames.length; at += step) {
      const index = Math.floor(at);
      const others = byLinkType.get(frames[index].linkType) ?? [];
      others.push({ capture: name, number: index + 1, frame: frames[index] });
      byLinkType.set(frames[index].linkType, others);
    }
  }
  return byLinkType;
}

/** tshark's line for each. */
function linesOf(linkType: number, frames: readonly LinkFrame[]): string[] {
  const path = join(FOLDER, `${linkType}.pcap`);
  const packets = frames.map(({ bytes, wireBytes }) => ({
    ...{ sec: 0, nsec: 0, linkType, captured: bytes, wireLength: wireBytes },
  }));
  writeFileSync(path, writePcap(packets, { linkType }));
  return output('tshark', ['-r', path, ...TSHARK])
    .toString()
    .split('\n');
}

function compare({ capture, number, frame }: Sample, line: string): Difference | undefined {
  const { bytes, wireBytes, linkType } = frame;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const c = new Cursor(ALL);
  c.begin(view, 0, bytes.length);
  const end = goToTcp(c, linkType);
  const isTcp = end === FOUND_TCP;
  if ((!isTcp && end !== END_ICMP) || c.ipHeaders !== 1 || !c.has(isTcp ? 20 : 4)) return undefined;
  const [protocols, ...columns] = line.split('\t');
  // tshark goes on into what ICMP quotes.
  const before = protocols.split(/:(tcp|icmp|icmpv6)(:|$)/)[0].split(':');
  if (before.filter((name) => name === 'ip' || name === 'ipv6').length !== 1) return undefined;
  const ours = verdicts(view, wireBytes, c, isTcp);
  const theirs = { ip: theirVerdict(columns, 0), carried: theirVerdict(columns, isTcp ? 1 : c.isV6 ? 3 : 2) };
  const announcedBytes = view.getUint16(c.ip + (c.isV6 ? 4 : 2));
  return { packet: `${capture} ${number}`, ours, theirs, protocols, announcedBytes, wireBytes: wireBytes - c.ip };
}

function verdicts(view: DataView, wireBytes: number, c: Cursor, isTcp: boolean): Verdicts {
  const verdict = (level: 1 | 2): string => {
    const verifier = new ChecksumVerifier(level);
    const verify = isTcp ? verifier.verifyTcp : verifier.verifyIcmp;
    const result = verify.call(verifier, view, 0, view.byteLength, wireBytes, c.ip, c.offset, c.isV6);
    if (result === CHECKSUM_GOOD) return 'good';
    if (result === CHECKSUM_UNKNOWN) return 'unknown';
    return `${hex(verifier.found)} for ${result === CHECKSUM_BAD_ICMP ? 'another' : hex(verifier.expected)}`;
  };
  return { ip: verdict(1), carried: verdict(2) };
}

function theirVerdict(columns: readonly string[], field: number): string {
  const [status, found] = columns.slice(2 * field);
  if (status === GOOD) return 'good';
  return status === BAD ? `${found} for ${columns.slice(2 * FIELDS.length)[field] ?? 'another'}` : 'unknown';
}

/** A packet whose IP header is bad is not looked at further. */
const isSame = ({ ours, theirs }: Difference): boolean =>
  ours.ip === theirs.ip && (ours.carried === theirs.carried || kindOf(ours.ip) === 'bad');

describe('checksums, compared with tshark', { skip }, () => {
  it('are good and bad in the same packets', (t: TestContext) => {
    const unexplained: Difference[] = [];
    const explained = EXPLANATIONS.map(() => 0);
    const outcomes = new Map<string, number>();
    for (const [linkType, ofType] of samples()) {
      if (linkType < 0) continue;
      const frames = ofType.map(({ frame }) => frame);
      const lines = linesOf(linkType, frames);
      for (const [index, sample] of ofType.entries()) {
        const compared = compare(sample, lines[index] ?? '');
        if (compared === undefined) continue;
        const kind = `${/tcp|icmpv6|icmp/.exec(compared.protocols)}: ${kindOf(compared.ours.ip)}, ${kindOf(compared.ours.carried)}`;
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        if (isSame(compared)) continue;
        const reason = EXPLANATIONS.findIndex(([, holds]) => holds(compared));
        if (reason < 0) unexplained.push(compared);
        else explained[reason]++;
      }
    }
    for (const [kind, count] of outcomes) t.diagnostic(`${count} packets, IP header and what it carries: ${kind}`);
    for (const [index, [name]] of EXPLANATIONS.entries()) t.diagnostic(`${explained[index]} packets: ${name}`);
    assert.deepEqual(unexplained, []);
    for (const kind of [
      'tcp: good, good',
      'tcp: good, bad',
      'tcp: bad, bad',
      'tcp: unknown, good',
      'tcp: unknown, bad',
    ]) {
      assert.ok((outcomes.get(kind) ?? 0) > 100, `${kind} was seldom compared`);
    }
  });
});
