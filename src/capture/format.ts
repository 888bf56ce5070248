/**
 * The seam between capture formats and everything else: what any format must tell of its records.
 * Owns the interface and the shape of damage; nothing past it knows which format it reads.
 */

/** Outcomes of `CaptureFormat.next`. */
export const RECORD = 0;
/** The bytes end before the record does. */
export const NEED_BYTES = 1;
/** The bytes at the position cannot be a record: `problem` says why. */
export const BAD_RECORD = 2;

/** What is wrong with an input, to be told as one line. */
export interface Problem {
  readonly found: string;
  readonly expected: string;
}

/**
 * Walks the records of one capture. `next` looks at one record; its fields are then those of that record.
 * Fields are plain numbers, all int32 but `sec`, which is stored as int32 and read with `>>> 0`, so that no
 * record costs an allocation.
 */
export interface CaptureFormat {
  /** Name for messages: `pcap`. */
  readonly name: string;
  /** First byte after the record. */
  nextAt: number;
  /** First byte of the frame. */
  frameAt: number;
  capturedBytes: number;
  /** Length on the wire, unsigned. */
  wireBytes: number;
  /** Seconds since 1970, and nanoseconds in the second (always below 1e9: more carries). */
  sec: number;
  nsec: number;
  /** LINKTYPE_ number of the record's interface. */
  linkType: number;
  /** Set with BAD_RECORD. */
  problem: Problem | undefined;

  /** Looks at the record at byte `at` of `view`, whose bytes end at `end`: RECORD, NEED_BYTES or BAD_RECORD. */
  next(view: DataView, at: number, end: number): number;
  /** What the record at byte `at` would have needed, which is cut off at `end`, for the message. */
  describeCut(view: DataView, at: number, end: number): Problem;
}
