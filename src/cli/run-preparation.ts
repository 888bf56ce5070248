/**
 * From the options of a run to its plan and what surrounds it: which results are wanted, which addresses are local, where the socket
 * is, who it goes on as.
 */
import { printable } from '../capture/problem.js';
import { type MetricsAddress, parseMetricsAddress } from '../pipeline/metrics-address.js';
import type { RunPlan } from '../pipeline/run.js';
import type { TcpeekOptions } from '../tcpeek/options.js';
import { analysisOptions } from './analysis-plan.js';
import { refuseShownAddresses } from './anonymous.js';
import type { RunSurroundings } from './execute-run.js';
import type { ChosenFilter } from './filter-choice.js';
import { localAddresses } from './local-addresses.js';
import { STANDARD_OUTPUT } from './output-place.js';
import { pageOptions } from './page-plan.js';
import { makePlan, type ParsedOptions } from './plan.js';
import { reportPlan } from './report-plan.js';
import { resultPlaces } from './result-places.js';
import { DEFAULT_SOCKET_PATH, tcpeekOptions } from './tcpeek-plan.js';
import { UsageError } from './usage-error.js';
import { userAccount } from './user-account.js';
import { type ProgramFacts, showingOf } from './watching.js';

export interface PreparedRun {
  readonly plan: RunPlan;
  readonly surroundings: RunSurroundings;
}

/** Everything about a run over `files`; `isTerminal`: standard output is one. Throws a UsageError. */
export function prepareRun(
  files: readonly string[],
  given: ParsedOptions,
  isTerminal: boolean,
  program: ProgramFacts,
  filter?: ChosenFilter,
): PreparedRun {
  const places = resultPlaces(files, given);
  const hasTcpeek = places.some(({ format }) => format === 'tcpeek');
  const hasMetrics = places.some(({ format }) => format === 'prometheus');
  const hasFigures = places.some(({ format }) => format === 'figures');
  // Metrics and figures are the same whatever else is asked for.
  const isCounted = hasMetrics || hasFigures;
  const analysis = analysisOptions(
    given,
    places.map(({ format }) => format),
  );
  if (!hasTcpeek && !isCounted) {
    const names = analysis === undefined ? TCPEEK_ONLY : TCPEEK_ONLY.filter((name) => name !== 'checksum');
    refuseUseless(given, names, 'handshakes, which are not asked for: -o tcpeek');
    if (given.checksum === '1') throw new UsageError('--checksum 1 is about handshakes: records know 0 and 2');
  }
  for (const [format, name] of WHOLE_FILES) {
    if (!isTerminal || !places.some((place) => place.format === format && place.target === STANDARD_OUTPUT)) continue;
    throw new UsageError(`${name} is not for a terminal: -o ${format}=FILE, or a pipe`);
  }
  const ofMiruo = places.filter(({ format }) => format === 'miruo');
  if (ofMiruo.length === 0) {
    const names = isCounted ? MIRUO_LINES : [...MIRUO_LINES, ...MIRUO_COUNTED];
    refuseUseless(given, names, 'sessions, which are not asked for: -o miruo');
  }
  if (given.reportFormat !== 'machine') {
    refuseUseless(given, MACHINE_ONLY, 'columns of reports, which are not asked for: --report-format machine');
  }
  const wanted = {
    miruo: ofMiruo.length > 0 || isCounted,
    tcpeek: hasTcpeek || isCounted ? handshakeOptions(files, given, hasTcpeek) : undefined,
    analysis,
  };
  if (given.anonymize !== undefined) refuseShownAddresses(given, wanted.tcpeek);
  const isShown = isTerminal && ofMiruo.every(({ target }) => 'descriptor' in target);
  const showing = showingOf(given, files);
  const isWatched = showing.form === 'auto' ? program.isTerminal : showing.form !== 'none';
  const isReported = places.some(({ format }) => format === 'report');
  const metricsAddress = given.metricsListen === undefined ? undefined : metricsAddressOf(given.metricsListen);
  const reports = reportPlan(given, isReported, isWatched);
  const page = pageOptions(
    given,
    places.map(({ format }) => format),
    program.version,
  );
  const surroundings = { ...surroundingsOf(given), showing, reports, program, metricsAddress, page };
  const named = surroundings.user === undefined ? given : { ...given, user: surroundings.user.name };
  const plan = makePlan(files, named, { ...wanted, reports }, isShown, filter);
  const told = {
    miruo: ofMiruo.length > 0 ? plan.miruo : undefined,
    tcpeek: hasTcpeek ? plan.tcpeek : undefined,
  };
  return { plan, surroundings: { places, told, ...surroundings } };
}

/** `hasLines`: not only what they add up to is wanted. */
function handshakeOptions(files: readonly string[], given: ParsedOptions, hasLines: boolean): TcpeekOptions {
  const wanted = hasLines ? given : { ...given, handshakeLines: false };
  return tcpeekOptions(wanted, localAddresses(files, given));
}

function surroundingsOf(given: ParsedOptions): Pick<RunSurroundings, 'socket' | 'user' | 'hasStartLine'> {
  const isLive = given.interface !== undefined;
  if (given.user !== undefined && !isLive) throw new UsageError('--user needs an interface: -i DEV');
  if (given.user !== undefined && given.interface!.length > 1) {
    throw new UsageError(
      '--user is for one interface: another user could not end the program that captures from several',
    );
  }
  const usual = given.isTcpeek && isLive ? { path: DEFAULT_SOCKET_PATH, isAskedFor: false } : undefined;
  return {
    socket: given.socket === undefined ? usual : { path: given.socket, isAskedFor: true },
    user: given.user === undefined ? undefined : userAccount(given.user),
    hasStartLine: given.isTcpeek ?? false,
  };
}

/** Throws a UsageError. */
function metricsAddressOf(text: string): MetricsAddress {
  const address = parseMetricsAddress(text);
  if (address !== undefined) return address;
  const forms = '127.0.0.1:9100, [::1]:9100, or :9100, which is on this machine only';
  throw new UsageError(`--metrics-listen '${printable(text)}' is no address and port: it is written as ${forms}`);
}

/** Formats that are files of their own kind. */
const WHOLE_FILES = [
  ['parquet', 'Parquet'],
  ['html', 'HTML'],
] as const;

/** Options that do nothing where the result that they are about is not wanted. */
const TCPEEK_ONLY = ['sessionFilter', 'local', 'icmp', 'checksum', 'handshakeTimeout', 'socket'] as const;
const MIRUO_LINES = ['viewData', 'color', 'quiet', 'all', 'live', 'stat', 'dpiMode'] as const;
/** These say what is counted, too. */
const MIRUO_COUNTED = [
  ...(['longConnect', 'longDelay', 'retransmit', 'syn', 'rst', 'fragment'] as const),
  ...(['sessionLimit', 'segmentLimit', 'timeout'] as const),
];

const MACHINE_ONLY = ['reportProtocols', 'reportProtocolNumbers'] as const;

/** They would be passed over in silence. */
function refuseUseless(given: ParsedOptions, names: readonly (keyof ParsedOptions)[], what: string): void {
  // Without --no-timeout it is true.
  const useless = names.find((name) => given[name] !== undefined && (name !== 'timeout' || given.timeout === false));
  if (useless === undefined) return;
  const spelt = useless.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${useless === 'timeout' ? 'no-timeout' : spelt} is about ${what}`);
}
