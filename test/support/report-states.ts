/**
 * States of runs for tests of reports: one that is worked out by hand, one before the first packet, and any that may be.
 */
import fc from 'fast-check';
import {
  CONDITION_CLOCK_BACKWARDS,
  CONDITION_FRAGMENT_WITHOUT_HEAD,
  CONDITION_SNAPPED_HEADER,
} from '../../src/capture/conditions.js';
import type { AnalysisSection, Report, ReportState } from '../../src/monitor/report.js';
import type { FlowTraffic, PacketFigures, ReadTraffic } from '../../src/traffic/figures.js';
import { MARK_ETHERNET, MARK_FRAGMENT, MARK_IPV4, MARK_TCP } from '../../src/wire/marks.js';

const pair = (packets: number, bytes: number): PacketFigures => ({ packets, bytes });

export const READ: ReadTraffic = {
  ...{ packets: 517_029, capturedBytes: 27_170_706, wireBytes: 356_395_429, padBytes: 8760, ipBytes: 351_602_387 },
  ...{ ipv4Packets: 516_830, ipv6Packets: 77, otherIpPackets: 1, ipv4Fragments: 1672, ipv6Fragments: 3 },
  ...{ llcPackets: 51, grePackets: 20, igmpPackets: 12, icmpPackets: 3568, icmpv6Packets: 11, sctpPackets: 0 },
  tcp: pair(500_014, 26_000_123),
  udp: pair(13_286, 1_100_456),
  ...{ headers: 1_556_257, headersLeast: 2, headersMost: 4, vlanTagsMost: 0, mplsLabelsMost: 2 },
  protocols: [pair(71, 4260), pair(500_014, 26_000_123)],
  conditions:
    (BigInt(CONDITION_SNAPPED_HEADER | CONDITION_FRAGMENT_WITHOUT_HEAD | CONDITION_CLOCK_BACKWARDS) << 32n) |
    BigInt(MARK_ETHERNET | MARK_IPV4 | MARK_FRAGMENT | MARK_TCP),
};

export const FLOWS: FlowTraffic = {
  ...{ aFlows: 11_820, bFlows: 5256, requestFlows: 8932, replyFlows: 8144 },
  a: pair(292_196, 9_979_005),
  b: pair(224_833, 17_191_701),
  ...{ activeFlows: 9321, activeFlowsMost: 10_654, places: 262_144 },
};

/** The figures of the page that describes reports, as far as it has some. */
export const STATE: ReportState = {
  clock: {
    pid: 73_743,
    nowMs: 1_643_656_805_288.08,
    elapsedSec: 2.98333,
    residentKilobytes: 68_360,
    machineKilobytes: 65_800_000,
  },
  input: {
    ...{ file: 'first.pcap', fileNumber: 1, files: 2, totalBytes: 83_586_990, bytes: 35_443_192 },
    percent: (100 * 35_443_192) / 83_586_990,
    ...{ bytesPerSec: 11_880_412.4, remainingSec: 4.052367, finishMs: 1_643_656_809_340.447 },
  },
  first: { sec: 1_022_171_701, nsec: 691_172_000 },
  latest: { sec: 1_022_171_712, nsec: 313_520_000 },
  traffic: { read: READ, flows: FLOWS },
  packets: 517_029,
  live: undefined,
  sections: [
    {
      name: 'miruo',
      figures: [
        { label: 'sessions', value: 11_400 },
        { label: 'shown', column: 'miruoShown', value: 1026, shareOf: 'sessions' },
      ],
    },
    { name: 'tcpeek', figures: [{ label: 'success', column: 'tcpeekSuccess', value: 997 }] },
  ],
  alarms: 1031,
};

/** The same at an earlier moment. */
export const EARLIER: ReportState = {
  ...STATE,
  clock: { ...STATE.clock!, nowMs: 1_643_656_804_288.08, elapsedSec: 1.98333, residentKilobytes: 68_000 },
  latest: { sec: 1_022_171_710, nsec: 313_520_000 },
  traffic: {
    read: {
      ...READ,
      ...{ packets: 516_029, capturedBytes: 27_100_706, wireBytes: 356_295_429, padBytes: 8000, ipBytes: 351_512_387 },
      ...{ ipv4Packets: 515_840, ipv6Packets: 70, ipv4Fragments: 1662, llcPackets: 50, icmpPackets: 3500 },
      ...{ tcp: pair(499_114, 25_940_123), udp: pair(13_266, 1_099_456), headers: 1_553_257, headersLeast: 3 },
      ...{ protocols: [pair(70, 4200), pair(499_114, 25_940_123)], mplsLabelsMost: 1, conditions: 0n },
    },
    flows: {
      ...FLOWS,
      ...{ aFlows: 11_810, bFlows: 5256, requestFlows: 8926, replyFlows: 8140, activeFlows: 9400 },
      ...{ a: pair(291_396, 9_939_005), b: pair(224_633, 17_161_701) },
    },
  },
  packets: 516_029,
  sections: [
    {
      name: 'miruo',
      figures: [
        { label: 'sessions', value: 11_392 },
        { label: 'shown', value: 1024 },
      ],
    },
  ],
  alarms: 1029,
};

const NO_READ: ReadTraffic = {
  ...{ packets: 0, capturedBytes: 0, wireBytes: 0, padBytes: 0, ipBytes: 0 },
  ...{ ipv4Packets: 0, ipv6Packets: 0, otherIpPackets: 0, ipv4Fragments: 0, ipv6Fragments: 0 },
  ...{ llcPackets: 0, grePackets: 0, igmpPackets: 0, icmpPackets: 0, icmpv6Packets: 0, sctpPackets: 0 },
  ...{ tcp: pair(0, 0), udp: pair(0, 0) },
  ...{ headers: 0, headersLeast: Number.POSITIVE_INFINITY, headersMost: 0, vlanTagsMost: 0, mplsLabelsMost: 0 },
  ...{ protocols: [pair(0, 0), pair(0, 0)], conditions: 0n },
};

/** Nothing was read. */
export const NOTHING: ReportState = {
  clock: { ...STATE.clock!, elapsedSec: 0 },
  input: { ...STATE.input!, bytes: 0, percent: 0, bytesPerSec: 0, remainingSec: undefined, finishMs: undefined },
  ...{ first: undefined, latest: undefined, packets: 0, live: undefined, sections: [], alarms: 0 },
  traffic: {
    read: NO_READ,
    flows: {
      ...{ aFlows: 0, bFlows: 0, requestFlows: 0, replyFlows: 0, a: pair(0, 0), b: pair(0, 0) },
      ...{ activeFlows: 0, activeFlowsMost: 0, places: 0 },
    },
  },
};

/** A report of `state`, of what is new since `since` where there is one. */
export const reportOf = (state: ReportState, since?: ReportState, isEnd = false): Report => ({
  version: '0.1.0',
  isEnd,
  isComplete: isEnd,
  state,
  since,
});

const number = fc.oneof(fc.nat(3000), fc.constantFrom(0, 1, 999, 1000, 2 ** 53), fc.maxSafeNat());
const seconds = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, 59.9, 60, 60.5, 3600));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const figures = fc.record({ packets: number, bytes: number });
const moment = fc.record({
  sec: fc.oneof(fc.nat(2000), fc.nat(2 ** 32), fc.constantFrom(0, 2 ** 32 - 1, 253_402_300_798, 2 ** 53)),
  nsec: fc.oneof(fc.nat(1e9 - 1), fc.constantFrom(0, 999, 1000, 999_999_999)),
});

export const anyRead: fc.Arbitrary<ReadTraffic> = fc.record({
  ...{ packets: number, capturedBytes: number, wireBytes: number, padBytes: number, ipBytes: number },
  ...{ ipv4Packets: number, ipv6Packets: number, otherIpPackets: number, ipv4Fragments: number, ipv6Fragments: number },
  ...{ llcPackets: number, grePackets: number, igmpPackets: number, icmpPackets: number, icmpv6Packets: number },
  ...{ sctpPackets: number, tcp: figures, udp: figures, headers: number, headersLeast: number, headersMost: number },
  ...{ vlanTagsMost: fc.nat(3), mplsLabelsMost: fc.nat(3), protocols: fc.tuple(figures, figures) },
  conditions: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
});

const anyFlows: fc.Arbitrary<FlowTraffic> = fc.record({
  ...{ aFlows: number, bFlows: number, requestFlows: number, replyFlows: number, a: figures, b: figures },
  ...{ activeFlows: number, activeFlowsMost: number, places: number },
});

/** Names that somebody may have given to filters are in labels and columns. */
const name = fc.constantFrom('success', 'a\tb', 'c\nd', '%', 'time', 'x y', '\u009b1m', '\ud800', '', '\r', '0');

const anySection: fc.Arbitrary<AnalysisSection> = fc.record({
  name: fc.constantFrom('miruo', 'tcpeek'),
  figures: fc.array(
    fc.record({ label: name.map((text) => `of ${text}`), column: optional(name), value: number, shareOf: name }),
    { maxLength: 4 },
  ),
});

const anyClock = fc.record({
  ...{ pid: fc.integer({ min: 1, max: 2 ** 22 }), elapsedSec: seconds, residentKilobytes: number },
  nowMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
  machineKilobytes: number,
});

const anyInput = fc.record({
  ...{
    file: name.map((text) => `-${text}`),
    fileNumber: fc.integer({ min: 1, max: 9 }),
    files: fc.integer({ min: 1, max: 9 }),
  },
  ...{ totalBytes: optional(number), bytes: number, bytesPerSec: fc.double({ min: 0, max: 1e12, noNaN: true }) },
  percent: optional(fc.double({ min: 0, max: 100, noNaN: true })),
  remainingSec: optional(fc.oneof(seconds, fc.constantFrom(1e300, Number.POSITIVE_INFINITY))),
  finishMs: fc.constant(undefined),
});

export const anyState: fc.Arbitrary<ReportState> = fc.record({
  ...{ clock: optional(anyClock), input: optional(anyInput), first: optional(moment), latest: optional(moment) },
  traffic: optional(fc.record({ read: anyRead, flows: anyFlows })),
  live: optional(fc.record({ received: number, droppedBySystem: number, droppedByInterface: number })),
  ...{ packets: number, sections: fc.array(anySection, { maxLength: 2 }), alarms: number },
});

export const anyReport: fc.Arbitrary<Report> = fc.record({
  version: fc.constant('0.1.0'),
  isEnd: fc.boolean(),
  isComplete: fc.boolean(),
  state: anyState,
  since: optional(anyState),
});
