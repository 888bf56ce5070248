/**
 * The analysis of one shard, as it was asked for: of sessions, of connections, or both. Owns what is known of each segment beside its descriptor.
 */
import { ConnectionTracker } from './connection-tracker.js';
import type { RecordEvents } from './events.js';
import type { AnalysisOptions } from './options.js';
import { SegmentFacts } from './segment-facts.js';
import { SessionPlaces } from './session-places.js';
import { AnalysisTracker } from './tracker.js';

export class Analysis {
  readonly #facts = new SegmentFacts();
  readonly #sessions: AnalysisTracker | undefined;
  readonly #connections: ConnectionTracker | undefined;
  readonly #places: SessionPlaces | undefined;

  constructor(options: AnalysisOptions, events: RecordEvents) {
    if (options.places !== undefined) this.#places = new SessionPlaces(events, options.places);
    if (options.sessions || options.packets) this.#sessions = new AnalysisTracker(options, this.#places ?? events);
    if (options.connections) this.#connections = new ConnectionTracker(options, events);
  }

  /** The block whose slot's header is at word `header` of `words` comes next. */
  beginBlock(words: Int32Array, header: number): void {
    this.#facts.beginBlock(words, header);
  }

  /** The segment of the descriptor at word `d` of `words`, whose details are at word `e`. Its frame lies in `view`; `hash` is its conversation's. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number, e: number): void {
    this.#facts.take(words, d, e);
    this.#places?.begin(words, d, view, hash);
    this.#sessions?.onSegment(words, d, view, hash, this.#facts);
    if (this.#facts.isMarked) this.#places?.mark();
    this.#connections?.onSegment(words, d, view, hash, this.#facts);
  }

  /** The clock of segments comes to second `sec` (unsigned), with the packet that has `index` in its block. It may go back. */
  onTick(sec: number, index: number): void {
    this.#sessions?.onTick(sec, this.#facts.packetsBeforeBlock + index);
    this.#connections?.onTick(sec);
  }

  /** The input is over. */
  onEnd(): void {
    this.#sessions?.onEnd();
    this.#connections?.onEnd();
  }
}
