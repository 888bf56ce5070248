/**
 * The rule of what is a conversation is tshark's: each case, and many random dialogues, are written as a capture
 * that both are given.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  CONVERSATION_CASES,
  type DialogueSegment,
  parseDialogue,
  randomDialogue,
} from '../support/conversation-cases.js';
import { countOf } from '../support/conversation-feed.js';
import { tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { seedOf } from '../support/property.js';
import { Random } from '../support/random.js';

const RAW_LINK_TYPE = 101;
/** The rule is this version's: another may count otherwise. */
const version = spawnSync('tshark', ['-v'], { encoding: 'latin1' }).stdout ?? '';
const skip = !/\b4\.0\.\d+/.test(version) && 'tshark 4.0 is not installed';

/** Endpoints of the dialogue of number `n`: every third is IPv6, some are one host, some have port 0. */
function endpointsOf(n: number): { src: string; dst: string; sport: number; dport: number; ipVersion: 4 | 6 } {
  const [a, b] = [n >>> 8, n & 255];
  if (n % 3 === 0) return { src: `fd00::${a}:2`, dst: `fd00::${b}:1`, sport: 1024, dport: 80, ipVersion: 6 };
  const isOneHost = n % 7 === 0;
  const src = `200.0.${a}.${b}`;
  return { src, dst: isOneHost ? src : `10.0.${b}.${a}`, sport: n % 11 === 0 ? 0 : 1024, dport: 80, ipVersion: 4 };
}

/** How many conversations tshark finds in each of the dialogues. */
function askTshark(dialogues: readonly (readonly DialogueSegment[])[]): number[] {
  const packets = dialogues.flatMap((dialogue, n) =>
    dialogue.map(({ forward, flags, seq, ack }) => {
      const { src, dst, sport, dport, ipVersion } = endpointsOf(n);
      const ends = forward ? { src, dst, sport, dport } : { src: dst, dst: src, sport: dport, dport: sport };
      return { sec: 1_700_000_000, nsec: 0, ...tcpFrame({ link: 'raw', ipVersion, ...ends, seq, ack, flags }) };
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-conversations-'));
  try {
    const path = join(folder, 'dialogues.pcap');
    writeFileSync(path, writePcap(packets, { linkType: RAW_LINK_TYPE }));
    const text = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'tcp.stream'], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const streams = text.trimEnd().split('\n');
    assert.equal(streams.length, packets.length);
    let end = 0;
    return dialogues.map(({ length }) => {
      end += length;
      return new Set(streams.slice(end - length, end)).size;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('tshark', { skip }, () => {
  it('counts as the table says', () => {
    const counts = askTshark(CONVERSATION_CASES.map(([, dialogue]) => parseDialogue(dialogue)));
    CONVERSATION_CASES.forEach(([what, , conversations], index) => {
      assert.equal(counts[index], conversations, what);
    });
  });

  it('counts in random dialogues what is counted here', (t: TestContext) => {
    const random = new Random(seedOf(t));
    const dialogues = Array.from({ length: 4000 }, () => randomDialogue(random));
    askTshark(dialogues).forEach((conversations, n) => {
      assert.equal(countOf(endpointsOf(n), dialogues[n]), conversations, JSON.stringify(dialogues[n]));
    });
  });
});
