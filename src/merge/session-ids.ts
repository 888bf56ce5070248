/**
 * Session ids: 1, 2, 3 ... in order of creation over all shards, 1 again after 10000. Owns which row of which
 * shard has which, and puts ids into the lines that trackers rendered: those that begin with a digit. Others have none.
 */
import { ID_PLACE_BYTES, nextIdPlace } from '../text/id-places.js';

const IDS = 10_000;
const NEWLINE = 0x0a;
const ESCAPE = 0x1b;
const ZERO = 0x30;
/** ESC [ 3 N m */
const COLOUR_BYTES = 5;

/** Ordinals of the sessions alive, by shard and row. A tracker reuses a row only after its session ended. */
export class SessionOrdinals {
  /** Sessions created so far. */
  created = 0;
  readonly #shards: Float64Array[];

  constructor(shards: number) {
    this.#shards = Array.from({ length: shards }, () => new Float64Array(1024));
  }

  /** The next session is the one in row `row` of shard `shard`. */
  assign(shard: number, row: number): void {
    let ordinals = this.#shards[shard];
    if (row >= ordinals.length) {
      const larger = new Float64Array(Math.max(2 * ordinals.length, row + 1));
      larger.set(ordinals);
      ordinals = larger;
      this.#shards[shard] = larger;
    }
    ordinals[row] = ++this.created;
  }

  /** Place of a session in the order of creation, from 1. */
  of(shard: number, row: number): number {
    return this.#shards[shard][row];
  }
}

/** The id that is shown for a place in the order of creation. */
export const displayedId = (ordinal: number): number => ((ordinal - 1) % IDS) + 1;

/**
 * Puts `id` in the place for it (src/text/id-places.ts) of each line of `bytes` from `from` to `to`, in place; the bytes
 * begin and end with whole lines. Only for ids below 10000.
 */
export function patchIds(bytes: Uint8Array, from: number, to: number, id: number): void {
  const d0 = ZERO + ((id / 1000) | 0);
  const d1 = ZERO + (((id / 100) | 0) % 10);
  const d2 = ZERO + (((id / 10) | 0) % 10);
  const d3 = ZERO + (id % 10);
  for (let line = from; line < to; ) {
    const at = bytes[line] === ESCAPE ? line + COLOUR_BYTES : line;
    let place = at;
    if (bytes[at] === ZERO) {
      for (let next = at; next < to; ) {
        place = next;
        next += nextIdPlace(bytes, place) || to;
        bytes[place] = d0;
        bytes[place + 1] = d1;
        bytes[place + 2] = d2;
        bytes[place + 3] = d3;
      }
    }
    line = bytes.indexOf(NEWLINE, place) + 1;
  }
}

/** The same for the one id that has five digits: returns new bytes, each line with an id one longer. */
export function widenIds(bytes: Uint8Array, id: number): Uint8Array {
  let lines = 0;
  for (const byte of bytes) if (byte === NEWLINE) lines++;
  const wide = new Uint8Array(bytes.length + lines);
  const digits = Uint8Array.from(String(id), (c) => c.charCodeAt(0));
  let to = 0;
  for (let line = 0; line < bytes.length; ) {
    const at = bytes[line] === ESCAPE ? line + COLOUR_BYTES : line;
    const end = bytes.indexOf(NEWLINE, at) + 1;
    wide.set(bytes.subarray(line, at), to);
    to += at - line;
    let rest = at;
    if (bytes[at] === ZERO) {
      wide.set(digits, to);
      to += digits.length;
      rest += ID_PLACE_BYTES;
    }
    wide.set(bytes.subarray(rest, end), to);
    to += end - rest;
    line = end;
  }
  return wide.subarray(0, to);
}

/** Whether an id fits the placeholder. */
export const fitsPlaceholder = (id: number): boolean => id < IDS;
