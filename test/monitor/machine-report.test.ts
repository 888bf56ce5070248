/**
 * Reports for machines: the columns, the formulas, and that every one of them is read back as it was.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  type MachineLayout,
  machineLayout,
  renderMachineHeader,
  renderMachineRow,
} from '../../src/monitor/machine-report.js';
import type { Report, ReportState } from '../../src/monitor/report.js';
import { DEFAULT_REPORT_PROTOCOLS } from '../../src/monitor/report-protocols.js';
import { fieldFacts, KNOWN_FIELDS } from '../../src/plot/fields.js';
import { columnValue } from '../../src/plot/series.js';
import { parsed } from '../support/machine-reports.js';
import { checkProperty } from '../support/property.js';
import { anyReport, EARLIER, FLOWS, NOTHING, READ, reportOf, STATE } from '../support/report-states.js';

const ARP_AND_TCP = [
  { layer: 'link', number: 0x0806 },
  { layer: 'ip', number: 6 },
] as const;
const LAYOUT = machineLayout(STATE, ARP_AND_TCP, false);
const LIVE: ReportState = { ...STATE, live: { received: 28, droppedBySystem: 1, droppedByInterface: 2 } };

const cellsOf = (report: Report, layout: MachineLayout = LAYOUT): Record<string, string> => {
  const names = renderMachineHeader(layout).slice(1, -1).split('\t');
  const cells = renderMachineRow(report, layout).slice(0, -1).split('\t');
  assert.equal(cells.length, names.length);
  return Object.fromEntries(names.map((name, index) => [name, cells[index]]));
};

const withTraffic = (read: Partial<typeof READ>, flows: Partial<typeof FLOWS> = {}): ReportState => ({
  ...STATE,
  traffic: { read: { ...READ, ...read }, flows: { ...FLOWS, ...flows } },
});

/** The page that describes reports has this header, with blanks for tabs. */
const PAGE =
  '%repTyp time dur pktsRec pktsDrp ifDrp memUsageKB fillSzHashMap numFlows numAFlows numBFlows numPkts numAPkts numBPkts numV4Pkts numV6Pkts numVxPkts numBytes numABytes numBBytes numFrgV4Pkts numFrgV6Pkts numAlarms rawBandwidth globalWarn 0x0042Pkts 0x0042Bytes 0x00fePkts 0x00feBytes 0x0806Pkts 0x0806Bytes 0x8035Pkts 0x8035Bytes 0x0800Pkts 0x0800Bytes 0x86ddPkts 0x86ddBytes ICMPPkts ICMPBytes IGMPPkts IGMPBytes TCPPkts TCPBytes UDPPkts UDPBytes GREPkts GREBytes ICMPv6Pkts ICMPv6Bytes SCTPPkts SCTPBytes';

describe('the header of machine reports', () => {
  it('is that of the page, and the analyses behind it', () => {
    const header = renderMachineHeader(machineLayout(LIVE, DEFAULT_REPORT_PROTOCOLS, false));
    assert.equal(header, `${PAGE.replaceAll(' ', '\t')}\tmiruoShown\ttcpeekSuccess\n`);
  });

  it('has what was lost with interfaces only', () => {
    const header = renderMachineHeader(machineLayout(NOTHING, DEFAULT_REPORT_PROTOCOLS, false));
    assert.equal(header, `${PAGE.replace(' pktsRec pktsDrp ifDrp', '').replaceAll(' ', '\t')}\n`);
  });

  it('has numbers of protocols where they are asked for', () => {
    const header = renderMachineHeader(machineLayout(NOTHING, ARP_AND_TCP, true));
    assert.match(header, /\tglobalWarn\t0x0806Pkts\t0x0806Bytes\t6Pkts\t6Bytes\n$/);
  });

  it('has the columns that plots know, in their order', () => {
    const names = renderMachineHeader(machineLayout(LIVE, [], false))
      .trim()
      .split('\t')
      .slice(2);
    assert.deepEqual(
      names.slice(0, KNOWN_FIELDS.length),
      KNOWN_FIELDS.map(({ name }) => name),
    );
    for (const name of names) assert.notEqual(fieldFacts(name).unit, '', name);
  });
});

describe('a machine report', () => {
  it('since the start', () => {
    const row =
      'USR1MR_A 1643656805.288080 2.983330 68360 9321 17076 11820 5256 517029 292196 224833 516830 77 1 27170706 9979005 17191701 1672 3 1031 955698.308 0x0000005200031001 71 4260 500014 26000123 1026 997\n';
    assert.equal(renderMachineRow(reportOf(STATE), LAYOUT), row.replaceAll(' ', '\t'));
  });

  it('of what is new has fill and memory as change, and all conditions', () => {
    const row =
      'USR1MR_D 1643656805.288080 1.000000 360 -79 10 10 0 1000 800 200 990 7 0 70000 40000 30000 10 0 2 800.000 0x0000005200031001 1 60 900 60000 2 997\n';
    assert.equal(renderMachineRow(reportOf(STATE, EARLIER), LAYOUT), row.replaceAll(' ', '\t'));
  });

  it('of an interface has what was lost', () => {
    const layout = machineLayout(LIVE, [], false);
    const { pktsRec, pktsDrp, ifDrp } = cellsOf(reportOf(LIVE), layout);
    assert.deepEqual([pktsRec, pktsDrp, ifDrp], ['28', '1', '2']);
    const before = { ...LIVE, live: { received: 20, droppedBySystem: 1, droppedByInterface: 0 } };
    const since = cellsOf(reportOf(LIVE, before), layout);
    assert.deepEqual([since.pktsRec, since.pktsDrp, since.ifDrp], ['8', '0', '2']);
  });

  it('by packet time has that of the latest packet, and no memory', () => {
    const base: ReportState = { ...STATE, clock: undefined, input: undefined };
    const a = cellsOf(reportOf(base));
    assert.deepEqual(
      [a.time, a.dur, a.memUsageKB, a.rawBandwidth],
      ['1022171712.313520', '10.622348', '0', '268411.789'],
    );
    const d = cellsOf(reportOf(base, { ...EARLIER, clock: undefined, input: undefined }));
    assert.deepEqual([d.time, d.dur, d.memUsageKB, d.rawBandwidth], ['1022171712.313520', '2.000000', '0', '400.000']);
    const first = cellsOf(reportOf(base, { ...NOTHING, clock: undefined, input: undefined }));
    assert.deepEqual([first.dur, first.numPkts], ['10.622348', '517029'], 'since before the first packet');
  });

  it('before the first packet is all zeros', () => {
    const state = { ...NOTHING, clock: undefined, input: undefined };
    const layout = machineLayout(state, ARP_AND_TCP, false);
    const row = `USR1MR_A 0.000000 0.000000 ${'0 '.repeat(17)}0.000 0x0000000000000000 0 0 0 0\n`;
    assert.equal(renderMachineRow(reportOf(state), layout), row.replaceAll(' ', '\t'));
    assert.equal(renderMachineRow(reportOf({ ...state, traffic: undefined }), layout), row.replaceAll(' ', '\t'));
  });

  const BANDWIDTHS: readonly (readonly [wireBytes: number, elapsedSec: number, text: string])[] = [
    [2959, 6.873169, '3.444'],
    [2959, 0, '0.000'],
    [2959, 0.0000001, '0.000'],
    [0, 10, '0.000'],
    [125, 1, '1.000'],
    [2 ** 53, 1, '72057594037927.938'],
  ];
  for (const [wireBytes, elapsedSec, text] of BANDWIDTHS) {
    it(`${wireBytes} bytes in ${elapsedSec} s are ${text} kbit/s`, () => {
      const state = { ...withTraffic({ wireBytes }), clock: { ...STATE.clock!, elapsedSec } };
      assert.equal(cellsOf(reportOf(state)).rawBandwidth, text);
    });
  }

  it('holds numbers up to 2^53, and all bits', () => {
    const state = withTraffic({ capturedBytes: 2 ** 53, conditions: 0x0c0000000000c004n });
    const cells = cellsOf(reportOf(state));
    assert.deepEqual([cells.numBytes, cells.globalWarn], ['9007199254740992', '0x0c0000000000c004']);
  });

  it('ends no later than any calendar', () => {
    const far = { sec: 2 ** 53, nsec: 999_999_999 };
    const cells = cellsOf(reportOf({ ...STATE, clock: undefined, latest: far }));
    assert.deepEqual([cells.time, cells.dur], ['253402300799.000000', '253402300799.000000']);
  });
});

describe('machine reports that are read back', () => {
  it('have the same numbers', (t: TestContext) => {
    const property = fc.property(
      fc.array(anyReport, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (reports, byNumber) => {
        const layout = machineLayout(reports[0].state, ARP_AND_TCP, byNumber);
        const rows = reports.map((report) => renderMachineRow(report, layout));
        const { reports: read, damages, columns } = parsed(renderMachineHeader(layout) + rows.join(''));
        assert.deepEqual(damages, []);
        assert.equal(columns.size, renderMachineHeader(layout).split('\t').length - 1);
        // Those before any packet, by packet time, are of no time that could be drawn.
        const timed = reports.filter((_, index) => rows[index].split('\t')[1] !== '0.000000');
        assert.equal(read.length, timed.length);
        for (const [index, report] of timed.entries()) {
          assert.equal(read[index].isAggregate, report.since === undefined);
          const expected = expectedOf(report, layout, byNumber);
          for (const [name, value] of Object.entries(expected)) {
            assert.equal(columnValue(read[index], name), value, name);
          }
          assert.ok(Number.isNaN(columnValue(read[index], 'globalWarn')));
          const known = new Set([...Object.keys(expected), 'time', 'dur', 'rawBandwidth', 'globalWarn']);
          for (const name of columns) assert.ok(known.has(name) || layout.analyses.includes(name), name);
          assertTimes(read[index], report);
        }
      },
    );
    checkProperty(t, property, 300);
  });

  it('of analyses have their columns', () => {
    const figures = ['a\tb', 'time', 'x', 'x', '', '\ud800'].map((column, value) => ({ label: column, column, value }));
    const state: ReportState = { ...NOTHING, sections: [{ name: 'any', figures }] };
    const layout = machineLayout(state, [], false);
    assert.deepEqual(layout.analyses, ['a\\x09b', 'x', '\ufffd']);
    const { reports, damages } = parsed(renderMachineHeader(layout) + renderMachineRow(reportOf(state), layout));
    assert.deepEqual(damages, []);
    assert.deepEqual(
      layout.analyses.map((name) => columnValue(reports[0], name)),
      [0, 2, 5],
    );
    const later = cellsOf(reportOf(NOTHING), layout);
    assert.equal(later.x, '0', 'a figure that is not there any more');
  });
});

/** Written apart from the code: every column that is a sum or a difference of figures. */
function expectedOf({ state, since }: Report, layout: MachineLayout, byNumber: boolean): Record<string, number> {
  const change = (of: (state: ReportState) => number | undefined): number => {
    const hasFigures = (one: ReportState | undefined): one is ReportState => one !== undefined && of(one) !== undefined;
    if (!hasFigures(state)) return 0;
    return of(state)! - (hasFigures(since) ? of(since)! : 0);
  };
  const tcp = byNumber ? '6' : 'TCP';
  const flows = change((one) => one.traffic?.flows.aFlows) + change((one) => one.traffic?.flows.bFlows);
  const live = {
    pktsRec: change((one) => one.live?.received),
    pktsDrp: change((one) => one.live?.droppedBySystem),
    ifDrp: change((one) => one.live?.droppedByInterface),
  };
  // A level that is gone has changed to none.
  const level = (of: (state: ReportState) => number | undefined): number =>
    (of(state) ?? 0) - ((since && of(since)) ?? 0);
  return {
    ...(layout.isLive ? live : {}),
    memUsageKB: level((one) => one.clock?.residentKilobytes),
    fillSzHashMap: level((one) => one.traffic?.flows.activeFlows),
    numFlows: flows,
    numAFlows: change((one) => one.traffic?.flows.aFlows),
    numBFlows: change((one) => one.traffic?.flows.bFlows),
    numPkts: change((one) => one.packets),
    numAPkts: change((one) => one.traffic?.flows.a.packets),
    numBPkts: change((one) => one.traffic?.flows.b.packets),
    numV4Pkts: change((one) => one.traffic?.read.ipv4Packets),
    numV6Pkts: change((one) => one.traffic?.read.ipv6Packets),
    numVxPkts: change((one) => one.traffic?.read.otherIpPackets),
    numBytes: change((one) => one.traffic?.read.capturedBytes),
    numABytes: change((one) => one.traffic?.flows.a.bytes),
    numBBytes: change((one) => one.traffic?.flows.b.bytes),
    numFrgV4Pkts: change((one) => one.traffic?.read.ipv4Fragments),
    numFrgV6Pkts: change((one) => one.traffic?.read.ipv6Fragments),
    numAlarms: change((one) => one.alarms),
    '0x0806Pkts': change((one) => one.traffic?.read.protocols[0].packets),
    '0x0806Bytes': change((one) => one.traffic?.read.protocols[0].bytes),
    [`${tcp}Pkts`]: change((one) => one.traffic?.read.protocols[1].packets),
    [`${tcp}Bytes`]: change((one) => one.traffic?.read.protocols[1].bytes),
  };
}

const LAST_SEC = 253_402_300_799;

function assertTimes(read: { timeSec: number; durSec: number }, { state, since }: Report): void {
  const { first, latest } = state;
  const from = since?.latest ?? first;
  const hasSpan = from !== undefined && latest !== undefined;
  const packetSec = hasSpan ? latest.sec - from.sec + (latest.nsec - from.nsec) / 1e9 : 0;
  const latestSec = latest === undefined ? 0 : latest.sec + latest.nsec / 1e9;
  const timeSec = state.clock === undefined ? latestSec : state.clock.nowMs / 1000;
  const durSec = state.clock === undefined ? packetSec : state.clock.elapsedSec - (since?.clock?.elapsedSec ?? 0);
  const isNear = (sec: number, wanted: number): boolean => {
    const within = Math.max(0, Math.min(wanted, LAST_SEC));
    return Math.abs(sec - within) <= 2e-6 + within * 1e-15;
  };
  assert.ok(isNear(read.timeSec, timeSec), `${read.timeSec} ${timeSec}`);
  assert.ok(isNear(read.durSec, durSec), `${read.durSec} ${durSec}`);
}
