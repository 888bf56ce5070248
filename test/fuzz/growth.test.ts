/**
 * Inputs made to be slow: each four times as long takes about four times as long, whether reading goes on after damage or
 * not, in processor time. A step that costs more the more there was before shows here as a ratio near sixteen.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelPacket } from '../model/miruo-model.js';
import { tcpFrame } from '../support/craft.js';
import { ethernet, extension, ipv4, ipv6, mplsLabels, vlan, zeros } from '../support/craft-layers.js';
import { FRAME, TCP4, TCP6 } from '../support/header-cases.js';
import { writePcap } from '../support/pcap-naive.js';
import { BlockCrafter, concat, frameOf } from '../support/pcapng-craft.js';
import { measured } from '../support/processor-time.js';
import { RAW_LINK_TYPE } from '../support/small-capture.js';
import { checkRead } from './check.js';
import { TrackingPass } from './pass.js';

const SMALL = 1;
const LARGE = 4;
/** Allowed for four times the input: noise included, far from sixteen. */
const MOST_RATIO = 9;
/** Shorter runs say nothing about growth. */
const FLOOR_MS = 150;
const MOST_MS = 8000;
const RESULT_BYTES = 1 << 28;

const KIB = 1024;
const craft = new BlockCrafter('LE');
const head = concat(craft.section(), craft.description(RAW_LINK_TYPE, 0));
const ETHER = 1;
const MOST_FRAME = 262_144;
const SYN = 2;
const ACK = 16;

/** `bytes` of the same part over and over. */
function repeated(part: Uint8Array, bytes: number): Uint8Array {
  const all = new Uint8Array(Math.floor(bytes / part.length) * part.length);
  for (let at = 0; at < all.length; at += part.length) all.set(part, at);
  return all;
}

const pcapHead = (linkType = RAW_LINK_TYPE): Uint8Array => writePcap([], { linkType });

function record(captured: number, frame: Uint8Array, sec = 1_700_000_000, wire = captured): Uint8Array {
  return concat(craft.u32(sec, 0, captured, wire), frame);
}

/** Frames as long as they may be, of one header over and over, with TCP at the end. */
function deep(linkType: number, header: Uint8Array, inner: readonly number[], frames: number): Uint8Array {
  const frame = new Uint8Array(MOST_FRAME);
  frame.set(repeated(header, MOST_FRAME - inner.length));
  frame.set(inner, MOST_FRAME - inner.length);
  return concat(pcapHead(linkType), repeated(record(MOST_FRAME, frame), frames * (MOST_FRAME + 16)));
}

/** A header without what is inside it. */
const bare = (layer: (inner: readonly number[]) => readonly number[]): Uint8Array =>
  Uint8Array.from(layer(TCP4)).slice(0, layer(TCP4).length - TCP4.length);

interface SegmentForm {
  readonly seq: number;
  readonly ack: number;
  readonly flags?: number;
  readonly sec?: number;
  readonly client?: number;
}

function segments(count: number, form: (index: number) => SegmentForm): Uint8Array {
  const packets = Array.from({ length: count }, (_, index): ModelPacket => {
    const { seq, ack, flags = ACK, sec = 1_700_000_000, client = 0 } = form(index);
    const src = `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`;
    const ends = { src, dst: '192.168.0.1', sport: 1024 + (client % 60_000), dport: 80 };
    return { sec, nsec: 0, ...tcpFrame({ link: 'raw', ipVersion: 4, ...ends, seq, ack, flags }) };
  });
  return writePcap(packets, { linkType: RAW_LINK_TYPE });
}

/** What is made for size 1; a larger size multiplies what there is of it. */
const CASES: Readonly<Record<string, (size: number) => Uint8Array>> = {
  'a pcap that zeros follow': (size) => concat(pcapHead(), new Uint8Array(size * 4096 * KIB)),
  'empty records': (size) => concat(pcapHead(), repeated(record(0, new Uint8Array()), size * 250_000 * 16)),
  'records of a byte': (size) => concat(pcapHead(), repeated(record(1, Uint8Array.of(0x45)), size * 3000 * KIB)),
  'two plausible records and then none': (size) => {
    const part = concat(record(4, zeroBytes(4)), record(4, zeroBytes(4)), craft.u32(1, 2_000_000_000, 7, 3));
    return concat(pcapHead(), record(0x7fffffff, zeroBytes(4)), repeated(part, size * 2000 * KIB));
  },
  'headers of records within records': (size) => {
    // Wherever one looks, the header says that the record is as long as the window.
    const part = craft.u32(1_700_000_000, 10, 32_000, 32_000);
    return concat(pcapHead(), record(0x7fffffff, zeroBytes(4)), zeroBytes(1), repeated(part, size * 2000 * KIB));
  },
  'damage after every few records': (size) => {
    const good = record(20, frameOf(20));
    return concat(pcapHead(), repeated(concat(good, good, good, record(0x7fffffff, zeroBytes(3))), size * 1500 * KIB));
  },
  'blocks of 12 bytes': (size) => concat(head, repeated(craft.block(77, new Uint8Array()), size * 3000 * KIB)),
  sections: (size) => repeated(craft.section(), size * 2000 * KIB),
  interfaces: (size) => repeatedAfter(craft.section(), craft.description(RAW_LINK_TYPE, 0), size * 600 * KIB),
  'interfaces with long names': (size) => {
    const options = Array.from({ length: 100 }, () => ({ code: 2, value: frameOf(600) }));
    return repeatedAfter(craft.section(), craft.description(1, 0, options), size * 2000 * KIB);
  },
  'interfaces of an unknown link type, each with a packet': (size) => {
    const blocks = Array.from({ length: size * 3000 }, (_, id) => [
      craft.description(60_000, 0),
      craft.enhanced(id, 1n, frameOf(8)),
    ]);
    return concat(craft.section(), ...blocks.flat());
  },
  'statistics with many options': (size) => {
    const options = Array.from({ length: 5000 }, () => ({ code: 4, value: frameOf(8) }));
    return repeatedAfter(head, craft.statistics(0, options), size * 2000 * KIB);
  },
  'options of no length': (size) => {
    const empty = Array.from({ length: 60_000 }, () => ({ code: 3, value: new Uint8Array() }));
    return repeatedAfter(craft.section(), craft.description(1, 0, empty), size * 2000 * KIB);
  },
  'simple packets without a frame': (size) =>
    concat(head, repeated(craft.simple(0, new Uint8Array()), size * 2000 * KIB)),
  'blocks whose ends do not match': (size) =>
    concat(head, repeated(craft.block(77, frameOf(8), { trailer: 5 }), size * 2000 * KIB)),
  'two plausible blocks and then none': (size) => {
    const good = craft.block(77, frameOf(4));
    return concat(head, frameOf(7), repeated(concat(good, good, craft.u32(9, 16, 0, 17)), size * 2000 * KIB));
  },
  'a word that is type, length and end at once': (size) =>
    concat(head, craft.u32(6, 11), repeated(craft.u32(12, 12, 12, 13), size * 2000 * KIB)),
  'tunnels in tunnels': (size) => deep(RAW_LINK_TYPE, bare(ipv4(4)), TCP4, size * 8),
  'IPv6 in IPv6': (size) => deep(RAW_LINK_TYPE, bare(ipv6(41)), TCP6, size * 8),
  'extension headers': (size) => {
    const first = bare(ipv6(60));
    const chain = concat(first, repeated(bare(extension(60)), MOST_FRAME - first.length));
    return concat(pcapHead(), repeated(record(chain.length, chain), size * 8 * (chain.length + 16)));
  },
  'VLAN tags': (size) =>
    deep(ETHER, concat(bare(ethernet(0x8100)), repeated(bare(vlan(5, 0x8100)), 250_000)), FRAME, size * 8),
  'MPLS labels': (size) => deep(219, bare(mplsLabels(...zeros(1000))), TCP4, size * 8),
  'connections that are never answered': (size) =>
    segments(size * 15_000, (index) => ({ seq: 1, ack: 0, flags: SYN, client: index })),
  'connections at times that jump': (size) =>
    segments(size * 15_000, (index) => ({
      seq: 1,
      ack: 0,
      flags: SYN,
      client: index,
      sec: (index >> 10) % 2 === 0 ? index % 7 : 4_294_000_000 + index,
    })),
  'a connection of nothing but repeats': (size) =>
    segments(size * 10_000, (index) => (index === 0 ? { seq: 1, ack: 0, flags: SYN } : { seq: 2, ack: 1 })),
};

const zeroBytes = (bytes: number): Uint8Array => new Uint8Array(bytes);
const repeatedAfter = (first: Uint8Array, part: Uint8Array, bytes: number): Uint8Array =>
  concat(first, repeated(part, bytes));

describe('inputs made to be slow', () => {
  for (const resync of [false, true]) {
    const pass = new TrackingPass({ blockBytes: 1024 * KIB, trackers: 1, resync, resultBytes: RESULT_BYTES });
    const timed = (file: Uint8Array): number => {
      const { result, ms } = measured(() => pass.run(file));
      checkRead(file, result);
      return ms;
    };
    for (const [name, make] of Object.entries(CASES)) {
      it(`${name}${resync ? ', with --resync' : ''}`, (t) => {
        const [small, large] = [make(SMALL), make(LARGE)];
        // What is compiled on the way should not count.
        const smallMs = Math.min(timed(small), timed(small));
        const mostMs = Math.min(MOST_MS, MOST_RATIO * Math.max(smallMs, FLOOR_MS));
        let largeMs = timed(large);
        // Whatever disturbed it does not come twice.
        if (largeMs >= mostMs) largeMs = Math.min(largeMs, timed(large));
        t.diagnostic(`${large.length} bytes: ${largeMs.toFixed(0)} ms, a quarter ${smallMs.toFixed(0)} ms`);
        assert.ok(largeMs < mostMs, `${largeMs} ms, at most ${mostMs}; a quarter of it ${smallMs} ms`);
      });
    }
  }
});
