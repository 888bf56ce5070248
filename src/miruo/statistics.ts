/**
 * The figures of miruo's statistics: counted per shard, summed up, written as the block
 * that ends a run, or tells how it stands.
 * Owns the counters' order and the block's text (section 7 of the behaviour).
 */
import type { MiruoOptions } from './options.js';

/** Counters that every tracker keeps for itself. */
export interface MiruoCounters {
  lookup: number;
  longConnect: number;
  longDelay: number;
  retransmit: number;
  timeout: number;
  error: number;
  rst: number;
  fragment: number;
  /** SYNs that began no session, and segments that were not stored, because a limit was reached. */
  dropSession: number;
  dropSegment: number;
}

export function zeroCounters(): MiruoCounters {
  return {
    ...{ lookup: 0, longConnect: 0, longDelay: 0, retransmit: 0, timeout: 0, error: 0, rst: 0, fragment: 0 },
    ...{ dropSession: 0, dropSegment: 0 },
  };
}

/** The counters in an order of their own: how they are handed from thread to thread. */
export const COUNTER_NAMES = Object.keys(zeroCounters()) as readonly (keyof MiruoCounters)[];

/** Sum over shards. */
export function addCounters(shards: readonly MiruoCounters[]): MiruoCounters {
  const sum = zeroCounters();
  for (const shard of shards) {
    for (const name of COUNTER_NAMES) sum[name] += shard[name];
  }
  return sum;
}

/** Everything the block shows beside the counters. */
export interface MiruoRunFigures {
  readonly counters: MiruoCounters;
  /** Whole seconds from the first packet to the latest. */
  readonly captureSec: number;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
  readonly packets: number;
  /** As far as the captures, or who captured, say. */
  readonly droppedBySystem: number;
  readonly droppedByInterface: number;
  readonly badLinkHeaders: number;
  readonly badIpHeaders: number;
  readonly badTcpHeaders: number;
  /** Processor time used divided by wall time, in percent. */
  readonly cpuPercent: number;
  readonly virtualKilobytes: number;
  readonly residentKilobytes: number;
}

const two = (value: number): string => String(value).padStart(2, '0');

function clock(sec: number): string {
  return `${two(Math.floor(sec / 3600))}:${two(Math.floor(sec / 60) % 60)}:${two(sec % 60)}`;
}

/** The statistics block, first line empty, last line ended. */
export function renderStatistics(options: MiruoOptions, f: MiruoRunFigures): string {
  const c = f.counters;
  return `
===== Session Statistics =====
Capture Time    : ${clock(f.captureSec)}
Total Sessions  : ${f.sessions}
  Lookup        : ${c.lookup}
    LongConnect : ${c.longConnect}
    LongDelay   : ${c.longDelay}
    Retransmit  : ${c.retransmit}
    Timeout     : ${c.timeout}
    Error       : ${c.error}
    RST         : ${c.rst}
    fragment    : ${c.fragment}
------------------------------
LongConnectTime : ${options.longConnectMs} [ms]
LongDelayTime   : ${options.longDelayMs} [ms]
RetransmitTime  : ${options.retransmitMs} [ms]
------------------------------
ActiveSession   : ${f.activeSessions}
ActiveSessionMax: ${f.activeSessionsMost}
ActiveSessionLim: ${options.sessionLimit ?? 'none'}
ActiveSegment   : ${f.activeSegments}
ActiveSegmentMax: ${f.activeSegmentsMost}
ActiveSegmentLim: ${options.segmentLimit ?? 'none'}
DropSession     : ${c.dropSession}
DropSegment     : ${c.dropSegment}
------------------------------
CPU   : ${f.cpuPercent.toFixed(1)}%
VSZ   : ${f.virtualKilobytes}KB
RSS   : ${f.residentKilobytes}KB
===== libpcap Statistics =====
recv  : ${f.packets}
drop  : ${f.droppedBySystem}
ifdrop: ${f.droppedByInterface}
===== Header Error Count =====
L2    : ${f.badLinkHeaders}
IP    : ${f.badIpHeaders}
TCP   : ${f.badTcpHeaders}
==============================
`;
}
