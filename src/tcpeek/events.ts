/**
 * What a tracker of handshakes says of them, as it goes. Owns the calls and their order; who listens encodes them.
 */

/** A line is a result; a note is a message about a packet. */
export type HandshakeText = 'line' | 'note';

/** Where a text goes among those of other shards about the same packet: none but what a tick or the end brings has others. */
export interface TextPlace {
  /** The second at which a time-out was due; 0 for others. */
  dueSec: number;
  /** Which packet the session's first SYN was: number of its block, and of the packet in it. */
  block: number;
  index: number;
}

/** All concern the current packet or tick. */
export interface HandshakeEvents {
  /** A whole line: `bytes` from `from` to `to` (half open), which are taken before it returns. */
  text(kind: HandshakeText, place: Readonly<TextPlace>, bytes: Uint8Array, from: number, to: number): void;
  /** `ended` more handshakes ended; `counts`: what is to be added to the filters' figures, COUNTS numbers each. */
  counts(ended: number, counts: Int32Array): void;
}
