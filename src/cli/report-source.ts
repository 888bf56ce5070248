/**
 * Where machine reports come from: a file, which may grow, be cut or be replaced, or a stream. Owns how new bytes are found.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { isSystemError } from '../capture/problem.js';

export interface ReportSource {
  /** Fires when no more comes than what there is to read. */
  readonly over: AbortSignal;
  /** Hands over what is there now: to `take`, after `restart` when it is no continuation. Rejects when it cannot be read. */
  read(take: (bytes: Uint8Array) => void, restart: () => void): Promise<void>;
  /** Reads no more; what is under way is given up. */
  close(): void;
}

const PIECE_BYTES = 1 << 20;

/** All of a file, `-` for standard input, at once. */
export async function readWhole(file: string, take: (bytes: Uint8Array) => void): Promise<void> {
  for await (const bytes of streamOf(file)) take(bytes as Buffer);
}

/** What grows; a pipe and the like until it ends. */
export async function openSource(file: string): Promise<ReportSource> {
  const isFile = file !== '-' && (await stat(file)).isFile();
  return isFile ? new GrowingFile(file) : new Stream(streamOf(file));
}

const streamOf = (file: string): Readable => (file === '-' ? process.stdin : createReadStream(file));

class GrowingFile implements ReportSource {
  /** There may always be more. */
  readonly over = new AbortController().signal;
  readonly #path: string;
  #inode: number | undefined;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(take: (bytes: Uint8Array) => void, restart: () => void): Promise<void> {
    const file = await this.#open();
    if (file === undefined) return;
    try {
      const { ino, size } = await file.stat();
      if (this.#inode !== undefined && (ino !== this.#inode || size < this.#offset)) {
        this.#offset = 0;
        restart();
      }
      this.#inode = ino;
      const piece = Buffer.alloc(PIECE_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(piece, 0, piece.length, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        take(piece.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }

  /** A file that was there once may be away while it is replaced. */
  async #open() {
    try {
      return await open(this.#path);
    } catch (error) {
      const isAway = this.#inode !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (isAway && isSystemError(error)) return undefined;
      throw error;
    }
  }

  close(): void {}
}

class Stream implements ReportSource {
  readonly #stream: Readable;
  #pieces: Buffer[] = [];
  #error: Error | undefined;
  readonly #over = new AbortController();

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#pieces.push(bytes));
    stream.on('error', (error) => {
      this.#error = error;
    });
    // Standard input is not closed at its end, and after an error there is no end.
    for (const event of ['end', 'close']) stream.on(event, () => this.#over.abort());
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  async read(take: (bytes: Uint8Array) => void): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const bytes of pieces) take(bytes);
    if (this.#error !== undefined) throw this.#error;
  }

  close(): void {
    this.#stream.destroy();
  }
}
