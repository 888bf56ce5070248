/**
 * What is told of a run by reports: every value decided. Owns defaults, and what is counted for them.
 */
import type { CountedProtocol } from '../capture/traffic-meter.js';
import { DEFAULT_REPORT_PROTOCOLS, parseReportProtocols } from '../monitor/report-protocols.js';
import { USUAL_FLOW_TIMEOUT_SEC } from '../traffic/options.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

export interface ReportPlan {
  readonly format: 'human' | 'machine';
  /** Between periodic reports. */
  readonly everySec: number;
  /** Periodic reports come without being asked for by SIGUSR2. */
  readonly isPeriodic: boolean;
  /** Periodic reports go by the time of packets, and hold nothing else that differs from run to run. */
  readonly isByPackets: boolean;
  /** They tell what is new since the one before. */
  readonly isDifferential: boolean;
  readonly protocols: readonly CountedProtocol[];
  /** Columns of protocols are named by number. */
  readonly byNumber: boolean;
  /** A report at the start and at the end, without being asked for. */
  readonly isTold: boolean;
  /** The traffic is counted, flows with this time-out; undefined: a report by signal does without. */
  readonly flowTimeoutSec: number | undefined;
}

const USUAL_INTERVAL_SEC = 1;
/** A second of it takes a word in each tracker. */
const MOST_FLOW_TIMEOUT_SEC = 10_000_000;

/** Options that say that reports are wanted, of whatever results. */
const ASKING = [
  'reportFormat',
  'reportOnStart',
  'reportTime',
  'reportDiff',
  'reportProtocols',
  'reportProtocolNumbers',
  'flowTimeout',
] as const;

/** `isResult`: they are among the results; `hasProgress`: the run is watched. Throws a UsageError. */
export function reportPlan(given: ParsedOptions, isResult: boolean, hasProgress: boolean): ReportPlan {
  const isTold = isResult || ASKING.some((name) => given[name] !== undefined);
  const isByPackets = given.reportTime === 'pcap';
  const flowTimeoutSec = given.flowTimeout ?? USUAL_FLOW_TIMEOUT_SEC;
  if (flowTimeoutSec < 1 || flowTimeoutSec > MOST_FLOW_TIMEOUT_SEC) {
    throw new UsageError(`--flow-timeout must be from 1 to ${MOST_FLOW_TIMEOUT_SEC}, not ${flowTimeoutSec}`);
  }
  return {
    format: given.reportFormat ?? 'human',
    everySec: given.reportInterval ?? USUAL_INTERVAL_SEC,
    isPeriodic: given.reportOnStart === true || isByPackets,
    isByPackets,
    isDifferential: given.reportDiff ?? false,
    protocols: protocolsOf(given.reportProtocols),
    byNumber: given.reportProtocolNumbers ?? false,
    isTold,
    flowTimeoutSec: isTold || hasProgress ? flowTimeoutSec : undefined,
  };
}

function protocolsOf(text: string | undefined): readonly CountedProtocol[] {
  if (text === undefined) return DEFAULT_REPORT_PROTOCOLS;
  const protocols = parseReportProtocols(text);
  if (typeof protocols === 'string') throw new UsageError(`--report-protocols '${text}': ${protocols}`);
  return protocols;
}
