/**
 * The ladder of a session: a row for each segment, from one side to the other.
 */
import { SYMPTOMS } from '../../analysis/symptoms.js';
import type { Clock } from './clock.js';
import { fill, foreign, make } from './dom.js';
import { ACK, ackOf, flagsText, missing, type Segments, seqOf, symptomNames } from './segments.js';
import { choiceName } from './sessions.js';
import { countText, ofThem, secondsText } from './texts.js';
import { VirtualRows } from './virtual-rows.js';

const ROW_PX = 24;
const PAPER_ROWS = 60;
/** Symptoms of a healthy session. */
const USUAL = ['keep_alive', 'keep_alive_ack', 'window_update'].reduce(
  (set, name) => set | (1 << (SYMPTOMS as readonly string[]).indexOf(name)),
  0,
);

export interface LadderSetting {
  readonly segments: Segments;
  /** Seconds since 1970 of the session's first packet. */
  readonly first: number;
  readonly clock: Clock;
  readonly src: string;
  readonly dst: string;
}

export class Ladder {
  readonly root: HTMLElement;
  readonly #setting: LadderSetting;
  readonly #rows: VirtualRows;
  #absolute = false;

  constructor(setting: LadderSetting) {
    this.#setting = setting;
    const { segments, clock, src, dst } = setting;
    const gap = missing(segments) > 0;
    const heads: [string, string][] = [
      ['number', 'no.'],
      ['number', 'after (s)'],
      ['number', `time (${clock.zone})`],
      ['number', 'wait'],
    ];
    const head = make(
      'tr',
      {},
      ...heads.map(([name, text]) => make('th', { scope: 'col', class: name }, text)),
      make('th', { scope: 'col', class: 'lane' }, make('span', {}, foreign(src)), make('span', {}, foreign(dst))),
      ...['seq', 'ack', 'length', 'window'].map((name) => make('th', { scope: 'col', class: 'number' }, name)),
      make('th', { scope: 'col' }, 'symptom'),
    );
    this.#rows = new VirtualRows({
      label: 'Segments in order',
      table: make('table', { class: 'ladder' }, make('thead', {}, head)),
      widths: [6, 10, 14, 9, null, 12, 12, 6, 9, 24],
      rowPx: ROW_PX,
      mostPx: () => Math.max(220, innerHeight * 0.6),
      drawRow: (element, at) => this.#draw(element, at),
    });
    const numbers = make('input', {
      type: 'checkbox',
      onchange: () => {
        this.#absolute = numbers.checked;
        this.#rows.layOut();
      },
    });
    this.root = make(
      'div',
      {},
      make('div', { class: 'bar' }, make('label', {}, numbers, ' absolute seq and ack')),
      this.#rows.root,
    );
    this.#rows.setCount(segments.length + (gap ? 1 : 0));
  }

  layOut(): void {
    this.#rows.layOut();
  }

  setPaper(paper: boolean): void {
    this.#rows.setPaper(paper ? PAPER_ROWS : 0);
  }

  #draw(element: HTMLTableRowElement, at: number): void {
    const { segments, first, clock } = this.#setting;
    const left = missing(segments);
    const { gap_at } = segments.told;
    if (left > 0 && at === gap_at) {
      const cell = element.insertCell();
      cell.colSpan = 10;
      element.classList.add('gap');
      fill(cell, `${ofThem(left, 'segment')} not in this report`);
      return;
    }
    const row = left > 0 && at > gap_at ? at - 1 : at;
    const { time, side, flags, seq, ack, payload, window, symptoms } = segments;
    const number = row < gap_at ? row : row + left;
    const before = row === 0 ? Number.NaN : time[row] - time[row - 1];
    const names = symptomNames(symptoms[row]);
    if (symptoms[row] & ~USUAL) element.classList.add('trouble');
    const acks = (flags[row] & ACK) !== 0;
    const put = (text: string | Node, name = 'number'): void => {
      const cell = element.insertCell();
      cell.className = name;
      cell.append(text);
    };
    put(countText(number + 1));
    put(time[row].toFixed(6));
    put(clock.time(first + time[row], 6));
    put(row === gap_at && left > 0 ? '' : secondsText(before));
    const label = `${flagsText(flags[row])}${payload[row] > 0 ? ` ${countText(payload[row])} B` : ''}`;
    put(
      make(
        'div',
        { class: `arrow ${side[row] === 0 ? 'right' : 'left'}` },
        make('span', { class: 'spoken' }, side[row] === 0 ? 'client to server: ' : 'server to client: '),
        make('span', { class: 'label' }, label),
      ),
      'lane',
    );
    put(countText(this.#absolute ? seq[row] : seqOf(segments, row)));
    put(!acks ? '' : countText(this.#absolute ? ack[row] : ackOf(segments, row)));
    put(countText(payload[row]));
    put(countText(window[row]));
    put(names.map(choiceName).join(', '), 'words');
  }
}
