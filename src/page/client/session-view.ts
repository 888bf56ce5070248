/**
 * One session, in a window over the page: its record, its ladder and its graph, or how to get its packets.
 */

import { SYMPTOMS } from '../../analysis/symptoms.js';
import type { PageData, PageSegments } from '../page-data.js';
import type { Clock } from './clock.js';
import { button, fill, foreign, make } from './dom.js';
import { Ladder } from './ladder.js';
import { readSegments } from './segments.js';
import { SequenceGraph } from './sequence-graph.js';
import { choiceName, rowOf, type Sessions } from './sessions.js';
import { tabsOf } from './tabs.js';
import { bytesText, countText, endText, NOTHING, secondsText, shellWord } from './texts.js';

export class SessionView {
  readonly root: HTMLDialogElement;
  readonly #data: PageData;
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #body = make('div', { class: 'body' });
  readonly #title = make('h2', { id: 'session-title' });
  readonly #segments: ReadonlyMap<number, PageSegments>;
  #session = -1;
  #ladder: Ladder | undefined;
  #graph: SequenceGraph | undefined;

  /** `closed` is called, with the session that was shown, when the reader has closed it. */
  constructor(data: PageData, sessions: Sessions, clock: Clock, closed: (session: number) => void) {
    this.#data = data;
    this.#sessions = sessions;
    this.#clock = clock;
    this.#segments = new Map(data.segments.map((segments) => [segments.session, segments]));
    const close = button('Close', () => this.root.close(), 'Close this session');
    this.root = make(
      'dialog',
      { class: 'session', 'aria-labelledby': 'session-title', onclose: () => !this.root.open && closed(this.#session) },
      make('header', {}, this.#title, close),
      this.#body,
    );
    // A click beside the window closes it too.
    this.root.addEventListener('click', (event) => event.target === this.root && this.root.close());
  }

  open(session: number): void {
    this.#session = session;
    const { at, told } = this.#sessions;
    const row = rowOf(this.#sessions, session);
    this.#graph?.destroy();
    this.#ladder = undefined;
    this.#graph = undefined;
    const source = row < 0 ? '' : endText(told.addresses[at.src[row]], at.src_port[row]);
    const target = row < 0 ? '' : endText(told.addresses[at.dst[row]], at.dst_port[row]);
    fill(
      this.#title,
      `Session ${session}`,
      ...(row < 0 ? [] : [' ', make('span', { class: 'ends' }, foreign(source), ' → ', foreign(target))]),
    );
    if (row < 0) {
      const why = told.left_out === '' ? 'There is no such session in this report.' : told.left_out;
      fill(this.#body, make('p', {}, foreign(why)), this.#extract(session));
    } else {
      const segments = this.#segments.get(session);
      fill(
        this.#body,
        this.#record(row),
        this.#symptoms(row),
        ...(segments === undefined ? [] : [this.#pictures(segments, row, source, target)]),
        this.#extract(session, segments),
      );
    }
    if (!this.root.open) this.root.showModal();
    this.#body.scrollTop = 0;
    this.#layOut();
  }

  #layOut(): void {
    this.#ladder?.layOut();
  }

  close(): void {
    if (this.root.open) this.root.close();
  }

  redraw(): void {
    this.#graph?.redraw();
  }

  setPaper(paper: boolean): void {
    if (this.root.open) {
      // What lies above the page is not divided into sheets as the page is: on paper it is a part of it.
      this.root.close();
      if (paper) this.root.show();
      else this.root.showModal();
    }
    this.#ladder?.setPaper(paper);
  }

  #record(row: number): HTMLElement {
    const { at, told, http } = this.#sessions;
    const found = http.get(row);
    const both = (to: number, back: number, text: (value: number) => string): string =>
      `${text(to)} → · ← ${text(back)}`;
    const first = at.first[row];
    const facts: [string, string][] = [
      [`first (${this.#clock.zone})`, `${this.#clock.date(first)} ${this.#clock.time(first, 6)}`],
      ['duration', secondsText(at.duration[row])],
      ['state', told.states[at.state[row]]],
      ['ended by', told.closings[at.closing[row]]],
      ['packets', both(at.packets_src[row], at.packets_dst[row], countText)],
      ['payload', both(at.payload_src[row], at.payload_dst[row], bytesText)],
      ['handshake', secondsText(at.handshake[row])],
      ['round trip', secondsText(at.rtt[row])],
      ['packets with RST', countText(at.resets[row])],
      ['file of the first packet', told.inputs[at.input[row]] ?? NOTHING],
    ];
    if (found !== undefined)
      facts.push(['HTTP', `${found.method} ${found.host}, status ${found.status ?? 'not seen'}`]);
    return make(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, foreign(value)))),
    );
  }

  #symptoms(row: number): HTMLElement {
    const found = SYMPTOMS.filter((name) => this.#sessions.symptoms[name][row] > 0);
    if (found.length === 0) return make('p', { class: 'quiet' }, 'No segment has a symptom.');
    const badges = found.map((name) =>
      make('li', {}, choiceName(name), make('b', {}, countText(this.#sessions.symptoms[name][row]))),
    );
    return make('ul', { class: 'badges', 'aria-label': 'Segments with symptoms' }, ...badges);
  }

  #pictures(told: PageSegments, row: number, src: string, dst: string): HTMLElement {
    const segments = readSegments(told);
    const ladder = new Ladder({ segments, first: this.#sessions.at.first[row], clock: this.#clock, src, dst });
    const graph = new SequenceGraph(segments);
    this.#ladder = ladder;
    this.#graph = graph;
    return tabsOf('Pictures of the session', [
      { name: 'Ladder', content: ladder.root, shown: () => ladder.layOut() },
      { name: 'Time-sequence graph', content: graph.root, shown: () => graph.resize() },
    ]);
  }

  #extract(session: number, segments?: PageSegments): HTMLElement {
    const inputs = this.#data.figures.inputs.map(shellWord).join(' ');
    const command = `tcploom extract --sessions ${session} ${inputs} -w session-${session}.pcap`;
    const text = make('code', { tabindex: 0 }, command);
    const copy = button('Copy', () => {
      getSelection()?.selectAllChildren(text);
      navigator.clipboard?.writeText(command).catch(() => {});
    });
    const why =
      segments === undefined
        ? 'Its segments are not in this report. This writes them to a file:'
        : segments.total > segments.length
          ? 'Not all of its segments are in this report. This writes them to a file:'
          : 'Its packets, as a file:';
    return make('div', { class: 'extract' }, make('p', {}, why), make('div', {}, text, copy));
  }
}
