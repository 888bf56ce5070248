/**
 * The product against a naive model of the behaviour, on generated traffic: same lines, same figures, for any
 * options, number of trackers and block size.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { type ModelPacket, type ModelStats, miruoModel } from '../model/miruo-model.js';
import { fastCheckTraffic, generateTraffic } from '../support/craft.js';
import { HTTP_HEADER_LISTS } from '../support/craft-http.js';
import { writePcap } from '../support/pcap-naive.js';
import { seedOf } from '../support/property.js';
import { type MomentFigures, runSingleThread, type SingleThreadForm } from '../support/single-thread.js';

const millis = fc.constantFrom(0, 1, 5, 50, 200, 1000, 3000);

const anyOptions: fc.Arbitrary<MiruoOptions> = fc
  .record({
    contextSegments: fc.constantFrom(0, 0, 1, 2, 7, 40),
    longConnectMs: millis,
    longDelayMs: millis,
    retransmitMs: millis,
    synRetransmits: fc.boolean(),
    resets: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    fragments: fc.boolean(),
    colour: fc.boolean(),
    quiet: fc.constantFrom<0 | 1 | 2>(0, 0, 0, 1, 2),
    all: fc.boolean(),
    live: fc.constantFrom(false, false, true),
    sessionLimit: fc.constantFrom(undefined, undefined, 0, 1, 5, 1000),
    segmentLimit: fc.constantFrom(undefined, undefined, 0, 1, 30, 500, 100_000),
    http: fc.option(
      fc.record({ request: fc.constantFrom(...HTTP_HEADER_LISTS), response: fc.constantFrom(...HTTP_HEADER_LISTS) }),
      { nil: undefined },
    ),
    classic: fc.boolean(),
    timeouts: fc.boolean(),
    unfinished: fc.boolean(),
  })
  .map((options) => ({ ...options, timeouts: options.timeouts && !options.classic }));

const anyForm: fc.Arbitrary<SingleThreadForm> = fc.record({
  trackers: fc.constantFrom(1, 2, 3, 8),
  blockBytes: fc.constantFrom(64 * 1024, 1 << 20),
  oneRecordBlocks: fc.boolean(),
  momentsSec: fc.constantFrom(undefined, 1, 2, 7, 100),
});

/** Compares everything; returns how many moments there were. */
function check(packets: readonly ModelPacket[], options: MiruoOptions, given: SingleThreadForm): number {
  // Limits count over all sessions, so there is one tracker with them.
  const isLimited = options.sessionLimit !== undefined || options.segmentLimit !== undefined;
  const form = isLimited ? { ...given, trackers: 1 } : given;
  const linkType = packets.length > 0 ? packets[0].linkType : 1;
  const expected = miruoModel(packets, options, form.momentsSec);
  const result = runSingleThread(writePcap(packets, { linkType, nanosecond: true }), options, form);
  assert.equal(result.stdout, expected.stdout);
  assert.deepEqual(figuresOf({ ...result, badHeaders: [] }), { ...comparable(expected.stats), badHeaders: [] });
  assert.deepEqual(result.moments.map(figuresOf), expected.moments.map(comparable));
  return result.moments.length;
}

/** The figures of the product by the model's names. */
function figuresOf(figures: MomentFigures): object {
  return {
    sessions: figures.sessions,
    ...figures.counters,
    activeSession: figures.activeSessions,
    activeSessionMax: figures.activeSessionsMost,
    activeSegment: figures.activeSegments,
    activeSegmentMax: figures.activeSegmentsMost,
    recv: figures.packets,
    badHeaders: figures.badHeaders,
  };
}

function comparable({ l2Errors, ipErrors, tcpErrors, ...others }: ModelStats): object {
  return { ...others, badHeaders: [l2Errors, ipErrors, tcpErrors] };
}

describe('equality with the naive model', () => {
  const seed = seedOf();

  test(`generated conversations, seed ${seed}`, () => {
    let moments = 0;
    const property = fc.property(fastCheckTraffic(), anyOptions, anyForm, (packets, options, form) => {
      moments += check(packets, options, form);
    });
    fc.assert(property, { numRuns: 400, seed });
    assert.ok(moments > 100, `${moments} moments`);
  });

  test('files in the wrong order, an absurd time, two clocks', () => {
    const day = 86_400;
    const at = (packets: readonly ModelPacket[], shiftSec: number): ModelPacket[] =>
      packets.map((packet) => ({ ...packet, sec: packet.sec + shiftSec }));
    const traffic = (n: number): ModelPacket[] =>
      generateTraffic(seed + n, 3000, { concurrency: 50, longSessions: false });
    const wrongOrder = [...at(traffic(1), 2 * day), ...at(traffic(2), day), ...traffic(3)];
    const absurd = traffic(4).map((packet, i) => (i === 700 ? { ...packet, sec: 0xfffffff0 } : packet));
    const twoClocks = traffic(5).map((packet, i) => (i % 3 === 0 ? { ...packet, sec: packet.sec + 3600 } : packet));
    for (const packets of [wrongOrder, absurd, twoClocks]) {
      for (const trackers of [1, 3]) {
        check(
          packets,
          { ...MIRUO_DEFAULTS, unfinished: true, all: true },
          { trackers, blockBytes: 64 * 1024, momentsSec: 60 },
        );
      }
    }
    const stats = miruoModel(wrongOrder, MIRUO_DEFAULTS).stats;
    assert.ok(stats.activeSession < 200, `${stats.activeSession} sessions never timed out`);
  });

  test(`a stream of many conversations, seed ${seed}`, () => {
    const options = fc.sample(anyOptions, { numRuns: 6, seed });
    const forms = fc.sample(anyForm, { numRuns: 6, seed });
    options.forEach((chosen, i) => {
      const concurrency = [20, 200, 2000][i % 3];
      check(generateTraffic(seed + i, 20_000, { concurrency }), chosen, { ...forms[i], oneRecordBlocks: false });
    });
  });
});
