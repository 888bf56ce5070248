/**
 * Packets of sessions whose places are known, cut out of captures: which are wanted is worked out here from the traffic's plan, not from its bytes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type ChosenSessions,
  KEY_ADDRESSES,
  KEY_PORTS,
  KEY_V6,
  KEY_VLAN,
  KEY_WORDS,
  SessionGathering,
} from '../../src/capture/chosen-sessions.js';
import { parseTuple } from '../../src/cli/tuple-text.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { writePcapng } from '../support/capture-forms.js';
import { type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { type CutForm, cutBlocks } from '../support/cut-blocks.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { BlockCrafter, concat } from '../support/pcapng-craft.js';
import { checkProperty } from '../support/property.js';

interface Side {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

const ACK = 16;

const v4 = (sport: number, dport = 80): Side => ({ src: '10.0.0.1', dst: '10.0.0.2', sport, dport });
const v6 = (sport: number, dport = 80): Side => ({ src: '2001:db8::1', dst: '2001:db8::2', sport, dport });
const answer = ({ src, dst, sport, dport }: Side): Side => ({ src: dst, dst: src, sport: dport, dport: sport });
const isV6 = ({ src }: Side): boolean => src.includes(':');
const tuple = ({ src, dst, sport, dport }: Side): string =>
  src.includes(':') ? `[${src}]:${sport}-[${dst}]:${dport}` : `${src}:${sport}-${dst}:${dport}`;

/** A packet of its own time each, so that they can be told apart. */
function packet(side: Side, index: number, more: Partial<TcpFrameForm> = {}): ModelPacket {
  const ipVersion = isV6(side) ? 6 : 4;
  const frame = tcpFrame({ link: 'ether', ipVersion, ...side, seq: index, ack: 1, flags: ACK, payload: 8, ...more });
  return { sec: 1_700_000_000 + index, nsec: 0, ...frame };
}

interface Place {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly vlan?: number;
}

/** Chosen sessions: without a place all that is between the ends. */
function chosen(...sessions: readonly (readonly [Side, Place?])[]): ChosenSessions {
  const gathering = new SessionGathering();
  for (const [side, place] of sessions) {
    const ends = parseTuple(tuple(side))!;
    if (place === undefined) {
      gathering.addEnds(ends);
      continue;
    }
    const key = new Int32Array(KEY_WORDS);
    key[KEY_V6] = ends.isV6 ? 1 : 0;
    ends.addresses.forEach((words, index) => {
      words.forEach((word, at) => {
        key[KEY_ADDRESSES + 4 * index + at] = word;
      });
    });
    key[KEY_PORTS] = ends.ports;
    key[KEY_VLAN] = place.vlan ?? 0;
    gathering.add(key, 0, [...place.from, ...place.to], 0);
  }
  return gathering.chosen(undefined);
}

const packetsOf = (files: readonly Uint8Array[], form: CutForm): readonly ModelPacket[] =>
  readPcap(cutBlocks(files, { format: 'pcap', ...form }).bytes).packets;

const secondsOf = (packets: readonly ModelPacket[]): number[] => packets.map(({ sec }) => sec - 1_700_000_000);

describe('the packets of chosen sessions', () => {
  const sides = [v4(1000), answer(v4(1000)), v4(1001), v6(1000), answer(v6(1000)), v6(1001), v4(80, 1000)];
  const packets = Array.from({ length: 28 }, (_, index) => packet(sides[index % sides.length], index));
  const file = writePcap(packets, { linkType: 1 });

  it('are those between its ends, either way round', () => {
    const of = (...all: readonly Side[]): number[] =>
      secondsOf(packetsOf([file], { sessions: chosen(...all.map((side) => [side] as const)) }));
    const placesOf = (...kinds: number[]): number[] =>
      packets.flatMap((_, index) => (kinds.includes(index % sides.length) ? [index] : []));
    assert.deepEqual(of(v4(1000)), placesOf(0, 1));
    assert.deepEqual(of(answer(v4(1000))), placesOf(0, 1));
    assert.deepEqual(of(answer(v6(1000)), v4(80, 1000)), placesOf(3, 4, 6));
    assert.deepEqual(of(v6(1001), v4(1001), v4(5)), placesOf(2, 5));
  });

  it('are those between its first and its last packet, over captures', () => {
    const sessions = chosen(
      [v4(1000), { from: [1, 2], to: [1, 8] }],
      [v4(1000), { from: [1, 15], to: [2, 1] }],
      [answer(v4(1000)), { from: [2, 22], to: [2, 23] }],
    );
    const found = secondsOf(packetsOf([file, file], { sessions }));
    assert.deepEqual(found, [1, 7, 14, 15, 21, 22, 0, 21, 22]);
    assert.deepEqual([...sessions.found], [1, 1, 1]);
  });

  it('are told from sessions that were not found', () => {
    const sessions = chosen([v4(1000), { from: [1, 3], to: [1, 7] }], [v4(9)], [v6(1001)]);
    packetsOf([file], { sessions });
    assert.deepEqual([...sessions.found], [0, 0, 1]);
  });

  it('have their numbers with those that bounds of time leave out', () => {
    const sessions = chosen([v4(1000), { from: [1, 8], to: [1, 16] }]);
    const from = { isRelative: false, sec: 1_700_000_008, nsec: 0 };
    assert.deepEqual(secondsOf(packetsOf([file], { sessions, selection: { from } })), [8, 14, 15]);
  });

  it('have their numbers with blocks that are numbered as packets', () => {
    const craft = new BlockCrafter('LE');
    const custom = craft.block(0x0bad, concat(craft.u32(32473), craft.u32(0)));
    const parts = packets.flatMap((one) => [
      custom,
      craft.enhanced(0, BigInt(one.sec) * 1_000_000n, one.captured, one.wireLength),
    ]);
    const ng = concat(craft.section(), craft.description(1, 262_144), ...parts);
    // Packet n has the number 2 * n + 2, from n = 0.
    const sessions = chosen([v4(1000), { from: [1, 4], to: [1, 16] }]);
    assert.deepEqual(secondsOf(packetsOf([ng], { sessions })), [1, 7]);
  });

  it('are the first so many that are looked at', () => {
    for (const most of [0, 1, 2, 9, 28, 30]) {
      const all = chosen([v4(1000)], [v6(1000)]);
      const expected = packets.flatMap((_, index) => (index < most && [0, 1, 3, 4].includes(index % 7) ? [index] : []));
      for (const files of [
        [file],
        [writePcap(packets.slice(0, 9), { linkType: 1 }), writePcap(packets.slice(9), { linkType: 1 })],
      ]) {
        const found = secondsOf(packetsOf(files, { sessions: { ...all, mostPackets: most } }));
        assert.deepEqual(found, expected, `${most}`);
      }
    }
  });

  it('are the same for pieces of any size, copied or written anew', () => {
    const ng = writePcapng(packets, { orders: ['LE', 'BE'], packetsPerSection: 10, resolutions: [6, 9] });
    const sessions = (): ChosenSessions => chosen([v4(1000)], [v6(1001), { from: [1, 6], to: [1, 20] }]);
    for (const input of [file, ng]) {
      const whole = cutBlocks([input], { sessions: sessions() });
      assert.ok(whole.packets > 8);
      for (const pieceBytes of [1, 7, 61, 1000]) {
        const pieces = cutBlocks([input], { sessions: sessions(), pieceBytes });
        assert.equal(Buffer.compare(pieces.bytes, whole.bytes), 0, `${pieceBytes} bytes`);
      }
    }
  });

  it('may be of one VLAN, or of whichever', () => {
    const vlans = [[], [7], [8], [7, 8]];
    const tagged = writePcap(
      Array.from({ length: 8 }, (_, index) => packet(v4(1000), index, { vlan: vlans[index % 4] })),
      { linkType: 1 },
    );
    const place = { from: [1, 1], to: [1, 100] } as const;
    const decode = { vlanKey: true };
    const inVlan = (vlan: number): number[] =>
      secondsOf(packetsOf([tagged], { sessions: chosen([v4(1000), { ...place, vlan }]), decode }));
    assert.deepEqual(inVlan(0), [0, 4]);
    assert.deepEqual(inVlan((1 << 24) | 7), [1, 5]);
    assert.deepEqual(inVlan((2 << 24) | (7 << 12) | 8), [3, 7]);
    const any = chosen([v4(1000)], [v4(1000), { ...place, vlan: (1 << 24) | 7 }]);
    assert.deepEqual(secondsOf(packetsOf([tagged], { sessions: any, decode })), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual([...any.found], [1, 1]);
    assert.deepEqual(secondsOf(packetsOf([tagged], { sessions: chosen([v4(1000)]) })), [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are their later fragments too', () => {
    for (const side of [v4(1000), v6(1000)]) {
      const head = { moreFragments: true, payload: 4 };
      const other = isV6(side) ? { ...v6(1001), src: '2001:db8::9' } : { ...v4(1001), src: '10.0.0.9' };
      const pieces = [
        packet(side, 0, head),
        packet(other, 1, head),
        packet(side, 2, { fragmentOffset: 3, moreFragments: true }),
        packet(other, 3, { fragmentOffset: 3 }),
        packet(side, 4, { fragmentOffset: 6 }),
        packet(answer(side), 5, { fragmentOffset: 6 }),
      ];
      const fragmented = writePcap(pieces, { linkType: 1 });
      assert.deepEqual(secondsOf(packetsOf([fragmented], { sessions: chosen([side]) })), [0, 2, 4]);
      // A datagram with the same identification that is of no chosen session takes its place.
      const late = chosen([side, { from: [1, 7], to: [1, 9] }]);
      assert.deepEqual(
        secondsOf(packetsOf([writePcap([...pieces, packet(side, 6)], { linkType: 1 })], { sessions: late })),
        [6],
      );
    }
  });

  it('are, of drawn places, those within them', (t) => {
    const all = [v4(1), v4(2), v6(1), v6(2), { ...v4(7, 7), dst: '10.0.0.1' }];
    const traffic = fc.array(fc.record({ side: fc.nat(all.length - 1), isAnswer: fc.boolean() }), { maxLength: 120 });
    const form = fc.record({
      traffic,
      cuts: fc.array(fc.nat(120), { maxLength: 2 }),
      borders: fc.array(fc.uniqueArray(fc.nat(120), { maxLength: 8 }), {
        minLength: all.length,
        maxLength: all.length,
      }),
      isTurned: fc.boolean(),
    });
    const property = fc.property(form, ({ traffic: steps, cuts, borders, isTurned }) => {
      const frames = steps.map(({ side, isAnswer }, index) => packet(isAnswer ? answer(all[side]) : all[side], index));
      const ends = [...cuts, steps.length].map((cut) => Math.min(cut, steps.length)).sort((a, b) => a - b);
      const starts = [0, ...ends.slice(0, -1)];
      const files = starts.map((start, index) => writePcap(frames.slice(start, ends[index]), { linkType: 1 }));
      const placeOf = (index: number): [number, number] => {
        const input = starts.findLastIndex((start) => start <= index);
        return [input + 1, index - starts[input] + 1];
      };
      // Borders two by two are the first and the last packet of a session.
      const spans = borders.map((some) => {
        const sorted = [...some].sort((a, b) => a - b);
        return Array.from(
          { length: sorted.length >> 1 },
          (_, pair) => [sorted[2 * pair], sorted[2 * pair + 1]] as const,
        );
      });
      const sessions = chosen(
        ...spans.flatMap((some, side) =>
          some.map(([first, last]) => {
            const key = isTurned ? answer(all[side]) : all[side];
            return [key, { from: placeOf(first), to: placeOf(last) }] as const;
          }),
        ),
      );
      const expected = steps.flatMap(({ side }, index) =>
        spans[side].some(([first, last]) => index >= first && index <= last) ? [index] : [],
      );
      assert.deepEqual(secondsOf(packetsOf(files, { sessions })), expected);
    });
    checkProperty(t, property, 150);
  });
});
