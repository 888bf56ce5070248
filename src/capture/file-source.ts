/**
 * Bytes of one input file, in order. Owns the file descriptor; knows nothing of formats. Regular files, FIFOs
 * and devices alike: what a read gives is what there is.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';

export class FileSource {
  /** Bytes read so far. */
  bytesRead = 0;
  #descriptor: number;

  /** Opens the file; throws the system's error. */
  constructor(name: string) {
    this.#descriptor = openSync(name, 'r');
    if (fstatSync(this.#descriptor).isDirectory()) {
      this.close();
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR', errno: -constants.errno.EISDIR });
    }
  }

  /**
   * Reads at most `length` bytes to `at` of `into`, which may be shared memory; returns how many, 0 at the end.
   * Blocks until there is something. Throws the system's error.
   */
  read(into: Uint8Array, at: number, length: number): number {
    for (;;) {
      try {
        const bytes = readSync(this.#descriptor, into, at, length, null);
        this.bytesRead += bytes;
        return bytes;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      }
    }
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}
