/**
 * Captures in the order of their first packets. Owns how far a capture is looked into for that.
 */
import { type ByteSource, NOTHING_YET, SOURCE_ENDED } from './byte-source.js';
import { RECORD, SKIP } from './format.js';
import type { InputOpener, LiveInput } from './open-input.js';
import { isSystemError } from './problem.js';
import { RECOGNISE_BYTES, recognise } from './recognise.js';
import type { Moment } from './tally.js';

/** Far enough for any headers and the first packet that a capture program writes. */
const LOOK_BYTES = 1 << 20;

/**
 * The inputs in the order of the time of their first packet; those that have none, or cannot be read, come last, in
 * the order given. Pipes keep their bytes for the reading proper, so they have no time here. Nothing is looked into any more, and
 * the order is as it was, when `goesOn` says so.
 */
export function sortByFirstPacket<T extends string | LiveInput>(
  inputs: readonly T[],
  opener: InputOpener,
  goesOn: () => boolean,
): readonly T[] {
  const memory = new Uint8Array(LOOK_BYTES);
  const keyed: { input: T; first: Moment | undefined }[] = [];
  for (const input of inputs) {
    if (!goesOn()) return inputs;
    keyed.push({ input, first: firstPacket(input, opener, memory) });
  }
  return keyed.sort((a, b) => compareMoments(a.first, b.first)).map(({ input }) => input);
}

function compareMoments(a: Moment | undefined, b: Moment | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  return a.sec - b.sec || a.nsec - b.nsec;
}

function firstPacket(input: string | LiveInput, opener: InputOpener, memory: Uint8Array): Moment | undefined {
  if (typeof input !== 'string' || !opener.canBeReadTwice(input)) return undefined;
  try {
    const opened = opener.open(input);
    if ('found' in opened) return undefined;
    try {
      return firstTime(new DataView(memory.buffer), fill(opened.source, memory));
    } finally {
      opened.source.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Reading it will tell.
    return undefined;
  }
}

function fill(source: ByteSource, memory: Uint8Array): number {
  let filled = 0;
  while (filled < memory.length) {
    const bytes = source.read(memory, filled, memory.length - filled);
    if (bytes === SOURCE_ENDED) break;
    if (bytes !== NOTHING_YET) filled += bytes;
  }
  return filled;
}

function firstTime(view: DataView, bytes: number): Moment | undefined {
  if (bytes < RECOGNISE_BYTES) return undefined;
  const format = recognise(view, 0);
  if (!('next' in format)) return undefined;
  for (let at = RECOGNISE_BYTES; at < bytes; at = format.nextAt) {
    const outcome = format.next(view, at, bytes);
    if (outcome === RECORD && format.hasTime) return { sec: format.sec >>> 0, nsec: format.nsec };
    if (outcome !== RECORD && outcome !== SKIP) return undefined;
  }
  return undefined;
}
