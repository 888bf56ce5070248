/**
 * The comparison of two captures as text and as JSON.
 */
import { printable } from '../capture/problem.js';
import type { Difference, Differences, EndpointDifference } from './differences.js';
import { boundsOf, type Endpoint } from './key-figures.js';
import { amountText } from './units.js';

/** As text for people. */
export function differenceText(found: Differences): string {
  const { before, after, worse, better, same, unknown, endpoints } = found;
  const lines = [
    `from ${printable(before)} to ${printable(after)}`,
    ...damageLines(found),
    '',
    ...(worse.length === 0 ? ['nothing got worse'] : ['what got worse:', ...table(worse.map(differenceRow))]),
    ...(better.length === 0 ? [] : ['', 'what got better:', ...table(better.map(differenceRow))]),
    ...(endpoints.length === 0
      ? []
      : [
          '',
          `sessions and retransmissions by endpoint${dashNote(found, ' (', ')')}:`,
          ...table(endpoints.map(endpointRow)),
        ]),
    ...(unknown.length === 0 ? [] : ['', `known of one of both only: ${unknown.join(', ')}`]),
    '',
    `${same} other figure${same === 1 ? ' is' : 's are'} the same within 2 %`,
  ];
  return `${lines.join('\n')}\n`;
}

function damageLines(found: Differences): string[] {
  return damagedSides(found).flatMap(({ words, problems }) => [words, ...problems.map((problem) => `  ${problem}`)]);
}

/** Which of both is damaged, and what was said of it, without control characters. */
export function damagedSides({ before, after, damage }: Differences): { words: string; problems: string[] }[] {
  const sides = [
    { side: 'before', name: before, ...damage.before },
    { side: 'after', name: after, ...damage.after },
  ];
  return sides
    .filter(({ places }) => places > 0)
    .map(({ side, name, places, problems }) => ({
      words: `damaged ${side}: ${printable(name)}, in ${places} place${places === 1 ? '' : 's'}`,
      problems: problems.map(printable),
    }));
}

/** As one JSON object. */
export const differenceJson = (found: Differences): string => `${JSON.stringify(found, undefined, 2)}\n`;

/** Name, both values, how many times as much. */
export function differenceRow({ key, quantity, form, whole, before, after }: Difference): string[] {
  const [was, is] = [before, after].map((value) => amountText(value, quantity, form));
  return [key, was, '->', is, timesText(before, after), whole === null ? '' : `of ${whole}`];
}

/** How many times as much; nothing where that says nothing. */
export function timesText(before: number, after: number): string {
  if (before === 0 || after === 0) return '';
  const times = after / before;
  return times >= 1 ? `x ${rounded(times)}` : `/ ${rounded(1 / times)}`;
}

const rounded = (times: number): string => (times < 10 ? times.toFixed(2) : times.toFixed(0));

/** What `-` means in the rows of endpoints, between two texts; nothing where there is none. */
export function dashNote({ endpoints }: Differences, before: string, after: string): string {
  const first = endpoints.find(({ not_among_first }) => not_among_first !== undefined)?.not_among_first;
  return first === undefined ? '' : `${before}-: not among the ${first} pairs that are kept${after}`;
}

/** Name, sessions and retransmissions in both. */
export function endpointRow({ key, before, after }: EndpointDifference): string[] {
  const [was, is] = [before, after].map((endpoint) => countText(endpoint, 'sessions'));
  const [lost, loses] = [before, after].map((endpoint) => countText(endpoint, 'retransmissions'));
  return [printable(key), `sessions ${was} -> ${is}`, `retransmissions ${lost} -> ${loses}`];
}

function countText(endpoint: Endpoint | null, name: 'sessions' | 'retransmissions'): string {
  if (endpoint === null) return '-';
  const { least, most } = boundsOf(endpoint, name);
  return least === most ? String(least) : `${least} or more`;
}

/** Columns below each other, two blanks apart. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
}
