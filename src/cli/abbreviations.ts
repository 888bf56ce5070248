/**
 * Long options the way getopt_long_only(3) takes them, for drop-in commands: abbreviated to a unique beginning,
 * with one dash or two. Owns the rewriting of arguments to their full form; checks nothing else.
 */
import type { OptionRow } from './option-row.js';

/** An option that cannot be told from others by what was given of its name. */
export class AmbiguousOption extends Error {}

/** `args` with each long option of `rows` written out in full, as `--name`. Everything after `--` is left alone. */
export function expandLongOptions(args: readonly string[], rows: readonly OptionRow[]): string[] {
  const letters = new Map(rows.flatMap((row) => (row.letter === undefined ? [] : ([[row.letter, row]] as const))));
  const expanded: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') return [...expanded, ...args.slice(i)];
    const full = isOption(arg, letters) ? expandOne(arg, rows, letters) : undefined;
    expanded.push(full ?? arg);
    // The value of an option that takes one as the next argument is no option, whatever it looks like.
    if (takesNext(full ?? arg, rows, letters) && i + 1 < args.length) expanded.push(args[++i]);
  }
  return expanded;
}

/** Whether an argument may be a long option: a single letter is one only if it is no letter of its own. */
function isOption(arg: string, letters: ReadonlyMap<string, OptionRow>): boolean {
  if (!/^--?[^-=]/.test(arg)) return false;
  return arg.length > 2 || !letters.has(arg[1]);
}

function expandOne(
  arg: string,
  rows: readonly OptionRow[],
  letters: ReadonlyMap<string, OptionRow>,
): string | undefined {
  const [, dashes, name, rest] = /^(--?)([^=]*)(.*)$/s.exec(arg)!;
  const begins = rows.filter((row) => row.names.some((candidate) => candidate.startsWith(name)));
  // What was short enough for the original still is.
  const originals = begins.filter((row) => row.isOriginal === true);
  const matches = originals.length > 0 ? originals : begins;
  const exact = rows.find((row) => row.names.includes(name));
  const row = exact ?? (matches.length === 1 ? matches[0] : undefined);
  if (row !== undefined) return `--${row.names[0]}${rest}`;
  // With one dash it may be letters with or without a value, which the parser knows best.
  if (dashes === '-' && letters.has(name[0])) return undefined;
  if (matches.length > 1) {
    throw new AmbiguousOption(
      `option '${arg}' is ambiguous: ${matches.map((match) => `--${match.names[0]}`).join(', ')}`,
    );
  }
  return undefined;
}

function takesNext(arg: string, rows: readonly OptionRow[], letters: ReadonlyMap<string, OptionRow>): boolean {
  const row = arg.startsWith('--')
    ? rows.find((candidate) => candidate.names[0] === arg.slice(2))
    : arg.length === 2 && arg.startsWith('-')
      ? letters.get(arg[1])
      : undefined;
  return row !== undefined && row.kind !== 'switch' && row.kind !== 'repeated';
}
