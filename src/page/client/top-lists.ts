/**
 * The largest of each kind: addresses, server ports, pairs; and counters of the other results.
 */
import type { TopEntry } from '../../summary/figures.js';
import type { PageData } from '../page-data.js';
import { figuresTable, foreign, make } from './dom.js';
import { bytesText, countText } from './texts.js';

const SHOWN = 15;

export function topLists({ figures }: PageData): HTMLElement {
  const { talkers, ports, pairs } = figures.sessions.top;
  const list = (title: string, key: string, entries: readonly TopEntry[]): HTMLElement => {
    const rows = entries
      .slice(0, SHOWN)
      .map((entry) => [
        foreign(entry.key),
        `${entry.error > 0 ? 'up to ' : ''}${bytesText(entry.bytes)}`,
        countText(entry.packets),
        countText(entry.sessions),
        countText(entry.retransmissions),
      ]);
    return scrolling(title, figuresTable(title, [key, 'payload', 'packets', 'sessions', 'sent again'], rows));
  };
  return make(
    'div',
    { class: 'lists' },
    list('Top talkers', 'address', talkers),
    list('Top server ports', 'port', ports),
    list('Top pairs', 'client > server:port', pairs),
  );
}

/** The counters of tcpeek's filters and of miruo's statistics, as they are. */
export function counters({ figures }: PageData): HTMLElement {
  const filters = Object.keys(figures.tcpeek);
  const names = [...new Set(filters.flatMap((filter) => Object.keys(figures.tcpeek[filter])))];
  const tcpeek = filters.map((filter) => [
    foreign(filter),
    ...names.map((name) => numberText(figures.tcpeek[filter][name])),
  ]);
  const miruo = Object.entries(figures.miruo).map(([name, value]) => [foreign(name), countText(value)]);
  return make(
    'details',
    { class: 'data' },
    make('summary', {}, 'Counters of tcpeek and miruo'),
    filters.length > 0 &&
      scrolling('Handshakes', figuresTable('Handshakes by filter (tcpeek)', ['filter', ...names], tcpeek)),
    miruo.length > 0 && scrolling('Statistics', figuresTable('Statistics of miruo', ['counter', 'value'], miruo)),
  );
}

const numberText = (value: number | undefined): string => (typeof value === 'number' ? countText(value) : '');

/** What may be wider than the window. */
const scrolling = (label: string, table: HTMLElement): HTMLElement =>
  make('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': label }, table);
