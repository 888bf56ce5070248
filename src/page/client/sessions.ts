/**
 * The sessions of the page as columns of numbers. Owns what is known of a row and under which names rows are chosen; knows nothing of the document.
 */
import { SYMPTOMS, type Symptom } from '../../analysis/symptoms.js';
import type { PageSessions } from '../page-data.js';
import { FLAG_REFUSED, FLAG_UNANSWERED } from '../page-flags.js';
import { type Column, columnOf } from './unpack.js';

/** Segments that tell of something wrong; retransmissions count fast and spurious ones already. */
export const TROUBLES: readonly Symptom[] = [
  'retransmission',
  'out_of_order',
  'lost_segment',
  'ack_lost_segment',
  'duplicate_ack',
  'zero_window',
  'window_full',
  'reused_ports',
];

const COLUMNS = [
  'session',
  'first',
  'duration',
  'src',
  'src_port',
  'dst',
  'dst_port',
  'state',
  'closing',
  'input',
  'packets_src',
  'packets_dst',
  'payload_src',
  'payload_dst',
  'handshake',
  'rtt',
  'resets',
  'flags',
] as const;
type ColumnName = (typeof COLUMNS)[number];

export interface Http {
  readonly method: string;
  readonly host: string;
  readonly status: number | null;
}

export interface Sessions {
  readonly length: number;
  readonly told: PageSessions;
  readonly at: Readonly<Record<ColumnName, Column>>;
  readonly symptoms: Readonly<Record<Symptom, Column>>;
  /** Sum of TROUBLES and resets. */
  readonly troubles: Float64Array;
  readonly http: ReadonlyMap<number, Http>;
}

export function readSessions(told: PageSessions): Sessions {
  const { length } = told;
  const none = new Uint8Array(length);
  const at = Object.fromEntries(COLUMNS.map((name) => [name, columnOf(told[name])])) as Record<ColumnName, Column>;
  const symptoms = Object.fromEntries(
    SYMPTOMS.map((name) => [name, name in told.symptoms ? columnOf(told.symptoms[name]) : none]),
  ) as Record<Symptom, Column>;
  const troubles = Float64Array.from(at.resets);
  for (const name of TROUBLES) {
    const counts = symptoms[name];
    for (let row = 0; row < length; row++) troubles[row] += counts[row];
  }
  const http = new Map(told.http.map(([row, method, host, status]) => [row, { method, host, status }]));
  return { length, told, at, symptoms, troubles, http };
}

/** The row of a session by its number, or -1. */
export const rowOf = (sessions: Sessions, session: number): number => sessions.at.session.indexOf(session);

/** What rows can be chosen by: a symptom, or one of these. */
export type Choice = Symptom | 'all' | 'any' | 'reset' | 'refused' | 'unanswered' | 'http_error';

const has = (counts: Column | Float64Array) => (row: number) => counts[row] > 0;

/** Whether a row is among the chosen. */
export function chooser(sessions: Sessions, choice: Choice): (row: number) => boolean {
  const { at } = sessions;
  const isOneOf = (flags: number) => (row: number) => (at.flags[row] & flags) !== 0;
  switch (choice) {
    case 'all':
      return () => true;
    case 'any': {
      const failed = isOneOf(FLAG_REFUSED | FLAG_UNANSWERED);
      return (row) => sessions.troubles[row] > 0 || failed(row);
    }
    case 'reset':
      return has(at.resets);
    case 'refused':
      return isOneOf(FLAG_REFUSED);
    case 'unanswered':
      return isOneOf(FLAG_UNANSWERED);
    case 'http_error':
      return (row) => (sessions.http.get(row)?.status ?? 0) >= 400;
    default:
      return has(sessions.symptoms[choice]);
  }
}

/** By what the rows of a choice are the worse: segments, packets, or none where it is a mere fact. */
export const measureOf = (sessions: Sessions, choice: Choice): Column | Float64Array =>
  choice in sessions.symptoms
    ? sessions.symptoms[choice as Symptom]
    : choice === 'reset'
      ? sessions.at.resets
      : sessions.troubles;

/** The rows with the greatest values, the greatest first; none of 0, none unknown. */
export function worstRows(sessions: Sessions, values: ArrayLike<number>, most: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sessions.length; row++) {
    if (!(values[row] > 0) || (rows.length === most && values[row] <= values[rows[most - 1]])) continue;
    let place = rows.length;
    while (place > 0 && values[rows[place - 1]] < values[row]) place--;
    rows.splice(place, 0, row);
    if (rows.length > most) rows.pop();
  }
  return rows;
}

const CHOICE_NAMES: Readonly<Record<Choice, string>> = {
  all: 'all sessions',
  any: 'anything wrong',
  reset: 'reset',
  refused: 'refused',
  unanswered: 'unanswered',
  http_error: 'HTTP status of 400 and more',
  retransmission: 'retransmission',
  fast_retransmission: 'fast retransmission',
  spurious_retransmission: 'spurious retransmission',
  out_of_order: 'out of order',
  lost_segment: 'segment missing before it',
  ack_lost_segment: 'ACK of a missing segment',
  duplicate_ack: 'duplicate ACK',
  keep_alive: 'keep-alive',
  keep_alive_ack: 'keep-alive ACK',
  zero_window: 'zero window',
  zero_window_probe: 'zero window probe',
  zero_window_probe_ack: 'zero window probe ACK',
  window_full: 'window full',
  window_update: 'window update',
  reused_ports: 'reused ports',
};
export const CHOICES = Object.keys(CHOICE_NAMES) as readonly Choice[];

export const choiceName = (choice: Choice): string => CHOICE_NAMES[choice];

/** Symptoms of a row with their numbers, as text. */
export function symptomsText(sessions: Sessions, row: number): string {
  const found = TROUBLES.filter((name) => sessions.symptoms[name][row] > 0);
  return found.map((name) => `${choiceName(name)} ${sessions.symptoms[name][row]}`).join(', ');
}
