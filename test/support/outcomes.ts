/**
 * What runs of the program on the same packets must have in common, and many runs in one process.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { built, type Ended, ended, steady } from './launch.js';

/** Columns of `info --tsv` that depend on packets and not on the form of the file. */
const PACKET_COLUMNS: ReadonlySet<string> = new Set([
  'packets',
  'captured bytes',
  'wire bytes',
  'first',
  'last',
  'TCP packets',
  'TCP conversations',
  'link types',
  'out-of-order packets',
  'later fragments',
  'dropped packets',
  'damage',
]);

/** The results without the first line, which names the input, and all that standard error says but the process's own figures. */
export function outcomeOf({ stdout, stderr, code }: Ended): { results: string; said: string; code: number } {
  return {
    results: stdout.slice(stdout.indexOf('\n') + 1),
    said: steady(stderr),
    code,
  };
}

export function assertSame(run: Ended, expected: Ended, what: string): void {
  const [ours, theirs] = [outcomeOf(run), outcomeOf(expected)];
  assert.equal(ours.code, theirs.code, `${what}: ${run.stderr}`);
  assert.equal(ours.said, theirs.said, what);
  // Not told with a difference of thousands of lines.
  assert.ok(ours.results === theirs.results, `${what}: other lines`);
}

/** Runs the program with `options` and each of `lasts` as the last argument, all in one process. */
export async function runEach(
  options: readonly string[],
  lasts: readonly string[],
  limitMs = 60_000,
): Promise<Ended[]> {
  const args = [built('test/support/run-each.ts'), ...options, '--', ...lasts];
  const run = await ended(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }), limitMs);
  assert.equal(run.code, 0, run.stderr);
  const [stdouts, stderrs] = [run.stdout, run.stderr].map((text) => text.split(/^#end (\d+)\n/m));
  return lasts.map((_, index) => ({
    stdout: stdouts[2 * index],
    stderr: stderrs[2 * index],
    code: Number(stdouts[2 * index + 1]),
  }));
}

/** Rows of `info --tsv` as columns by their titles. */
export function tsvRows(stdout: string): Map<string, string>[] {
  const [titles, ...rows] = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return rows.map((row) => new Map(titles.map((title, index) => [title, row[index]])));
}

/** Of a row only what its packets decide. */
export const packetColumns = (row: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...row].filter(([title]) => PACKET_COLUMNS.has(title)));
