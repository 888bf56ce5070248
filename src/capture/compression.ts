/**
 * Which compression a file is in, by its first bytes, never by its name. Knows no file and does not decompress.
 */

export type Compression = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'bzip2';

/** Bytes of a file that are enough to tell, where it has as many; more are needed to see past a skippable frame. */
export const COMPRESSION_BYTES = 6;

/** First bytes: RFC 1952 2.3.1, RFC 8878 3.1.1, lz4 frame format 1.6.4 and its legacy frames, xz 1.1.0 2.1.1.1, bzip2. */
const MAGICS: readonly [bytes: readonly number[], name: Compression][] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4'],
  [[0x02, 0x21, 0x4c, 0x18], 'lz4'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
];

const SKIPPABLE_HEADER_BYTES = 8;
const MOST_BYTES_TO_TELL = 4096;

/** The compression of a file that begins with `bytes`, or undefined where that is none known here. */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  if (isSkippable(bytes)) {
    // zstd and lz4 share these frames (RFC 8878 3.1.2); what follows tells which of them it is.
    const size = bytes[4] + bytes[5] * 0x100 + bytes[6] * 0x10000 + bytes[7] * 0x1000000;
    return compressionOf(bytes.subarray(SKIPPABLE_HEADER_BYTES + size)) ?? 'zstd';
  }
  return MAGICS.find(([magic]) => magic.every((byte, index) => bytes[index] === byte))?.[1];
}

/** How many bytes it takes to tell the compression of a file that begins with `bytes`, COMPRESSION_BYTES of them. */
export function bytesToTell(bytes: Uint8Array): number {
  if (!isSkippable(bytes)) return COMPRESSION_BYTES;
  return Math.min(SKIPPABLE_HEADER_BYTES + (bytes[4] + bytes[5] * 0x100) + COMPRESSION_BYTES, MOST_BYTES_TO_TELL);
}

function isSkippable(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  return (bytes[0] & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}
