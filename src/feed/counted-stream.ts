/**
 * A stream with its bytes counted, whose first bytes can be looked at before they are taken.
 */
import type { ByteStream } from './byte-stream.js';

export class CountedStream implements ByteStream {
  /** Bytes that `next` gave away. */
  bytes = 0;
  /** It came to its end by itself. */
  isOver = false;
  readonly #stream: ByteStream;
  readonly #onBytes: (bytes: number) => void;
  #first: Uint8Array | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isClosed = false;

  /** `onBytes` is told each new count. */
  constructor(stream: ByteStream, onBytes: (bytes: number) => void = () => {}) {
    this.#stream = stream;
    this.#onBytes = onBytes;
  }

  /** At least the first `count` bytes, or as many as there are. To be called before the first `next`. */
  async peek(count: number): Promise<Uint8Array> {
    let first = this.#first ?? new Uint8Array(0);
    while (first.length < count) {
      let more: Uint8Array | undefined;
      try {
        more = await this.#take();
      } catch (error) {
        // It comes after the bytes before it.
        this.#failure = { error };
      }
      if (more === undefined) break;
      const joined = new Uint8Array(first.length + more.length);
      joined.set(first);
      joined.set(more, first.length);
      first = joined;
    }
    this.#first = first;
    return first;
  }

  async next(): Promise<Uint8Array | undefined> {
    let chunk = this.#first;
    this.#first = undefined;
    if (chunk === undefined || chunk.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      chunk = await this.#take();
    }
    if (chunk === undefined) return undefined;
    this.bytes += chunk.length;
    this.#onBytes(this.bytes);
    return chunk;
  }

  close(): void {
    this.#isClosed = true;
    this.#stream.close();
  }

  async #take(): Promise<Uint8Array | undefined> {
    const chunk = await this.#stream.next();
    if (chunk === undefined && !this.#isClosed) this.isOver = true;
    return chunk;
  }
}
