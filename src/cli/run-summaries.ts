/**
 * What a run says on standard error when it is done, or on the way: statistics of sessions, the summary of handshakes, hints. Owns
 * which figure is shown where.
 */
import { BAD_IP_HEADER, BAD_LINK_HEADER, BAD_TCP_HEADER } from '../capture/frame-reasons.js';
import { laterOf, type Moment } from '../capture/tally.js';
import type { MiruoOptions } from '../miruo/options.js';
import { renderStatistics } from '../miruo/statistics.js';
import { processFigures } from '../pipeline/process-figures.js';
import type { RunFigures, RunOutcome, RunPlan } from '../pipeline/run.js';
import { looksOffloaded } from '../tcpeek/checksum-figures.js';
import { namedCounts } from '../tcpeek/counts.js';
import type { TcpeekOptions } from '../tcpeek/options.js';
import { renderSummary } from '../tcpeek/summary.js';

/** How sessions stand, as miruo tells it. */
export function statisticsOf(options: MiruoOptions, outcome: RunFigures): string {
  const { read } = outcome;
  return renderStatistics(options, {
    counters: outcome.miruo,
    captureSec: wholeSecondsBetween(read.first, laterOf(read.latest, read.last)),
    sessions: outcome.sessions,
    activeSessions: outcome.activeSessions,
    activeSessionsMost: outcome.activeSessionsMost,
    activeSegments: outcome.activeSegments,
    activeSegmentsMost: outcome.activeSegmentsMost,
    packets: read.packets,
    droppedBySystem: read.drops.bySystem,
    droppedByInterface: read.drops.byInterface,
    badLinkHeaders: read.reasons[BAD_LINK_HEADER],
    badIpHeaders: read.reasons[BAD_IP_HEADER],
    badTcpHeaders: read.reasons[BAD_TCP_HEADER],
    ...processFigures(),
  });
}

/** What became of handshakes, as tcpeek tells it. */
export function summaryOf(options: TcpeekOptions, { read, handshakes }: RunFigures): string {
  return renderSummary({
    first: read.clock?.first,
    latest: read.clock?.latest,
    filters: namedCounts(options, handshakes),
    packets: {
      received: read.clock?.packets ?? 0,
      dropped: read.drops.bySystem,
      droppedByInterface: read.drops.byInterface,
    },
    hasUnreach: options.icmp,
  });
}

/**
 * How many segments records were made without because of their checksums, and how many of these no session has counted; undefined where there are none. Where
 * handshakes are watched too, each packet that is left out is told by itself.
 */
export function leftOutText(
  { analysis, tcpeek }: RunPlan,
  { checksums, analysis: sums }: RunOutcome,
): string | undefined {
  if (!analysis?.checksums || tcpeek !== undefined || checksums === undefined || checksums.failed === 0)
    return undefined;
  const { failed } = checksums;
  const segments =
    failed === 1 ? '1 segment with a wrong checksum was' : `${failed} segments with a wrong checksum were`;
  const strays = failed - sums.wrongChecksums;
  const ofNone = analysis.sessions && strays > 0 ? `, ${strays} of them of no session that is known` : '';
  return `tcploom: ${segments} left out${ofNone}`;
}

/** A hint when packets were ignored that were hardly damaged; undefined when there is none to give. */
export function offloadHint({ checksums }: RunOutcome): string | undefined {
  if (checksums === undefined) return undefined;
  const { failed, failedAsOffloaded, verified } = checksums;
  if (!looksOffloaded(failed, failedAsOffloaded, verified)) return undefined;
  const which = `${failedAsOffloaded} of the ${failed} packets with a wrong checksum`;
  return `tcploom: ${which} look as if they were captured before the network card put it in; they count without --checksum, or with 1 where only TCP's is wrong`;
}

function wholeSecondsBetween(first: Moment | undefined, last: Moment | undefined): number {
  if (first === undefined || last === undefined) return 0;
  return Math.max(0, last.sec - first.sec - (last.nsec < first.nsec ? 1 : 0));
}

/** A hint when no session was from or to an address that is taken for local; undefined when there is none to give. */
export function localHint({ localAddresses, filters }: TcpeekOptions, { openings }: RunOutcome): string | undefined {
  const mayBeExcluded = filters.some(({ name }) => name === '');
  if (localAddresses.length === 0 || mayBeExcluded || openings.syns === 0 || openings.counted > 0) return undefined;
  return `tcploom: none of ${openings.syns} SYNs was from or to a local address: --local says which are`;
}
