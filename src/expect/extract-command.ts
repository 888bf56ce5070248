/**
 * The command that shows somebody a session: words, quoted for a shell, with the options that sessions are numbered by.
 */
import type { ExampleSession } from '../summary/figures.js';

/** What the sessions of a run are numbered by, and `tcploom extract` has to be told as well. */
export interface Numbering {
  /** Options as words: those about what is a packet of a session, and those about where one session ends and the next begins. */
  readonly decoding: readonly string[];
  readonly numbering: readonly string[];
  /** Sessions have other numbers there: they go by their ends. */
  readonly byEnds: boolean;
}

/** The command line that writes a session of a capture to a file of its own; undefined for what cannot be read twice. */
export function extractCommand(
  capture: string,
  { session, src, src_port, dst, dst_port }: ExampleSession,
  { decoding, numbering, byEnds }: Numbering,
): string | undefined {
  if (capture === '-') return undefined;
  const chosen = byEnds
    ? ['--tuple', `${endText(src, src_port)}-${endText(dst, dst_port)}`]
    : ['--sessions', String(session), ...numbering];
  const file = capture.startsWith('-') ? `./${capture}` : capture;
  return ['tcploom', 'extract', ...chosen, ...decoding, '-w', `session-${session}.pcap`, file].map(shellWord).join(' ');
}

const endText = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** Characters that no shell takes for anything but themselves, wherever they stand in a word. */
const PLAIN = /^[\w@%+=:,./-]+$/;
/** What would not be seen, or would speak to a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A word as it is written on a line for sh, or, where characters are in it that must not be printed, for bash. */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!UNPRINTABLE.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const inside = word.replace(/[\\'\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '\\' || character === "'") return `\\${character}`;
    return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `$'${inside}'`;
}
