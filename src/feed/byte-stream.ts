/**
 * The seam between the steps that bytes go through in the feeder: opened inputs, decompressors, captures. Also the
 * queue that turns pushed chunks into pulled ones.
 */
import type { Readable } from 'node:stream';
import type { FeedProblem } from '../capture/feed-messages.js';

export interface ByteStream {
  /**
   * The next bytes, never none, which stay good until it is called again; undefined at the end. Rejects, after
   * everything before was delivered, with a StreamDamage or the system's error.
   */
  next(): Promise<Uint8Array | undefined>;
  /** Ends it early, from any state; a `next` that is waiting then comes to an end too. */
  close(): void;
}

/** What is wrong with the bytes of a stream; `byteOffset` counts the bytes that went into the step that throws it. */
export class StreamDamage extends Error {
  readonly problem: FeedProblem;

  constructor(problem: FeedProblem) {
    super(problem.found);
    this.problem = problem;
  }
}

/** Bytes that may lie in a queue before whoever fills it should pause. */
const QUEUE_BYTES = 1 << 20;

/** Chunks on their way from one who pushes to one who pulls. */
export class ChunkQueue {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isEnded = false;
  #error: unknown;
  #wake: (() => void) | undefined;
  /** Called when there is room again after `push` said false. */
  onRoom: () => void = () => {};

  /** Returns false when the queue is full: no more should be pushed before `onRoom`. */
  push(chunk: Uint8Array): boolean {
    if (this.#isEnded || chunk.length === 0) return true;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake?.();
    return this.#bytes < QUEUE_BYTES;
  }

  /** No more will be pushed. What is there is delivered, then `error` is thrown, if there is one. Only the first call counts. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#wake?.();
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    const chunk = this.#chunks.shift();
    if (chunk === undefined) {
      if (this.#error !== undefined) throw this.#error;
      return undefined;
    }
    const wasFull = this.#bytes >= QUEUE_BYTES;
    this.#bytes -= chunk.length;
    if (wasFull && this.#bytes < QUEUE_BYTES) this.onRoom();
    return chunk;
  }
}

/** Chunks of one of node's streams go to `queue`, and the stream pauses while that is full. */
export function pour(readable: Readable, queue: ChunkQueue): void {
  queue.onRoom = () => readable.resume();
  readable.on('data', (chunk: Uint8Array) => {
    if (!queue.push(chunk)) readable.pause();
  });
}
