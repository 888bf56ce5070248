/**
 * The counts of handshakes, and those of miruo's statistics, by the names that figures have for them. Owns those of miruo's.
 */
import type { MiruoCounters } from '../miruo/statistics.js';
import { COUNT_NAMES, type FilterCounts } from '../tcpeek/counts.js';
import type { HandshakeFigures } from './figures.js';

/** As in miruo's statistics. */
const MIRUO_NAMES: Readonly<Record<keyof MiruoCounters, string>> = {
  lookup: 'Lookup',
  longConnect: 'LongConnect',
  longDelay: 'LongDelay',
  retransmit: 'Retransmit',
  timeout: 'Timeout',
  error: 'Error',
  rst: 'RST',
  fragment: 'fragment',
  dropSession: 'DropSession',
  dropSegment: 'DropSegment',
};

/** miruo's by name; none where sessions are not tracked. */
export const miruoCounts = (counters: MiruoCounters | undefined): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counters ?? {}).map(([counter, count]) => [MIRUO_NAMES[counter as keyof MiruoCounters], count]),
  );

/** Those of each filter by its name. Two filters of one name are two: the later ones get a number behind it. */
export function handshakeCounts(filters: readonly FilterCounts[]): Record<string, HandshakeFigures> {
  const found = new Map<string, HandshakeFigures>();
  for (const { name, counts } of filters) {
    let own = name;
    for (let number = 2; found.has(own); number++) own = `${name} (${number})`;
    found.set(own, Object.fromEntries(COUNT_NAMES.map((figure, place) => [figure, counts[place]])));
  }
  return Object.fromEntries(found);
}
