/**
 * Figures of captures that are made up: every number in them is another one, unless a test says otherwise.
 */
import { STATES } from '../../src/analysis/connection-state.js';
import { CLOSED_BY } from '../../src/analysis/session-record.js';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';
import {
  type CaptureFigures,
  DISTRIBUTIONS,
  type Distribution,
  type DistributionName,
  type ExampleSession,
  type GroupFigures,
} from '../../src/summary/figures.js';

let next = 1000;
const number = (): number => next++;

function record<Key extends string, Value>(keys: readonly Key[], make: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, make()])) as Record<Key, Value>;
}

const distribution = (): Distribution => ({
  count: number(),
  min: number(),
  max: number(),
  mean: number(),
  p50: number(),
  p90: number(),
  p95: number(),
  p99: number(),
  p999: number(),
  buckets: [],
});

/** Of nothing. */
export const EMPTY_DISTRIBUTION: Distribution = {
  count: 0,
  ...{ min: null, max: null, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null },
  buckets: [],
};

/** Sums over sessions; those that are given are as given. */
export function groupFigures(given: Partial<GroupFigures> = {}): GroupFigures {
  return {
    sessions: number(),
    packets: number(),
    bytes_wire: number(),
    bytes_payload: number(),
    bytes_unique: number(),
    segments: number(),
    rst_packets: number(),
    rst: number(),
    opened: number(),
    established: number(),
    unanswered: number(),
    refused: number(),
    states: record(STATES, number),
    closed_by: record(CLOSED_BY, number),
    symptoms: record(SYMPTOMS, number),
    sessions_with: record(SYMPTOMS, number),
    distributions: record(DISTRIBUTIONS, distribution),
    ...given,
  };
}

/** Figures without a session, and with what is given. */
export function emptyGroup(given: Partial<GroupFigures> = {}): GroupFigures {
  const zeros = Object.fromEntries(
    Object.entries(groupFigures()).flatMap(([name, value]) => (typeof value === 'number' ? [[name, 0]] : [])),
  ) as unknown as GroupFigures;
  const none = (): number => 0;
  return {
    ...zeros,
    states: record(STATES, none),
    closed_by: record(CLOSED_BY, none),
    symptoms: record(SYMPTOMS, none),
    sessions_with: record(SYMPTOMS, none),
    distributions: record<DistributionName, Distribution>(DISTRIBUTIONS, () => EMPTY_DISTRIBUTION),
    ...given,
  };
}

/** Those of a capture; `given.groups` and `given.examples` are its sessions'. */
export function captureFigures(
  given: Partial<CaptureFigures> & Partial<Pick<CaptureFigures['sessions'], 'groups' | 'examples' | 'top'>> = {},
): CaptureFigures {
  const { groups = [groupFigures()], examples = [], top, ...own } = given;
  return {
    inputs: ['a.pcap'],
    packets: number(),
    bytes: number(),
    damaged: 0,
    problems: [],
    sessions: {
      first: '1700000000.000000000',
      last: '1700000010.500000000',
      groups,
      examples,
      top: top ?? { talkers: [], ports: [], pairs: [] },
    },
    tcpeek: {
      ALL: record(['success', 'dupsyn', 'dupsynack', 'failure', 'timeout', 'reject', 'unreach'], number),
    },
    miruo: record(
      [
        ...['Lookup', 'LongConnect', 'LongDelay', 'Retransmit', 'Timeout', 'Error', 'RST'],
        ...['fragment', 'DropSession', 'DropSegment'],
      ],
      number,
    ),
    ...own,
  };
}

/** A session that is an example. */
export const exampleSession = (given: Partial<ExampleSession> = {}): ExampleSession => ({
  session: 7,
  first: '1700000001.250000000',
  src: '10.0.0.1',
  src_port: 40000,
  dst: '10.0.0.2',
  dst_port: 443,
  file: 'a.pcap',
  value: 12,
  unit: 'segments',
  ...given,
});
