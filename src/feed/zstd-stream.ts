/**
 * zstd data to what was compressed (RFC 8878), where node's zlib can do it. Frames and blocks are found here, and zlib is
 * given a block at a time: that tells a cut stream from a whole one, gives the byte of the damaged block, delivers all
 * blocks before it, and passes over skippable frames.
 */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { type ByteStream, ChunkQueue, StreamDamage } from './byte-stream.js';
import { InputCursor } from './input-cursor.js';

/** From node 22.15 and 23.8 on. */
const create = (zlib as { createZstdDecompress?: (options: object) => Transform }).createZstdDecompress;

export const hasZstd = create !== undefined;

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Blocks hold at most this much, compressed and decompressed (RFC 8878 3.1.1.2.4). */
const MOST_BLOCK_BYTES = 128 * 1024;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const CHECKSUM_BYTES = 4;
/** Bytes of the fields whose sizes the frame header descriptor's bits choose (RFC 8878 3.1.1.1.1). */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
/** Frames of windows beyond zlib's usual 128 MiB (`zstd --long=31`) are taken too. */
const WINDOW_LOG_MAX_PARAMETER = 100;
const WINDOW_LOG_MAX = 31;

export class ZstdStream implements ByteStream {
  readonly #queue = new ChunkQueue();
  readonly #input: InputCursor;
  readonly #piece = new Uint8Array(BLOCK_HEADER_BYTES + MOST_BLOCK_BYTES);
  #frame: Transform | undefined;
  #settle: (error?: Error) => void = () => {};

  constructor(input: ByteStream) {
    this.#input = new InputCursor(input, 'zstd');
    this.#run().then(
      () => this.#queue.end(),
      (error) => this.#queue.end(error),
    );
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#queue.next();
  }

  close(): void {
    this.#input.close();
    this.#frame?.destroy();
    this.#queue.end();
  }

  async #run(): Promise<void> {
    const input = this.#input;
    while ((await input.rest()) !== undefined) {
      const start = input.offset;
      const magic = await input.uint32();
      if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) {
        await input.pass(await input.uint32());
      } else if (magic === MAGIC) {
        await this.#readFrame();
      } else {
        throw new StreamDamage({ byteOffset: start, found: 'bytes after the zstd data that are no zstd data' });
      }
    }
  }

  async #readFrame(): Promise<void> {
    const input = this.#input;
    this.#openFrame();
    try {
      const piece = this.#piece;
      new DataView(piece.buffer).setUint32(0, MAGIC, true);
      const descriptor = await input.byte();
      piece[4] = descriptor;
      const rest = restOfFrameHeaderBytes(descriptor);
      await input.take(rest, piece, 5);
      await this.#write(5 + rest, input.offset);
      let isLast = false;
      while (!isLast) {
        const start = input.offset;
        await input.take(BLOCK_HEADER_BYTES, piece, 0);
        const header = piece[0] | (piece[1] << 8) | (piece[2] << 16);
        isLast = (header & 1) !== 0;
        const type = (header >> 1) & 3;
        const size = type === RLE_BLOCK ? 1 : header >> 3;
        if (type === RESERVED_BLOCK || size > MOST_BLOCK_BYTES) {
          const found = `the zstd data is damaged: a block of type ${type} with ${size} bytes`;
          throw new StreamDamage({ byteOffset: start, found, expected: `at most ${MOST_BLOCK_BYTES} bytes` });
        }
        await input.take(size, piece, BLOCK_HEADER_BYTES);
        await this.#write(BLOCK_HEADER_BYTES + size, start);
      }
      if (descriptor & 4) {
        const start = input.offset;
        await input.take(CHECKSUM_BYTES, piece, 0);
        await this.#write(CHECKSUM_BYTES, start);
      }
    } finally {
      this.#frame?.destroy();
    }
  }

  #openFrame(): void {
    const frame = create!({ chunkSize: MOST_BLOCK_BYTES, params: { [WINDOW_LOG_MAX_PARAMETER]: WINDOW_LOG_MAX } });
    this.#frame = frame;
    this.#queue.onRoom = () => frame.resume();
    frame.on('data', (chunk: Uint8Array) => {
      if (!this.#queue.push(chunk)) frame.pause();
    });
    // A frame closes after it was destroyed, when the next one may already be at work.
    const settle = (error?: Error): void => {
      if (this.#frame === frame) this.#settle(error);
    };
    frame.on('error', settle);
    frame.on('close', () => settle());
  }

  /** Hands the first `bytes` of the piece, which lies at `byteOffset`, to zlib and waits until it is through with them. */
  async #write(bytes: number, byteOffset: number): Promise<void> {
    const error = await new Promise<Error | undefined>((resolve) => {
      this.#settle = resolve;
      this.#frame!.write(this.#piece.subarray(0, bytes), (failure) => {
        if (!failure) resolve(undefined);
      });
    });
    if (error !== undefined) {
      throw new StreamDamage({ byteOffset, found: `the zstd data is damaged: ${error.message}` });
    }
  }
}

function restOfFrameHeaderBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag];
  return (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3] + contentSize;
}
