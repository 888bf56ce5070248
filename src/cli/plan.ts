/**
 * From parsed options to a plan in which everything is decided: all defaults, sizes, numbers of threads.
 * Owns the checks of values against each other.
 */
import { availableParallelism } from 'node:os';
import type { AnalysisOptions } from '../analysis/options.js';
import { descriptorOf } from '../capture/feed-kind.js';
import type { LiveRequest } from '../capture/feed-messages.js';
import type { MomentInterval } from '../capture/moments.js';
import type { LiveInput } from '../capture/open-input.js';
import { MAX_CAPTURED_BYTES } from '../capture/pcap.js';
import { printable } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import type { TimeBound } from '../capture/selection.js';
import { type HttpHeaders, MIRUO_DEFAULTS, type MiruoOptions } from '../miruo/options.js';
import type { InfoPlan } from '../pipeline/info-pass.js';
import type { BlockForm } from '../pipeline/reading.js';
import type { RunPlan } from '../pipeline/run.js';
import type { TcpeekOptions } from '../tcpeek/options.js';
import { addressKey } from './address-key.js';
import type { ChosenFilter } from './filter-choice.js';
import type { ReportPlan } from './report-plan.js';
import { areSmall } from './small-inputs.js';
import { readingFor } from './tcpeek-plan.js';
import { UsageError } from './usage-error.js';

/** Values as the parser leaves them, by the option's first name in camel case; absent when not given. */
export interface ParsedOptions {
  file?: string[];
  viewData?: number;
  longConnect?: number;
  longDelay?: number;
  retransmit?: number;
  syn?: string;
  rst?: string;
  fragment?: string;
  color?: string;
  quiet?: number;
  all?: boolean;
  live?: boolean;
  stat?: number;
  sessionLimit?: number;
  segmentLimit?: number;
  output?: string[];
  analysis?: boolean;
  sessionTimeout?: number;
  dedup?: boolean;
  http?: boolean;
  htmlMaxMb?: number;
  dpiMode?: 'tcp' | HttpHeaders;
  classic?: boolean;
  local?: string[];
  sessionFilter?: string[];
  handshakeTimeout?: number;
  /** False: no lines of handshakes. */
  handshakeLines?: boolean;
  icmp?: boolean;
  checksum?: string;
  user?: string;
  loglevel?: string;
  /** The defaults are those of `tcploom tcpeek`. */
  isTcpeek?: boolean;
  /** False with --no-timeout. */
  timeout?: boolean;
  unfinished?: boolean;
  interface?: string[];
  snaplen?: number;
  buffer?: number;
  promisc?: boolean;
  recursive?: boolean;
  filesFrom?: string[];
  sortFiles?: boolean;
  follow?: boolean;
  followTimeout?: number;
  from?: TimeBound;
  to?: TimeBound;
  maxPackets?: number;
  resync?: boolean;
  outer?: boolean;
  vlanKey?: boolean;
  userDlt?: ReadonlyMap<number, number>;
  filter?: string;
  filterFile?: string;
  resolve?: boolean;
  sessions?: string[];
  sessionsFrom?: string[];
  tuple?: string[];
  write?: string;
  count?: boolean;
  pcap?: boolean;
  pcapng?: boolean;
  tsv?: boolean;
  expect?: string[];
  config?: string;
  update?: boolean;
  snapshot?: boolean;
  snapshots?: string;
  tolerance?: string;
  allowDamaged?: boolean;
  gmetric?: boolean;
  json?: boolean;
  socket?: string;
  reportFormat?: 'human' | 'machine';
  reportInterval?: number;
  reportOnStart?: boolean;
  reportTime?: 'wall' | 'pcap';
  reportDiff?: boolean;
  reportProtocols?: string;
  reportProtocolNumbers?: boolean;
  flowTimeout?: number;
  metricsListen?: string;
  anonymize?: string;
  utc?: boolean;
  log?: string;
  progress?: 'auto' | 'plain' | 'json' | 'none';
  totalBytes?: number;
  workers?: number;
  blockSize?: number;
}

export const MOST_WORKERS = 64;
/**
 * With one tracker the reader waits much of the time, so there are as many trackers as cores (ARCHITECTURE.md has the
 * figure for two), but for next to nothing one. Up to this: by estimate the reader is saturated before; more cores were not at hand to measure.
 */
const MOST_USEFUL_TRACKERS = 8;
export const LEAST_BLOCK_BYTES = 64 * 1024;
export const MOST_BLOCK_BYTES = 16 * 1024 * 1024;
/** As `BlockForm`, where nothing else was asked for. Trackers take their time here and there: many blocks even that out. */
export const RUN_FORM: BlockForm = {
  trackers: Math.min(availableParallelism(), MOST_USEFUL_TRACKERS),
  blockBytes: 1024 * 1024,
  blockSlots: 8,
};
/**
 * Counting takes less time than reading: one thread keeps up, and a second one costs 15 to 20 %. With two blocks, less memory
 * goes through the cache, which saves 7 to 9 %.
 */
const INFO_FORM: BlockForm = { trackers: 1, blockBytes: 2 * 1024 * 1024, blockSlots: 2 };
const DEFAULT_FOLLOW_TIMEOUT_SEC = 60;
/** Holds the headers of any session through a tunnel or two; short packets are the ones that come promptly. */
const DEFAULT_SNAPLEN = 256;
/** Those headers, and as much of a payload as is looked at for HTTP. */
const HTTP_SNAPLEN = DEFAULT_SNAPLEN + 2048;
/** What the original tcpeek captures of a packet. */
const CLASSIC_HANDSHAKE_SNAPLEN = 138;
/** With packets of that length, more than a second at 200,000 packets a second. */
const DEFAULT_BUFFER_MIB = 64;
const TCPEEK_BUFFER_MIB = 2;
const MOST_BUFFER_MIB = 2047;
/** An argument of a program has at most 128 KiB on Linux, and a character at most four bytes of them. */
const MOST_ARGUMENT = 32_000;

/** What a run is to find out. */
export interface WantedResults {
  readonly miruo: boolean;
  /** What is watched of handshakes. */
  readonly tcpeek: TcpeekOptions | undefined;
  readonly analysis: AnalysisOptions | undefined;
  readonly reports: ReportPlan;
}

/** The plan for tracking the sessions of `files`; `isTerminal`: standard output is one. */
export function makePlan(
  files: readonly string[],
  given: ParsedOptions,
  wanted: WantedResults,
  isTerminal: boolean,
  filter?: ChosenFilter,
): RunPlan {
  const { tcpeek, analysis, reports } = wanted;
  const plain = readPlan(files, given, filter);
  const read = tcpeek === undefined ? plain : { ...plain, ...readingFor(tcpeek, plain.decode, wanted.miruo) };
  const form = blockForm(given, areSmall(files, given) ? { ...RUN_FORM, trackers: 1 } : RUN_FORM);
  const isLimited = given.sessionLimit !== undefined || given.segmentLimit !== undefined;
  return Object.freeze({
    read: {
      ...read,
      moments: momentInterval(given, read),
      notices: true,
      ...countingOf(reports),
      ...(analysis === undefined ? {} : { details: true }),
    },
    miruo: wanted.miruo ? miruoOptions(given, isTerminal) : undefined,
    tcpeek,
    analysis,
    addressKey: given.anonymize === undefined ? undefined : addressKey(given.anonymize),
    flows:
      reports.flowTimeoutSec === undefined
        ? undefined
        : { timeoutSec: reports.flowTimeoutSec, protocols: reports.protocols.length },
    firstLine: firstLine(read),
    notice: isLimited ? 'limits count over all sessions at once, so one tracker does all the tracking' : undefined,
    ...form,
    trackers: isLimited ? 1 : form.trackers,
  });
}

/** What is counted for reports, and when by packet time they come. */
function countingOf({
  flowTimeoutSec,
  protocols,
  isByPackets,
  everySec,
}: ReportPlan): Pick<ReadPlan, 'traffic' | 'reportEverySec'> {
  if (flowTimeoutSec === undefined) return {};
  return { traffic: { protocols }, reportEverySec: isByPackets ? everySec : undefined };
}

/** The plan for describing `files`. */
export function makeInfoPlan(files: readonly string[], given: ParsedOptions, filter?: ChosenFilter): InfoPlan {
  const read = { ...readPlan(files, given, filter), perCapture: true };
  return Object.freeze({ read, ...blockForm(given, INFO_FORM) });
}

function firstLine({ inputs, sortByTime }: ReadPlan): string {
  const [first] = inputs;
  if (typeof first !== 'string') return `listening on ${printable(first.name)}\n`;
  const name = printable(first);
  if (inputs.length === 1) return `reading from ${name}\n`;
  const order = sortByTime ? 'in the order of their first packets' : `${name} first`;
  return `reading from ${inputs.length} files, ${order}\n`;
}

/** What is to be read, and how; the same for all commands. */
export function readPlan(files: readonly string[], given: ParsedOptions, filter: ChosenFilter | undefined): ReadPlan {
  const live = liveInput(given, filter);
  if (files.length === 0 && live === undefined) throw new UsageError('no capture to read was given');
  if (files.length > 0 && live !== undefined) throw new UsageError('captures and an interface cannot be read together');
  const useless = (['recursive', 'sortFiles', 'resync'] as const).find((name) => given[name] === true);
  if (live !== undefined && useless !== undefined) {
    throw new UsageError(`--${useless.replace('F', '-f')} is for files, not for an interface`);
  }
  if (isBefore(given.to, given.from)) throw new UsageError('--to is before --from');
  if (given.follow && given.sortFiles) throw new UsageError('--follow goes by names, not by --sort-files');
  if (given.followTimeout !== undefined && !given.follow) throw new UsageError('--follow-timeout needs --follow');
  const last = files.at(-1);
  if (given.follow && (last === undefined || descriptorOf(last) !== undefined)) {
    throw new UsageError('--follow needs a file whose series it can follow');
  }
  return {
    inputs: live === undefined ? files : [live],
    decode: {
      directOnly: given.classic ?? false,
      outer: given.outer ?? false,
      vlanKey: given.vlanKey ?? false,
      userDlts: given.userDlt ?? new Map(),
    },
    // What comes from an interface comes in the order of time: nothing after the end can be within the bounds.
    selection: { from: given.from, to: given.to, maxPackets: given.maxPackets, endsAtTo: live !== undefined },
    filter: filter === undefined ? undefined : { text: filter.text, names: filter.names },
    resync: given.resync ?? false,
    sortByTime: given.sortFiles ?? false,
    followTimeoutMs: given.follow ? 1000 * (given.followTimeout ?? DEFAULT_FOLLOW_TIMEOUT_SEC) : undefined,
    perCapture: false,
  };
}

/** Whether two bounds that are counted from the same moment are in the wrong order. */
function isBefore(to: TimeBound | undefined, from: TimeBound | undefined): boolean {
  if (to === undefined || from === undefined || to.isRelative !== from.isRelative) return false;
  return to.sec < from.sec || (to.sec === from.sec && to.nsec < from.nsec);
}

function liveInput(given: ParsedOptions, filter: ChosenFilter | undefined): LiveInput | undefined {
  if (given.interface === undefined) {
    const without = (['snaplen', 'buffer', 'promisc'] as const).find((name) => given[name] !== undefined);
    if (without !== undefined) throw new UsageError(`--${without} needs an interface: -i DEV`);
    return undefined;
  }
  const snaplen = given.snaplen ?? usualSnaplen(given);
  const bufferMiB = given.buffer ?? (given.isTcpeek ? TCPEEK_BUFFER_MIB : DEFAULT_BUFFER_MIB);
  if (snaplen < 1 || snaplen > MAX_CAPTURED_BYTES) {
    throw new UsageError(`--snaplen must be from 1 to ${MAX_CAPTURED_BYTES}, not ${snaplen}`);
  }
  if (bufferMiB < 1 || bufferMiB > MOST_BUFFER_MIB) {
    throw new UsageError(`--buffer must be from 1 to ${MOST_BUFFER_MIB}, not ${bufferMiB}`);
  }
  const devices = given.interface;
  const isPromiscuous = given.promisc ?? false;
  const user = given.user === undefined ? {} : { user: given.user };
  const form = { devices, snaplen, bufferMiB, isPromiscuous, ...user };
  const request: LiveRequest = { kind: 'live', ...form, ...captured(given, filter) };
  return { name: devices.join(', '), request };
}

function usualSnaplen(given: ParsedOptions): number {
  // Only of a packet that was captured whole can TCP's sum be verified.
  if (given.checksum === '2') return MAX_CAPTURED_BYTES;
  if (given.isTcpeek && given.classic) return CLASSIC_HANDSHAKE_SNAPLEN;
  return httpHeaders(given) === undefined && !given.http ? DEFAULT_SNAPLEN : HTTP_SNAPLEN;
}

/** What the capturing program need not hand on; what it does is filtered here again, so that the result is ours. */
function captured({ from, to }: ParsedOptions, filter: ChosenFilter | undefined): { filter?: string } {
  // Bounds may count from the first packet, whether it is selected or not.
  const countsFromFirst = from?.isRelative === true || to?.isRelative === true;
  const isOurs = filter === undefined || filter.hasNames || filter.text.length > MOST_ARGUMENT || countsFromFirst;
  return isOurs ? {} : { filter: filter.text };
}

/** The form that was asked for, or the usual one. */
export function blockForm(given: ParsedOptions, usual: BlockForm): BlockForm {
  const trackers = given.workers ?? usual.trackers;
  if (trackers < 1 || trackers > MOST_WORKERS) {
    throw new UsageError(`--workers must be from 1 to ${MOST_WORKERS}, not ${trackers}`);
  }
  const blockBytes = given.blockSize ?? usual.blockBytes;
  if (blockBytes < LEAST_BLOCK_BYTES || blockBytes > MOST_BLOCK_BYTES) {
    throw new UsageError(
      `--block-size must be from ${LEAST_BLOCK_BYTES} to ${MOST_BLOCK_BYTES} bytes, not ${blockBytes}`,
    );
  }
  return { trackers, blockBytes, blockSlots: usual.blockSlots };
}

/** How often statistics are wanted: packets as they come go by the clock, and so does what they are waited for with. */
function momentInterval(given: ParsedOptions, read: ReadPlan): MomentInterval | undefined {
  if (given.stat === undefined || given.stat === 0) return undefined;
  return { everySec: given.stat, byClock: read.inputs.some((input) => typeof input !== 'string') };
}

function httpHeaders({ dpiMode }: ParsedOptions): HttpHeaders | undefined {
  return dpiMode === 'tcp' ? undefined : dpiMode;
}

function miruoOptions(given: ParsedOptions, isTerminal: boolean): MiruoOptions {
  const classic = given.classic ?? false;
  return Object.freeze({
    contextSegments: given.viewData ?? MIRUO_DEFAULTS.contextSegments,
    longConnectMs: given.longConnect ?? MIRUO_DEFAULTS.longConnectMs,
    longDelayMs: given.longDelay ?? MIRUO_DEFAULTS.longDelayMs,
    retransmitMs: given.retransmit ?? MIRUO_DEFAULTS.retransmitMs,
    synRetransmits: given.syn === undefined ? MIRUO_DEFAULTS.synRetransmits : given.syn === '1',
    resets: given.rst === undefined ? MIRUO_DEFAULTS.resets : (Number(given.rst) as 0 | 1 | 2),
    fragments: given.fragment === undefined ? MIRUO_DEFAULTS.fragments : given.fragment === '1',
    colour: given.color === undefined ? isTerminal : given.color === '1',
    quiet: Math.min(2, given.quiet ?? 0) as 0 | 1 | 2,
    all: (given.all ?? false) || (given.live ?? false),
    live: given.live ?? false,
    sessionLimit: given.sessionLimit,
    segmentLimit: given.segmentLimit,
    http: httpHeaders(given),
    classic,
    timeouts: !classic && given.timeout !== false,
    unfinished: given.unfinished ?? false,
  });
}
