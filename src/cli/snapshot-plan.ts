/**
 * Whether captures are compared with their snapshots, or those are written; where they are, and by how much figures may differ.
 */
import { printable } from '../capture/problem.js';
import type { ParsedCheckFile } from '../expect/check-file.js';
import type { KeyFigures } from '../expect/key-figures.js';
import { NO_TOLERANCE, parseTolerance, type Tolerances, toleranceFault } from '../expect/snapshot.js';
import { inFolder } from './capture-globs.js';
import type { ParsedOptions } from './plan.js';
import { readSnapshot, refuseSharedSnapshots, snapshotPath } from './snapshot-files.js';
import { UsageError } from './usage-error.js';

export interface SnapshotPlan {
  readonly use: 'none' | 'compare' | 'write';
  /** Undefined: beside the captures. */
  readonly folder: string | undefined;
  readonly tolerances: Tolerances;
  /** By capture: what its snapshot has, where captures are compared with theirs; undefined where there is none. */
  readonly before: ReadonlyMap<string, KeyFigures | undefined>;
}

/** The plan for `captures`, as options and the file of expectations, which lies in `folder`, say. Throws a UsageError. */
export function snapshotPlan(
  captures: readonly string[],
  given: ParsedOptions,
  parsed: ParsedCheckFile | undefined,
  folder: string | undefined,
): SnapshotPlan {
  const stated = parsed?.content.snapshot ?? false;
  if (given.update && given.snapshot) {
    throw new UsageError('--update writes snapshots, --snapshot compares with them: not both at once');
  }
  const use = given.update ? 'write' : given.snapshot || stated !== false ? 'compare' : 'none';
  if (use === 'none' && given.snapshots !== undefined) {
    throw new UsageError('--snapshots says where snapshots are: with --update or --snapshot');
  }
  if (use !== 'compare' && given.tolerance !== undefined) {
    throw new UsageError('--tolerance is about snapshots, which nothing is compared with: --snapshot');
  }
  const own =
    typeof stated === 'object' && stated.folder !== undefined ? inFolder(folder ?? '', stated.folder) : undefined;
  const where = given.snapshots ?? own;
  if (use !== 'none') refuseSharedSnapshots(captures, where);
  const tolerances = tolerancesOf(given.tolerance, parsed?.tolerances);
  // One that is broken is told before captures are read for nothing.
  const compared = use === 'compare' ? captures : [];
  const before = new Map(compared.map((name) => [name, readSnapshot(snapshotPath(name, where))]));
  return { use, folder: where, tolerances, before };
}

function tolerancesOf(text: string | undefined, stated: Tolerances | undefined): Tolerances {
  const { usual, of } = stated ?? { usual: NO_TOLERANCE, of: new Map() };
  if (text === undefined) return { usual, of };
  const tolerance = parseTolerance(text);
  if (tolerance === undefined) throw new UsageError(`--tolerance '${printable(text)}': ${toleranceFault(text, false)}`);
  return { usual: tolerance, of };
}
