/**
 * What trackers tell the merger of handshakes: the kinds of records and their payloads, beside those of events.ts. Owns the encoding,
 * both ways.
 */
import { RECORD_HEADER_BYTES, RECORD_KEY, RECORD_KIND, type ResultWriter } from '../ring/result-ring.js';
import { TextCopier } from '../ring/text-copier.js';
import { COUNTS } from '../tcpeek/counts.js';
import type { HandshakeEvents, HandshakeText, TextPlace } from '../tcpeek/events.js';

/** The line of a handshake; payload: its place (three words), byte count, then the bytes of a whole line. */
export const HANDSHAKE_LINE = 11;
/** A message about a packet, likewise. */
export const HANDSHAKE_NOTE = 12;
/** What a block brought; payload: handshakes that ended, number of figures, then what is to be added to each. Its key is the last one. */
export const HANDSHAKE_COUNTS = 13;

/** More than the key of any packet: what is counted in a block comes after all that is about its packets. */
const LAST_KEY = 0x7fffffff;
/** Of a text: place, byte count. */
const TEXT_WORDS = 4;
const HEADER_WORDS = RECORD_HEADER_BYTES / 4;

export class HandshakeEventWriter implements HandshakeEvents {
  readonly #ring: ResultWriter;
  readonly #text: TextCopier;
  readonly #key: () => number;

  /** `key` gives that of the current packet or tick. */
  constructor(ring: ResultWriter, key: () => number) {
    this.#ring = ring;
    this.#text = new TextCopier(ring);
    this.#key = key;
  }

  text(kind: HandshakeText, place: Readonly<TextPlace>, bytes: Uint8Array, from: number, to: number): void {
    const record = kind === 'line' ? HANDSHAKE_LINE : HANDSHAKE_NOTE;
    const at = this.#ring.append(record, this.#key(), 0, 4 * TEXT_WORDS + to - from);
    const word = (at >> 2) + HEADER_WORDS;
    const { words } = this.#ring;
    words[word] = place.dueSec | 0;
    words[word + 1] = place.block | 0;
    words[word + 2] = place.index;
    words[word + 3] = to - from;
    this.#text.copy(at + RECORD_HEADER_BYTES + 4 * TEXT_WORDS, bytes, from, to);
  }

  counts(ended: number, counts: Int32Array): void {
    const at = this.#ring.append(HANDSHAKE_COUNTS, LAST_KEY, 0, 4 * (2 + counts.length));
    const word = (at >> 2) + HEADER_WORDS;
    this.#ring.words[word] = ended;
    this.#ring.words[word + 1] = counts.length;
    this.#ring.words.set(counts, word + 2);
  }
}

/** Whether the record at word `at` is one of those above. */
export const isOfHandshakes = (words: Int32Array, at: number): boolean =>
  words[at + RECORD_KIND] >= HANDSHAKE_LINE && words[at + RECORD_KIND] <= HANDSHAKE_COUNTS;

/**
 * Which of two records with the same key comes first, one of them at least of handshakes: below 0 for the one at word `at` of `words`. What
 * is said of sessions comes before, as in each shard by itself; then texts by their places.
 */
export function compareHandshakes(words: Int32Array, at: number, others: Int32Array, other: number): number {
  if (!isOfHandshakes(words, at)) return -1;
  if (!isOfHandshakes(others, other)) return 1;
  if (words[at + RECORD_KEY] === LAST_KEY) return 0;
  const a = at + HEADER_WORDS;
  const b = other + HEADER_WORDS;
  for (let word = 0; word < 3; word++) {
    const difference = (words[a + word] >>> 0) - (others[b + word] >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The bytes of the text in the record at word `at`, in the ring. */
export function textOf(words: Int32Array, bytes: Uint8Array, at: number): Uint8Array {
  const from = 4 * (at + HEADER_WORDS + TEXT_WORDS);
  return bytes.subarray(from, from + words[at + HEADER_WORDS + TEXT_WORDS - 1]);
}

/** What all shards counted of handshakes so far. */
export class HandshakeTotals {
  /** Handshakes that ended. */
  ended = 0;
  /** COUNTS figures for each named filter. */
  readonly counts: Float64Array;

  constructor(namedFilters: number) {
    this.counts = new Float64Array(COUNTS * namedFilters);
  }

  /** Adds the record at word `at`. */
  add(words: Int32Array, at: number): void {
    const word = at + HEADER_WORDS;
    this.ended += words[word];
    for (let i = 0; i < words[word + 1]; i++) this.counts[i] += words[word + 2 + i];
  }
}
