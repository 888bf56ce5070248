/**
 * Bytes to a file, a pipe or a device, written by a thread that has nothing else to do. Owns the descriptor and one buffer; what is
 * handed to the system at once ends where a packet does, so that whoever ends the run leaves whole ones.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFER_BYTES = 1 << 20;
/** Longer pieces are written from where they lie. */
const DIRECT_BYTES = 64 * 1024;
/** A descriptor that another process made non-blocking is tried again after this long. */
const RETRY_MS = 5;

/** Where to write: a path, which is begun anew with the first byte, or an open descriptor. */
export type OutputTarget = { readonly path: string } | { readonly descriptor: number };

export class BlockingOutput {
  /** What is put together for the next write: `filled` bytes of it so far. */
  readonly buffer = new Uint8Array(BUFFER_BYTES);
  readonly view = new DataView(this.buffer.buffer);
  filled = 0;
  readonly #target: OutputTarget;
  #descriptor = -1;

  constructor(target: OutputTarget) {
    this.#target = target;
  }

  /** Makes room for `bytes` more bytes in the buffer; they are one packet. Throws the system's error, as all that writes does. */
  reserve(bytes: number): void {
    if (this.filled + bytes > BUFFER_BYTES) this.flush();
  }

  /** Appends bytes `from` to `to`, whole packets, before it returns. */
  append(bytes: Uint8Array, from: number, to: number): void {
    if (to - from >= DIRECT_BYTES) {
      this.flush();
      this.#write(bytes, from, to);
      return;
    }
    this.reserve(to - from);
    this.buffer.set(bytes.subarray(from, to), this.filled);
    this.filled += to - from;
  }

  /** Hands everything to the system. */
  flush(): void {
    if (this.filled === 0) return;
    this.#write(this.buffer, 0, this.filled);
    this.filled = 0;
  }

  close(): void {
    if (this.#descriptor >= 0 && 'path' in this.#target) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #write(bytes: Uint8Array, from: number, to: number): void {
    if (this.#descriptor < 0) {
      this.#descriptor = 'path' in this.#target ? openSync(this.#target.path, 'w') : this.#target.descriptor;
    }
    for (let at = from; at < to; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at, to - at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') Atomics.wait(PAUSE, 0, 0, RETRY_MS);
        else if (code !== 'EINTR') throw error;
      }
    }
  }
}

/** A cell that nobody changes. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
