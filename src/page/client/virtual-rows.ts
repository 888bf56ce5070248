/**
 * A table of any number of rows of which only those that can be seen are in the document. The table stands still in a pane that
 * sticks to its scrolling box; a block below it gives the scroll bar its length. Owns scrolling, the active row and its keys.
 */
import { make } from './dom.js';

/** Browsers do not go much further; longer tables scroll by more than a row for each of its pixels. */
const MOST_PX = 8_000_000;
/** Of a column that takes what is left. */
const LEAST_CHARACTERS = 30;

export interface RowsSetting {
  /** Says what it is; `table` has its head. */
  readonly label: string;
  readonly table: HTMLTableElement;
  /** Of the columns, in characters; null takes what is left. What is in rows does not change them: tables that scroll stand still. */
  readonly widths: readonly (number | null)[];
  readonly rowPx: number;
  /** The greatest height of the box, head included. */
  readonly mostPx: () => number;
  /** Puts row `at` into an empty row of the document. */
  readonly drawRow: (element: HTMLTableRowElement, at: number) => void;
  /** Enter or a click on a row. */
  readonly choose?: (at: number) => void;
}

let made = 0;

export class VirtualRows {
  readonly root: HTMLDivElement;
  readonly #setting: RowsSetting;
  readonly #body = make('tbody');
  readonly #pane: HTMLDivElement;
  readonly #length = make('div', { 'aria-hidden': 'true' });
  readonly #id = `rows${made++}`;
  #count = 0;
  #active = 0;
  #first = 0;
  #paper = 0;

  constructor(setting: RowsSetting) {
    this.#setting = setting;
    const { table, label } = setting;
    table.append(this.#body);
    table.tabIndex = 0;
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-label', label);
    table.setAttribute('aria-colcount', String(setting.widths.length));
    const columns = setting.widths.map((width) => {
      const column = make('col');
      if (width !== null) column.style.setProperty('--width', `calc(${width}ch + 0.9em)`);
      return column;
    });
    table.prepend(make('colgroup', {}, ...columns));
    this.#pane = make('div', { class: 'pane' }, table);
    const least = setting.widths.reduce<number>((sum, width) => sum + (width ?? LEAST_CHARACTERS), 0);
    this.#pane.style.setProperty('--least', `calc(${least}ch + ${0.9 * setting.widths.length}em)`);
    this.root = make('div', { class: 'scrolled' }, this.#pane, this.#length);
    this.root.addEventListener('scroll', () => this.#draw(), { passive: true });
    table.addEventListener('keydown', (event) => this.#key(event));
    table.addEventListener('click', (event) => this.#click(event));
    new ResizeObserver(() => this.layOut()).observe(this.root);
  }

  /** There are other rows now; the first is shown. */
  setCount(count: number): void {
    this.#count = count;
    this.#active = 0;
    this.#setting.table.setAttribute('aria-rowcount', String(count + 1));
    this.root.scrollTop = 0;
    this.layOut();
  }

  /** Shows a row and makes it the active one. */
  show(at: number): void {
    this.#active = Math.max(0, Math.min(this.#count - 1, at));
    const seen = this.#room();
    if (this.#active < this.#first) this.#scrollTo(this.#active);
    else if (this.#active >= this.#first + seen) this.#scrollTo(this.#active - seen + 1);
    this.#draw();
  }

  /** On paper there is no scrolling: as many rows as are given, or the screen's again with 0. */
  setPaper(rows: number): void {
    this.#paper = rows;
    this.root.classList.toggle('paper', rows > 0);
    this.layOut();
  }

  layOut(): void {
    const { rowPx, table, mostPx } = this.#setting;
    const head = table.tHead?.offsetHeight ?? 0;
    if (this.#paper > 0) {
      this.root.style.height = '';
      this.#pane.style.height = '';
      this.#length.style.height = '0';
    } else {
      const bar = this.root.offsetHeight - this.root.clientHeight;
      const whole = head + Math.max(1, this.#count) * rowPx;
      const height = Math.min(mostPx(), whole + bar);
      this.root.style.height = `${height}px`;
      this.#pane.style.height = `${height - bar}px`;
      this.#length.style.height = `${Math.min(MOST_PX, whole) - (height - bar)}px`;
    }
    this.#draw();
  }

  #room(): number {
    const head = this.#setting.table.tHead?.offsetHeight ?? 0;
    return Math.max(1, Math.floor((this.root.clientHeight - head) / this.#setting.rowPx));
  }

  /** How far the box can be scrolled, and how many rows that is. */
  #reach(): readonly [number, number] {
    return [this.root.scrollHeight - this.root.clientHeight, Math.max(0, this.#count - this.#room())];
  }

  #scrollTo(first: number): void {
    const [px, rows] = this.#reach();
    this.root.scrollTop = rows === 0 ? 0 : (px * Math.min(first, rows)) / rows;
    // What can be scrolled to is a whole pixel: the row that is meant is shown, whatever that comes to.
    this.#first = Math.min(first, rows);
    this.#pinned = this.root.scrollTop;
  }
  #pinned = -1;

  #draw(): void {
    const { drawRow, table } = this.#setting;
    const [px, rows] = this.#reach();
    if (this.root.scrollTop !== this.#pinned) {
      this.#pinned = -1;
      this.#first = px <= 0 ? 0 : Math.round((this.root.scrollTop / px) * rows);
    }
    if (this.#paper > 0) this.#first = 0;
    const shown = Math.min(this.#count - this.#first, this.#paper > 0 ? this.#paper : this.#room() + 1);
    while (this.#body.rows.length > Math.max(0, shown)) this.#body.deleteRow(-1);
    while (this.#body.rows.length < shown) this.#body.insertRow();
    for (let place = 0; place < shown; place++) {
      const at = this.#first + place;
      const element = this.#body.rows[place];
      element.replaceChildren();
      element.className = at === this.#active ? 'active' : '';
      element.id = `${this.#id}-${at}`;
      element.setAttribute('aria-rowindex', String(at + 2));
      drawRow(element, at);
    }
    const seen = this.#active >= this.#first && this.#active < this.#first + shown;
    if (seen) table.setAttribute('aria-activedescendant', `${this.#id}-${this.#active}`);
    else table.removeAttribute('aria-activedescendant');
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#setting.table || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, this.#room() - 1);
    const steps: Record<string, number> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#count - 1,
    };
    if (event.key in steps) this.show(steps[event.key]);
    else if (event.key === 'Enter' && this.#count > 0) this.#setting.choose?.(this.#active);
    else return;
    event.preventDefault();
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest('tbody tr') as HTMLTableRowElement | null;
    if (row === null || (event.target as Element).closest('a') !== null) return;
    this.#active = this.#first + row.sectionRowIndex;
    this.#draw();
    if (getSelection()?.isCollapsed !== false) this.#setting.choose?.(this.#active);
  }
}
