/**
 * The analysis of one shard's sessions: takes segments in order, says which symptoms each has, and tells a record of each session when it is over.
 * Never knows of other shards: what it has to say goes to a `RecordEvents`.
 */
import type { RecordEvents } from './events.js';
import type { AnalysisOptions } from './options.js';
import type { SegmentFacts } from './segment-facts.js';

export class AnalysisTracker {
  readonly #options: AnalysisOptions;
  readonly #events: RecordEvents;

  constructor(options: AnalysisOptions, events: RecordEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** One segment: the descriptor at word `d` of `words`, whose frame lies in `view`; `hash` is its conversation's; `facts` is what else is known. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number, facts: SegmentFacts): void {
    void [words, d, view, hash, facts, this.#options, this.#events];
  }

  /** The clock of segments comes to second `sec` (unsigned): src/capture/segment-clock.ts. It may go back. */
  onTick(sec: number): void {
    void sec;
  }

  /** The input is over. */
  onEnd(): void {}
}
