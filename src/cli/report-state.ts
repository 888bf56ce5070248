/**
 * How a run stands, as reports have it. Owns what the analyses add to a report.
 */
import { totalmem } from 'node:os';
import { CONDITION_WRONG_CHECKSUM } from '../capture/conditions.js';
import type { Moment } from '../capture/tally.js';
import { T_FIRST_NSEC, T_FIRST_SEC, T_LATEST_NSEC, T_LATEST_SEC, T_PACKETS } from '../capture/traffic-figures.js';
import type { AnalysisFigure, AnalysisSection, LiveFigures, ReportState, WallClock } from '../monitor/report.js';
import type { RunStanding } from '../pipeline/run.js';
import {
  COUNT_DUP_SYN,
  COUNT_DUP_SYNACK,
  COUNT_FAILURE,
  COUNT_REJECT,
  COUNT_SUCCESS,
  COUNT_TIMEOUT,
  COUNT_UNREACH,
  COUNTS,
} from '../tcpeek/counts.js';
import { namedFilters, type TcpeekOptions } from '../tcpeek/options.js';
import type { ReadTraffic } from '../traffic/figures.js';
import { flowTrafficOf, readTrafficOf } from '../traffic/traffic-of.js';

/** What is told of a run whose analyses are these. */
export interface StateForm {
  readonly hasMiruo: boolean;
  readonly tcpeek: TcpeekOptions | undefined;
  /** Protocols with columns of their own; undefined where the traffic is not counted. */
  readonly protocols: number | undefined;
}

/** How things stand; without wall clock and progress of the input, which not all reports have. */
export type PacketState = Omit<ReportState, 'clock' | 'input'>;

/** Before anything was read. */
export const nothingYet = (form: StateForm, live: LiveFigures | undefined): PacketState => ({
  first: undefined,
  latest: undefined,
  traffic: undefined,
  packets: 0,
  live: live && { received: 0, droppedBySystem: 0, droppedByInterface: 0 },
  sections: sectionsOf(form, undefined),
  alarms: 0,
});

export function packetState(form: StateForm, standing: RunStanding, live: LiveFigures | undefined): PacketState {
  const { read } = standing;
  const { protocols } = form;
  return {
    first: momentAt(read, T_FIRST_SEC, T_FIRST_NSEC),
    latest: momentAt(read, T_LATEST_SEC, T_LATEST_NSEC),
    traffic:
      protocols === undefined
        ? undefined
        : {
            read: withChecksums(readTrafficOf(read, protocols), standing.wrongChecksums),
            flows: flowTrafficOf(standing.flows, standing.activeFlowsMost),
          },
    packets: read[T_PACKETS],
    live,
    sections: sectionsOf(form, standing),
    alarms: (form.hasMiruo ? standing.miruo.lookup : 0) + failuresOf(form.tcpeek, standing.handshakes),
  };
}

/** Of this process. `elapsedSec`: of the run, without what it was stopped. */
export const wallClock = (elapsedSec: number): WallClock => ({
  pid: process.pid,
  nowMs: Date.now(),
  elapsedSec,
  residentKilobytes: Math.round(process.memoryUsage.rss() / 1024),
  machineKilobytes: Math.round(totalmem() / 1024),
});

function withChecksums(read: ReadTraffic, wrongChecksums: number): ReadTraffic {
  const met = wrongChecksums > 0 ? BigInt(CONDITION_WRONG_CHECKSUM) << 32n : 0n;
  return { ...read, conditions: read.conditions | met };
}

function momentAt(read: Float64Array, secAt: number, nsecAt: number): Moment | undefined {
  // Before the first block is through there is nothing, not even that there is no time.
  if (read[T_PACKETS] === 0 || Number.isNaN(read[secAt])) return undefined;
  return { sec: read[secAt], nsec: read[nsecAt] };
}

function sectionsOf({ hasMiruo, tcpeek }: StateForm, standing: RunStanding | undefined): AnalysisSection[] {
  const sections: AnalysisSection[] = [];
  if (hasMiruo) sections.push({ name: 'miruo', figures: miruoFigures(standing) });
  if (tcpeek !== undefined) sections.push({ name: 'tcpeek', figures: tcpeekFigures(tcpeek, standing) });
  return sections;
}

const SESSIONS = 'sessions';

function miruoFigures(standing: RunStanding | undefined): AnalysisFigure[] {
  const { miruo, sessions = 0, activeSessions = 0 } = standing ?? {};
  const share = (label: string, column: string, value = 0): AnalysisFigure => ({
    label,
    column,
    value,
    shareOf: SESSIONS,
  });
  return [
    { label: SESSIONS, column: 'miruoSessions', value: sessions },
    { label: 'open sessions', value: activeSessions },
    share('shown', 'miruoShown', miruo?.lookup),
    share('long connections', 'miruoLongConnect', miruo?.longConnect),
    { label: 'long delays', column: 'miruoLongDelay', value: miruo?.longDelay ?? 0 },
    { label: 'retransmitted', column: 'miruoRetrans', value: miruo?.retransmit ?? 0 },
    { label: 'reset', column: 'miruoReset', value: miruo?.rst ?? 0 },
    share('timed out', 'miruoTimeout', miruo?.timeout),
    { label: 'error', column: 'miruoError', value: miruo?.error ?? 0 },
  ];
}

/** Figures of handshakes: their place among the counts, label and column. */
const HANDSHAKE_FIGURES: readonly (readonly [place: number, label: string, column: string])[] = [
  [COUNT_SUCCESS, 'success', 'tcpeekSuccess'],
  [COUNT_DUP_SYN, 'success with repeated SYN', 'tcpeekDupSyn'],
  [COUNT_DUP_SYNACK, 'success with repeated SYN/ACK', 'tcpeekDupSynAck'],
  [COUNT_FAILURE, 'failure', 'tcpeekFailure'],
  [COUNT_TIMEOUT, 'failure: timeout', 'tcpeekTimeout'],
  [COUNT_REJECT, 'failure: reject', 'tcpeekReject'],
  [COUNT_UNREACH, 'failure: unreachable', 'tcpeekUnreach'],
];

/** Over all filters, a handshake once for each that counts it; then, where there are several, for each of them. */
function tcpeekFigures(options: TcpeekOptions, standing: RunStanding | undefined): AnalysisFigure[] {
  const filters = namedFilters(options);
  const count = (filter: number, place: number): number => standing?.handshakes[COUNTS * filter + place] ?? 0;
  const sum = (place: number): number => filters.reduce((total, _, filter) => total + count(filter, place), 0);
  const figures = HANDSHAKE_FIGURES.map(([place, label, column]) => ({ label, column, value: sum(place) }));
  if (filters.length < 2) return figures;
  const each = filters.flatMap(({ name }, filter) =>
    HANDSHAKE_FIGURES.map(([place, label, column]) => ({
      label: `${name}: ${label}`,
      column: `${column}_${filter + 1}_${name}`,
      value: count(filter, place),
    })),
  );
  return [...figures, ...each];
}

function failuresOf(options: TcpeekOptions | undefined, counts: ArrayLike<number>): number {
  if (options === undefined) return 0;
  return namedFilters(options).reduce((total, _, filter) => total + counts[COUNTS * filter + COUNT_FAILURE], 0);
}
