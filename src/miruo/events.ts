/**
 * What a tracker of sessions says of them, as it goes. Owns the calls and their order; who listens encodes them.
 */

/** What a tracker says; `row` names a session until it ended. All concern the current packet or tick. */
export interface MiruoEvents {
  /** A session began. */
  created(row: number): void;
  /** A segment other than a first SYN was stored. */
  stored(): void;
  /** Stored segments were forgotten while their session goes on. */
  dropped(segments: number): void;
  /** A session ended, forgetting `segments` stored ones; if `isShown`, its lines follow: `text` pieces, then `textEnd`. */
  ended(row: number, segments: number, isShown: boolean): void;
  /** Lines of a session that goes on, or is about to end: whole lines, shorter together than 32 KiB. */
  lines(row: number, bytes: Uint8Array, from: number, to: number): void;
  /** A session is still open at the end, and goes on to count as such; its lines follow likewise. */
  open(row: number): void;
  text(bytes: Uint8Array, from: number, to: number): void;
  textEnd(): void;
}
