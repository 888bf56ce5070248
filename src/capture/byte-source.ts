/**
 * The seam between where bytes come from and those who walk them: files, and what a feeder thread delivers.
 */

/** Outcomes of `ByteSource.read` that are no number of bytes. */
export const SOURCE_ENDED = 0;
/** Nothing came for a while: what is there should not wait for more. */
export const NOTHING_YET = -1;

export interface ByteSource {
  /** Bytes delivered so far. */
  readonly bytesRead: number;
  /** Bytes of the input as stored that were used for it: fewer for compressed input. */
  readonly inputBytes: number;
  /**
   * Reads at most `length` bytes to `at` of `into`, which may be shared memory. Returns how many, SOURCE_ENDED at the
   * end, or NOTHING_YET, after at most 100 ms. Throws the system's error.
   */
  read(into: Uint8Array, at: number, length: number): number;
  /** Whether nothing is left, as far as that can be known without waiting. */
  isAtEnd?(): boolean;
  close(): void;
}
