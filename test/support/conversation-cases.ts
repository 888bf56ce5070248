/**
 * Dialogues of one pair of endpoints, for the question where one conversation ends and the next begins: a table of
 * the cases there are, and random ones. Segments are written as text, `> S 100` or `< SA 500 101`: direction, flags,
 * sequence and acknowledgement number.
 */
import type { Random } from './random.js';

export interface DialogueSegment {
  /** From the first endpoint to the second. */
  readonly forward: boolean;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
}

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 };
const LAST = 0xffffffff;

/** What the dialogue is, its segments, and the conversations there are in it. */
export const CONVERSATION_CASES: readonly (readonly [what: string, dialogue: string, conversations: number])[] = [
  ['one segment', '> A 100 5', 1],
  ['a whole connection', '> S 100, < SA 500 101, > A 101 501, > FA 101 501, < FA 501 102, > A 102 502', 1],
  ['a SYN repeated', '> S 100, > S 100', 1],
  ['a SYN with another number', '> S 100, > S 200', 2],
  ['a SYN one before', '> S 100, > S 99', 2],
  ['three SYNs, each with a number of its own', '> S 100, > S 200, > S 100', 3],
  ['a SYN that is where the first segment said', '> A 100 5, > S 99', 1],
  ['a SYN at the number of the first segment', '> A 100 5, > S 100', 2],
  ['a SYN at the last number, then', `> A 0 5, > S ${LAST}`, 1],
  ['a SYN that the other side had acknowledged', '< A 100 5, > S 4', 1],
  ['a SYN that the other side had not acknowledged', '< A 100 5, > S 99', 2],
  ['a SYN after an ACK of 0', '< A 100 0, > S 4', 2],
  ['a SYN after a RST without ACK', '< R 100 7, > S 4', 1],
  ['a SYN+ACK again with other numbers', '> S 100, < SA 500 101, < SA 600 301', 1],
  ['SYN+ACK twice and no SYN', '< SA 500 101, < SA 600 301', 1],
  ['a SYN+ACK that acknowledges something else', '> S 100, < SA 500 301', 1],
  ['a SYN after its SYN+ACK', '< SA 500 101, > S 100', 1],
  ['a SYN after the SYN+ACK of another', '< SA 500 101, > S 200', 2],
  ['a SYN where the second SYN+ACK began', '< SA 500 101, < SA 600 101, < S 600', 1],
  ['a SYN where the first SYN+ACK began', '< SA 500 101, < SA 600 101, < S 500', 2],
  ['simultaneous open', '> S 100, < S 500, > SA 100 501, < SA 500 101', 1],
  ['a SYN of the side that was acknowledged', '> S 100, < SA 500 101, < S 700', 2],
  ['the same SYN after a RST', '> S 100, < RA 0 101, > S 100, < RA 0 101, > S 100', 1],
  ['another SYN after a RST', '> S 100, < RA 0 101, > S 200', 2],
  ['the same SYN after FINs', '> S 100, < SA 500 101, > FA 101 501, < FA 501 102, > A 102 502, > S 100', 1],
  ['reuse, then a segment of the old one', '> S 100, < SA 500 101, > S 9000, > A 101 501, < A 501 106', 2],
  ['reuse, then the SYN of the old one', '> S 100, < SA 500 101, > S 9000, > S 100', 3],
  ['reuse by the other side', '> S 100, < SA 500 101, > A 101 501, < S 700, > SA 900 701, > S 900', 2],
  ['reuse that starts the other side anew', '> S 100, < SA 500 101, > S 200, < A 900 201, < S 899', 2],
  ['reuse without a SYN', '> S 100, < SA 500 101, > RA 101 501, < SA 900 301, > A 301 901', 1],
  ['a SYN with FIN', '> S 100, > SF 200', 2],
  ['a SYN with RST', '> S 100, > SR 200', 2],
  ['a SYN with ECN bits', '> S 100, > SEC 100, > SEC 200', 2],
  ['no flags at all', '> - 100, > S 99, > S 100', 2],
];

/** `> SA 500 101, ...` as segments. */
export function parseDialogue(text: string): DialogueSegment[] {
  return text.split(', ').map((segment) => {
    const [direction, letters, seq, ack] = segment.split(' ');
    const flags = [...letters].reduce((bits, letter) => bits | (FLAG_BITS[letter] ?? 0), 0);
    return { forward: direction === '>', flags, seq: Number(seq), ack: Number(ack ?? 0) };
  });
}

/** Few numbers and few kinds of segments, so that all of the rule comes up. */
export function randomDialogue(random: Random): DialogueSegment[] {
  const numbers = Array.from({ length: 2 + random.below(3) }, () =>
    random.pick([0, 1, 2, 100, 101, 102, 0x7fffffff, 0x80000000, LAST - 1, LAST]),
  );
  const kinds = Array.from({ length: 2 + random.below(4) }, () =>
    random.pick([2, 2, 2, 18, 18, 16, 16, 24, 4, 20, 1, 17, 0, 3, 6, 22, 19, 10, 0xc2, 0x52, 0xff]),
  );
  return Array.from({ length: 2 + random.below(14) }, () => ({
    forward: random.below(2) === 0,
    flags: random.pick(kinds),
    seq: random.pick(numbers),
    ack: random.below(5) === 0 ? 0 : random.pick(numbers),
  }));
}
