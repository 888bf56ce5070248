/**
 * What is known of a run when it is over, beside its records: plain data, so that threads can hand it to each other.
 */
import type { PageSummary } from '../analysis/page-notes.js';
import { addStretches, type StretchCounts } from '../analysis/stretches.js';
import type { MiruoCounters } from '../miruo/statistics.js';
import type { FilterCounts } from '../tcpeek/counts.js';

export interface RunClosing {
  readonly packets: number;
  /** On the wire. */
  readonly bytes: number;
  /** Places where the input was damaged, and what was said of the first of them. */
  readonly damaged: number;
  readonly problems: readonly string[];
  /** It was ended before everything was read. */
  readonly isCutShort: boolean;
  /** What was counted of handshakes, by filter; none where they were not watched. */
  readonly handshakes: readonly FilterCounts[];
  /** miruo's statistics; undefined where sessions were not tracked for it. */
  readonly miruo: MiruoCounters | undefined;
  /** Segments over time (src/analysis/page-notes.ts); undefined where they were not counted. */
  readonly series: StretchCounts | undefined;
  /** Sessions whose segments found no room. */
  readonly withoutSegments: number;
}

/** What all shards noted for a page. */
export function addPageSummaries(
  shards: readonly (PageSummary | undefined)[],
): Pick<RunClosing, 'series' | 'withoutSegments'> {
  const noted = shards.filter((shard) => shard !== undefined);
  return {
    series: addStretches(noted.map(({ series }) => series)),
    withoutSegments: noted.reduce((sum, shard) => sum + shard.withoutSegments, 0),
  };
}
