/**
 * What the analysis tells whoever puts the shards' records in order. Each call is about the packet, or the tick, that is being looked at.
 *
 * A record is a list of float64 fields, whose places the files of its kind name (session-record.ts, packet-record.ts, connection-record.ts, segments-record.ts), and
 * bytes of text, which are the values of its text fields one after the other; fields say how many bytes each has. Field 0 is the number of the
 * session, or of the connection, in the order of creation over all shards, from 0: whoever puts them in order fills it in.
 */

/** Kinds of records. */
export const RECORD_SESSION = 0;
export const RECORD_PACKET = 1;
export const RECORD_CONNECTION = 2;
/** Segments of a session (segments-record.ts), right before its record. */
export const RECORD_SEGMENTS = 3;
export type RecordKind =
  | typeof RECORD_SESSION
  | typeof RECORD_PACKET
  | typeof RECORD_CONNECTION
  | typeof RECORD_SEGMENTS;

/** The field of every kind that has the number. */
export const RECORD_NUMBER = 0;

export interface RecordEvents {
  /** A session (or connection) begins, which is known as `row` until its record. */
  created(kind: typeof RECORD_SESSION | typeof RECORD_CONNECTION, row: number): void;
  /**
   * A record about the session or connection `row`, copied before it returns. One of a session or connection is the last that is said of it: the row
   * may be another's afterwards.
   */
  record(kind: RecordKind, row: number, fields: Float64Array, text: Uint8Array, textBytes: number): void;
}
