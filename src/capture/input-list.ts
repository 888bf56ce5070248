/**
 * Which files are meant: names as given, lists of names, folders. Owns the order they are read in and what is wrong
 * with a list; whether a file is a capture is found out when it is read.
 */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STANDARD_INPUT } from './feed-kind.js';
import { describeSystemError, type InputProblem, isSystemError } from './problem.js';

export interface InputList {
  readonly files: readonly string[];
  /** Lists and folders that could not be read. */
  readonly problems: readonly InputProblem[];
}

/**
 * All files that `names` and the lists in the files `lists` name, in this order. With `recursive` a folder stands for
 * all files below it, in byte order of their names.
 */
export function listInputs(names: readonly string[], lists: readonly string[], recursive: boolean): InputList {
  const files: string[] = [];
  const problems: InputProblem[] = [];
  const attempt = (file: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      problems.push({ file, found: describeSystemError(error) });
    }
  };
  const all = [...names];
  for (const list of lists) {
    attempt(list, () => {
      const text = readFileSync(list === STANDARD_INPUT ? 0 : list, 'utf8');
      if (text.includes('\0')) {
        problems.push({ file: list, found: 'no list of file names: it holds a NUL byte', expected: 'one name a line' });
        return;
      }
      const named = namesIn(text);
      if (named.length === 0) problems.push({ file: list, found: 'names no file', expected: 'one a line' });
      for (const name of named) all.push(name);
    });
  }
  for (const name of all) {
    if (!recursive || !isFolder(name)) {
      files.push(name);
      continue;
    }
    const [filesBefore, problemsBefore] = [files.length, problems.length];
    addFolder(name, files, attempt);
    if (files.length === filesBefore && problems.length === problemsBefore) {
      problems.push({ file: name, found: 'no file is in this folder or below' });
    }
  }
  return { files, problems };
}

/** One name a line; empty lines and lines that begin with # say nothing. */
function namesIn(text: string): string[] {
  // Editors of some systems mark UTF-8 by a character at the start.
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function isFolder(name: string): boolean {
  if (name === STANDARD_INPUT) return false;
  try {
    return statSync(name).isDirectory();
  } catch {
    // Reading it will tell.
    return false;
  }
}

function addFolder(folder: string, files: string[], attempt: (file: string, action: () => void) => void): void {
  attempt(folder, () => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort(byName);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) addFolder(path, files, attempt);
      // A link counts as what it points to, but is not followed into a folder, which may be one above.
      else if (entry.isFile() || (entry.isSymbolicLink() && isFileBehind(path))) files.push(path);
    }
  });
}

const byName = (a: Dirent, b: Dirent): number => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

/** Whether a link points to a file; a broken one does as well, so that reading it tells. */
function isFileBehind(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return true;
  }
}
