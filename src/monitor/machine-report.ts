/**
 * Reports for machines: a header and rows of columns. Owns columns and their order, and that src/plot/parse-reports.ts can read all of it.
 */
import { printable } from '../capture/problem.js';
import type { FlowTraffic, ReadTraffic } from '../traffic/figures.js';
import { secondsText } from './figure-text.js';
import type { Report, ReportProtocol, ReportState } from './report.js';
import { elapsedMicros, pcapMicros, toldState } from './report-changes.js';
import { columnNameOf } from './report-protocols.js';
import { momentText } from './report-time.js';

/** Which columns a run's reports have: decided once, with its first report. */
export interface MachineLayout {
  readonly isLive: boolean;
  /** Names of the protocols, in the order of their figures. */
  readonly protocols: readonly string[];
  /** Columns of the analyses, as they are written. */
  readonly analyses: readonly string[];
}

/** What a row is made of. */
interface RowFigures {
  /** Counters of the time that the report is of. */
  readonly told: ReportState;
  readonly report: Report;
  readonly read: ReadTraffic | undefined;
  readonly flows: FlowTraffic | undefined;
  readonly durMicros: number;
}

type Column = readonly [name: string, cell: (row: RowFigures) => string];

const count = (value: number | undefined): string => (Number.isFinite(value) ? String(Math.round(value!)) : '0');

const TIME: readonly Column[] = [
  ['time', ({ told }) => timeText(told)],
  ['dur', ({ durMicros }) => secondsText(durMicros)],
];

const LIVE: readonly Column[] = [
  ['pktsRec', ({ told }) => count(told.live?.received)],
  ['pktsDrp', ({ told }) => count(told.live?.droppedBySystem)],
  ['ifDrp', ({ told }) => count(told.live?.droppedByInterface)],
];

const COMMON: readonly Column[] = [
  ['memUsageKB', ({ report }) => count(changeOf(report, ({ clock }) => clock?.residentKilobytes))],
  ['fillSzHashMap', ({ report }) => count(changeOf(report, ({ traffic }) => traffic?.flows.activeFlows))],
  ['numFlows', ({ flows }) => count(flows && flows.aFlows + flows.bFlows)],
  ['numAFlows', ({ flows }) => count(flows?.aFlows)],
  ['numBFlows', ({ flows }) => count(flows?.bFlows)],
  ['numPkts', ({ told }) => count(told.packets)],
  ['numAPkts', ({ flows }) => count(flows?.a.packets)],
  ['numBPkts', ({ flows }) => count(flows?.b.packets)],
  ['numV4Pkts', ({ read }) => count(read?.ipv4Packets)],
  ['numV6Pkts', ({ read }) => count(read?.ipv6Packets)],
  ['numVxPkts', ({ read }) => count(read?.otherIpPackets)],
  ['numBytes', ({ read }) => count(read?.capturedBytes)],
  ['numABytes', ({ flows }) => count(flows?.a.bytes)],
  ['numBBytes', ({ flows }) => count(flows?.b.bytes)],
  ['numFrgV4Pkts', ({ read }) => count(read?.ipv4Fragments)],
  ['numFrgV6Pkts', ({ read }) => count(read?.ipv6Fragments)],
  ['numAlarms', ({ told }) => count(told.alarms)],
  ['rawBandwidth', ({ read, durMicros }) => bandwidthText(read?.wireBytes ?? 0, durMicros)],
  ['globalWarn', ({ read }) => bitsText(read?.conditions ?? 0n)],
];

/** The columns of a run whose first report is of `state`. */
export function machineLayout(
  state: ReportState,
  protocols: readonly ReportProtocol[],
  byNumber: boolean,
): MachineLayout {
  const names = protocols.map((protocol) => columnNameOf(protocol, byNumber));
  const layout = { isLive: state.live !== undefined, protocols: names, analyses: [] };
  const taken = new Set(['repTyp', ...columnNames(layout)]);
  const analyses: string[] = [];
  for (const { figures } of state.sections) {
    for (const { column } of figures) {
      const name = writtenColumn(column);
      if (name === undefined || taken.has(name)) continue;
      taken.add(name);
      analyses.push(name);
    }
  }
  return { ...layout, analyses };
}

/** The header, ended by a newline: one at the start of a run. */
export function renderMachineHeader(layout: MachineLayout): string {
  return `%${['repTyp', ...columnNames(layout)].join('\t')}\n`;
}

/** A report, ended by a newline. */
export function renderMachineRow(report: Report, layout: MachineLayout): string {
  const told = toldState(report);
  const row: RowFigures = {
    told,
    report,
    read: told.traffic?.read,
    flows: told.traffic?.flows,
    durMicros: Math.min(MOST_TIME_MICROS, (report.state.clock ? elapsedMicros(report) : pcapMicros(report)) ?? 0),
  };
  const columns = layout.isLive ? [...TIME, ...LIVE, ...COMMON] : [...TIME, ...COMMON];
  const protocols = layout.protocols.flatMap((_, index) => {
    const figures = row.read?.protocols[index];
    return [count(figures?.packets), count(figures?.bytes)];
  });
  const values = analysisValues(told);
  const cells = [
    report.since === undefined ? 'USR1MR_A' : 'USR1MR_D',
    ...columns.map(([, cell]) => cell(row)),
    ...protocols,
    ...layout.analyses.map((name) => count(values.get(name))),
  ];
  return `${cells.join('\t')}\n`;
}

function columnNames({ isLive, protocols, analyses }: MachineLayout): string[] {
  return [
    ...(isLive ? [...TIME, ...LIVE, ...COMMON] : [...TIME, ...COMMON]).map(([name]) => name),
    ...protocols.flatMap((name) => [`${name}Pkts`, `${name}Bytes`]),
    ...analyses,
  ];
}

/** There may be a name in it that somebody gave: nothing may end the column or the line, and lone surrogates have no UTF-8. */
const writtenColumn = (column: string | undefined): string | undefined =>
  column === undefined || column === '' ? undefined : printable(column).replace(/\p{Cs}/gu, '\ufffd');

/** The first one of a name, as in the header. */
function analysisValues(told: ReportState): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const { figures } of told.sections) {
    for (const { column, value } of figures) {
      const name = writtenColumn(column);
      if (name !== undefined && !values.has(name)) values.set(name, value);
    }
  }
  return values;
}

/** Of what stands for a moment: how much it has changed since the report before, if there was one. */
function changeOf({ state, since }: Report, levelOf: (state: ReportState) => number | undefined): number {
  return (levelOf(state) ?? 0) - (since === undefined ? 0 : (levelOf(since) ?? 0));
}

/** The end of the year 9999: no calendar goes further, and no reader of reports. */
const MOST_TIME_SEC = 253_402_300_799;
const MOST_TIME_MICROS = MOST_TIME_SEC * 1e6;

/** The wall clock's; of a report by packet time, that of its latest packet. */
function timeText({ clock, latest }: ReportState): string {
  if (clock !== undefined) return secondsText(within(Math.round(clock.nowMs * 1000), MOST_TIME_MICROS));
  if (latest === undefined) return secondsText(0);
  const sec = within(latest.sec, MOST_TIME_SEC);
  return sec === latest.sec && sec < MOST_TIME_SEC ? momentText(latest) : secondsText(sec * 1e6);
}

const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** kbit/s on the wire, by the duration as it is written beside it. */
const bandwidthText = (wireBytes: number, durMicros: number): string =>
  (durMicros > 0 ? (wireBytes * 8) / (durMicros / 1e6) / 1000 : 0).toFixed(3);

const bitsText = (bits: bigint): string => `0x${BigInt.asUintN(64, bits).toString(16).padStart(16, '0')}`;
