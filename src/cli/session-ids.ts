/**
 * Numbers of sessions in text: in an option, one a line in a file, or in records of sessions as NDJSON. Owns these notations; the numbers' meaning is
 * the records'.
 */
import { readFileSync } from 'node:fs';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { quoted } from '../filter/quoted.js';
import { UsageError } from './usage-error.js';

/** Adds the numbers in `ID[,ID...]` to `ids`. Throws a UsageError. */
export function addIds(text: string, ids: Set<number>): void {
  for (const word of text.split(',')) {
    const id = numberIn(word.trim());
    if (id === undefined) throw new UsageError(`--sessions: found ${quoted(word)}, expected the number of a session`);
    ids.add(id);
  }
}

/** Adds the numbers in a file, `-` for standard input, to `ids`. Throws a UsageError. */
export function addIdsFrom(file: string, ids: Set<number>): void {
  const name = printable(file);
  const before = ids.size;
  // Editors of some systems mark UTF-8 by a character at the start.
  const lines = read(file)
    .replace(/^\ufeff/, '')
    .split('\n');
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const id = text.startsWith('{') ? memberIn(text) : numberIn(text.replace(/\s*#.*$/, ''));
    if (id === undefined) {
      const expected = 'the number of a session, or a record with the member "session"';
      throw new UsageError(`${name}: line ${index + 1}: found ${quoted(shortened(text))}, expected ${expected}`);
    }
    ids.add(id);
  }
  if (ids.size === before && lines.every((line) => /^\s*(#|$)/.test(line))) {
    throw new UsageError(`${name} names no session: one a line was expected`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the list of sessions ${printable(file)}: ${describeSystemError(error)}`);
  }
}

function numberIn(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function memberIn(line: string): number | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { session } = record as { readonly session?: unknown };
  return typeof session === 'number' ? numberIn(String(session)) : undefined;
}

const MOST_QUOTED = 60;

const shortened = (text: string): string => (text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text);
