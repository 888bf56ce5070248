/**
 * What is wrong with a capture, in words, ranked, each with its evidence. Owns from what share on something is serious. Pure.
 */
import type { Symptom } from '../../analysis/symptoms.js';
import type { GroupFigures, TopEntry } from '../../summary/figures.js';
import type { PageData } from '../page-data.js';
import type { Choice, Sessions } from './sessions.js';
import { chooser, measureOf, worstRows } from './sessions.js';
import { countText, digits, ofThem, secondsText, shareText } from './texts.js';
import { columnOf } from './unpack.js';

export const GRADES = ['serious', 'notable', 'minor'] as const;
export type Grade = (typeof GRADES)[number];

export interface Finding {
  readonly grade: Grade;
  readonly title: string;
  readonly evidence: readonly string[];
  /** Rows of the table that show it the most, and by what all of them are chosen; without either it is not about sessions. */
  readonly rows: readonly number[];
  readonly choice: Choice | null;
  /** The stretch of time in which there was the most of it. */
  readonly peak: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly of: number;
    readonly what: string;
  } | null;
}

const WORST = 4;

/** Most important first: by grade, then by how far beyond what is usual. */
export function findingsOf(data: PageData, sessions: Sessions): Finding[] {
  const group = data.figures.sessions.groups[0];
  const found: { readonly finding: Finding; readonly weight: number }[] = [];
  const add = (share: number, limits: readonly [number, number], finding: Omit<Finding, 'grade'>): void => {
    const grade = share >= limits[0] ? 'serious' : share >= limits[1] ? 'notable' : 'minor';
    found.push({ finding: { ...finding, grade }, weight: share / limits[0] });
  };
  early(data, add);
  damage(data, add);
  handshakes(data, group, sessions, add);
  segments(data, group, sessions, add);
  waiting(group, sessions, add);
  http(sessions, add);
  return found
    .sort((a, b) => GRADES.indexOf(a.finding.grade) - GRADES.indexOf(b.finding.grade) || b.weight - a.weight)
    .map(({ finding }) => finding);
}

type Add = (share: number, limits: readonly [number, number], finding: Omit<Finding, 'grade'>) => void;

function early({ ended_early: isEarly, figures }: PageData, add: Add): void {
  if (!isEarly) return;
  const { sessions } = figures.sessions.groups[0];
  // Before what was damaged: all figures are less than those of the whole input.
  add(1000, [1, 1], {
    title: 'The run was ended early: what was not read by then is missing',
    evidence: [
      `${ofThem(figures.packets, 'packet')} had been read; figures are of ${ofThem(sessions, 'session')} that were known by then, others may have been under way`,
    ],
    rows: [],
    choice: null,
    peak: null,
  });
}

function damage({ figures }: PageData, add: Add): void {
  if (figures.damaged === 0) return;
  // Before all others: they are what could be read.
  add(100, [1, 1], {
    title: `The input is damaged in ${ofThem(figures.damaged, 'place')}: what is behind may be missing`,
    evidence: figures.problems.slice(0, 3),
    rows: [],
    choice: null,
    peak: null,
  });
}

function handshakes(data: PageData, group: GroupFigures, sessions: Sessions, add: Add): void {
  const { opened, refused, unanswered, rst } = group;
  const peak = peakOf(data, 'failed', 'failed handshakes');
  const ofOpened = (part: number): string =>
    `${countText(part)} of ${countText(opened)} attempts, ${shareText(part, opened)}`;
  const where = (choice: Choice): string[] => mostAt(sessions, choice);
  if (refused > 0) {
    add(refused / opened, [0.05, 0.005], {
      title: `${ofThem(refused, 'connection was', 'connections were')} refused`,
      evidence: [`${ofOpened(refused)}: a reset answered the SYN`, ...where('refused')],
      rows: firstRows(sessions, 'refused'),
      choice: 'refused',
      peak,
    });
  }
  if (unanswered > 0) {
    add(unanswered / opened, [0.05, 0.005], {
      title: `${ofThem(unanswered, 'connection attempt was', 'connection attempts were')} never answered`,
      evidence: [`${ofOpened(unanswered)}: no answer to the SYN in the capture`, ...where('unanswered')],
      rows: firstRows(sessions, 'unanswered'),
      choice: 'unanswered',
      peak,
    });
  }
  if (rst > 0) {
    add(rst / group.sessions, [0.2, 0.02], {
      title: `${ofThem(rst, 'session', 'sessions')} saw a reset`,
      evidence: [
        `${ofThem(group.rst_packets, 'packet')} with RST, in ${shareText(rst, group.sessions)} of all sessions; refused connections are among them`,
        ...where('reset'),
      ],
      rows: worstRows(sessions, measureOf(sessions, 'reset'), WORST),
      choice: 'reset',
      peak: peakOf(data, 'resets', 'resets'),
    });
  }
  slowHandshakes(group, sessions, add);
}

function slowHandshakes({ distributions }: GroupFigures, sessions: Sessions, add: Add): void {
  const { count, p50, p99, max } = distributions.handshake;
  // A lost SYN is sent again after a second: above it the network lost something, or the server let it wait.
  if (p99 === null || p50 === null || p99 < 0.25 || p99 < 2 * p50) return;
  add(p99, [1, 0.25], {
    title: `One in a hundred handshakes took ${secondsText(p99)} or longer`,
    evidence: [
      `Half of ${ofThem(count, 'handshake')} were done within ${secondsText(p50)}; the slowest took ${secondsText(max)}`,
      ...(p99 >= 1 ? ['A SYN that is lost is sent again after a second: these are likely such'] : []),
    ],
    rows: worstRows(sessions, sessions.at.handshake, WORST),
    choice: null,
    peak: null,
  });
}

function segments(data: PageData, group: GroupFigures, sessions: Sessions, add: Add): void {
  const { symptoms, sessions_with, segments: all, packets } = group;
  const inSessions = (name: Symptom): string => `in ${ofThem(sessions_with[name], 'session')}`;
  const symptom = (
    name: Symptom,
    whole: number,
    limits: readonly [number, number],
    title: string,
    evidence: readonly string[],
    peak: Finding['peak'] = null,
  ): void => {
    if (symptoms[name] === 0) return;
    const rows = worstRows(sessions, sessions.symptoms[name], WORST);
    add(whole === 0 ? 0 : symptoms[name] / whole, limits, { title, evidence, rows, choice: name, peak });
  };
  const again = symptoms.retransmission;
  symptom(
    'retransmission',
    all,
    [0.02, 0.002],
    `${shareText(again, all)} of the segments with data were sent again`,
    [
      `${countText(again)} of ${ofThem(all, 'segment')}, ${inSessions('retransmission')}; ${countText(symptoms.fast_retransmission)} of them after duplicate ACKs, ${countText(symptoms.spurious_retransmission)} needless`,
      ...topBy(data.figures.sessions.top.pairs),
    ],
    peakOf(data, 'retransmissions', 'retransmissions'),
  );
  const lost = symptoms.lost_segment;
  symptom(
    'lost_segment',
    all,
    [0.05, 0.005],
    `${ofThem(lost, 'gap')} in the data: segments lost before they were captured`,
    [
      `${inSessions('lost_segment')[0].toUpperCase()}${inSessions('lost_segment').slice(1)}; what was lost on the way is sent again later`,
    ],
  );
  symptom('ack_lost_segment', packets, [0.01, 0.001], 'The capture itself is not complete', [
    `${ofThem(symptoms.ack_lost_segment, 'ACK')} of data that was never captured, ${inSessions('ack_lost_segment')}: other figures may mislead there`,
  ]);
  symptom('out_of_order', all, [0.05, 0.005], `${ofThem(symptoms.out_of_order, 'segment')} came out of order`, [
    `${shareText(symptoms.out_of_order, all)} of those with data, ${inSessions('out_of_order')}`,
  ]);
  symptom('zero_window', packets, [0.01, 0.0005], 'Receivers could not keep up', [
    `${ofThem(symptoms.zero_window, 'segment')} announced a window of 0, ${inSessions('zero_window')}; ${ofThem(symptoms.zero_window_probe, 'probe')}, ${ofThem(symptoms.window_full, 'segment')} that filled a window`,
  ]);
  symptom(
    'reused_ports',
    Math.max(1, group.sessions),
    [1, 0.1],
    `Ports were used again ${ofThem(symptoms.reused_ports, 'time')}`,
    ['A new session began on the addresses and ports of an earlier one'],
  );
}

function waiting({ distributions }: GroupFigures, sessions: Sessions, add: Add): void {
  const { p50, p99, count } = distributions.rtt;
  if (p50 === null || p99 === null || count < 20 || p99 < 0.1 || p99 < 5 * p50) return;
  add(p99 / p50, [50, 10], {
    title: `Round trips of the slowest sessions are ${digits(p99 / p50)} times as long as usual`,
    evidence: [
      `Half of the sessions have a mean of up to ${secondsText(p50)}, one in a hundred has ${secondsText(p99)} or more`,
      'Full buffers on the way, or answers that come late, do that',
    ],
    rows: worstRows(sessions, sessions.at.rtt, WORST),
    choice: null,
    peak: null,
  });
}

function http(sessions: Sessions, add: Add): void {
  const statuses = [...sessions.http].filter(([, { status }]) => status !== null);
  const failed = statuses.filter(([, { status }]) => status! >= 500);
  if (failed.length === 0) return;
  const hosts = new Map<string, number>();
  for (const [, { host }] of failed) hosts.set(host, (hosts.get(host) ?? 0) + 1);
  const [host, most] = [...hosts].sort((a, b) => b[1] - a[1])[0];
  add(failed.length / statuses.length, [0.05, 0.005], {
    title: `${ofThem(failed.length, 'HTTP answer')}${ofListed(sessions)} with a status of 500 or more`,
    evidence: [
      `Of ${ofThem(statuses.length, 'first answer')}${ofListed(sessions)} with a status, ${shareText(failed.length, statuses.length)}; ${countText(most)} by ${host}`,
    ],
    rows: failed.slice(0, WORST).map(([row]) => row),
    choice: 'http_error',
    peak: null,
  });
}

/** What is known of rows alone is of those that there are. */
const ofListed = ({ length, told }: Sessions): string => (length < told.total ? ' of the sessions listed' : '');

/** The first rows of a choice. */
function firstRows(sessions: Sessions, choice: Choice): number[] {
  const chosen = chooser(sessions, choice);
  const rows: number[] = [];
  for (let row = 0; row < sessions.length && rows.length < WORST; row++) if (chosen(row)) rows.push(row);
  return rows;
}

/** The server that most of the chosen sessions go to, where that says something. */
function mostAt(sessions: Sessions, choice: Choice): string[] {
  const chosen = chooser(sessions, choice);
  const servers = new Map<number, number>();
  let all = 0;
  let best = -1;
  const { dst, dst_port } = sessions.at;
  for (let row = 0; row < sessions.length; row++) {
    if (!chosen(row)) continue;
    const key = dst[row] * 65536 + dst_port[row];
    const count = (servers.get(key) ?? 0) + 1;
    servers.set(key, count);
    all++;
    if (best < 0 || count > servers.get(best)!) best = key;
  }
  if (all < 3 || servers.get(best)! < all / 10) return [];
  const address = sessions.told.addresses[Math.floor(best / 65536)];
  const listed = ofListed(sessions);
  const them = listed === '' ? ' of them' : `${listed} among them`;
  return [`${shareText(servers.get(best)!, all)}${them} at ${address}, port ${best % 65536}`];
}

function topBy(pairs: readonly TopEntry[]): string[] {
  const [worst] = [...pairs].sort((a, b) => b.retransmissions - a.retransmissions);
  return worst === undefined || worst.retransmissions === 0
    ? []
    : [`Of the pairs with the most data, ${worst.key} has the most of them: ${countText(worst.retransmissions)}`];
}

/** Where a column of the series is highest; null where it is nowhere much higher than elsewhere. */
function peakOf({ series }: PageData, name: 'failed' | 'resets' | 'retransmissions', what: string): Finding['peak'] {
  const counts = columnOf(series[name]);
  const window = Math.max(1, Math.round(counts.length / 50));
  let all = 0;
  let sum = 0;
  let most = 0;
  let end = 0;
  for (let at = 0; at < counts.length; at++) {
    all += counts[at];
    sum += counts[at] - (at >= window ? counts[at - window] : 0);
    if (sum > most) {
      most = sum;
      end = at + 1;
    }
  }
  if (counts.length < 10 || most < 5 || most / all < (4 * window) / counts.length) return null;
  const from = series.from + Math.max(0, end - window) * series.width;
  return { from, to: series.from + end * series.width, count: most, of: all, what };
}
