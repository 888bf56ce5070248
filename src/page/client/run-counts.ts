/**
 * What the run counted beside what is in its records: handshakes by tcpeek's filters, and miruo's statistics, where it was asked for either.
 */
import type { HandshakeFigures } from '../../summary/figures.js';
import type { PageData } from '../page-data.js';
import { figuresTable, foreign, make, scrolling } from './dom.js';
import { countText, ofThem } from './texts.js';

/** Columns of the handshakes: head, and name of the figure. */
const HANDSHAKES: readonly (readonly [head: string, name: string])[] = [
  ['success', 'success'],
  ['SYN again', 'dupsyn'],
  ['SYN/ACK again', 'dupsynack'],
  ['failure', 'failure'],
  ['timed out', 'timeout'],
  ['rejected', 'reject'],
  ['unreachable', 'unreach'],
];

/** Rows of the sessions: words, and name in the statistics. */
const SESSIONS: readonly (readonly [words: string, name: string])[] = [
  ['sessions that look wrong', 'Lookup'],
  ['sessions that lasted long', 'LongConnect'],
  ['sessions that ended by time', 'Timeout'],
  ['segments that came late', 'LongDelay'],
  ['segments sent again', 'Retransmit'],
  ['resets', 'RST'],
  ['segments that do not fit their session', 'Error'],
  ['segments with more IP fragments to follow', 'fragment'],
  ['SYNs without a session, by a limit', 'DropSession'],
  ['segments not kept, by a limit', 'DropSegment'],
];

/** Null where there is nothing of this. */
export function runCounts({ figures: { tcpeek, miruo } }: PageData): HTMLElement | null {
  const filters = Object.entries(tcpeek);
  const hasSessions = Object.keys(miruo).length > 0;
  if (filters.length === 0 && !hasSessions) return null;
  return make(
    'div',
    {},
    ...filters.map(([name, counts]) => make('p', {}, 'Handshakes of ', foreign(name), `: ${outcomeText(counts)}`)),
    make('div', { class: 'lists' }, filters.length > 0 && handshakes(filters), hasSessions && sessions(miruo)),
  );
}

function outcomeText({ success = 0, failure = 0, timeout = 0, reject = 0, unreach = 0 }: HandshakeFigures): string {
  if (success + failure === 0) return 'none came to an end.';
  const causes = [
    [timeout, 'timed out'],
    [reject, 'rejected'],
    [unreach, 'unreachable'],
  ] as const;
  const why = causes.filter(([count]) => count > 0).map(([count, cause]) => `${countText(count)} ${cause}`);
  const failed = failure === 0 ? 'none failed' : `${countText(failure)} failed (${why.join(', ')})`;
  return `${ofThem(success, 'success', 'successes')}, ${failed}.`;
}

function handshakes(filters: readonly (readonly [name: string, counts: HandshakeFigures])[]): HTMLElement {
  const rows = filters.map(([name, counts]) => [
    foreign(name),
    ...HANDSHAKES.map(([, figure]) => countText(counts[figure] ?? 0)),
  ]);
  const title = 'Handshakes as tcpeek counts them';
  return scrolling(title, figuresTable(title, ['filter', ...HANDSHAKES.map(([head]) => head)], rows));
}

function sessions(statistics: Readonly<Record<string, number>>): HTMLElement {
  const rows = SESSIONS.map(([words, name]) => [words, countText(statistics[name] ?? 0)]);
  const title = 'Sessions as miruo counts them';
  return scrolling(title, figuresTable(title, ['what', 'how many'], rows));
}
