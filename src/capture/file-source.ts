/**
 * Bytes of a regular file or a device, in order. Owns the file descriptor; knows nothing of formats. What a read gives
 * is what there is. Pipes come through a feeder thread: a read of theirs could block for ever.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { type ByteSource, SOURCE_ENDED } from './byte-source.js';
import { descriptorOf } from './feed-kind.js';

export class FileSource implements ByteSource {
  bytesRead = 0;
  #descriptor: number;
  readonly #isOwn: boolean;
  /** Bytes that were peeked at: the next to be read. */
  #ahead: Uint8Array = new Uint8Array(0);

  /** Opens the file, or takes the descriptor that the name stands for; throws the system's error. */
  constructor(name: string) {
    const descriptor = descriptorOf(name);
    this.#isOwn = descriptor === undefined;
    this.#descriptor = descriptor ?? openSync(name, 'r');
    if (fstatSync(this.#descriptor).isDirectory()) {
      this.close();
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR', errno: -constants.errno.EISDIR });
    }
  }

  get inputBytes(): number {
    return this.bytesRead;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const bytes = this.#ahead.length > 0 ? this.#takeAhead(into, at, length) : this.#read(into, at, length);
    this.bytesRead += bytes;
    return bytes;
  }

  /** The next `length` bytes, fewer only at the end; `read` gives them again. */
  peek(length: number): Uint8Array {
    if (this.#ahead.length >= length) return this.#ahead.subarray(0, length);
    const bytes = new Uint8Array(length);
    bytes.set(this.#ahead);
    let filled = this.#ahead.length;
    for (let more = 1; more > 0 && filled < length; filled += more) {
      more = this.#read(bytes, filled, length - filled);
    }
    this.#ahead = bytes.subarray(0, filled);
    return this.#ahead;
  }

  isAtEnd(): boolean {
    return this.peek(1).length === 0;
  }

  close(): void {
    if (this.#isOwn && this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #takeAhead(into: Uint8Array, at: number, length: number): number {
    const bytes = Math.min(length, this.#ahead.length);
    into.set(this.#ahead.subarray(0, bytes), at);
    this.#ahead = this.#ahead.subarray(bytes);
    return bytes;
  }

  #read(into: Uint8Array, at: number, length: number): number {
    for (;;) {
      try {
        return readSync(this.#descriptor, into, at, length, null);
      } catch (error) {
        // A device that has come to its end says so by an error on some systems.
        if ((error as NodeJS.ErrnoException).code === 'EOF') return SOURCE_ENDED;
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      }
    }
  }
}
