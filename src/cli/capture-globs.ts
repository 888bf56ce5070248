/**
 * Captures by pattern: asks the file system which files a pattern of paths means.
 */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { isSystemError } from '../capture/problem.js';
import { glob } from '../expect/glob.js';
import { SNAPSHOT_ENDING } from '../expect/snapshot.js';

/**
 * Files that a pattern means, from the folder `from` (empty: the current one), with it in front, in the order of their names. Snapshots are none of them, unless they are named. What
 * cannot be read has no files.
 */
export function filesMatching(pattern: string, from: string): string[] {
  const { base, hasMagic, matches } = glob(pattern);
  if (!hasMagic) return isThere(inFolder(from, pattern)) ? [inFolder(from, pattern)] : [];
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of entriesOf(inFolder(from, folder))) {
      const path =
        folder === '' ? entry.name : folder.endsWith('/') ? `${folder}${entry.name}` : `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (matches(path) && !path.endsWith(SNAPSHOT_ENDING) && isFile(inFolder(from, path))) found.push(path);
    }
  };
  visit(base);
  return found.sort().map((path) => inFolder(from, path));
}

/** A path that is meant from a folder. */
export const inFolder = (folder: string, path: string): string =>
  path.startsWith('/') || folder === '' ? path || '.' : path === '' ? folder : `${folder}/${path}`;

const entriesOf = (folder: string): Dirent[] =>
  asked(() => readdirSync(folder, { withFileTypes: true }), []).filter(({ name }) => name !== 'node_modules');

const isThere = (path: string): boolean => asked(() => statSync(path, { throwIfNoEntry: false }) !== undefined, false);

/** Links lead to files; to folders they may lead in a circle. */
const isFile = (path: string): boolean =>
  asked(() => statSync(path, { throwIfNoEntry: false })?.isFile() === true, false);

function asked<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return otherwise;
  }
}
