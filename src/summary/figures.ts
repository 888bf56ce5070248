/**
 * What the sessions of a capture come to, as plain values that JSON can hold: what expectations are held against, snapshots keep, two captures are
 * compared by, and the page of a report shows. Times that passed are in seconds here; NaN and infinity never occur: what is not known is null.
 */
import type { Symptom } from '../analysis/symptoms.js';

/**
 * Of values that lie in buckets of 1/64 of their size at most: quantiles are the greatest values that their buckets can hold, so they are never below the
 * exact ones (nearest rank) and at most 1/64 above them; least and greatest are exact. What is below 0, since times go back, counts as 0.
 */
export interface Distribution {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  /** Those that hold any, in order: lower bound, upper bound (which the next one begins at), how many; that of 0 has the bounds 0 and 0. */
  readonly buckets: readonly (readonly [number, number, number])[];
}

export const DISTRIBUTIONS = [
  'handshake',
  'syn_to_synack',
  'initial_rtt',
  'rtt',
  'duration',
  'silence',
  'bytes',
  'rate',
] as const;
/**
 * Values of sessions: SYN to ACK where the handshake came to its end; its first part; the round trip of it as the records have it, whatever answered; mean
 * round trip of data of the slower side; first to last packet; longest silence; bytes of payload, both sides; bytes of payload a second, where it took any time.
 */
export type DistributionName = (typeof DISTRIBUTIONS)[number];

/** Sums over a group of sessions. */
export interface GroupFigures {
  readonly sessions: number;
  readonly packets: number;
  readonly bytes_wire: number;
  readonly bytes_payload: number;
  readonly bytes_unique: number;
  /** Segments that take up sequence numbers (payload, SYN or FIN), which what was sent again is a part of. */
  readonly segments: number;
  /** Packets with RST; sessions with one. */
  readonly rst_packets: number;
  readonly rst: number;
  /** Sessions that a SYN began; of these those whose handshake came to its end, nobody answered, and were refused (RST to the SYN). */
  readonly opened: number;
  readonly established: number;
  readonly unanswered: number;
  readonly refused: number;
  /** Sessions by their state as Zeek's conn_state, and by what ended them. */
  readonly states: Readonly<Record<string, number>>;
  readonly closed_by: Readonly<Record<string, number>>;
  /** Segments that have a symptom; sessions that have any such. */
  readonly symptoms: Readonly<Record<Symptom, number>>;
  readonly sessions_with: Readonly<Record<Symptom, number>>;
  readonly distributions: Readonly<Record<DistributionName, Distribution>>;
}

/**
 * One of the largest of its kind, by bytes. Exact where no more kinds came than are kept; then `error` is 0. Otherwise it is the most by which `bytes` may be too
 * much, and what else is counted of the kind may be too little: it is what came since it was taken in.
 */
export interface TopEntry {
  readonly key: string;
  readonly sessions: number;
  readonly bytes: number;
  readonly packets: number;
  readonly retransmissions: number;
  readonly error: number;
}

/** A session that is an example of something. */
export interface ExampleSession {
  /** Number in the order in which sessions began, as in records. */
  readonly session: number;
  /** Seconds since 1970 with nine decimals. */
  readonly first: string;
  readonly src: string;
  readonly src_port: number;
  readonly dst: string;
  readonly dst_port: number;
  readonly file: string;
  /** What it is an example by: the value and its unit ('s', 'bytes', 'bytes/s', 'segments', 'packets', '' for a mere fact). */
  readonly value: number;
  readonly unit: string;
}

/** What all sessions of a capture come to. `groups[0]` is all of them; the others are of the selectors that were asked for, in their order. */
export interface SessionFigures {
  /** Seconds since 1970 with nine decimals, of the first and the last packet of any session; null without any. */
  readonly first: string | null;
  readonly last: string | null;
  readonly groups: readonly GroupFigures[];
  /** Of each example that was asked for, in their order: the worst sessions, the worst first. */
  readonly examples: readonly (readonly ExampleSession[])[];
  readonly top: {
    /** Addresses by bytes of payload they sent and got; server ports; pairs `client > server:port`. */
    readonly talkers: readonly TopEntry[];
    readonly ports: readonly TopEntry[];
    readonly pairs: readonly TopEntry[];
  };
}

/** Counts of one tcpeek filter by the names of its JSON (src/tcpeek/counts.ts). */
export type HandshakeFigures = Readonly<Record<string, number>>;

/** Everything about a capture. */
export interface CaptureFigures {
  /** Names of the inputs, as they were given. */
  readonly inputs: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  /** Places where the input was damaged; and what was said of the first of them. */
  readonly damaged: number;
  readonly problems: readonly string[];
  readonly sessions: SessionFigures;
  /** By filter's name. */
  readonly tcpeek: Readonly<Record<string, HandshakeFigures>>;
  /** The counters of miruo's statistics by their names there (Lookup, LongConnect, ...). */
  readonly miruo: Readonly<Record<string, number>>;
}
