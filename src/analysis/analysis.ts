/**
 * The analysis of one shard, as it was asked for: of sessions, of connections, or both. Owns what is known of each segment beside its descriptor; a segment that came in
 * fragments is one when all of them are there.
 */
import { E_PIECE } from '../capture/segment-details.js';
import type { ChecksumVerifier } from '../wire/checksum-verifier.js';
import { ConnectionTracker } from './connection-tracker.js';
import type { RecordEvents } from './events.js';
import type { AnalysisOptions } from './options.js';
import type { PageSummary } from './page-notes.js';
import { PendingFragments } from './pending-fragments.js';
import { SegmentFacts } from './segment-facts.js';
import { SessionPlaces } from './session-places.js';
import { AnalysisTracker } from './tracker.js';

export class Analysis {
  readonly #facts = new SegmentFacts();
  readonly #sessions: AnalysisTracker | undefined;
  readonly #connections: ConnectionTracker | undefined;
  readonly #places: SessionPlaces | undefined;
  readonly #pending: PendingFragments | undefined;

  constructor(options: AnalysisOptions, events: RecordEvents) {
    if (options.places !== undefined) this.#places = new SessionPlaces(events, options.places);
    if (options.sessions || options.packets) this.#sessions = new AnalysisTracker(options, this.#places ?? events);
    // Where it is asked where sessions are, it is the first fragment that is one of their packets.
    if (options.places === undefined) {
      this.#pending = new PendingFragments((given) =>
        this.#sessions?.countFragments(given.words, 0, given.view, given.hash, given.fragments),
      );
    }
    if (options.connections) this.#connections = new ConnectionTracker(options, events);
  }

  /** The block whose slot's header is at word `header` of `words` comes next. */
  beginBlock(words: Int32Array, header: number): void {
    this.#facts.beginBlock(words, header);
  }

  /** The segment of the descriptor at word `d` of `words`, whose details are at word `e`. Its frame lies in `view`; `hash` is its conversation's. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number, e: number): void {
    if (words[e + E_PIECE] !== 0 && this.#pending?.keep(words, d, view, hash, e) === true) return;
    this.#facts.take(words, d, e);
    this.#see(words, d, view, hash);
  }

  /** The later fragment of the descriptor at word `d` of `words`, whose details are at word `e`. */
  onFragment(words: Int32Array, d: number, e: number): void {
    const segment = this.#pending?.take(words, d, e);
    if (segment === undefined) return;
    this.#facts.takePending(segment);
    this.#see(segment.words, 0, segment.view, segment.hash);
  }

  #see(words: Int32Array, d: number, view: DataView, hash: number): void {
    this.#places?.begin(words, d, view, hash);
    this.#sessions?.onSegment(words, d, view, hash, this.#facts);
    if (this.#facts.isMarked) this.#places?.mark();
    this.#connections?.onSegment(words, d, view, hash, this.#facts);
  }

  /** What verifies checksums, if they are; where both trackers do, both have the same figures. */
  get verifier(): ChecksumVerifier | undefined {
    return this.#sessions?.verifier ?? this.#connections?.verifier;
  }

  /** What was noted for the page of a report; undefined where there will be none. */
  get pageSummary(): PageSummary | undefined {
    return this.#sessions?.pageSummary;
  }

  /** The clock of segments comes to second `sec` (unsigned), with the packet that has `index` in its block. It may go back. */
  onTick(sec: number, index: number): void {
    this.#sessions?.onTick(sec, this.#facts.packetsBeforeBlock + index);
    this.#connections?.onTick(sec);
  }

  /** The input is over. */
  onEnd(): void {
    this.#pending?.end();
    this.#sessions?.onEnd();
    this.#connections?.onEnd();
  }
}
