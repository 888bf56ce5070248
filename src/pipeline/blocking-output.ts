/**
 * Bytes to a file, a pipe or a device, written by a thread that has nothing else to do. Owns the descriptor, one buffer, and
 * the order of what is copied there and what is written from where it lies. What is handed to the system at once ends where
 * a packet does, so that whoever ends the run leaves whole ones.
 */
import { closeSync, openSync, writevSync } from 'node:fs';
import { isOfWriting, setAside, takeBack } from './unfinished-file.js';

const BUFFER_BYTES = 1 << 20;
/**
 * Longer pieces are written from where they lie, 512 with one call: from shared memory 1500 bytes are copied in 430 ns, and
 * named in a list in 100. Cutting every third packet out of full-size ones takes 0.6 times as long so.
 */
export const BORROWED_BYTES = 512;
const MOST_PIECES = 512;
/** A descriptor that another process made non-blocking is tried again after this long. */
const RETRY_MS = 5;

/** Where to write: a path, which is begun anew with the first byte, or an open descriptor. */
export type OutputTarget =
  | { readonly path: string }
  /** Open already; `name`: for messages, where it is none of the standard ones. */
  | { readonly descriptor: number; readonly name?: string };

export class BlockingOutput {
  /** What is put together for the next write: `filled` bytes of it so far. */
  readonly buffer = new Uint8Array(BUFFER_BYTES);
  readonly view = new DataView(this.buffer.buffer);
  filled = 0;
  readonly #target: OutputTarget;
  #descriptor = -1;
  #pieces: Uint8Array[] = [];
  /** Where the bytes of the buffer start that are no piece yet. */
  #pieceAt = 0;
  #isBorrowing = false;
  /** Bytes that were handed to the system, and of those the ones that end where a packet does. */
  #writtenBytes = 0;
  #wholeBytes = 0;
  /** What became of the file when a write failed, to be said with that. */
  aside = '';

  constructor(target: OutputTarget) {
    this.#target = target;
  }

  /** To be called where a packet begins that takes at most `bytes` bytes. Throws the system's error, as all that writes does. */
  reserve(bytes: number): void {
    if (this.filled + bytes > BUFFER_BYTES || this.#pieces.length >= MOST_PIECES) this.flush();
  }

  /** Appends whole packets or a part of one, bytes `from` to `to`, which must not change before `endBorrowing` was called. */
  append(bytes: Uint8Array, from: number, to: number): void {
    if (to - from < BORROWED_BYTES) {
      this.buffer.set(bytes.subarray(from, to), this.filled);
      this.filled += to - from;
      return;
    }
    this.#endPiece();
    this.#pieces.push(bytes.subarray(from, to));
    this.#isBorrowing = true;
  }

  /** From here on bytes that were appended may change. */
  endBorrowing(): void {
    if (this.#isBorrowing) this.flush();
  }

  /** Hands everything to the system. */
  flush(): void {
    this.#endPiece();
    if (this.#pieces.length > 0) this.#writeWhole(this.#pieces);
    this.#pieces = [];
    this.#isBorrowing = false;
    this.#pieceAt = 0;
    this.filled = 0;
  }

  close(): void {
    if (this.#descriptor >= 0 && 'path' in this.#target) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #endPiece(): void {
    if (this.filled > this.#pieceAt) this.#pieces.push(this.buffer.subarray(this.#pieceAt, this.filled));
    this.#pieceAt = this.filled;
  }

  /** Writes all, or takes back what would end within a packet: of a pipe or a device what is written is gone. */
  #writeWhole(pieces: readonly Uint8Array[]): void {
    try {
      this.#write(pieces);
    } catch (error) {
      if (isOfWriting(error) && this.#descriptor >= 0) {
        if ('path' in this.#target) this.aside = setAside(this.#target.path, this.#descriptor, this.#wholeBytes);
        else takeBack(this.#descriptor, this.#writtenBytes - this.#wholeBytes);
      }
      throw error;
    }
    this.#wholeBytes = this.#writtenBytes;
  }

  #write(pieces: readonly Uint8Array[]): void {
    if (this.#descriptor < 0) {
      this.#descriptor = 'path' in this.#target ? openSync(this.#target.path, 'w') : this.#target.descriptor;
    }
    for (let left = pieces; left.length > 0; ) {
      try {
        const bytes = writevSync(this.#descriptor, left);
        this.#writtenBytes += bytes;
        left = behind(left, bytes);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') Atomics.wait(PAUSE, 0, 0, RETRY_MS);
        else if (code !== 'EINTR') throw error;
      }
    }
  }
}

/** What is left of pieces when the first `bytes` bytes are gone. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  let index = 0;
  while (index < pieces.length && pieces[index].length <= left) left -= pieces[index++].length;
  if (index === pieces.length) return [];
  return [pieces[index].subarray(left), ...pieces.slice(index + 1)];
}

/** A cell that nobody changes. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
