/**
 * Bytes of a regular file or a device, in order. Owns the file descriptor; knows nothing of formats. What a read gives
 * is what there is. Pipes come through a feeder thread: a read of theirs could block for ever.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { type ByteSource, SOURCE_ENDED } from './byte-source.js';

/** The name that means standard input. */
export const STANDARD_INPUT = '-';

export class FileSource implements ByteSource {
  bytesRead = 0;
  #descriptor: number;
  readonly #isOwn: boolean;

  /** Opens the file, or takes standard input for `-`; throws the system's error. */
  constructor(name: string) {
    this.#isOwn = name !== STANDARD_INPUT;
    this.#descriptor = this.#isOwn ? openSync(name, 'r') : 0;
    if (fstatSync(this.#descriptor).isDirectory()) {
      this.close();
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR', errno: -constants.errno.EISDIR });
    }
  }

  get inputBytes(): number {
    return this.bytesRead;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const bytes = this.#readAt(into, at, length, null);
    this.bytesRead += bytes;
    return bytes;
  }

  /**
   * The first bytes of a regular file, at most `length`, without reading them: what is read next stays the same. Of
   * anything else nothing.
   */
  peek(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (!fstatSync(this.#descriptor).isFile()) return new Uint8Array(0);
    let filled = 0;
    for (let more = 1; more > 0 && filled < length; filled += more) {
      more = this.#readAt(bytes, filled, length - filled, filled);
    }
    return bytes.subarray(0, filled);
  }

  close(): void {
    if (this.#isOwn && this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #readAt(into: Uint8Array, at: number, length: number, position: number | null): number {
    for (;;) {
      try {
        return readSync(this.#descriptor, into, at, length, position);
      } catch (error) {
        // A device that has come to its end says so by an error on some systems.
        if ((error as NodeJS.ErrnoException).code === 'EOF') return SOURCE_ENDED;
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      }
    }
  }
}
