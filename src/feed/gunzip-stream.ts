/**
 * gzip data to what was compressed (RFC 1952): members one after the other, headers and trailers read here, deflate
 * data by zlib in the thread pool. Going through the members here rather than in zlib tells a cut stream from a whole
 * one, gives the byte at which damage begins, and delivers everything before it.
 */
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { type ByteStream, ChunkQueue, StreamDamage } from './byte-stream.js';
import { InputCursor } from './input-cursor.js';

/**
 * Output of one turn in the thread pool. When data is damaged zlib throws away the output of the turn that
 * noticed it, so small turns deliver more, and large ones are faster.
 */
const FAST_TURN_BYTES = 512 * 1024;
/** What `gzip -dc` would write at once: all it delivers of damaged data is delivered too. */
const CAREFUL_TURN_BYTES = 32 * 1024;

/** Bits of the header's flags (RFC 1952 2.3.1). */
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const RESERVED_FLAGS = 0xe0;
const DEFLATE = 8;
const MAGIC = 0x8b1f;
const GARBAGE = 'bytes after the gzip data that are no gzip data';

export class GunzipStream implements ByteStream {
  readonly #queue = new ChunkQueue();
  readonly #input: InputCursor;
  readonly #again: ((fromByte: number) => ByteStream) | undefined;
  #inflate: InflateRaw | undefined;
  #isClosed = false;

  /** With `again`, which reads the input anew from a byte on, large turns are used, and small ones after damage. */
  constructor(input: ByteStream, again?: (fromByte: number) => ByteStream) {
    this.#input = new InputCursor(input, 'gzip');
    this.#again = again;
    this.#run().then(
      () => this.#queue.end(),
      (error) => this.#queue.end(error),
    );
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#queue.next();
  }

  close(): void {
    this.#isClosed = true;
    this.#input.close();
    this.#inflate?.destroy();
    this.#queue.end();
  }

  async #run(): Promise<void> {
    const input = this.#input;
    let turnBytes = this.#again === undefined ? CAREFUL_TURN_BYTES : FAST_TURN_BYTES;
    do {
      await readHeader(input);
      const member = await this.#inflateMember(turnBytes);
      await checkTrailer(input, member);
      // A turn's memory is allocated whole: members that are always small should not pay for large turns.
      if (this.#again !== undefined)
        turnBytes = member.bytes < FAST_TURN_BYTES / 2 ? CAREFUL_TURN_BYTES : FAST_TURN_BYTES;
    } while (await hasMember(input));
  }

  async #inflateMember(turnBytes: number): Promise<Member> {
    const start = this.#input.offset;
    const member: Member = { bytes: 0, crc: 0 };
    try {
      await this.#inflateFrom(this.#input, turnBytes, (chunk) => {
        member.crc = crc32(chunk, member.crc);
        member.bytes += chunk.length;
        return this.#queue.push(chunk);
      });
    } catch (error) {
      const isLossy = error instanceof StreamDamage && turnBytes > CAREFUL_TURN_BYTES;
      if (!isLossy || this.#again === undefined || this.#isClosed) throw error;
      const again = new InputCursor(this.#again(start), 'gzip', start);
      let skipped = 0;
      try {
        await this.#inflateFrom(again, CAREFUL_TURN_BYTES, (chunk) => {
          const known = Math.min(chunk.length, member.bytes - skipped);
          skipped += known;
          return this.#queue.push(chunk.subarray(known));
        });
      } finally {
        again.close();
      }
      throw error;
    }
    return member;
  }

  /** Inflates what begins at `input` to its end; `push` takes the output and says whether it wants more at once. */
  async #inflateFrom(input: InputCursor, turnBytes: number, push: (chunk: Uint8Array) => boolean): Promise<void> {
    const inflate = createInflateRaw({ chunkSize: turnBytes });
    this.#inflate = inflate;
    let settle: (outcome: Error | 'more' | 'end') => void = () => {};
    this.#queue.onRoom = () => inflate.resume();
    inflate.on('data', (chunk: Uint8Array) => {
      if (!push(chunk)) inflate.pause();
    });
    inflate.on('end', () => settle('end'));
    inflate.on('error', (error) => settle(error));
    inflate.on('close', () => settle('end'));
    try {
      for (;;) {
        const bytes = await input.rest();
        if (bytes === undefined) throw input.cut();
        const before = inflate.bytesWritten;
        const outcome = await new Promise<Error | 'more' | 'end'>((resolve) => {
          settle = resolve;
          // Not called when the compressed data ends within the chunk: then `end` is emitted.
          inflate.write(bytes, (error) => {
            if (!error) resolve('more');
          });
        });
        input.skip(inflate.bytesWritten - before);
        if (outcome === 'end') return;
        if (outcome !== 'more') {
          throw new StreamDamage({ byteOffset: input.offset, found: `the gzip data is damaged: ${outcome.message}` });
        }
      }
    } finally {
      inflate.destroy();
    }
  }
}

/** What a member holds. */
interface Member {
  bytes: number;
  crc: number;
}

/** Goes past a member's header (RFC 1952 2.3). */
async function readHeader(input: InputCursor): Promise<void> {
  const start = input.offset;
  // Another member may be announced by its first byte alone: see hasMember.
  if ((await input.uint16()) !== MAGIC) throw new StreamDamage({ byteOffset: start, found: GARBAGE });
  const method = await input.byte();
  const flags = await input.byte();
  if (method !== DEFLATE || (flags & RESERVED_FLAGS) !== 0) {
    const found = `a gzip header with method ${method} and flags ${flags}`;
    throw new StreamDamage({ byteOffset: start, found, expected: `method ${DEFLATE}, deflate` });
  }
  for (let skipped = 0; skipped < 6; skipped++) await input.byte();
  if (flags & HAS_EXTRA) {
    for (let left = await input.uint16(); left > 0; left--) await input.byte();
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (flags & flag) while ((await input.byte()) !== 0);
  }
  if (flags & HAS_CRC) await input.uint16();
}

/** Compares a member with what its trailer says of it (RFC 1952 2.3.1, CRC32 and ISIZE). */
async function checkTrailer(input: InputCursor, member: Member): Promise<void> {
  const start = input.offset;
  const crc = await input.uint32();
  const bytes = await input.uint32();
  if (crc !== member.crc) {
    const [found, expected] = [member.crc, crc].map((value) => value.toString(16).padStart(8, '0'));
    throw new StreamDamage({
      byteOffset: start,
      found: `the gzip data is damaged: its CRC is ${found}`,
      expected: `${expected} as stored there`,
    });
  }
  if (bytes !== member.bytes % 0x100000000) {
    throw new StreamDamage({
      byteOffset: start,
      found: `the gzip data is damaged: ${member.bytes} bytes were compressed`,
      expected: `${bytes} bytes (modulo 2^32) as stored there`,
    });
  }
}

/** Whether another member follows. Zeros may fill up the last block of a tape; anything else is damage. */
async function hasMember(input: InputCursor): Promise<boolean> {
  const start = input.offset;
  for (let rest = await input.rest(); rest !== undefined; rest = await input.rest()) {
    const filled = rest.findIndex((byte) => byte !== 0);
    if (filled < 0) {
      input.skip(rest.length);
    } else if (rest[filled] === 0x1f && input.offset + filled === start) {
      return true;
    } else {
      const byteOffset = input.offset + filled;
      throw new StreamDamage({ byteOffset, found: GARBAGE });
    }
  }
  return false;
}
