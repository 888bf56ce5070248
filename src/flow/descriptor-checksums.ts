/**
 * Checksums of the segment that a descriptor is of.
 */
import { capturedBytes, D_FRAME, D_WHERE, D_WIRE, ipOffset, tcpOffset } from '../capture/descriptor.js';
import type { ChecksumVerifier } from '../wire/checksum-verifier.js';

/**
 * Verifies those of the segment of the descriptor at word `d` of `words`, whose frame lies in `view`; a CHECKSUM_ number. Whether a frame was
 * captured whole must have been noted (WHERE_WHOLE).
 */
export function verifySegment(verifier: ChecksumVerifier, words: Int32Array, d: number, view: DataView): number {
  const where = words[d + D_WHERE];
  const wireBytes = words[d + D_WIRE] >>> 0;
  const captured = capturedBytes(words, d);
  return verifier.verifyTcp(
    view,
    words[d + D_FRAME],
    captured,
    wireBytes,
    ipOffset(where),
    tcpOffset(where),
    where < 0,
  );
}
