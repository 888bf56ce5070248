/**
 * The table of sessions: how it is sorted, and the fields that filter it.
 */
import type { Clock } from './clock.js';
import { fill, make } from './dom.js';
import { type RowWish, rowsFor, type SortKey } from './row-order.js';
import { columnsOf, type TableColumn } from './session-columns.js';
import { CHOICES, type Choice, choiceName, chooser, type Sessions } from './sessions.js';
import type { Span } from './span.js';
import { countText, ofThem } from './texts.js';
import { VirtualRows } from './virtual-rows.js';

const ROW_PX = 26;
const PAPER_ROWS = 40;
/** Columns of which there is much or little. */
const NUMBER_KEYS: readonly SortKey[] = [
  'duration',
  'packets_src',
  'packets_dst',
  'payload_src',
  'payload_dst',
  'handshake',
  'rtt',
  'symptoms',
];

export class SessionTable {
  readonly root: HTMLElement;
  readonly #sessions: Sessions;
  readonly #span: Span;
  readonly #rows: VirtualRows;
  readonly #told = make('p', { role: 'status', class: 'shown' });
  readonly #choice: HTMLSelectElement;
  readonly #search: HTMLInputElement;
  readonly #within: HTMLInputElement;
  readonly #heads: readonly HTMLTableCellElement[];
  readonly #columns: readonly TableColumn[];
  #sort: SortKey = 'session';
  #descending = false;
  #order: Uint32Array = new Uint32Array();
  #asked = 0;

  constructor(sessions: Sessions, span: Span, clock: Clock) {
    this.#sessions = sessions;
    this.#span = span;
    this.#columns = columnsOf(sessions, span, clock);
    this.#heads = this.#columns.map(({ key, name, title, number }) =>
      make(
        'th',
        { scope: 'col', class: number && 'number' },
        make('button', { type: 'button', title, onclick: () => this.#sortBy(key) }, name),
      ),
    );
    const table = make('table', { class: 'sessions' }, make('thead', {}, make('tr', {}, ...this.#heads)));
    this.#rows = new VirtualRows({
      label: 'Sessions. Arrow keys move, Enter opens a session.',
      table,
      widths: this.#columns.map(({ width }) => width),
      rowPx: ROW_PX,
      mostPx: () => Math.max(240, Math.min(720, innerHeight * 0.7)),
      drawRow: (element, at) => this.#draw(element, this.#order[at]),
      choose: (at) => {
        location.hash = `session=${sessions.at.session[this.#order[at]]}`;
      },
    });
    this.#choice = make('select', { id: 'choice', onchange: () => this.#show() }, ...choicesOf(sessions));
    this.#search = make('input', {
      id: 'search',
      type: 'search',
      placeholder: 'address, port, host, state, number',
      oninput: () => this.#soon(),
    });
    this.#within = make('input', { id: 'within', type: 'checkbox', onchange: () => this.#show() });
    span.listen(() => this.#within.checked && this.#soon());
    this.root = make(
      'div',
      {},
      make(
        'div',
        { class: 'bar', role: 'search', 'aria-label': 'Sessions' },
        make('label', {}, 'Search ', this.#search),
        make('label', {}, 'Show ', this.#choice),
        make('label', {}, this.#within, ' only in the zoomed time'),
        this.#told,
      ),
      this.#rows.root,
      make('p', { class: 'paper-only', id: 'paper-rows' }),
    );
    this.#show();
  }

  /** Shows the sessions of a choice, the worst first. */
  choose(choice: Choice): void {
    this.#choice.value = choice;
    this.#search.value = '';
    this.#sort = 'symptoms';
    this.#descending = true;
    this.#show();
  }

  setPaper(paper: boolean): void {
    this.#rows.setPaper(paper ? PAPER_ROWS : 0);
    const left = this.#order.length - PAPER_ROWS;
    fill(this.root.lastElementChild!, paper && left > 0 && `${ofThem(left, 'more session')} not on paper.`);
  }

  #sortBy(key: SortKey): void {
    // What there is much of is looked for first.
    this.#descending = key === this.#sort ? !this.#descending : NUMBER_KEYS.includes(key);
    this.#sort = key;
    this.#show();
  }

  #soon(): void {
    clearTimeout(this.#asked);
    this.#asked = setTimeout(() => this.#show(), 120);
  }

  #show(): void {
    clearTimeout(this.#asked);
    const wish: RowWish = {
      choice: this.#choice.value as Choice,
      search: this.#search.value,
      within: this.#within.checked
        ? [this.#span.origin + this.#span.range[0], this.#span.origin + this.#span.range[1]]
        : null,
      sort: this.#sort,
      descending: this.#descending,
    };
    this.#order = rowsFor(this.#sessions, wish);
    this.#columns.forEach(({ key }, at) => {
      const sorted = key === this.#sort;
      this.#heads[at].setAttribute('aria-sort', !sorted ? 'none' : this.#descending ? 'descending' : 'ascending');
    });
    const { length } = this.#sessions;
    const count = this.#order.length;
    fill(
      this.#told,
      count === length ? ofThem(count, 'session') : `${countText(count)} of ${ofThem(length, 'session')}`,
    );
    this.#rows.setCount(count);
  }

  #draw(element: HTMLTableRowElement, row: number): void {
    const failed = this.#sessions.troubles[row] > 0;
    if (failed) element.classList.add('trouble');
    for (const { cell, number, key } of this.#columns) {
      const place = element.insertCell();
      place.className = number ? 'number' : key;
      place.append(cell(row));
      // What is cut off at the end is told by the pointer.
      if (!number) place.title = place.textContent;
    }
  }
}

function choicesOf(sessions: Sessions): HTMLOptionElement[] {
  return CHOICES.flatMap((choice) => {
    const chosen = chooser(sessions, choice);
    let count = 0;
    for (let row = 0; row < sessions.length; row++) if (chosen(row)) count++;
    if (count === 0 && choice !== 'all' && choice !== 'any') return [];
    return [make('option', { value: choice }, `${choiceName(choice)} (${countText(count)})`)];
  });
}
