/**
 * Packets of sessions by number against tshark's `tcp.stream`, over a sample of the corpus (all of it with TCPLOOM_ALL_CAPTURES=1): both passes in one
 * thread. Left out are captures with ICMP messages that quote sessions, for which tshark has numbers too, with fragments, which it numbers only where it
 * put them together, and with headers that are cut.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ANALYSIS_DEFAULTS } from '../../src/analysis/options.js';
import type { ChosenSessions } from '../../src/capture/chosen-sessions.js';
import { SessionChoice, type WantedSessions } from '../../src/cli/session-choice.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { cutBlocks } from '../support/cut-blocks.js';
import { readPcap } from '../support/pcap-naive.js';
import { missing } from '../support/programs.js';
import { contentOf, isReadable, runSingleThread } from '../support/single-thread.js';

const EVERY = process.env.TCPLOOM_ALL_CAPTURES === '1' ? 1 : 14;
const MOST_STREAMS = process.env.TCPLOOM_ALL_CAPTURES === '1' ? 40 : 4;
const MOST_BYTES = 4 << 20;

/** What the first pass finds, with 3 trackers. */
function chosenOf(file: Uint8Array, wanted: Partial<WantedSessions>, marks?: string): ChosenSessions {
  const choice = new SessionChoice({ ids: new Set(), ends: [], filtered: 'none', ...wanted });
  const analysis = { ...ANALYSIS_DEFAULTS, places: choice.places };
  const { records } = runSingleThread(file, MIRUO_DEFAULTS, { trackers: 3, blockBytes: 1 << 20, analysis, marks });
  for (const { kind, fields } of records) choice.add(kind, Float64Array.from(fields));
  return choice.chosen(undefined);
}

const packetsOf = (file: Uint8Array, sessions?: ChosenSessions): readonly ModelPacket[] =>
  readPcap(cutBlocks([file], { format: 'pcap', ...(sessions === undefined ? {} : { sessions }) }).bytes).packets;

interface TsharkPacket {
  /** The innermost one; undefined for none, and for what only quotes it. */
  readonly stream: number | undefined;
  /** It only quotes one. */
  readonly isQuoted: boolean;
  readonly isFragment: boolean;
  readonly isReset: boolean;
  /** So short that TCP's options may be cut, without which it is no segment here. */
  readonly isShort: boolean;
}

const CUT_BYTES = 120;

/** What it says before the damage of a capture that it takes to be damaged, too. */
const outputOf = (program: string, args: readonly string[]): string =>
  spawnSync(program, args, { encoding: 'latin1', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }).stdout;

function tsharkPackets(path: string): TsharkPacket[] {
  const names = ['tcp.stream', 'icmp.type', 'icmpv6.type', 'ip.flags.mf', 'ip.frag_offset', 'ipv6.fraghdr.nxt'];
  const fields = [...names, 'tcp.flags.reset', 'frame.cap_len', 'frame.len'].flatMap((name) => ['-e', name]);
  const lines = outputOf('tshark', ['-n', '-r', path, '-T', 'fields', ...fields]).split('\n');
  return lines.slice(0, -1).map((line) => {
    const [stream, icmp, icmp6, more, offset, fragment, reset, captured, wire] = line.split('\t');
    const isQuoted = stream !== '' && (icmp !== '' || icmp6 !== '');
    const isNone = stream === '' || isQuoted;
    const isFragment = /[1T]/.test(more) || /[1-9]/.test(offset) || fragment !== '';
    const isReset = /[1T]/.test(reset.split(',').at(-1)!);
    const isShort = !isNone && Number(captured) < Math.min(Number(wire), CUT_BYTES);
    return { stream: isNone ? undefined : Number(stream.split(',').at(-1)), isQuoted, isFragment, isReset, isShort };
  });
}

function assertPackets(found: readonly ModelPacket[], expected: readonly ModelPacket[], what: string): void {
  const keys = (packets: readonly ModelPacket[]): string[] =>
    packets.map(({ sec, nsec, captured }) => `${sec}.${nsec} ${Buffer.from(captured).toString('base64')}`);
  assert.equal(found.length, expected.length, what);
  assert.ok(keys(found).join('\n') === keys(expected).join('\n'), `${what}: other packets`);
}

describe('sessions by number', { skip: corpusMissing || missing('tshark') }, () => {
  const files = corpusFiles().filter((_, index) => index % EVERY === 5 % EVERY);
  const rows = files.map(({ name, path }) => ({ name, path, file: contentOf(path) }));
  for (const { name, path, file } of rows.filter((row) => isReadable(row.file) && row.file.length <= MOST_BYTES)) {
    it(`have tshark's packets of them in ${name}`, (t) => {
      const seen = tsharkPackets(path);
      const all = packetsOf(file);
      if (all.length !== seen.length) return t.skip('not all packets fit into one pcap, or tshark reads more');
      if (seen.some(({ isFragment }) => isFragment)) return t.skip('fragments');
      if (seen.some(({ isShort }) => isShort)) return t.skip('headers that may be cut');
      // It numbers sessions of which it knows by ICMP first, or only.
      if (seen.some(({ isQuoted }) => isQuoted)) return t.skip('ICMP messages that quote sessions');
      const streams = [...new Set(seen.flatMap(({ stream }) => stream ?? []))];
      const step = Math.max(1, Math.floor(streams.length / MOST_STREAMS));
      for (const id of streams.filter((_, index) => index % step === 0)) {
        const expected = all.filter((_, index) => seen[index].stream === id);
        assertPackets(packetsOf(file, chosenOf(file, { ids: new Set([id]) })), expected, `${name}: session ${id}`);
      }
      return undefined;
    });
  }
});

/** Of IPv4, and of IPv6 without extension headers, for which `tcp[...]` is not defined. */
const RESETS = 'tcp[tcpflags] & tcp-rst != 0 or (ip6 proto 6 and ip6[53] & 4 != 0)';

describe('sessions by filter', { skip: missing('tshark') }, () => {
  for (const name of ['web', 'lossy', 'refused-and-unanswered', 'ipv6-nano', 'any-sll']) {
    it(`are those of ${name}.pcap that have a packet of it, whole`, () => {
      const path = `datasets/${name}.pcap`;
      const file = readFileSync(path);
      const seen = tsharkPackets(path);
      const all = packetsOf(file);
      const reset = new Set(seen.flatMap(({ stream, isReset }) => (isReset && stream !== undefined ? [stream] : [])));
      const expected = all.filter((_, index) => reset.has(seen[index].stream ?? -1));
      assertPackets(packetsOf(file, chosenOf(file, { filtered: 'some' }, RESETS)), expected, name);
      const ids = new Set([0]);
      const more = all.filter((_, index) => seen[index].stream === 0 || reset.has(seen[index].stream ?? -1));
      assertPackets(packetsOf(file, chosenOf(file, { filtered: 'some', ids }, RESETS)), more, `${name}, and session 0`);
      const some = all.filter((_, index) => seen[index].stream !== undefined);
      assertPackets(packetsOf(file, chosenOf(file, { filtered: 'every' })), some, `${name}: every session`);
    });
  }
});
