/**
 * The metrics of a run: which there are, their names, what each means. Owns that and their order. Names follow Prometheus' conventions: base units,
 * _total on what only grows, labels for what may be summed up.
 */
import { SYMPTOMS } from '../analysis/symptoms.js';
import type { MiruoCounters } from '../miruo/statistics.js';
import { type MetricFamily, renderExposition, type Sample } from './exposition.js';
import { handshakeFamilies } from './handshake-families.js';
import type { ClockState, MetricsState, ReadState, SessionState } from './metrics-state.js';

const counter = (name: string, help: string, value: number): MetricFamily => labelled(name, help, [{ value }]);

const labelled = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
  name: `tcploom_${name}_total`,
  help,
  type: 'counter',
  samples,
});

/** One that is not known has no sample. */
const gauge = (name: string, help: string, value: number | string | undefined): MetricFamily => ({
  name: `tcploom_${name}`,
  help,
  type: 'gauge',
  samples: value === undefined ? [] : [{ value }],
});

/** The state as text. Families without a value are left out, those of analyses that are no part of the run too. */
export function renderMetrics(state: MetricsState): string {
  const { version, read, miruo, tcpeek, analysis, clock } = state;
  return renderExposition([
    {
      name: 'tcploom_build_info',
      help: 'Always 1; the label has the version of the program.',
      type: 'gauge',
      samples: [{ labels: [['version', version]], value: 1 }],
    },
    ...readFamilies(read),
    ...(miruo === undefined ? [] : sessionFamilies(miruo)),
    ...(analysis === undefined ? [] : symptomFamilies(analysis)),
    ...(tcpeek === undefined ? [] : handshakeFamilies(tcpeek.filters, tcpeek.packets)),
    gauge('run_complete', '1 when the run has come to its end by itself, otherwise 0.', state.isComplete ? 1 : 0),
    gauge('progress_ratio', 'Share of the input that is read, from 0 to 1.', state.progressRatio),
    ...(clock === undefined ? [] : clockFamilies(clock)),
  ]);
}

function readFamilies(read: ReadState): MetricFamily[] {
  const { first, latest } = read;
  const spanSec =
    first === undefined || latest === undefined ? 0 : latest.sec - first.sec + (latest.nsec - first.nsec) / 1e9;
  const perSec = (count: number): number | undefined => (spanSec > 0 ? count / spanSec : undefined);
  return [
    counter('inputs', 'Captures of which reading has begun.', read.inputs),
    counter('damaged_places', 'Places where an input was damaged or could not be read.', read.damaged),
    counter('packets', 'Packets read, of all protocols.', read.packets),
    counter('captured_bytes', 'Bytes captured of these packets.', read.capturedBytes),
    counter('wire_bytes', 'Bytes that these packets had on the wire.', read.wireBytes),
    labelled('packets_dropped', 'Packets lost while capturing, as far as that was told.', [
      { labels: [['by', 'system']], value: read.droppedBySystem },
      { labels: [['by', 'interface']], value: read.droppedByInterface },
    ]),
    labelled('header_errors', 'Packets with a header that cannot be.', [
      { labels: [['layer', 'link']], value: read.badLinkHeaders },
      { labels: [['layer', 'ip']], value: read.badIpHeaders },
      { labels: [['layer', 'tcp']], value: read.badTcpHeaders },
    ]),
    gauge('first_packet_timestamp_seconds', 'Time of the first packet, in seconds since 1970.', epoch(first)),
    gauge('latest_packet_timestamp_seconds', 'Latest time of a packet, in seconds since 1970.', epoch(latest)),
    gauge(
      'traffic_packets_per_second',
      "Packets a second of the packets' own time, over all of it.",
      perSec(read.packets),
    ),
    gauge(
      'traffic_wire_bytes_per_second',
      "Bytes on the wire a second of the packets' own time.",
      perSec(read.wireBytes),
    ),
  ];
}

/** What each of miruo's counters is called; its own word is in the help. */
const COUNTERS: readonly (readonly [name: keyof MiruoCounters, metric: string, help: string])[] = [
  ['lookup', 'sessions_shown', 'Sessions that look wrong (Lookup).'],
  ['longConnect', 'sessions_long', 'Sessions that lasted longer than --long-connect (LongConnect).'],
  ['timeout', 'sessions_timed_out', 'Sessions that ended by time (Timeout).'],
  ['longDelay', 'segments_delayed', 'Segments that came later than --long-delay after the one before (LongDelay).'],
  ['retransmit', 'segments_retransmitted', 'Segments sent again, as --retransmit has it (Retransmit).'],
  ['rst', 'segments_reset', 'Resets, as --rst has it (RST).'],
  ['fragment', 'segments_fragmented', 'Segments with more IP fragments to follow (fragment).'],
  ['error', 'segments_unexpected', 'Segments that do not fit the state of their session (Error).'],
  ['dropSession', 'sessions_dropped', 'SYNs that began no session because of --session-limit (DropSession).'],
  ['dropSegment', 'segments_dropped', 'Segments that were not kept because of --segment-limit (DropSegment).'],
];

function sessionFamilies(state: SessionState): MetricFamily[] {
  return [
    counter('sessions', 'TCP sessions seen.', state.sessions),
    ...COUNTERS.map(([name, metric, help]) => counter(metric, help, state.counters[name])),
    gauge('sessions_active', 'Sessions that are not over.', state.activeSessions),
    gauge('sessions_active_max', 'The most sessions at once.', state.activeSessionsMost),
    gauge('segments_active', 'Segments that are kept to be shown.', state.activeSegments),
    gauge('segments_active_max', 'The most of them at once.', state.activeSegmentsMost),
  ];
}

function symptomFamilies(sums: NonNullable<MetricsState['analysis']>): MetricFamily[] {
  const each = (counts: Float64Array): Sample[] =>
    SYMPTOMS.map((symptom, i) => ({ labels: [['symptom', symptom]], value: counts[i] }));
  return [
    counter('analysed_sessions', 'Sessions that were analysed and are over.', sums.sessions),
    counter('analysed_segments', 'Segments of these sessions.', sums.segments),
    labelled('symptom_segments', 'Segments of these sessions that have the symptom.', each(sums.marked)),
    labelled('symptom_sessions', 'Of these sessions those with such segments.', each(sums.sessionsWith)),
  ];
}

function clockFamilies({ view, residentBytes, cpuSec, startSec }: ClockState): MetricFamily[] {
  const ofProcess = (name: string, help: string, type: MetricFamily['type'], value: number): MetricFamily => ({
    name: `process_${name}`,
    help,
    type,
    samples: [{ value }],
  });
  const finishSec = view.finishMs === undefined ? undefined : view.finishMs / 1000;
  return [
    counter('read_bytes', 'Bytes of the inputs read, as they are stored.', view.bytes),
    gauge('input_bytes', 'Bytes of all inputs, as they are stored.', view.totalBytes),
    gauge('read_bytes_per_second', 'Bytes read a second, lately.', view.bytesPerSec),
    gauge('read_packets_per_second', 'Packets read a second, lately.', view.packetsPerSec),
    gauge('elapsed_seconds', 'Time that the run has taken, without what it was stopped.', view.elapsedSec),
    gauge('remaining_seconds', 'Time that the run will take still.', view.remainingSec),
    gauge('finish_timestamp_seconds', 'When the run will be done, in seconds since 1970.', finishSec),
    ofProcess('cpu_seconds_total', 'Processor time of all threads.', 'counter', cpuSec),
    ofProcess('resident_memory_bytes', 'Resident memory.', 'gauge', residentBytes),
    ofProcess('start_time_seconds', 'When the process began, in seconds since 1970.', 'gauge', startSec),
  ];
}

/** All nine digits: a double has room for six or seven of them. */
const epoch = (time: ReadState['first']): string | undefined =>
  time && `${time.sec}.${String(time.nsec).padStart(9, '0')}`;
