/**
 * Snapshots as files: where that of a capture is, reading and writing it.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import type { KeyFigures } from '../expect/key-figures.js';
import { parseSnapshot, SNAPSHOT_ENDING, SnapshotError, snapshotText } from '../expect/snapshot.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { UsageError } from './usage-error.js';

/** Path of the snapshot of a capture; `folder`: where all are, if not beside their captures. */
export const snapshotPath = (capture: string, folder: string | undefined): string =>
  folder === undefined ? `${capture}${SNAPSHOT_ENDING}` : `${folder}/${basename(capture)}${SNAPSHOT_ENDING}`;

/** Throws a UsageError if two captures would have one snapshot, or one has none since it is no file. */
export function refuseSharedSnapshots(captures: readonly string[], folder: string | undefined): void {
  const owners = new Map<string, string>();
  for (const capture of captures) {
    if (capture === '-') throw new UsageError('standard input has no snapshot: it has no name');
    const path = snapshotPath(capture, folder);
    const other = owners.get(path);
    if (other !== undefined) {
      throw new UsageError(`${printable(other)} and ${printable(capture)} would have one snapshot: ${printable(path)}`);
    }
    owners.set(path, capture);
  }
}

/** The figures in a snapshot; undefined where there is none. Throws a UsageError for what cannot be read. */
export function readSnapshot(path: string): KeyFigures | undefined {
  try {
    return parseSnapshot(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SnapshotError) throw new UsageError(`the snapshot ${printable(path)}: ${error.message}`);
    if (!isSystemError(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`the snapshot ${printable(path)}: ${describeSystemError(error)}`);
  }
}

/** Puts a snapshot in the place of whatever is there; whether that was another. Throws an OutputFailure. */
export function writeSnapshot(path: string, figures: KeyFigures): boolean {
  const text = snapshotText(figures);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path, 'utf8') === text) return false;
    mkdirSync(dirname(path), { recursive: true });
    // Whoever reads it meanwhile has the whole former one.
    const next = `${path}.${process.pid}.new`;
    writeFileSync(next, text);
    renameSync(next, path);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new OutputFailure(`writing ${printable(path)}: ${describeSystemError(error, 'written')}`, code);
  }
}
