/**
 * Snapshots as files: where that of a capture is, reading and writing it.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import type { KeyFigures } from '../expect/key-figures.js';
import { parseSnapshot, SNAPSHOT_ENDING, SnapshotError, snapshotText } from '../expect/snapshot.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { pathBehind } from '../pipeline/path-behind.js';
import { ReplacedFile } from '../pipeline/replaced-file.js';
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

/** Makes the folders of these snapshots. Rejects with an OutputFailure where one could not be put there; what is there stays as it is. */
export async function claimSnapshots(paths: readonly string[]): Promise<void> {
  // Of those in one folder the first tells of it.
  const folders = new Map(paths.toReversed().map((path) => [dirname(path), path]));
  for (const path of folders.values()) {
    makeFolder(path);
    await fileOf(path).claim();
  }
  const folder = paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  if (folder !== undefined) throw new OutputFailure(`writing ${printable(folder)}: is a directory`, 'EISDIR');
}

/** Puts a snapshot in the place of whatever is there; whether that was another. Rejects with an OutputFailure. */
export async function writeSnapshot(path: string, figures: KeyFigures): Promise<boolean> {
  const text = snapshotText(figures);
  if (isThere(path, text)) return false;
  await fileOf(path).replace(text);
  return true;
}

const fileOf = (path: string): ReplacedFile => new ReplacedFile(pathBehind(path), path);

/** What cannot be read is something else. */
function isThere(path: string, text: string): boolean {
  try {
    return statSync(path).isFile() && readFileSync(path, 'utf8') === text;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}

function makeFolder(path: string): void {
  try {
    makeFolders(dirname(path));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new OutputFailure(`writing ${printable(path)}: ${describeSystemError(error, 'written')}`, code);
  }
}

/**
 * Makes a folder and those above it, one by one. Throws the system's error. Node's own way (`recursive`) never ends where there is a folder in which the system
 * says of any new one that there is no such file, as in /proc.
 */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else made it; or it is the one above, by another name, as `new/.`.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
