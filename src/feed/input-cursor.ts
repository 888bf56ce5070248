/**
 * Compressed bytes with a position in them: for those who read headers before they hand the rest on.
 */
import { type ByteStream, StreamDamage } from './byte-stream.js';

const NOTHING = new Uint8Array(0);

export class InputCursor {
  /** Byte of the input at the position. */
  offset: number;
  readonly #stream: ByteStream;
  readonly #name: string;
  #chunk: Uint8Array = NOTHING;
  #at = 0;

  /** `name` is that of the data, for messages. */
  constructor(stream: ByteStream, name: string, offset = 0) {
    this.#stream = stream;
    this.#name = name;
    this.offset = offset;
  }

  /** The bytes there are at the position, at least one, good until it is asked for more; undefined at the end. */
  async rest(): Promise<Uint8Array | undefined> {
    if (this.#at === this.#chunk.length) {
      this.#chunk = (await this.#stream.next()) ?? NOTHING;
      this.#at = 0;
    }
    return this.#chunk.length === 0 ? undefined : this.#chunk.subarray(this.#at);
  }

  /** Goes past bytes that `rest` gave. */
  skip(bytes: number): void {
    this.#at += bytes;
    this.offset += bytes;
  }

  /** The byte at the position, which is gone past; like all that follow throws a StreamDamage at the end. */
  async byte(): Promise<number> {
    const rest = await this.rest();
    if (rest === undefined) throw this.cut();
    this.skip(1);
    return rest[0];
  }

  async uint16(): Promise<number> {
    return (await this.byte()) + 0x100 * (await this.byte());
  }

  async uint32(): Promise<number> {
    return (await this.uint16()) + 0x10000 * (await this.uint16());
  }

  /** Copies the next `count` bytes to `at` of `into`. */
  async take(count: number, into: Uint8Array, at: number): Promise<void> {
    for (let taken = 0; taken < count; ) {
      const rest = await this.rest();
      if (rest === undefined) throw this.cut();
      const part = rest.subarray(0, count - taken);
      into.set(part, at + taken);
      this.skip(part.length);
      taken += part.length;
    }
  }

  /** Goes past `count` bytes, there or not yet. */
  async pass(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const rest = await this.rest();
      if (rest === undefined) throw this.cut();
      const bytes = Math.min(left, rest.length);
      this.skip(bytes);
      left -= bytes;
    }
  }

  /** What is wrong with data that ends at the position. */
  cut(): StreamDamage {
    return new StreamDamage({ byteOffset: this.offset, found: `the file is cut: the ${this.#name} data goes on` });
  }

  close(): void {
    this.#stream.close();
  }
}
