/**
 * What is wanted of the analysis, from the results that are asked for and the options about them.
 */
import { ANALYSIS_DEFAULTS, type AnalysisOptions } from '../analysis/options.js';
import type { ParsedOptions } from './plan.js';
import type { ResultFormatName } from './result-places.js';
import { UsageError } from './usage-error.js';

const SESSION_FORMATS: readonly ResultFormatName[] = ['ndjson', 'csv', 'parquet', 'figures', 'html'];
const PACKET_FORMATS: readonly ResultFormatName[] = ['packets', 'packets-tsv'];
const CONNECTION_FORMATS: readonly ResultFormatName[] = ['conn', 'conn-json'];
/** Longer than any capture. */
const MOST_IDLE_SEC = 2 ** 30;

/** The options of the analysis, or undefined where nothing needs it. Throws a UsageError. */
export function analysisOptions(
  given: ParsedOptions,
  formats: readonly ResultFormatName[],
): AnalysisOptions | undefined {
  const isAnyOf = (names: readonly ResultFormatName[]): boolean => formats.some((format) => names.includes(format));
  const wanted = {
    sessions: isAnyOf(SESSION_FORMATS) || given.analysis === true,
    sums: given.analysis === true,
    packets: isAnyOf(PACKET_FORMATS),
    connections: isAnyOf(CONNECTION_FORMATS),
    page: formats.includes('html'),
  };
  if (!wanted.sessions && !wanted.packets && !wanted.connections) {
    refuse(given, ['sessionTimeout', 'dedup', 'http'], 'records, which are not asked for: -o ndjson');
    return undefined;
  }
  if (!wanted.sessions) refuse(given, ['http'], 'records of sessions, which are not asked for: -o ndjson');
  if (!wanted.sessions && !wanted.packets) {
    refuse(given, ['dedup'], 'records of sessions and packets, which are not asked for: -o ndjson');
  }
  return {
    ...wanted,
    idleTimeoutSec: idleTimeoutSec(given),
    rememberedPackets: ANALYSIS_DEFAULTS.rememberedPackets,
    dedup: given.dedup ?? false,
    http: given.http ?? false,
    checksums: given.checksum === '2',
  };
}

/** After how much silence a session is over. Throws a UsageError. */
export function idleTimeoutSec({ sessionTimeout = ANALYSIS_DEFAULTS.idleTimeoutSec }: ParsedOptions): number {
  if (sessionTimeout >= 1 && sessionTimeout <= MOST_IDLE_SEC) return sessionTimeout;
  throw new UsageError(`--session-timeout must be from 1 to ${MOST_IDLE_SEC}, not ${sessionTimeout}`);
}

/** They would be passed over in silence. */
function refuse(given: ParsedOptions, names: readonly ('sessionTimeout' | 'dedup' | 'http')[], what: string): void {
  const useless = names.find((name) => given[name] !== undefined);
  if (useless === undefined) return;
  throw new UsageError(`--${useless === 'sessionTimeout' ? 'session-timeout' : useless} is about ${what}`);
}
