/**
 * Whether a process is a pass of tcploom over packets, by its command line. Owns what such a command line looks like, before the process has a
 * title of its own and after.
 */
import { basename } from 'node:path';
import { parseTitle, shownArguments, type TitleFacts } from '../monitor/process-title.js';

const SCRIPT = 'bin/tcploom.js';
const LINK = 'tcploom';
const NODE = /^node(js)?[\d.-]*$/;
/** Options of node whose value is the next argument. */
const WITH_VALUE = /^(-r|-C|--(require|import|loader|experimental-loader|conditions|inspect-port|title|env-file))$/;
/** Options of node after which no script follows. */
const WITHOUT_SCRIPT = /^(-e|-p|-pe|-i|--eval|--print|--interactive)(=|$)/;
/** Commands, and options in place of one, that read no packets, or make no reports while they do. */
const NO_PASS: ReadonlySet<string> = new Set([
  ...['interfaces', 'peekstat', 'plot', 'stat', 'check', 'diff'],
  ...['help', '-h', '-V'],
]);
const NO_PASS_ANYWHERE: ReadonlySet<string> = new Set(['--help', '--version']);

/** What is asked of the process only where its command line does not say enough; each undefined where that cannot be found out. */
export interface ProcessFacts {
  /** Path of the program that the process runs. */
  program(): string | undefined;
  /** The file that a path of the process leads to. */
  realPath(path: string): string | undefined;
}

/** How far a pass is, and its arguments; undefined for all other processes. `commandLine`: as in /proc/PID/cmdline. */
export function recognisePass(commandLine: string, facts: ProcessFacts): TitleFacts | undefined {
  // A title is followed by NULs, up to the length that the arguments had, and may end within a character.
  const text = commandLine.replace(/\0+$/, '');
  if (!text.includes('\0')) {
    const program = facts.program();
    if (program !== undefined && !isNode(program.replace(/ \(deleted\)$/, ''))) return undefined;
    return parseTitle(text.replace(/\ufffd+$/, ''));
  }
  // Empty arguments at the end are arguments.
  const [node, ...rest] = commandLine.replace(/\0$/, '').split('\0');
  if (!isNode(node)) return undefined;
  const at = scriptIndex(rest);
  if (at === undefined || !isTcploom(rest[at], facts)) return undefined;
  const args = rest.slice(at + 1);
  return isPass(args) ? { percent: undefined, words: shownArguments(args) } : undefined;
}

const isNode = (path: string): boolean => NODE.test(basename(path));

function scriptIndex(args: readonly string[]): number | undefined {
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--') return i + 1 < args.length ? i + 1 : undefined;
    if (WITHOUT_SCRIPT.test(args[i])) return undefined;
    if (!args[i].startsWith('-')) return i;
    if (WITH_VALUE.test(args[i])) i++;
  }
  return undefined;
}

/** What a file is called counts where it is not to be seen: in another's folder, or replaced since. */
function isTcploom(script: string, facts: ProcessFacts): boolean {
  const real = facts.realPath(script);
  if (real === undefined && basename(script) === LINK) return true;
  return `/${real ?? script}`.endsWith(`/${SCRIPT}`);
}

function isPass(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return !NO_PASS.has(args[0]) && !options.some((option) => NO_PASS_ANYWHERE.has(option));
}
