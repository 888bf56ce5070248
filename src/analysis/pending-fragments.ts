/**
 * Segments whose IP datagram came in fragments: what is known of each from its first fragment is kept until all of the datagram is there. Then it is a
 * segment like any other, with number, time and wire length of the frame that completed it. Owns what is kept, and how much.
 */
import {
  capturedPayload,
  D_FRAME,
  D_INDEX,
  D_NSEC,
  D_PORTS,
  D_SEC,
  D_SEQ,
  D_TCP,
  D_WHERE,
  D_WIRE,
  packetIndex,
  payloadBits,
  tcpOffset,
  WHERE_WHOLE,
} from '../capture/descriptor.js';
import {
  E_FRAGMENT,
  E_IP_BYTES,
  E_LENGTH,
  E_NUMBER,
  E_PIECE,
  PIECE_HERE,
  PIECE_IN_TUNNEL,
  PIECE_IS_LAST,
  pieceBytes,
  pieceUnit,
} from '../capture/segment-details.js';
import { DESCRIPTOR_WORDS, DETAIL_WORDS } from '../ring/layout.js';

/** Datagrams that are waited for at most, in a shard: the oldest is given up for another one. */
const MOST_PENDING = 1024;
/** Bytes of the first fragment's frame that are kept: the headers, and of the payload what there is room for. */
const FRAME_BYTES = 4096;
/** Units of 8 bytes of the largest datagram, a bit each. */
const UNIT_WORDS = 8192 / 32;

export interface PendingSegment {
  /** Descriptor and, from `DESCRIPTOR_WORDS` on, details. */
  readonly words: Int32Array;
  /** The frame of the descriptor lies in it. */
  readonly view: DataView;
  readonly frame: Uint8Array;
  readonly units: Int32Array;
  hash: number;
  fragments: number;
  unitsSeen: number;
  /** Bytes of the datagram, or 0. */
  bytes: number;
  wasCaptured: boolean;
}

export class PendingFragments {
  /** By key, the oldest first. */
  readonly #pending = new Map<number, PendingSegment>();
  readonly #free: PendingSegment[] = [];
  readonly #onGivenUp: (segment: PendingSegment) => void;

  /** `onGivenUp` is told of those that were waited for in vain. */
  constructor(onGivenUp: (segment: PendingSegment) => void) {
    this.#onGivenUp = onGivenUp;
  }

  /**
   * Keeps the segment of the descriptor at word `d` of `words`, a first fragment whose frame lies in `view` and whose details are at word `e`; false
   * when it is none, or has headers too long to be kept.
   */
  keep(words: Int32Array, d: number, view: DataView, hash: number, e: number): boolean {
    const piece = words[e + E_PIECE];
    if ((piece & PIECE_HERE) === 0) return false;
    const headers = tcpOffset(words[d + D_WHERE]) + 4 * (words[d + D_TCP] >>> 28);
    if (headers > FRAME_BYTES) return false;
    const key = words[e + E_FRAGMENT];
    const former = this.#pending.get(key);
    if (former !== undefined) {
      if (former.words[D_SEQ] === words[d + D_SEQ] && former.words[D_PORTS] === words[d + D_PORTS]) {
        // Captured once more.
        former.fragments++;
        return true;
      }
      this.#giveUp(key, former);
    } else if (this.#pending.size === MOST_PENDING) {
      for (const [oldest, segment] of this.#pending) {
        this.#giveUp(oldest, segment);
        break;
      }
    }
    const segment = this.#free.pop() ?? emptySegment();
    const own = segment.words;
    own.set(words.subarray(d, d + DESCRIPTOR_WORDS));
    own.set(words.subarray(e, e + DETAIL_WORDS), DESCRIPTOR_WORDS);
    const payload = Math.min(capturedPayload(words[d + D_INDEX]), FRAME_BYTES - headers);
    const at = words[d + D_FRAME];
    segment.frame.set(new Uint8Array(view.buffer, view.byteOffset + at, headers + payload));
    own[D_FRAME] = 0;
    own[D_INDEX] = payloadBits(payload);
    segment.wasCaptured = (own[D_WHERE] & WHERE_WHOLE) !== 0;
    // The frame kept is not the whole one.
    own[D_WHERE] &= ~WHERE_WHOLE;
    segment.hash = hash;
    segment.fragments = 1;
    segment.bytes = 0;
    segment.unitsSeen = 0;
    segment.units.fill(0);
    takePiece(segment, piece);
    this.#pending.set(key, segment);
    return true;
  }

  /**
   * The later fragment of the descriptor at word `d` of `words`, whose details are at word `e`. Returns the segment when its datagram is complete; it is
   * good until the next call.
   */
  take(words: Int32Array, d: number, e: number): PendingSegment | undefined {
    const key = words[e + E_FRAGMENT];
    const segment = this.#pending.get(key);
    if (segment === undefined) return undefined;
    segment.fragments++;
    takePiece(segment, words[e + E_PIECE]);
    if (segment.bytes === 0 || segment.unitsSeen < (segment.bytes + 7) >>> 3) return undefined;
    const own = segment.words;
    own[D_INDEX] = (own[D_INDEX] & ~packetIndex(-1)) | packetIndex(words[d + D_INDEX]);
    own[D_SEC] = words[d + D_SEC];
    own[D_NSEC] = words[d + D_NSEC];
    own[D_WIRE] = words[d + D_WIRE];
    own[DESCRIPTOR_WORDS + E_NUMBER] = words[e + E_NUMBER];
    const piece = own[DESCRIPTOR_WORDS + E_PIECE];
    if ((piece & PIECE_IN_TUNNEL) === 0) {
      const more = segment.bytes - pieceBytes(piece);
      own[DESCRIPTOR_WORDS + E_LENGTH] += more;
      own[DESCRIPTOR_WORDS + E_IP_BYTES] += more;
    }
    this.#pending.delete(key);
    this.#free.push(segment);
    return segment;
  }

  /** Nothing follows. */
  end(): void {
    for (const [key, segment] of this.#pending) this.#giveUp(key, segment);
  }

  #giveUp(key: number, segment: PendingSegment): void {
    this.#pending.delete(key);
    this.#onGivenUp(segment);
    this.#free.push(segment);
  }
}

const emptySegment = (): PendingSegment => {
  const frame = new Uint8Array(FRAME_BYTES);
  return {
    words: new Int32Array(DESCRIPTOR_WORDS + DETAIL_WORDS),
    view: new DataView(frame.buffer),
    frame,
    units: new Int32Array(UNIT_WORDS),
    ...{ hash: 0, fragments: 0, unitsSeen: 0, bytes: 0, wasCaptured: false },
  };
};

/** Notes which part of the datagram a fragment is, each unit once. */
function takePiece(segment: PendingSegment, piece: number): void {
  if ((piece & PIECE_HERE) === 0) return;
  const first = pieceUnit(piece);
  const bytes = pieceBytes(piece);
  const isLast = (piece & PIECE_IS_LAST) !== 0;
  if (isLast) segment.bytes = 8 * first + bytes;
  // All but the last have whole units (RFC 791 3.2).
  const end = Math.min(first + ((isLast ? bytes + 7 : bytes) >>> 3), 32 * UNIT_WORDS);
  const { units } = segment;
  for (let unit = first; unit < end; unit++) {
    const bit = 1 << (unit & 31);
    if ((units[unit >>> 5] & bit) !== 0) continue;
    units[unit >>> 5] |= bit;
    segment.unitsSeen++;
  }
}
