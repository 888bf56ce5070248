/**
 * What a report's page is made of: the one place that both sides know, the program that writes it and the script in the page that reads it. Imports
 * types only, so that the script may import it.
 *
 * In the page lies one gzip stream, as base64, of the UTF-8 JSON of a PageData; long columns are base64 texts of little-endian arrays (PACKED below).
 */
import type { CaptureFigures } from '../summary/figures.js';

/** Base64 of a little-endian array. */
export interface Packed {
  readonly packed: 'u8' | 'u16' | 'u32' | 'i32' | 'f64';
  readonly length: number;
  readonly base64: string;
}

/** Counts of equal stretches of time, of TCP only. */
export interface PageSeries {
  /** Beginning of the first stretch: seconds since 1970; how long each is, in seconds. */
  readonly from: number;
  readonly width: number;
  readonly length: number;
  readonly packets: Packed;
  /** On the wire. */
  readonly bytes: Packed;
  readonly payload: Packed;
  /** Sessions that began, that ended, and that were under way at the stretch's end. */
  readonly begun: Packed;
  readonly ended: Packed;
  readonly active: Packed;
  readonly retransmissions: Packed;
  readonly resets: Packed;
  /** SYNs whose session was refused or never answered, at the time of the SYN. */
  readonly failed: Packed;
}

/** Sessions as columns, all of one length, in the order in which they began. NaN: not known. */
export interface PageSessions {
  /** How many there are; all of the capture's when it is no more than `total`. */
  readonly length: number;
  readonly total: number;
  /** Why some are left out, as a sentence; empty where none is. */
  readonly left_out: string;
  /** Addresses and words by number. */
  readonly addresses: readonly string[];
  readonly states: readonly string[];
  readonly closings: readonly string[];
  readonly inputs: readonly string[];
  readonly session: Packed;
  /** f64: seconds since 1970. */
  readonly first: Packed;
  readonly duration: Packed;
  readonly src: Packed;
  readonly src_port: Packed;
  readonly dst: Packed;
  readonly dst_port: Packed;
  readonly state: Packed;
  readonly closing: Packed;
  readonly input: Packed;
  /** Packets and bytes of payload of each side. */
  readonly packets_src: Packed;
  readonly packets_dst: Packed;
  readonly payload_src: Packed;
  readonly payload_dst: Packed;
  /** f64, seconds; of the handshake only where it came to its end. */
  readonly handshake: Packed;
  readonly rtt: Packed;
  /** Packets with RST. */
  readonly resets: Packed;
  /** Bits of page-flags.ts. */
  readonly flags: Packed;
  /** Segments with each symptom, both sides together, by the symptom's name (src/analysis/symptoms.ts). */
  readonly symptoms: Readonly<Record<string, Packed>>;
  /** HTTP's method and host of the first request, where looked for: only of those that have one. */
  readonly http: readonly (readonly [row: number, method: string, host: string, status: number | null])[];
}

/** The segments of one session, in order, as columns. */
export interface PageSegments {
  readonly session: number;
  /** How many the session has; those in the middle of a long one may be missing, from row `gap_at` on (its length where none is). */
  readonly total: number;
  readonly length: number;
  readonly gap_at: number;
  /** f64: seconds since the session's first. */
  readonly time: Packed;
  /** 0: sent by `src`; 1: by `dst`. */
  readonly side: Packed;
  /** Low byte of TCP's flags. */
  readonly flags: Packed;
  readonly seq: Packed;
  readonly ack: Packed;
  readonly payload: Packed;
  /** In bytes: scaled where the shift is known, that of a SYN never. */
  readonly window: Packed;
  /** Set of symptoms, bit 0 the first of src/analysis/symptoms.ts. */
  readonly symptoms: Packed;
}

export interface PageData {
  readonly program: string;
  /** What the times are shown in: 'UTC', or a zone's name. */
  readonly zone: string;
  /** Addresses stand for others (--anonymize). */
  readonly anonymized: boolean;
  /** The run was ended before everything was read: figures, series and sessions are of what was found by then. */
  readonly ended_early: boolean;
  readonly figures: CaptureFigures;
  readonly series: PageSeries;
  readonly sessions: PageSessions;
  readonly segments: readonly PageSegments[];
  /** What is bounded, and by what, as sentences: lists, sketches, rows, segments. */
  readonly bounds: readonly string[];
}
