/**
 * Opens what a name stands for as a stream of its bytes as stored. Owns the ways of reading that can always be
 * ended: files through the thread pool, everything that may stay silent through the event loop. A read of a silent
 * pipe in the thread pool could not be ended and would keep the process from ending.
 */
import { close, constants, fstatSync, openSync, read } from 'node:fs';
import { Socket } from 'node:net';
import { descriptorOf } from '../capture/feed-kind.js';
import { describeSystemError, isSystemError } from '../capture/problem.js';
import { type ByteStream, ChunkQueue, pour, StreamDamage } from './byte-stream.js';

const FILE_CHUNK_BYTES = 256 * 1024;
const STDIO_DESCRIPTORS = 3;

/** An opened input, and how to read it again from a byte on where that is possible. */
export interface OpenedInput {
  readonly stream: ByteStream;
  readonly again?: (fromByte: number) => ByteStream;
}

/** Descriptors that were read to their end: whoever names one again finds nothing more, as with other programs. */
const usedUp = new Set<number>();

/** Opens the input; throws the system's error, or a StreamDamage for what has no bytes to read. */
export function openInput(name: string): OpenedInput {
  const descriptor = descriptorOf(name);
  if (descriptor !== undefined) return { stream: openDescriptor(descriptor) };
  // Without O_NONBLOCK opening a FIFO would wait for its writer, in this thread.
  const opened = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(opened);
  if (stats.isFIFO()) return { stream: new SocketStream(opened) };
  if (stats.isDirectory()) {
    close(opened, () => {});
    throw new StreamDamage({ found: 'is a directory' });
  }
  const again = (fromByte: number): ByteStream => new FileStream(openSync(name, constants.O_RDONLY), true, fromByte);
  return { stream: new FileStream(opened, true, 0), again };
}

function openDescriptor(descriptor: number): ByteStream {
  if (usedUp.has(descriptor)) return { next: async () => undefined, close: () => {} };
  const stats = fstatSync(descriptor);
  usedUp.add(descriptor);
  if (stats.isDirectory()) throw new StreamDamage({ found: 'is a directory' });
  if (stats.isFIFO() || stats.isSocket()) return new SocketStream(descriptor);
  return new FileStream(descriptor, descriptor >= STDIO_DESCRIPTORS, null);
}

/** A pipe, FIFO or socket, read when the event loop says that something is there. */
class SocketStream implements ByteStream {
  readonly #queue = new ChunkQueue();
  readonly #socket: Socket;

  /** A descriptor above those of standard streams is closed at the end. */
  constructor(descriptor: number) {
    try {
      this.#socket = new Socket({ fd: descriptor, readable: true, writable: false });
    } catch {
      // Node refuses what is no stream, such as a datagram socket.
      throw new StreamDamage({ found: 'is no stream of bytes', expected: 'a file, a pipe or a stream socket' });
    }
    pour(this.#socket, this.#queue);
    this.#socket.on('error', (error) => this.#queue.end(error));
    this.#socket.on('close', () => this.#queue.end());
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#queue.next();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A file that always has an answer. Reads one chunk ahead. */
class FileStream implements ByteStream {
  readonly #descriptor: number;
  readonly #isOwned: boolean;
  #position: number | null;
  #buffers: [Uint8Array, Uint8Array] = [new Uint8Array(FILE_CHUNK_BYTES), new Uint8Array(FILE_CHUNK_BYTES)];
  #ahead: Promise<number> | undefined;
  #isClosed = false;

  /** Reads on from where the descriptor is with `position` null. */
  constructor(descriptor: number, isOwned: boolean, position: number | null) {
    this.#descriptor = descriptor;
    this.#isOwned = isOwned;
    this.#position = position;
  }

  async next(): Promise<Uint8Array | undefined> {
    if (this.#isClosed) return undefined;
    const bytes = await (this.#ahead ?? this.#fill());
    this.#ahead = undefined;
    if (bytes === 0) this.close();
    if (this.#isClosed) return undefined;
    const [filled, free] = this.#buffers;
    this.#buffers = [free, filled];
    this.#ahead = this.#fill();
    // Whoever asks for it later gets the error; nobody may ever.
    this.#ahead.catch(() => {});
    return filled.subarray(0, bytes);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isOwned) return;
    // Not under a read that is still going on: its descriptor number could be given to another file.
    void Promise.allSettled([this.#ahead]).then(() => close(this.#descriptor, () => {}));
  }

  #fill(): Promise<number> {
    const buffer = this.#buffers[0];
    return new Promise((resolve, reject) => {
      read(this.#descriptor, buffer, 0, buffer.length, this.#position, (error, bytes) => {
        if (error !== null) {
          reject(error);
        } else {
          if (this.#position !== null) this.#position += bytes;
          resolve(bytes);
        }
      });
    });
  }
}

/** The problem in what an input's stream threw; rethrows a fault of this program. */
export function problemOf(error: unknown): StreamDamage['problem'] {
  if (error instanceof StreamDamage) return error.problem;
  if (!isSystemError(error)) throw error;
  return { found: describeSystemError(error) };
}
