/**
 * The title of a run's process, which ps, top and `tcploom stat -l` show: how far it is, and its arguments. Owns the title's form, and reading it back,
 * also where it was cut: a title has only the room that the arguments of the process had at its start.
 */
import { printable } from '../capture/problem.js';

const NAME = 'tcploom';
/** In place of a percentage that is not known. */
const UNKNOWN = '-';
const WHOLE = /^tcploom (\d{1,3}\.\d%|-)(?: (.*))?$/;
/** Cut before the percentage was complete. */
const CUT = /^tcploom(?: (?:\d{1,3}(?:\.\d?)?)?)?$/;

/** What a title says. */
export interface TitleFacts {
  /** Undefined where it is not known. */
  readonly percent: number | undefined;
  readonly words: string;
}

/** The option whose value is a secret, but for the name of a file; the drop-in commands understand it abbreviated, and with one dash. */
const SECRET = /^(--a[a-z]*|-an[a-z]*)(?:=([^@].*))?$/s;
const HIDDEN = '***';

/** Arguments as they are shown: in one line, no command to a terminal, and without the key of `--anonymize`. */
export const shownArguments = (args: readonly string[]): string => args.map(withoutKey).map(printable).join(' ');

function withoutKey(arg: string, index: number, args: readonly string[]): string {
  const [, name, value] = SECRET.exec(arg) ?? [];
  if (isKeyOption(name) && value !== undefined) return `${name}=${HIDDEN}`;
  const [, before, given] = SECRET.exec(args[index - 1] ?? '') ?? [];
  return isKeyOption(before) && given === undefined && !arg.startsWith('@') ? HIDDEN : arg;
}

const isKeyOption = (name: string | undefined): boolean =>
  name !== undefined && 'anonymize'.startsWith(name.replace(/^--?/, ''));

/** The title of a run with `args` (without the program's name) that is `percent` done. */
export function renderTitle(percent: number | undefined, args: readonly string[]): string {
  const isKnown = percent !== undefined && Number.isFinite(percent);
  const share = isKnown ? `${Math.min(100, Math.max(0, percent)).toFixed(1)}%` : UNKNOWN;
  return [NAME, share, ...(args.length > 0 ? [shownArguments(args)] : [])].join(' ');
}

/** What a title says; undefined where it is none. Of one that was cut, what is left. */
export function parseTitle(title: string): TitleFacts | undefined {
  const match = WHOLE.exec(title);
  if (match === null) return CUT.test(title) ? { percent: undefined, words: '' } : undefined;
  const [, share, words = ''] = match;
  return { percent: share === UNKNOWN ? undefined : Number.parseFloat(share), words };
}
