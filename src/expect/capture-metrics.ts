/**
 * What can be expected of a capture as a whole: packets, damage, throughput, the counts of tcpeek and miruo.
 */
import type { CaptureFigures } from '../summary/figures.js';
import { type Metric, ofCapture, quotedPart, quotient, sessionsSec } from './metric.js';

/** Not those of tcpeek and miruo. */
export const CAPTURE_METRICS: readonly Metric[] = [
  ofCapture({
    name: 'packets',
    quantity: 'count',
    meaning: 'Packets of the capture, of all protocols.',
    value: ({ packets }) => packets,
  }),
  ofCapture({
    name: 'bytes',
    quantity: 'bytes',
    meaning: 'Bytes of the capture, of all protocols.',
    value: ({ bytes }) => bytes,
  }),
  ofCapture({
    name: 'damaged',
    quantity: 'count',
    meaning: 'Places where the capture is damaged.',
    worse: 'more',
    value: ({ damaged }) => damaged,
  }),
  ofCapture({
    name: 'throughput',
    quantity: 'rate',
    meaning: 'Payload of all sessions, both sides, by the time from the first of their packets to the last.',
    worse: 'less',
    isCompared: true,
    value: (figures, group) => quotient(group.bytes_payload, sessionsSec(figures)),
    unknown: 'no time passed between packets of sessions',
  }),
];

const HANDSHAKE_COUNTS: readonly (readonly [name: string, meaning: string, examples: string])[] = [
  ['success', 'Handshakes that succeeded', ''],
  ['dupsyn', 'Of these, with a repeated SYN', ''],
  ['dupsynack', 'Of these, with a repeated SYN/ACK', ''],
  ['failure', 'Handshakes that failed', ''],
  ['timeout', 'Of these, because nobody answered', 'unanswered'],
  ['reject', 'Of these, because a RST was the answer', 'refused'],
  ['unreach', 'Of these, because an ICMP message said so', ''],
];

/** Counts of tcpeek: of all handshakes, or of those of one filter. */
export function handshakeMetrics(filter: string | undefined): Metric[] {
  const prefix = filter === undefined ? 'tcpeek' : `tcpeek.${quotedPart(filter)}`;
  const about = filter === undefined ? '' : `, that filter ${filter} counts`;
  const counted =
    (count: (figures: Readonly<Record<string, number>>) => number) =>
    ({ tcpeek }: CaptureFigures): number | null => {
      if (filter !== undefined) return Object.hasOwn(tcpeek, filter) ? count(tcpeek[filter]) : null;
      const names = Object.hasOwn(tcpeek, 'ALL') ? ['ALL'] : ['RX', 'TX'].filter((name) => Object.hasOwn(tcpeek, name));
      return names.length === 0 ? null : names.reduce((sum, name) => sum + count(tcpeek[name]), 0);
    };
  const unknown = filter === undefined ? 'handshakes were not counted' : `there is no filter ${filter} in this run`;
  return [
    ofCapture({
      name: `${prefix}.handshakes`,
      quantity: 'count',
      meaning: `Handshakes that succeeded or failed${about}.`,
      unknown,
      value: counted(({ success, failure }) => success + failure),
    }),
    ...HANDSHAKE_COUNTS.map(([name, words, examples]) =>
      ofCapture({
        name: `${prefix}.${name}`,
        quantity: 'count',
        meaning: `${words}${about}.`,
        whole: `${prefix}.handshakes`,
        unknown,
        ...(name === 'success' ? {} : { worse: 'more' }),
        ...(examples === '' ? {} : { examples }),
        value: counted((figures) => figures[name] ?? 0),
      }),
    ),
  ];
}

const MIRUO_COUNTERS: readonly (readonly [name: string, meaning: string, examples: string])[] = [
  ['Lookup', 'Sessions that look wrong', ''],
  ['LongConnect', 'Sessions that last too long', 'duration'],
  ['LongDelay', 'Segments that came too late', 'silence'],
  ['Retransmit', 'Segments sent again', 'retransmission'],
  ['Timeout', 'Sessions that timed out', ''],
  ['Error', 'Segments that do not fit the state of their session', ''],
  ['RST', 'Segments with RST', 'rst'],
  ['fragment', 'Segments in fragments', ''],
  ['DropSession', 'Sessions left out because of a limit', ''],
  ['DropSegment', 'Segments left out because of a limit', ''],
];

/** The counters of its statistics. */
export const MIRUO_METRICS: readonly Metric[] = MIRUO_COUNTERS.map(([name, words, examples]) =>
  ofCapture({
    name: `miruo.${name}`,
    quantity: 'count',
    meaning: `${words}, as miruo's statistics count them.`,
    unknown: 'miruo was not asked',
    worse: 'more',
    ...(examples === '' ? {} : { examples }),
    value: ({ miruo }) => miruo[name] ?? null,
  }),
);
