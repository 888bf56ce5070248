/**
 * From the name of an input to its bytes: read directly, or delivered by a feeder thread. Owns that choice; the
 * feeder's work is src/feed's.
 */
import type { ByteSource } from './byte-source.js';
import { COMPRESSION_BYTES, compressionOf } from './compression.js';
import { feedKind, type KindProblem } from './feed-kind.js';
import type { FeedOutcome, FeedRequest, LiveRequest } from './feed-messages.js';
import { FileSource, STANDARD_INPUT } from './file-source.js';

/** An interface to capture from, or several at once. */
export interface LiveInput {
  /** For messages. */
  readonly name: string;
  readonly request: LiveRequest;
}

/** A source that a feeder delivers. */
export interface FedSource extends ByteSource {
  /** What became of it, once it has ended. */
  readonly outcome: FeedOutcome | undefined;
  /** Whether what was read so far was compressed: known before the outcome. */
  readonly isUnpacked: boolean;
}

/** An input whose bytes can be read. */
export interface OpenInput {
  readonly source: ByteSource;
  /** The same source, when a feeder delivers it. */
  readonly fed: FedSource | undefined;
}

export class InputOpener {
  readonly #feed: (request: FeedRequest) => FedSource;

  /** `feed` asks the feeder thread for an input. */
  constructor(feed: (request: FeedRequest) => FedSource) {
    this.#feed = feed;
  }

  /** Opens an input, or says why it cannot be read. Throws the system's error. */
  open(input: string | LiveInput): OpenInput | KindProblem {
    if (typeof input !== 'string') return this.#fed(input.request);
    const kind = feedKind(input);
    if (typeof kind === 'object') return kind;
    if (kind === 'feed') return this.#fed({ kind: 'input', name: input });
    const source = new FileSource(input);
    if (compressionOf(source.peek(COMPRESSION_BYTES)) === undefined) return { source, fed: undefined };
    source.close();
    return this.#fed({ kind: 'input', name: input });
  }

  /** Whether reading the input once leaves it as it was. */
  canBeReadTwice(input: string): boolean {
    return input !== STANDARD_INPUT && feedKind(input) === 'direct';
  }

  #fed(request: FeedRequest): OpenInput {
    const fed = this.#feed(request);
    return { source: fed, fed };
  }
}
