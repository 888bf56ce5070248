/**
 * Flows of generated streams of many protocols, against the naive model: at the end, and at every moment of a report by packet time.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { T_PACKETS } from '../../src/capture/traffic-figures.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
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
import { type ModelFlows, trafficModel } from '../model/traffic.js';
import { type CraftedTraffic, craftedTraffic, scanTraffic } from '../support/craft-flows.js';
import { writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { runSingleThread, type StandingFigures } from '../support/single-thread.js';

/** A part of a second, which no double is exactly. */
const REPORT_NSEC = 700_000_000n;

const modelled = ({ flows, activeFlowsMost }: StandingFigures): ModelFlows => ({
  aFlows: flows[F_A_FLOWS],
  bFlows: flows[F_B_FLOWS],
  requests: flows[F_REQUESTS],
  replies: flows[F_REPLIES],
  aPackets: flows[F_A_PACKETS],
  bPackets: flows[F_B_PACKETS],
  aBytes: flows[F_A_BYTES],
  bBytes: flows[F_B_BYTES],
  active: flows[F_ACTIVE],
  activeMost: activeFlowsMost,
});

function check({ timeoutSec, packets }: CraftedTraffic, vlanKey: boolean, trackers: number): void {
  const expected = trafficModel(
    packets.map(({ parsed }) => parsed),
    { timeoutSec, vlanKey, reportNsec: REPORT_NSEC },
  );
  const file = writePcap(packets, { linkType: 1, nanosecond: true });
  const { traffic } = runSingleThread(file, MIRUO_DEFAULTS, {
    ...{ trackers, blockBytes: 64 * 1024, decode: { vlanKey } },
    traffic: { protocols: [], flowTimeoutSec: timeoutSec, reportSec: Number(REPORT_NSEC) / 1e9 },
  });
  assert.equal(traffic!.standing.read[T_PACKETS], packets.length);
  assert.deepEqual(modelled(traffic!.standing), expected.end);
  assert.deepEqual(traffic!.reports.map(modelled), expected.reports);
}

describe('flows', () => {
  const form = [fc.boolean(), fc.integer({ min: 1, max: 3 })] as const;

  it('are those of the model', (t: TestContext) => {
    checkProperty(t, fc.property(craftedTraffic(20, 20), ...form, check), 400);
  });

  it('are those of the model, thousands of them, and where the clock begins anew', (t: TestContext) => {
    checkProperty(t, fc.property(craftedTraffic(5000, 25), ...form, check), 25);
  });

  it('are those of the model where tables grow and are renewed', () => {
    check(scanTraffic(2700, 2), false, 1);
    check(scanTraffic(5000, 182), true, 1);
  });
});
