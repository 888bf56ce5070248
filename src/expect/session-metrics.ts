/**
 * What can be expected of sessions, of all or of some: counts, symptoms, states, and distributions of times and sizes.
 */
import { STATES } from '../analysis/connection-state.js';
import { CLOSED_BY } from '../analysis/session-record.js';
import { SYMPTOMS } from '../analysis/symptoms.js';
import type { Distribution, DistributionName } from '../summary/figures.js';
import { type Metric, ofSessions, type Quantity } from './metric.js';
import { symptomMetrics } from './symptom-metrics.js';

const SESSION_COUNTS: readonly Metric[] = [
  ofSessions({ name: 'sessions', quantity: 'count', meaning: 'Sessions.', value: (_, group) => group.sessions }),
  ofSessions({
    name: 'packets',
    quantity: 'count',
    meaning: 'Packets of sessions.',
    value: (_, group) => group.packets,
  }),
  ofSessions({
    name: 'bytes',
    aliases: ['bytes_wire'],
    quantity: 'bytes',
    meaning: 'Bytes of sessions: lengths of the frames on the wire.',
    value: (_, group) => group.bytes_wire,
  }),
  ofSessions({
    name: 'payload',
    aliases: ['bytes_payload'],
    quantity: 'bytes',
    meaning: 'Bytes of payload, both sides, repeated ones included.',
    value: (_, group) => group.bytes_payload,
  }),
  ofSessions({
    name: 'payload_unique',
    aliases: ['bytes_unique'],
    quantity: 'bytes',
    meaning: 'Bytes of payload, every sequence number once.',
    whole: 'payload',
    value: (_, group) => group.bytes_unique,
  }),
  ofSessions({
    name: 'segments',
    quantity: 'count',
    meaning: 'Segments that take up sequence numbers: payload, SYN or FIN.',
    value: (_, group) => group.segments,
  }),
  ofSessions({
    name: 'rst',
    aliases: ['resets'],
    quantity: 'count',
    meaning: 'Sessions with a RST.',
    whole: 'sessions',
    worse: 'more',
    isCompared: true,
    examples: 'rst',
    value: (_, group) => group.rst,
  }),
  ofSessions({
    name: 'rst_packets',
    quantity: 'count',
    meaning: 'Packets with RST.',
    whole: 'packets',
    worse: 'more',
    examples: 'rst',
    value: (_, group) => group.rst_packets,
  }),
  ofSessions({
    name: 'opened',
    quantity: 'count',
    meaning: 'Sessions that a SYN began.',
    whole: 'sessions',
    value: (_, group) => group.opened,
  }),
  ofSessions({
    name: 'established',
    quantity: 'count',
    meaning: 'Of these, sessions whose handshake came to its end.',
    whole: 'opened',
    worse: 'less',
    isCompared: true,
    value: (_, group) => group.established,
  }),
  ofSessions({
    name: 'unanswered',
    quantity: 'count',
    meaning: 'Sessions whose SYN nobody answered.',
    whole: 'opened',
    worse: 'more',
    isCompared: true,
    examples: 'unanswered',
    value: (_, group) => group.unanswered,
  }),
  ofSessions({
    name: 'refused',
    quantity: 'count',
    meaning: 'Sessions whose SYN was answered by a RST.',
    whole: 'opened',
    worse: 'more',
    isCompared: true,
    examples: 'refused',
    value: (_, group) => group.refused,
  }),
];

/** A word of several as one. */
const joined = (words: string): string => words.replaceAll(' ', '_');

const ENDINGS: readonly Metric[] = [
  ...STATES.map((state) =>
    ofSessions({
      name: `state.${state}`,
      quantity: 'count',
      meaning: `Sessions in state ${state} of Zeek's \`conn_state\`.`,
      whole: 'sessions',
      value: (_, group) => group.states[state] ?? 0,
    }),
  ),
  ...CLOSED_BY.map((ending) =>
    ofSessions({
      name: `closed_by.${joined(ending)}`,
      quantity: 'count',
      meaning: `Sessions that ended by ${ending}.`,
      whole: 'sessions',
      value: (_, group) => group.closed_by[ending] ?? 0,
    }),
  ),
];

interface DistributionRow {
  readonly of: DistributionName;
  readonly name: string;
  readonly quantity: Quantity;
  /** Behind `Of`. */
  readonly meaning: string;
  readonly unknown: string;
  readonly worse?: 'more' | 'less';
}

const DISTRIBUTION_ROWS: readonly DistributionRow[] = [
  {
    of: 'handshake',
    name: 'handshake',
    quantity: 'seconds',
    meaning: 'times from SYN to the ACK that ends the handshake',
    unknown: 'no session has SYN, SYN-ACK and ACK',
    worse: 'more',
  },
  {
    of: 'syn_to_synack',
    name: 'syn_to_synack',
    quantity: 'seconds',
    meaning: 'times from SYN to SYN-ACK',
    unknown: 'no session has SYN and SYN-ACK',
    worse: 'more',
  },
  {
    of: 'initial_rtt',
    name: 'initial_rtt',
    quantity: 'seconds',
    meaning: 'round trips of the handshake',
    unknown: 'no session has a handshake to measure',
    worse: 'more',
  },
  {
    of: 'rtt',
    name: 'rtt',
    quantity: 'seconds',
    meaning: 'mean round trips of data, of the slower side of each session',
    unknown: 'no session has data whose ACK was seen',
    worse: 'more',
  },
  {
    of: 'duration',
    name: 'duration',
    quantity: 'seconds',
    meaning: 'times from the first packet of a session to its last',
    unknown: 'there are no sessions',
  },
  {
    of: 'silence',
    name: 'silence',
    quantity: 'seconds',
    meaning: 'longest silences within a session',
    unknown: 'there are no sessions of two packets',
    worse: 'more',
  },
  {
    of: 'bytes',
    name: 'payload',
    quantity: 'bytes',
    meaning: 'bytes of payload of a session, both sides',
    unknown: 'there are no sessions',
  },
  {
    of: 'rate',
    name: 'rate',
    quantity: 'rate',
    meaning: 'payload of a session by its duration',
    unknown: 'no session with payload took any time',
    worse: 'less',
  },
];

type Statistic = Exclude<keyof Distribution, 'buckets'>;
const STATISTICS: readonly (readonly [Statistic, string])[] = [
  ['count', 'How many there are'],
  ['min', 'The least'],
  ['mean', 'Mean'],
  ['p50', 'Median'],
  ['p90', '90th percentile'],
  ['p95', '95th percentile'],
  ['p99', '99th percentile'],
  ['p999', '99.9th percentile'],
  ['max', 'The greatest'],
];
/** Those that tell two captures apart without saying the same several times. */
const COMPARED_STATISTICS: readonly Statistic[] = ['p50', 'p99'];
/** They are parts of the handshake's time, or nearly the same. */
const NOT_COMPARED: readonly DistributionName[] = ['syn_to_synack', 'initial_rtt'];

function distributionMetrics({ of, name, quantity, meaning, unknown, worse }: DistributionRow): Metric[] {
  return STATISTICS.map(([statistic, words]) =>
    ofSessions({
      name: `${name}.${statistic}`,
      quantity: statistic === 'count' ? 'count' : quantity,
      meaning: `${words} of ${meaning}.`,
      unknown,
      ...(worse === undefined || statistic === 'count'
        ? {}
        : { worse, isCompared: COMPARED_STATISTICS.includes(statistic) && !NOT_COMPARED.includes(of) }),
      // Of rates those that are too low would be the examples.
      ...(of === 'rate' ? {} : { examples: of }),
      value: (_, group) => group.distributions[of][statistic],
    }),
  );
}

/** In the order in which they are told. */
export const SESSION_METRICS: readonly Metric[] = [
  ...SESSION_COUNTS,
  ...SYMPTOMS.flatMap(symptomMetrics),
  ...DISTRIBUTION_ROWS.flatMap(distributionMetrics),
  ...ENDINGS,
];
