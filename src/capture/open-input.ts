/**
 * From the name of an input to its bytes: read directly, or delivered by a feeder thread. Owns that choice; the
 * feeder's work is src/feed's.
 */
import type { ByteSource } from './byte-source.js';
import { bytesToTell, COMPRESSION_BYTES, type Compression, compressionOf } from './compression.js';
import { descriptorOf, feedKind, type KindProblem } from './feed-kind.js';
import type { FeedOutcome, FeedRequest, LiveRequest } from './feed-messages.js';
import { FileSource } from './file-source.js';

/** An interface to capture from, or several at once. */
export interface LiveInput {
  /** For messages. */
  readonly name: string;
  readonly request: LiveRequest;
}

/** A source that a feeder delivers. */
export interface FedSource extends ByteSource {
  /** How the bytes were compressed, outermost first; known once there was one. */
  readonly compressions: readonly Compression[];
  /** What became of it, once it has ended. */
  readonly outcome: FeedOutcome | undefined;
}

/** An input whose bytes can be read. */
export interface OpenInput {
  readonly source: ByteSource;
  /** The same source, when a feeder delivers it. */
  readonly fed: FedSource | undefined;
  /** It comes from an interface. */
  readonly isLive?: boolean;
}

export class InputOpener {
  readonly #feed: (request: FeedRequest) => FedSource;

  /** `feed` asks the feeder thread for an input. */
  constructor(feed: (request: FeedRequest) => FedSource) {
    this.#feed = feed;
  }

  /** Opens an input, or says why it cannot be read. Throws the system's error. */
  open(input: string | LiveInput): OpenInput | KindProblem {
    if (typeof input !== 'string') return { ...this.#fed(input.request), isLive: true };
    const kind = feedKind(input);
    if (typeof kind === 'object') return kind;
    if (kind === 'feed') return this.#fed({ kind: 'input', name: input });
    const source = new FileSource(input);
    const first = source.peek(bytesToTell(source.peek(COMPRESSION_BYTES)));
    if (compressionOf(first) === undefined) return { source, fed: undefined };
    source.close();
    // A descriptor goes on where it was read to.
    return this.#fed({ kind: 'input', name: input, ...(descriptorOf(input) === undefined ? {} : { first }) });
  }

  /** Whether reading the input once leaves it as it was. */
  canBeReadTwice(input: string): boolean {
    return descriptorOf(input) === undefined && feedKind(input) === 'direct';
  }

  #fed(request: FeedRequest): OpenInput {
    const fed = this.#feed(request);
    return { source: fed, fed };
  }
}
