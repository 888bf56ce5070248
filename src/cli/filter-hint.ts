/**
 * What is said to somebody whose filter catches one direction of the traffic only. Owns the words; src/miruo/directions.ts and src/tcpeek/counts.ts say when.
 */
import { printable } from '../capture/problem.js';

const MOST_CHARACTERS = 200;

/** One line without a newline; without the filter where it is not to be shown. */
export function oneWayHint(filter: string | undefined): string {
  const advice = filter === undefined ? "one that selects both, as 'port 80'" : adviceFor(filter);
  return `tcploom: the filter seems to catch one direction only, and sessions need both: try ${advice}`;
}

function adviceFor(filter: string): string {
  const both = bothWays(filter);
  const isClear = both !== filter && filter.length <= MOST_CHARACTERS;
  return isClear ? `'${printable(both)}'` : "one that selects both, as 'host 10.1.2.3' or 'port 80'";
}

/** The expression without what tells source from destination. */
function bothWays(filter: string): string {
  return filter
    .replace(/\b(?:src|dst)\s+(?=(?:host|net|port|portrange)\b)/g, '')
    .replace(/\b(?:src|dst)\s+(?!or\b|and\b)/g, 'host ')
    .trim();
}
