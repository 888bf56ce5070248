/**
 * Reports for people: whole ones written out by hand, and what holds of all.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { renderHumanReport } from '../../src/monitor/human-report.js';
import type { ReportState } from '../../src/monitor/report.js';
import { renderStartReport } from '../../src/monitor/start-report.js';
import { checkProperty } from '../support/property.js';
import { anyReport, EARLIER, NOTHING, READ, reportOf, STATE } from '../support/report-states.js';

process.env.TZ = 'Europe/Berlin';
const EQUALS = '='.repeat(80);
const DASHES = '-'.repeat(80);
const TILDES = '~'.repeat(80);

/** Rules of 80 signs are written as three. */
const golden = (text: string): string =>
  text.trimStart().replace(/^===$/gm, EQUALS).replace(/^---$/gm, DASHES).replace(/^~~~$/gm, TILDES);

const linesOf = (state: ReportState, since?: ReportState, isEnd = false): string[] =>
  renderHumanReport(reportOf(state, since, isEnd))
    .trimEnd()
    .split('\n');

const WHOLE = `
===
USR1 A type report: tcploom 0.1.0. PID: 73743
PCAP time: 1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)
PCAP duration: 10.622348 sec
Time: 1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)
Elapsed time: 2.983330 sec
Processing file: first.pcap (1 of 2)
Total bytes to process: 83586990 (83.59 M)
Percentage completed: 42.40%
Total bytes processed so far: 35443192 (35.44 M)
Remaining time: 4.052367 sec
ETF: 1643656809.340447 sec (Mon 31 Jan 2022 20:20:09 CET)
Number of processed packets: 517029 (517.03 K)
Number of processed bytes: 27170706 (27.17 M)
Number of raw bytes: 356395429 (356.40 M)
Number of pad bytes: 8760 (8.76 K)
Number of IPv4 packets: 516830 (516.83 K) [99.96%]
Number of IPv6 packets: 77 [0.01%]
Number of A packets: 292196 (292.20 K) [56.51%]
Number of B packets: 224833 (224.83 K) [43.49%]
Number of A bytes: 9979005 (9.98 M) [36.73%]
Number of B bytes: 17191701 (17.19 M) [63.27%]
Average A packet load: 34.15
Average B packet load: 76.46
---
miruo: sessions: 11400 (11.40 K)
miruo: shown: 1026 (1.03 K) [9.00%]
tcpeek: success: 997
---
Headers count: min: 2, max: 4, average: 3.01
Max MPLS header count: 2
Number of LLC packets: 51 [0.01%]
Number of GRE packets: 20 [0.00%]
Number of IGMP packets: 12 [0.00%]
Number of ICMP packets: 3568 (3.57 K) [0.69%]
Number of ICMPv6 packets: 11 [0.00%]
Number of SCTP packets: 0 [0.00%]
Number of TCP packets: 500014 (500.01 K) [96.71%]
Number of TCP bytes: 26000123 (26.00 M) [95.69%]
Number of UDP packets: 13286 (13.29 K) [2.57%]
Number of UDP bytes: 1100456 (1.10 M) [4.05%]
Number of IPv4 fragmented packets: 1672 (1.67 K) [0.32%]
Number of IPv6 fragmented packets: 3 [0.00%]
~~~
Number of processed   flows: 17076 (17.08 K)
Number of processed A flows: 11820 (11.82 K) [69.22%]
Number of processed B flows: 5256 (5.26 K) [30.78%]
Number of request flows: 8932 (8.93 K) [52.31%]
Number of reply flows: 8144 (8.14 K) [47.69%]
Total A/B flow asymmetry: 0.38
Total req/rply flow asymmetry: 0.05
Number of processed packets/flows: 30.28
Number of processed A packets/A flows: 24.72
Number of processed B packets/B flows: 42.78
Number of processed packets/s: 48673.70 (48.67 K)
Number of processed A+B packets/s: 48673.70 (48.67 K)
Number of processed A packets/s: 27507.67 (27.51 K)
Number of processed B packets/s: 21166.04 (21.17 K)
Number of average processed flows/s: 1607.55 (1.61 K)
Average full raw bandwidth: 268411789 b/s (268.41 Mb/s)
Average snapped bandwidth: 20463051 b/s (20.46 Mb/s)
Average full bandwidth: 264802009 b/s (264.80 Mb/s)
Fill size of main hash map: 9321 (9.32 K) [3.56%]
Max number of flows in memory: 10654 (10.65 K) [4.06%]
Memory usage: 0.07 GB [0.10%]
[WRN] Snapped headers: frames end within a header
[WRN] Missing fragment heads: later fragments whose first one was not seen
[WRN] Clock going backwards: packets with an earlier time than the one before
[INF] Ethernet frames
[INF] IPv4
[INF] IP fragments
[INF] TCP
===
`;

/** 1000 packets in 2 s of packet time and one of the run; what stands for a moment is as it is now. */
const CHANGES = `
===
USR1 D type report: tcploom 0.1.0. PID: 73743
PCAP time: 1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)
PCAP duration: 2.000000 sec
Time: 1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)
Elapsed time: 1.000000 sec
Processing file: first.pcap (1 of 2)
Total bytes to process: 83586990 (83.59 M)
Percentage completed: 42.40%
Total bytes processed so far: 35443192 (35.44 M)
Remaining time: 4.052367 sec
ETF: 1643656809.340447 sec (Mon 31 Jan 2022 20:20:09 CET)
Number of processed packets: 1000 (1.00 K)
Number of processed bytes: 70000 (70.00 K)
Number of raw bytes: 100000 (100.00 K)
Number of pad bytes: 760
Number of IPv4 packets: 990 [99.00%]
Number of IPv6 packets: 7 [0.70%]
Number of A packets: 800 [80.00%]
Number of B packets: 200 [20.00%]
Number of A bytes: 40000 (40.00 K) [57.14%]
Number of B bytes: 30000 (30.00 K) [42.86%]
Average A packet load: 50.00
Average B packet load: 150.00
---
miruo: sessions: 8
miruo: shown: 2 [25.00%]
tcpeek: success: 997
---
Headers count: min: 2, max: 4, average: 3.00
Max MPLS header count: 2
Number of LLC packets: 1 [0.10%]
Number of GRE packets: 0 [0.00%]
Number of IGMP packets: 0 [0.00%]
Number of ICMP packets: 68 [6.80%]
Number of ICMPv6 packets: 0 [0.00%]
Number of SCTP packets: 0 [0.00%]
Number of TCP packets: 900 [90.00%]
Number of TCP bytes: 60000 (60.00 K) [85.71%]
Number of UDP packets: 20 [2.00%]
Number of UDP bytes: 1000 (1.00 K) [1.43%]
Number of IPv4 fragmented packets: 10 [1.00%]
Number of IPv6 fragmented packets: 0 [0.00%]
~~~
Number of processed   flows: 10
Number of processed A flows: 10 [100.00%]
Number of processed B flows: 0 [0.00%]
Number of request flows: 6 [60.00%]
Number of reply flows: 4 [40.00%]
Total A/B flow asymmetry: 1.00
Total req/rply flow asymmetry: 0.20
Number of processed packets/flows: 100.00
Number of processed A packets/A flows: 80.00
Number of processed packets/s: 500.00
Number of processed A+B packets/s: 500.00
Number of processed A packets/s: 400.00
Number of processed B packets/s: 100.00
Number of average processed flows/s: 5.00
Average full raw bandwidth: 400000 b/s (400.00 Kb/s)
Average snapped bandwidth: 280000 b/s (280.00 Kb/s)
Average full bandwidth: 360000 b/s (360.00 Kb/s)
Fill size of main hash map: 9321 (9.32 K) [3.56%]
Max number of flows in memory: 10654 (10.65 K) [4.06%]
Memory usage: 0.07 GB [0.10%]
[WRN] Snapped headers: frames end within a header
[WRN] Missing fragment heads: later fragments whose first one was not seen
[WRN] Clock going backwards: packets with an earlier time than the one before
[INF] Ethernet frames
[INF] IPv4
[INF] IP fragments
[INF] TCP
===
`;

const BEFORE_ALL = `
===
USR1 A type report: tcploom 0.1.0. PID: 73743
Time: 1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)
Elapsed time: 0.000000 sec
Processing file: first.pcap (1 of 2)
Total bytes to process: 83586990 (83.59 M)
Percentage completed: 0.00%
Total bytes processed so far: 0
Number of processed packets: 0
Number of processed bytes: 0
Number of raw bytes: 0
Number of pad bytes: 0
Number of IPv4 packets: 0 [0.00%]
Number of IPv6 packets: 0 [0.00%]
Number of A packets: 0 [0.00%]
Number of B packets: 0 [0.00%]
Number of A bytes: 0 [0.00%]
Number of B bytes: 0 [0.00%]
---
Number of LLC packets: 0 [0.00%]
Number of GRE packets: 0 [0.00%]
Number of IGMP packets: 0 [0.00%]
Number of ICMP packets: 0 [0.00%]
Number of ICMPv6 packets: 0 [0.00%]
Number of SCTP packets: 0 [0.00%]
Number of TCP packets: 0 [0.00%]
Number of TCP bytes: 0 [0.00%]
Number of UDP packets: 0 [0.00%]
Number of UDP bytes: 0 [0.00%]
Number of IPv4 fragmented packets: 0 [0.00%]
Number of IPv6 fragmented packets: 0 [0.00%]
~~~
Number of processed   flows: 0
Number of processed A flows: 0 [0.00%]
Number of processed B flows: 0 [0.00%]
Number of request flows: 0 [0.00%]
Number of reply flows: 0 [0.00%]
Fill size of main hash map: 0 [0.00%]
Max number of flows in memory: 0 [0.00%]
Memory usage: 0.07 GB [0.10%]
===
`;

/** From an interface: no total; the traffic is not counted. */
const LIVE_ONLY = `
===
USR1 A type report: tcploom 0.1.0. PID: 73743
PCAP time: 1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)
PCAP duration: 10.622348 sec
Time: 1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)
Elapsed time: 256.400000 sec (4 m 16 s)
Processing file: eth0 (1 of 1)
Total bytes processed so far: 35443192 (35.44 M)
Number of processed bytes/s: 11880412 (11.88 M)
Number of processed packets: 517029 (517.03 K)
Number of received packets: 517040 (517.04 K)
Number of packets dropped by the system: 9
Number of packets dropped by the interface: 0
---
tcpeek: success: 997
~~~
Memory usage: 0.07 GB [0.10%]
===
`;

describe('a report for people', () => {
  it('since the start', () => assert.equal(renderHumanReport(reportOf(STATE)), golden(WHOLE)));

  it('of what is new', () => assert.equal(renderHumanReport(reportOf(STATE, EARLIER)), golden(CHANGES)));

  it('before the first packet', () => assert.equal(renderHumanReport(reportOf(NOTHING)), golden(BEFORE_ALL)));

  it('of an interface, where the traffic is not counted', () => {
    const state: ReportState = {
      ...STATE,
      clock: { ...STATE.clock!, elapsedSec: 256.4 },
      input: { ...STATE.input!, file: 'eth0', files: 1, totalBytes: undefined },
      traffic: undefined,
      live: { received: 517_040, droppedBySystem: 9, droppedByInterface: 0 },
      sections: STATE.sections.slice(1),
    };
    assert.equal(renderHumanReport(reportOf(state)), golden(LIVE_ONLY));
  });

  it('at the end has the course of the run, too, and nothing of what is left', () => {
    const head = `
===
A type end report: tcploom 0.1.0. PID: 73743
Dump start: 1022171701.691172 sec (Thu 23 May 2002 16:35:01 GMT)
Dump stop: 1022171712.313520 sec (Thu 23 May 2002 16:35:12 GMT)
Total dump duration: 10.622348 sec
Finished processing. Elapsed time: 2.983330 sec
`;
    const rest = golden(WHOLE)
      .split('\n')
      .slice(2)
      .filter((line) => !/^(Remaining time|ETF)/.test(line));
    assert.deepEqual(linesOf(STATE, undefined, true), `${golden(head)}${rest.join('\n')}`.trimEnd().split('\n'));
    const changes = linesOf(STATE, EARLIER, true);
    assert.equal(changes[1], 'D type end report: tcploom 0.1.0. PID: 73743');
    assert.ok(
      changes.includes('Total dump duration: 10.622348 sec') && changes.includes('PCAP duration: 2.000000 sec'),
    );
  });

  it('by packet time has nothing of the process, of reading or of the number of threads', () => {
    const state: ReportState = { ...STATE, clock: undefined, input: undefined };
    const expected = golden(WHOLE)
      .replace('. PID: 73743', '')
      .replace(/^(Time|Elapsed time|Processing file|Total bytes|Percentage|Remaining|ETF|Memory usage).*\n/gm, '')
      .replace(/(9321.*|10654.*) \[.*\]/g, '$1');
    assert.equal(renderHumanReport(reportOf(state)), expected);
    const flows = { ...STATE.traffic!.flows, places: 7 };
    assert.equal(renderHumanReport(reportOf({ ...state, traffic: { read: READ, flows } })), expected);
  });
});

describe('lines of a report for people', () => {
  const withInput = (input: Partial<NonNullable<ReportState['input']>>): string[] =>
    linesOf({ ...STATE, input: { ...STATE.input!, ...input } });
  const withRead = (read: Partial<typeof READ>, packets = STATE.packets): string[] =>
    linesOf({ ...STATE, packets, traffic: { ...STATE.traffic!, read: { ...READ, ...read } } });

  const PERCENTAGES: readonly (readonly [percent: number | undefined, text: string | undefined])[] = [
    [0, '0.00%'],
    [(100 * 35_443_192) / 83_586_990, '42.40%'],
    [99.9, '99.90%'],
    [100, '100.00%'],
    [undefined, undefined],
  ];
  for (const [percent, text] of PERCENTAGES) {
    it(`${percent} percent are told as ${text}`, () => {
      const line = withInput({ percent }).find((told) => told.startsWith('Percentage completed'));
      assert.equal(line, text && `Percentage completed: ${text}`);
    });
  }

  it('add up: the time of finish is now and what remains', () => {
    const lines = withInput({ remainingSec: 86_400.1 });
    assert.ok(lines.includes('Remaining time: 86400.100000 sec (1 d 00 h)'));
    assert.ok(lines.includes('ETF: 1643743205.388080 sec (Tue 01 Feb 2022 20:20:05 CET)'));
    assert.ok(withInput({ remainingSec: 0 }).includes('ETF: 1643656805.288080 sec (Mon 31 Jan 2022 20:20:05 CET)'));
  });

  it('say no time of finish that no calendar has, or that is not known', () => {
    for (const remainingSec of [undefined, Number.POSITIVE_INFINITY, Number.NaN, 1e300]) {
      const lines = withInput({ remainingSec });
      assert.ok(!lines.some((line) => /^(ETF|Remaining)/.test(line)), `${remainingSec}`);
      assert.ok(lines.includes('Percentage completed: 42.40%'));
    }
  });

  it('of a file name speak to no terminal', () => {
    assert.ok(withInput({ file: 'a\n\u001b[2Jb.pcap' }).includes('Processing file: a\\x0a\\x1b[2Jb.pcap (1 of 2)'));
  });

  it('have VLAN tags and MPLS labels where there are some', () => {
    assert.ok(withRead({ vlanTagsMost: 2, mplsLabelsMost: 0 }).includes('Max VLAN header count: 2'));
    assert.ok(!withRead({ mplsLabelsMost: 0 }).some((line) => /MPLS|VLAN/.test(line)));
  });

  it('have no rates where one packet is all, so that no time passed', () => {
    const lines = linesOf({ ...STATE, latest: STATE.first });
    assert.ok(lines.includes('PCAP duration: 0.000000 sec'));
    assert.ok(!lines.some((line) => /\/s:|bandwidth/.test(line)));
    const backwards = linesOf({ ...STATE, first: STATE.latest, latest: STATE.first });
    assert.ok(backwards.includes('PCAP duration: 0.000000 sec'));
  });

  const ASYMMETRIES: readonly (readonly [a: number, b: number, text: string | undefined])[] = [
    [10, 0, '1.00'],
    [0, 10, '-1.00'],
    [5, 5, '0.00'],
    [999, 1000, '0.00'],
    [1, 3, '-0.50'],
    [0, 0, undefined],
  ];
  for (const [aFlows, bFlows, text] of ASYMMETRIES) {
    it(`${aFlows} A flows and ${bFlows} B flows: asymmetry ${text}`, () => {
      const { read, flows } = STATE.traffic!;
      const lines = linesOf({ ...STATE, traffic: { read, flows: { ...flows, aFlows, bFlows } } });
      const found = lines.find((line) => line.startsWith('Total A/B flow asymmetry'));
      assert.equal(found, text === undefined ? undefined : `Total A/B flow asymmetry: ${text}`);
    });
  }

  it('hold numbers up to 2^53', () => {
    const lines = withRead({ wireBytes: 2 ** 53, ipv4Packets: 2 ** 53 }, 2 ** 53);
    assert.ok(lines.includes('Number of processed packets: 9007199254740992 (9.01 P)'));
    assert.ok(lines.includes('Number of IPv4 packets: 9007199254740992 (9.01 P) [100.00%]'));
  });

  it('are printable and whole whatever is told', (t: TestContext) => {
    const property = fc.property(anyReport, (report) => {
      const text = renderHumanReport(report);
      assert.ok(text.startsWith(`${EQUALS}\n`) && text.endsWith(`\n${EQUALS}\n`));
      for (const line of text.slice(0, -1).split('\n')) {
        assert.match(line, /\S$/);
        assert.doesNotMatch(line, /undefined|NaN|Infinity|Invalid|-0\.00|\p{Cc}/u);
        const isRule = [EQUALS, DASHES, TILDES].includes(line);
        assert.ok(isRule || /^\[(WRN|INF)\] \S|^\S.*: \S/.test(line), line);
      }
      assert.doesNotMatch(text, /^(=+|-+|~+)\n(=+|-+|~+)$/m, 'a section without lines');
    });
    checkProperty(t, property, 500);
  });

  it('by packet time are the same in every zone', (t: TestContext) => {
    const property = fc.property(anyReport, fc.nat(), (report, places) => {
      const fixed = (state: ReportState, more: number): ReportState => ({
        ...{ ...state, clock: undefined, input: undefined },
        traffic: state.traffic && { ...state.traffic, flows: { ...state.traffic.flows, places: more } },
      });
      const texts = ['UTC', 'Asia/Tokyo'].map((name, more) => {
        process.env.TZ = name;
        return renderHumanReport({ ...report, state: fixed(report.state, places + more) });
      });
      process.env.TZ = 'Europe/Berlin';
      assert.equal(texts[0], texts[1]);
    });
    checkProperty(t, property, 100);
  });
});

describe('the report at the start', () => {
  it('has what is known', () => {
    const whole = {
      ...{ version: '0.1.0', pid: 73_743, analyses: ['miruo', 'tcpeek'], linkTypes: [1, 113, 1] },
      first: { sec: 1_022_171_701, nsec: 691_172_999 },
    };
    const expected = `
===
Start report: tcploom 0.1.0. PID: 73743
Active analyses: miruo, tcpeek
Link type: EN10MB (1), LINUX_SLL (113)
Dump start: 1022171701.691172 sec (Thu 23 May 2002 16:35:01 GMT)
===
`;
    assert.equal(renderStartReport(whole), golden(expected));
    const little = { version: '0.1.0', pid: undefined, analyses: [], linkTypes: [], first: undefined };
    assert.equal(renderStartReport(little), golden('===\nStart report: tcploom 0.1.0\n===\n'));
  });
});
