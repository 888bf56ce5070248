/**
 * The seeds of coverage-guided fuzzing, crafted field by field: one small capture for each format, link layer, shim and
 * tunnel. `test/fuzz/corpus` holds them as files, beside what fuzzing found.
 */
import type { ModelPacket } from '../model/miruo-model.js';
import type { Case } from '../support/header-cases.js';
import { LINKS, SHIMS, TUNNELS } from '../support/header-cases.js';
import { writePcap } from '../support/pcap-naive.js';
import { ascii, BlockCrafter, concat, frameOf, type Order } from '../support/pcapng-craft.js';
import { connection, RAW_LINK_TYPE } from '../support/small-capture.js';

export interface Seed {
  /** Name of its file. */
  readonly name: string;
  /** A byte of options (target.ts), then the capture. */
  readonly bytes: Uint8Array;
}

export function craftSeeds(): Seed[] {
  const cases = [...LINKS, ...SHIMS, ...TUNNELS];
  const seeds = [...pcapSeeds(), ...(['LE', 'BE'] as const).flatMap(pcapngSeeds), ...cases.map(ofCase)];
  const names = new Map(seeds.map((seed) => [seed.name, seed]));
  return [...names.values()].map(({ name, bytes }, index) => ({
    name,
    bytes: concat(Uint8Array.of(index % 16), bytes),
  }));
}

function ofCase([name, linkType, layer, inner]: Case): Seed {
  const captured = Uint8Array.from(layer(inner));
  const packet = (sec: number): ModelPacket => ({ sec, nsec: 5000, captured, wireLength: captured.length, linkType });
  return { name: slug(name), bytes: writePcap([packet(1_700_000_000), packet(1_700_000_001)], { linkType }) };
}

function pcapSeeds(): Seed[] {
  const forms = [
    ['pcap little-endian', {}],
    ['pcap big-endian', { bigEndian: true }],
    ['pcap nanoseconds', { nanosecond: true }],
  ] as const;
  const plain = forms.map(([name, form]) => ({
    name: slug(name),
    bytes: writePcap(connection(), { linkType: RAW_LINK_TYPE, ...form }),
  }));
  const old = writePcap(connection(), { linkType: RAW_LINK_TYPE });
  new DataView(old.buffer).setUint16(6, 2, true);
  return [...plain, { name: 'pcap-version-2.2', bytes: old }, { name: 'pcap-modified', bytes: modified() }];
}

/** The variant with eight more bytes in each record's header. */
function modified(): Uint8Array {
  const usual = writePcap(connection(), { linkType: RAW_LINK_TYPE });
  new DataView(usual.buffer).setUint32(0, 0xa1b2cd34, true);
  const parts = [usual.subarray(0, 24)];
  for (let at = 24; at < usual.length; ) {
    const frame = new DataView(usual.buffer).getUint32(at + 8, true);
    parts.push(usual.subarray(at, at + 16), new Uint8Array(8), usual.subarray(at + 16, at + 16 + frame));
    at += 16 + frame;
  }
  return concat(...parts);
}

function pcapngSeeds(order: Order): Seed[] {
  const craft = new BlockCrafter(order);
  const other = new BlockCrafter(order === 'LE' ? 'BE' : 'LE');
  const frames = connection().map(({ captured }) => captured);
  const stamp = (index: number): bigint => 1_700_000_000_000_000n + BigInt(index * 1000);
  const packets = (with_: BlockCrafter): Uint8Array[] =>
    frames.map((frame, index) => with_.enhanced(0, stamp(index), frame));
  const options = [
    { code: 2, value: ascii('eth0') },
    { code: 4, value: Uint8Array.of(10, 0, 0, 1, 255, 255, 255, 0) },
    { code: 5, value: frameOf(17) },
    { code: 8, value: craft.u64(1_000_000_000n) },
    { code: 9, value: Uint8Array.of(6) },
    { code: 11, value: concat(Uint8Array.of(0), ascii('tcp')) },
    { code: 14, value: craft.u64(-5n) },
  ];
  const plain = craft.description(RAW_LINK_TYPE, 0);
  const clock = (resolution: number): Uint8Array =>
    craft.description(RAW_LINK_TYPE, 65_535, [{ code: 9, value: Uint8Array.of(resolution) }]);
  const captures: Record<string, Uint8Array[]> = {
    enhanced: [craft.section(), plain, ...packets(craft)],
    simple: [craft.section(), plain, ...frames.map((frame) => craft.simple(frame.length, frame))],
    old: [craft.section(), plain, ...frames.map((frame, index) => craft.old(0, 1, stamp(index), frame))],
    options: [
      craft.section([{ code: 4, value: ascii('test') }]),
      craft.description(RAW_LINK_TYPE, 96, options),
      ...packets(craft),
    ],
    clocks: [
      craft.section(),
      clock(9),
      ...packets(craft),
      clock(0x94),
      craft.enhanced(1, 1n << 60n, frames[0]),
      clock(0xff),
    ],
    statistics: [craft.section(), plain, ...packets(craft), craft.statistics(0, [{ code: 4, value: craft.u64(7n) }])],
    others: [
      craft.section(),
      craft.block(4, new Uint8Array(4)),
      craft.block(10, frameOf(20)),
      craft.block(0xbad, frameOf(16)),
    ],
    sections: [craft.section(), plain, ...packets(craft), other.section(), other.description(1, 0), ...packets(other)],
    damaged: [craft.section(), plain, ...packets(craft), frameOf(30), ...packets(craft), ...packets(craft)],
  };
  return Object.entries(captures).map(([name, blocks]) => ({
    name: slug(`pcapng ${order} ${name}`),
    bytes: concat(...blocks),
  }));
}

const slug = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
