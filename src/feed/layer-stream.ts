/**
 * Small steps between larger ones: bytes that come first, and what is said of damage within compressed data.
 */
import type { Compression } from '../capture/compression.js';
import { type ByteStream, StreamDamage } from './byte-stream.js';

/** Bytes that were read before, then the rest. */
export class PrefixedStream implements ByteStream {
  readonly #rest: ByteStream;
  #first: Uint8Array | undefined;

  constructor(first: Uint8Array, rest: ByteStream) {
    if (first.length > 0) this.#first = first;
    this.#rest = rest;
  }

  async next(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? (await this.#rest.next());
  }

  close(): void {
    this.#rest.close();
  }
}

/** Damage whose place was said: steps further up pass it on as it is. */
const placed = new WeakSet<StreamDamage>();

/** What a step makes of its input: the one place where damage in it is told from damage further down. */
export class LayerStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #outer: Compression | undefined;

  /** `outer` is the compression that the input of this step came out of. */
  constructor(stream: ByteStream, outer: Compression | undefined) {
    this.#stream = stream;
    this.#outer = outer;
  }

  async next(): Promise<Uint8Array | undefined> {
    try {
      return await this.#stream.next();
    } catch (error) {
      if (!(error instanceof StreamDamage) || placed.has(error)) throw error;
      const damage = this.#outer === undefined ? error : new StreamDamage(within(this.#outer, error.problem));
      placed.add(damage);
      throw damage;
    }
  }

  close(): void {
    this.#stream.close();
  }
}

/** An offset in what came out of another compression is none in the file. */
function within(outer: Compression, problem: StreamDamage['problem']): StreamDamage['problem'] {
  const { byteOffset, ...rest } = problem;
  const place = byteOffset === undefined ? '' : ` at byte ${byteOffset}`;
  return { ...rest, found: `within the ${outer} data${place}: ${problem.found}` };
}
