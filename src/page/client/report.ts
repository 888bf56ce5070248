/**
 * The page's beginning: puts its parts together from the data in it, and follows the address's fragment (#session=12, #filter=retransmission).
 */
import type { DistributionName } from '../../summary/figures.js';
import type { PageData } from '../page-data.js';
import { Clock } from './clock.js';
import { fill, foreign, make, visible } from './dom.js';
import { findingsOf } from './findings.js';
import { Histogram } from './histogram.js';
import { runCounts } from './run-counts.js';
import { SessionTable } from './session-table.js';
import { SessionView } from './session-view.js';
import { CHOICES, type Choice, readSessions } from './sessions.js';
import { findingList, keyFigures } from './summary.js';
import { bytesText, countText, secondsText } from './texts.js';
import { onTheme, setPaper, startTheme, themeSwitch } from './theme.js';
import { spanOf, timelineOf } from './timeline.js';
import { topLists } from './top-lists.js';
import { unpack } from './unpack.js';

/** Width of the charts on a sheet of paper, of two beside each other. */
const PAPER_CHART_PX = 335;

const HISTOGRAMS: readonly [DistributionName, string, string, string, (value: number) => string][] = [
  ['handshake', 'Handshake time', 'SYN to ACK', 'time', secondsText],
  ['rtt', 'Round trip time', 'mean of the data of the slower side', 'time', secondsText],
  ['duration', 'Duration', 'first to last packet', 'time', secondsText],
  ['bytes', 'Payload', 'of both sides', 'bytes', bytesText],
];

function section(id: string, title: string, ...content: Node[]): HTMLElement {
  return make(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    make('h2', { id: `${id}-title` }, title),
    ...content,
  );
}

function headOf(data: PageData, clock: Clock, hasCounts: boolean): HTMLElement {
  const { inputs, sessions } = data.figures;
  const name =
    inputs.length === 0
      ? 'no capture'
      : inputs.length > 3
        ? `${inputs[0]} and ${countText(inputs.length - 1)} more`
        : inputs.join(', ');
  document.title = `${visible(name)} – TCP report`;
  const from = Number(sessions.first);
  const when = sessions.first === null ? 'no TCP' : `from ${clock.date(from)} ${clock.time(from)} (${clock.zone})`;
  const links = [
    ['summary', 'Summary'],
    ['time', 'Over time'],
    ['times', 'Distributions'],
    ['top', 'Top'],
    ['sessions', 'Sessions'],
    ...(hasCounts ? [['counts', 'Counts']] : []),
    ['bounds', 'Bounds'],
  ];
  return make(
    'header',
    { class: 'head' },
    make(
      'div',
      {},
      make('h1', {}, foreign(name)),
      make(
        'p',
        { class: 'quiet' },
        `TCP report by ${data.program}, ${when}`,
        data.anonymized && '; addresses stand for others',
      ),
    ),
    make(
      'nav',
      { 'aria-label': 'Parts of the report' },
      ...links.map(([id, text]) => make('a', { href: `#${id}` }, text)),
      themeSwitch(),
    ),
  );
}

function histogramsOf(data: PageData): { readonly root: HTMLElement; readonly all: readonly Histogram[] } {
  const of = data.figures.sessions.groups[0].distributions;
  const all = HISTOGRAMS.map(
    ([name, title, note, unit, text]) => new Histogram({ title, note, unit, text, distribution: of[name] }),
  );
  const box = make('input', {
    type: 'checkbox',
    onchange: () => {
      for (const histogram of all) histogram.show(box.checked);
    },
  });
  const root = make(
    'div',
    {},
    make('div', { class: 'bar' }, make('label', {}, box, ' logarithmic counts')),
    make('div', { class: 'charts' }, ...all.map((histogram) => histogram.root)),
  );
  return { root, all };
}

function boundsOf(data: PageData): HTMLElement {
  const sentences = [...data.bounds, ...(data.sessions.left_out === '' ? [] : [data.sessions.left_out])];
  return sentences.length === 0
    ? make('p', {}, 'Nothing is left out: every session is in the table, every list is exact.')
    : make('ul', {}, ...sentences.map((text) => make('li', {}, foreign(text))));
}

async function start(): Promise<void> {
  const data = await unpack(document.getElementById('data')!.textContent!);
  document.getElementById('data')!.remove();
  const sessions = readSessions(data.sessions);
  const clock = new Clock(data.zone);
  const span = spanOf(data.series);
  const timeline = timelineOf(data.series, span, clock);
  const histograms = histogramsOf(data);
  const counts = runCounts(data);
  const table = new SessionTable(sessions, span, clock);
  const view = new SessionView(data, sessions, clock, (session) => {
    // The address may name another one already.
    if (location.hash === `#session=${session}`) history.replaceState(null, '', location.href.replace(/#.*$/, '#'));
  });
  fill(
    document.body,
    headOf(data, clock, counts !== null),
    make(
      'main',
      {},
      section('summary', 'Summary', findingList(findingsOf(data, sessions), sessions, span, clock), keyFigures(data)),
      section('time', 'Over time', timeline.root),
      section('times', 'Distributions', histograms.root),
      section('top', 'Top talkers, ports and pairs', topLists(data)),
      section('sessions', 'Sessions', table.root),
      ...(counts === null ? [] : [section('counts', 'Counts of tcpeek and miruo', counts)]),
      section('bounds', 'What is bounded', boundsOf(data)),
    ),
    view.root,
  );
  const follow = (): void => {
    const [, word, value] = /^#(session|filter)=(\w+)$/.exec(location.hash) ?? [];
    if (word === 'session' && /^\d+$/.test(value)) view.open(Number(value));
    else view.close();
    if (word === 'filter' && CHOICES.includes(value as Choice)) {
      table.choose(value as Choice);
      document.getElementById('sessions')!.scrollIntoView();
    }
  };
  addEventListener('hashchange', follow);
  onTheme(() => {
    for (const chart of timeline.charts) chart.redraw();
    view.redraw();
  });
  const paper = (on: boolean): void => {
    setPaper(on);
    for (const chart of [...timeline.charts, ...histograms.all]) chart.resize(on ? PAPER_CHART_PX : undefined);
    table.setPaper(on);
    view.setPaper(on);
  };
  addEventListener('beforeprint', () => paper(true));
  addEventListener('afterprint', () => paper(false));
  follow();
  document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: 'instant' });
  // When it was there, in milliseconds since it was asked for.
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

startTheme();
addEventListener('DOMContentLoaded', () => {
  start().catch((error: unknown) => {
    fill(
      document.body,
      make('main', {}, make('h1', {}, 'This report cannot be shown'), make('p', {}, visible(String(error)))),
    );
    throw error;
  });
});
