/**
 * The largest of each kind: addresses, server ports, pairs.
 */
import type { TopEntry } from '../../summary/figures.js';
import type { PageData } from '../page-data.js';
import { figuresTable, foreign, make, scrolling } from './dom.js';
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
