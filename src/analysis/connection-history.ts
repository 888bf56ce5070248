/**
 * The history of a connection: a letter for each kind of packet that each side sent, in the order in which they came. Owns which packet gets its
 * letter, and how letters are packed into words of a row; what a packet is, is said by who calls (connection-state.ts).
 *
 * Letters are kept by the side that sent, and become upper or lower case when they are written, for who the originator is may be known later.
 */

/** Letters in the order of their codes from 1. */
const LETTERS = 'shfradiqcgtw';
const CODES = LETTERS.length;
const letterCode = (letter: string): number => LETTERS.indexOf(letter) + 1;

export const LETTER_SYN = letterCode('s');
export const LETTER_SYN_ACK = letterCode('h');
export const LETTER_FIN = letterCode('f');
export const LETTER_RST = letterCode('r');
export const LETTER_ACK = letterCode('a');
export const LETTER_DATA = letterCode('d');
/** FIN and RST in one packet; SYN with FIN or RST. */
export const LETTER_INCONSISTENT = letterCode('i');
export const LETTER_MULTI_FLAG = letterCode('q');
export const LETTER_CHECKSUM = letterCode('c');
export const LETTER_GAP = letterCode('g');
export const LETTER_RETRANSMITTED = letterCode('t');
export const LETTER_ZERO_WINDOW = letterCode('w');

/** The first so many letters are told again for another sequence number, the next so many never, the rest by powers of ten. */
const SEQUENCED = 4;
const COUNTED_FROM = 9;

const UPPER = new Uint8Array(1 + CODES);
const LOWER = new Uint8Array(1 + CODES);
for (let code = 1; code <= CODES; code++) {
  LOWER[code] = LETTERS.charCodeAt(code - 1);
  UPPER[code] = LETTERS.toUpperCase().charCodeAt(code - 1);
}
const FLIPPED = '^'.charCodeAt(0);

/** Five bits a letter: its code << 1 | side. */
const LETTER_BITS = 5;
const LETTER_MASK = (1 << LETTER_BITS) - 1;
const LETTERS_PER_WORD = 6;
const TEXT_WORDS = 10;
/** Letters that are kept; what would come after them is not told. */
const MOST_LETTERS = TEXT_WORDS * LETTERS_PER_WORD;
/** Bytes of the longest history. */
export const MOST_HISTORY_BYTES = 1 + MOST_LETTERS;

/** Words: a bit for each letter of each side that came; number of letters; the letters; of each side: sequence numbers, counts. */
const SEEN = 0;
const COUNT = 1;
const TEXT = 2;
const SIDES = TEXT + TEXT_WORDS;
const COUNTED = SEQUENCED;
const SIDE_WORDS = SEQUENCED + (CODES - COUNTED_FROM + 1);
const SIDE_1_SHIFT = 16;
export const HISTORY_WORDS = SIDES + 2 * SIDE_WORDS;

/** Whether the letter `code`, one of those that are told once, is told of side `side` already. */
export const isNoted = (page: Int32Array, at: number, side: number, code: number): boolean =>
  (page[at + SEEN] & (1 << (code + SIDE_1_SHIFT * side))) !== 0;

/** Side `side` sent a packet whose letter is `code`, one of those that are told once. */
export function noteOnce(page: Int32Array, at: number, side: number, code: number): void {
  const bit = 1 << (code + SIDE_1_SHIFT * side);
  if ((page[at + SEEN] & bit) !== 0) return;
  page[at + SEEN] |= bit;
  append(page, at, side, code);
}

/** The same for one that is told again where its sequence number is not that of the last one of its kind. */
export function noteSequenced(page: Int32Array, at: number, side: number, code: number, seq: number): void {
  const bit = 1 << (code + SIDE_1_SHIFT * side);
  const word = at + SIDES + SIDE_WORDS * side + code - 1;
  if ((page[at + SEEN] & bit) !== 0 && page[word] === seq) return;
  page[at + SEEN] |= bit;
  page[word] = seq;
  append(page, at, side, code);
}

/** The same for one that is told the first, the tenth, the hundredth time, and so on. */
export function noteCounted(page: Int32Array, at: number, side: number, code: number): void {
  const word = at + SIDES + SIDE_WORDS * side + COUNTED + code - COUNTED_FROM;
  const count = ++page[word];
  if (isPowerOfTen(count)) append(page, at, side, code);
}

/**
 * Writes the history into `out` as text where `originator` is the side that began the connection; side 0 sent its first packet, so an
 * originator 1 means that it was turned round. Returns how many bytes it has, at most MOST_HISTORY_BYTES.
 */
export function writeHistory(page: Int32Array, at: number, originator: number, out: Uint8Array): number {
  let to = 0;
  if (originator !== 0) out[to++] = FLIPPED;
  const count = page[at + COUNT];
  for (let n = 0; n < count; n++) {
    const word = page[at + TEXT + ((n / LETTERS_PER_WORD) | 0)];
    const letter = (word >>> (LETTER_BITS * (n % LETTERS_PER_WORD))) & LETTER_MASK;
    out[to++] = (letter & 1) === originator ? UPPER[letter >>> 1] : LOWER[letter >>> 1];
  }
  return to;
}

function append(page: Int32Array, at: number, side: number, code: number): void {
  const count = page[at + COUNT];
  if (count === MOST_LETTERS) return;
  page[at + COUNT] = count + 1;
  const word = at + TEXT + ((count / LETTERS_PER_WORD) | 0);
  page[word] |= ((code << 1) | side) << (LETTER_BITS * (count % LETTERS_PER_WORD));
}

function isPowerOfTen(count: number): boolean {
  let power = 1;
  while (power < count) power *= 10;
  return power === count;
}
