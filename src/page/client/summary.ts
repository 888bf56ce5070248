/**
 * What comes first in the page: figures of the whole capture, and what is wrong with it.
 */
import type { PageData } from '../page-data.js';
import type { Clock } from './clock.js';
import { button, foreign, make } from './dom.js';
import type { Finding } from './findings.js';
import { choiceName, type Sessions } from './sessions.js';
import type { Span } from './span.js';
import { bytesText, countText, endText, NOTHING, secondsText, shareText, stretchText } from './texts.js';

/** Figures that say how large it is and how well it goes. */
export function keyFigures({ figures, series }: PageData): HTMLElement {
  const [group] = figures.sessions.groups;
  const { handshake, rtt } = group.distributions;
  const seconds = Number(figures.sessions.last ?? 0) - Number(figures.sessions.first ?? 0);
  const failed = group.refused + group.unanswered;
  const median = (p50: number | null, p99: number | null): [string, string] =>
    p50 === null ? [NOTHING, 'none measured'] : [secondsText(p50), `99 %: ${secondsText(p99)}`];
  const tiles: [string, string, string][] = [
    ['Packets', countText(figures.packets), `${bytesText(figures.bytes)} on the wire`],
    ['Time', secondsText(seconds), `in stretches of ${stretchText(series.width)}`],
    ['TCP sessions', countText(group.sessions), `${bytesText(group.bytes_payload)} of payload`],
    ['Failed handshakes', shareText(failed, group.opened), `${countText(failed)} of ${countText(group.opened)}`],
    [
      'Sent again',
      shareText(group.symptoms.retransmission, group.segments),
      `${countText(group.symptoms.retransmission)} segments`,
    ],
    ['With a reset', shareText(group.rst, group.sessions), `${countText(group.rst)} sessions`],
    ['Handshake, median', ...median(handshake.p50, handshake.p99)],
    ['Round trip, median', ...median(rtt.p50, rtt.p99)],
  ];
  return make(
    'dl',
    { class: 'tiles' },
    ...tiles.map(([name, value, more]) =>
      make(
        'div',
        {},
        make('dt', {}, name),
        make('dd', { class: 'value' }, value),
        make('dd', { class: 'quiet' }, more),
      ),
    ),
  );
}

const SIGNS = { serious: '▲', notable: '◆', minor: '●' } as const;

export function findingList(findings: readonly Finding[], sessions: Sessions, span: Span, clock: Clock): HTMLElement {
  if (findings.length === 0) {
    return make(
      'p',
      { class: 'fine' },
      'Nothing looks wrong: nothing refused, unanswered, reset, sent again or missing.',
    );
  }
  return make(
    'ol',
    { class: 'findings' },
    ...findings.map((finding) =>
      make(
        'li',
        { class: finding.grade },
        make(
          'span',
          { class: 'grade' },
          make('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[finding.grade]),
          finding.grade,
        ),
        make(
          'div',
          {},
          make('h3', {}, finding.title),
          make('p', {}, ...evidenceOf(finding)),
          peakLine(finding, span, clock),
          links(finding, sessions),
        ),
      ),
    ),
  );
}

/** One sentence after the other. */
const evidenceOf = ({ evidence }: Finding): (string | Node)[] =>
  evidence.flatMap((text, at) => (at === 0 ? [foreign(text)] : [' · ', foreign(text)]));

function peakLine({ peak }: Finding, span: Span, clock: Clock): HTMLElement | null {
  if (peak === null) return null;
  const { from, to, count, of, what } = peak;
  const decimals = to - from < 10 ? 3 : 0;
  const show = (): void => {
    span.show(from - (to - from) - span.origin, to + (to - from) - span.origin);
    document.getElementById('time')?.scrollIntoView();
  };
  const name = `${clock.time(from, decimals)} to ${clock.time(to, decimals)} (${clock.zone})`;
  return make(
    'p',
    {},
    `${shareText(count, of)} of all ${what} within ${secondsText(to - from)}: `,
    button(name, show, `Zoom to ${name}`),
  );
}

function links({ rows, choice }: Finding, sessions: Sessions): HTMLElement | null {
  if (rows.length === 0 && choice === null) return null;
  const { at, told } = sessions;
  const worst = rows.map((row) =>
    make(
      'a',
      { href: `#session=${at.session[row]}` },
      `#${at.session[row]} `,
      make('span', { class: 'quiet' }, 'to ', foreign(endText(told.addresses[at.dst[row]], at.dst_port[row]))),
    ),
  );
  const all =
    choice === null ? null : make('a', { href: `#filter=${choice}` }, `all in the table (${choiceName(choice)})`);
  return make('p', { class: 'links' }, rows.length > 0 && 'Sessions: ', ...worst, all);
}
