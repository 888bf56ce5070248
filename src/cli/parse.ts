/**
 * Arguments to a command and its options, by commander, from the option table. Owns how values are read.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { TimeBound } from '../capture/selection.js';
import type { HttpHeaders } from '../miruo/options.js';
import { LINKTYPE_USER0, linkTypeNumber } from '../wire/link-types.js';
import { AmbiguousOption, expandLongOptions } from './abbreviations.js';
import { parseMoment } from './moment.js';
import type { CommandName, OptionRow } from './option-row.js';
import { optionsOf } from './option-table.js';
import type { ParsedOptions } from './plan.js';
import type { PlotOptions } from './plot-plan.js';
import { expandSignals } from './signal-names.js';
import type { StatOptions } from './stat-plan.js';
import { UsageError } from './usage-error.js';

/** What the command line asks for: a run, or a text (help, version) to print. */
export type Request =
  | {
      readonly kind: 'run' | 'info' | 'filter' | 'extract' | 'check' | 'diff';
      readonly files: readonly string[];
      readonly options: ParsedOptions;
    }
  | { readonly kind: 'interfaces' }
  | { readonly kind: 'peekstat'; readonly options: ParsedOptions }
  | { readonly kind: 'plot'; readonly words: readonly string[]; readonly options: PlotOptions }
  | { readonly kind: 'stat'; readonly intervalSec: number | undefined; readonly options: StatOptions }
  | { readonly kind: 'text'; readonly text: string };

const MOST_NUMBER = 2 ** 31 - 1;

const DESCRIPTIONS: Readonly<Record<CommandName, string>> = {
  run: 'read captures and print the TCP sessions that look wrong (the default command)',
  miruo: "the same with miruo's own options",
  tcpeek: "watch TCP handshakes, with tcpeek's own options",
  metrics:
    'print what a run comes to as metrics for Prometheus: packets, sessions, handshakes, with --analysis symptoms',
  packets: 'print the segments that have a symptom: retransmitted, out of order, zero window ...',
  info: 'say what is in captures: format, packets, bytes, times, interfaces, TCP conversations',
  filter: 'write the packets that an expression selects to another capture, or count them',
  extract: 'write the packets of some TCP sessions to another capture',
  interfaces: 'list the interfaces that can be captured from',
  peekstat: 'print the counts of a run that watches handshakes, or hand them to gmetric',
  plot: 'draw machine reports over time, as SVG or on the terminal',
  stat: 'ask all running passes of tcploom for a report, or list them',
  check: 'hold expectations against captures, for CI jobs',
  diff: 'say what got worse from one capture, or snapshot, to another',
};

/** Reads the arguments that follow the program's name. Throws a UsageError. */
export function parseArguments(args: readonly string[], version: string): Request {
  let text = '';
  let request: Request | undefined;
  const output = {
    writeOut: (chunk: string) => {
      text += chunk;
    },
    writeErr: () => {},
  };
  const program = new Command('tcploom')
    .description(
      'Reads packet captures of any size on all cores, tracks their TCP sessions and reports what went wrong.',
    )
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput(output);
  program
    .command('run', { isDefault: true })
    .description(DESCRIPTIONS.run)
    .argument('[FILE...]', 'captures, read one after the other as one')
    .action((files: string[], options: ParsedOptions) => {
      request = { kind: 'run', files, options };
    });
  program
    .command('miruo')
    .description(DESCRIPTIONS.miruo)
    .argument('[EXPRESSION...]', 'a pcap-filter(7) expression: only packets that it selects')
    .action((words: string[], options: ParsedOptions) => {
      const hasInput = [options.file, options.interface, options.filesFrom].some((input) => input !== undefined);
      if (!hasInput) throw new UsageError('miruo needs a capture: -f FILE, or -i DEV');
      if (words.length > 0 && options.filter !== undefined) {
        throw new UsageError('the expression is either in the last words or behind --filter');
      }
      const filter = words.length > 0 ? { filter: words.join(' ') } : {};
      request = { kind: 'run', files: options.file ?? [], options: { ...options, ...filter, output: ['miruo'] } };
    });
  program
    .command('tcpeek')
    .description(DESCRIPTIONS.tcpeek)
    // The program's -V is understood everywhere.
    .version(version, '-v, --version', 'print the version')
    .argument(
      '[FILTER...]',
      'what is counted together: [NAME]:RX|TX@ADDR:PORT[:PORT...][,ADDR:PORT...], without NAME: nowhere',
    )
    .action((sessionFilter: string[], options: TcpeekArguments) => {
      request = { kind: 'run', files: options.file ?? [], options: { ...fromTcpeek(options), sessionFilter } };
    });
  program
    .command('packets')
    .description(DESCRIPTIONS.packets)
    .argument('[FILE...]', 'captures, read one after the other as one')
    .action((files: string[], { tsv, ...options }: ParsedOptions) => {
      request = { kind: 'run', files, options: { ...options, output: [tsv ? 'packets-tsv' : 'packets'] } };
    });
  program
    .command('metrics')
    .description(DESCRIPTIONS.metrics)
    .argument('[FILE...]', 'captures, read one after the other as one')
    .action((files: string[], options: ParsedOptions) => {
      request = { kind: 'run', files, options: { ...options, output: ['prometheus'] } };
    });
  program
    .command('info')
    .description(DESCRIPTIONS.info)
    .argument('[FILE...]', 'captures, each described by itself')
    .action((files: string[], options: ParsedOptions) => {
      request = { kind: 'info', files, options };
    });
  program
    .command('filter')
    .description(DESCRIPTIONS.filter)
    .usage('[OPTION...] EXPR FILE... (-w OUT | -c)')
    .argument('[EXPR]', "a pcap-filter(7) expression, '' for all packets; left out with -F")
    .argument('[FILE...]', 'captures, read one after the other as one')
    .action((first: string | undefined, rest: string[], options: ParsedOptions) => {
      request = filterRequest(first === undefined ? [] : [first, ...rest], options);
    });
  program
    .command('extract')
    .description(DESCRIPTIONS.extract)
    .usage('[OPTION...] -w OUT (--sessions ID | --sessions-from LIST | --tuple A:P-B:P | --filter EXPR)... FILE...')
    .argument('[FILE...]', 'captures, read one after the other as one')
    .action((files: string[], options: ParsedOptions) => {
      request = { kind: 'extract', files, options };
    });
  program
    .command('interfaces')
    .description(DESCRIPTIONS.interfaces)
    .action(() => {
      request = { kind: 'interfaces' };
    });
  program
    .command('peekstat')
    .description(DESCRIPTIONS.peekstat)
    // The program's -V is understood everywhere.
    .version(version, '-v, --version', 'print the version')
    .action((options: ParsedOptions) => {
      request = { kind: 'peekstat', options };
    });
  program
    .command('plot')
    .description(DESCRIPTIONS.plot)
    .usage('[OPTION...] [FIELD [FIELD2]] FILE')
    .argument('[FIELD...]', 'what is drawn (default rawBandwidth), and last the file of reports, - for standard input')
    .action((words: string[], options: PlotOptions) => {
      request = { kind: 'plot', words, options };
    });
  program
    .command('stat')
    .description(DESCRIPTIONS.stat)
    .usage('[INTERVAL] [-SIGNAL] [OPTION...]')
    .argument('[INTERVAL]', 'send again every INTERVAL seconds, until none runs any more or Ctrl-C', readSeconds)
    .action((intervalSec: number | undefined, options: StatOptions) => {
      request = { kind: 'stat', intervalSec, options };
    });
  program
    .command('check')
    .description(DESCRIPTIONS.check)
    .usage('[OPTION...] [--expect EXPECTATION]... [FILE...]')
    .argument('[FILE...]', 'captures, each checked by itself (default: those that tcploom.yml names)')
    .action((files: string[], options: ParsedOptions) => {
      request = { kind: 'check', files, options };
    });
  program
    .command('diff')
    .description(DESCRIPTIONS.diff)
    .argument('<BEFORE>', 'a capture, or a snapshot of one (NAME.tcploom.json)')
    .argument('<AFTER>', 'another')
    .action((before: string, after: string, options: ParsedOptions) => {
      request = { kind: 'diff', files: [before, after], options };
    });
  for (const command of program.commands) {
    command.exitOverride().configureOutput(output);
    for (const row of optionsOf(command.name() as CommandName)) command.addOption(commanderOption(row, command.name()));
  }
  // The default command's options are the program's.
  program.addHelpText('after', () => `\n${program.commands[0].helpInformation()}`);
  program.commands[1].version(version, '-V, --version', 'print the version');
  try {
    program.parse(expandFor(args), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: 'text', text };
    if (error instanceof CommanderError) throw new UsageError(usageMessage(error, args));
    throw error;
  }
  return request ?? { kind: 'text', text };
}

/** Options of `tcpeek` whose names mean something else elsewhere. */
interface TcpeekArguments extends Omit<ParsedOptions, 'timeout' | 'quiet'> {
  timeout?: number;
  quiet?: number;
}

function fromTcpeek({ timeout, quiet, ...options }: TcpeekArguments): ParsedOptions {
  const hasInput = [options.file, options.interface, options.filesFrom].some((input) => input !== undefined);
  if (!hasInput) throw new UsageError('tcpeek needs a capture: -r FILE, or -i DEV');
  return {
    ...options,
    output: ['tcpeek'],
    isTcpeek: true,
    ...(timeout === undefined ? {} : { handshakeTimeout: timeout }),
    ...(quiet === undefined ? {} : { handshakeLines: false }),
  };
}

/** The first argument is the expression, unless that is in a file. */
function filterRequest(args: readonly string[], options: ParsedOptions): Request {
  if (options.filterFile !== undefined) return { kind: 'filter', files: args, options };
  if (args.length === 0) throw new UsageError("filter needs an expression, '' for all packets, or -F FILE");
  const [filter, ...files] = args;
  return { kind: 'filter', files, options: { ...options, filter } };
}

/** Options of other commands that somebody may expect of this one, and why it has none. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  filter: {
    '--anonymize':
      'filter writes packets as they are, and they hold their addresses: --anonymize is for what is told of packets',
  },
  extract: {
    '--anonymize':
      'extract writes packets as they are, and they hold their addresses: --anonymize is for what is told of packets',
  },
};

/** Commander's message as one line; for help on a command that does not exist it has none. */
function usageMessage(error: CommanderError, args: readonly string[]): string {
  const unknown = /unknown option '(--[a-z-]+)/.exec(error.message)?.[1];
  const reason = unknown === undefined ? undefined : ELSEWHERE[args[0]]?.[unknown];
  if (reason !== undefined) return reason;
  if (error.code === 'commander.help') return `there is no command '${args[1]}'`;
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}

/** Commands that stand for another program, and their letters for the version. */
const DROP_INS: ReadonlyMap<string, string> = new Map([
  ['miruo', 'V'],
  ['tcpeek', 'v'],
  ['peekstat', 'v'],
]);

/** Those of its options, of help and of the version. */
const STAT_LETTERS = `${optionsOf('stat')
  .flatMap(({ letter }) => letter ?? [])
  .join('')}hV`;

/** Abbreviated and single-dash long options belong to the drop-in commands only. */
function expandFor(args: readonly string[]): string[] {
  if (args[0] === 'stat') return expandSignals(args, STAT_LETTERS);
  const versionLetter = DROP_INS.get(args[0]);
  if (versionLetter === undefined) return [...args];
  const own: OptionRow[] = [
    { names: ['help'], letter: 'h', kind: 'switch', help: '', isOriginal: true, commands: [] },
    { names: ['version'], letter: versionLetter, kind: 'switch', help: '', isOriginal: true, commands: [] },
  ];
  try {
    return [args[0], ...expandLongOptions(args.slice(1), [...optionsOf(args[0] as CommandName), ...own])];
  } catch (error) {
    if (error instanceof AmbiguousOption) throw new UsageError(error.message);
    throw error;
  }
}

function commanderOption(row: OptionRow, command: string): Option {
  const hasLetter = row.letter !== undefined && (DROP_INS.has(command) || row.isLetterEverywhere === true);
  const letter = hasLetter ? `-${row.letter}, ` : '';
  const value = row.value === undefined ? '' : ` <${row.value}>`;
  const option = new Option(`${letter}--${row.names[0]}${value}`, row.help);
  switch (row.kind) {
    case 'number':
      return option.argParser((text: string) => readNumber(text, MOST_NUMBER));
    case 'count':
      return option.argParser((text: string) => readNumber(text, Number.MAX_SAFE_INTEGER));
    case 'seconds':
      return option.argParser(readSeconds);
    case 'moment':
      return option.argParser(readMoment);
    case 'dpi mode':
      return option.argParser(readDpiMode);
    case 'link type':
      return option.argParser((text: string, before: Map<number, number> | undefined) =>
        readUserDlt(text, before ?? new Map()),
      );
    case 'process id':
      return option.argParser((text: string, before: number[] | undefined) => [...(before ?? []), readPid(text)]);
    case 'bytes':
      return option.argParser(readBytes);
    case 'choice':
      return option.choices(row.choices!);
    case 'repeated':
      return option.argParser((_: string, before: number | undefined) => (before ?? 0) + 1);
    case 'file':
      return option.argParser((file: string, before: string[] | undefined) => [...(before ?? []), file]);
    case 'text':
      return option.argParser((text: string, before: string | undefined) => readOnce(text, before));
    case 'switch':
      return option;
  }
}

/** Of two values one would be passed over in silence. */
function readOnce(text: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It can be given once.');
  return text;
}

function readNumber(text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
  }
  return value;
}

function readPid(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > MOST_NUMBER) {
    throw new InvalidArgumentError('It must be a process id: a whole number from 1.');
  }
  return value;
}

/** More than a hundred a second would be all that a run does. */
const LEAST_SECONDS = 0.01;

function readSeconds(text: string): number {
  const value = Number(text);
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(text) || value < LEAST_SECONDS || value > MOST_NUMBER) {
    throw new InvalidArgumentError(`It must be a number of seconds from ${LEAST_SECONDS} to ${MOST_NUMBER}.`);
  }
  return value;
}

function readMoment(text: string): TimeBound {
  const bound = parseMoment(text);
  if (bound === undefined) {
    throw new InvalidArgumentError(
      'It must be a time, as 2026-11-21T08:30:00, seconds since 1970, or +seconds from the first packet.',
    );
  }
  return bound;
}

/** `tcp`, or `http` and the names of headers of requests and of responses. */
function readDpiMode(text: string): 'tcp' | HttpHeaders {
  if (text === 'tcp') return text;
  const [mode, request = '', response = '', ...more] = text.split(':');
  if (mode !== 'http' || more.length > 0) {
    throw new InvalidArgumentError('It must be tcp, http, http:HEADER,... or http:HEADER,...:HEADER,...');
  }
  const namesOf = (list: string): string[] => list.split(',').filter((name) => name !== '');
  return { request: namesOf(request), response: namesOf(response) };
}

/** Link types 147 to 162 are for private use: what `0=EN10MB` or `3=101` says of one is added to the others. */
function readUserDlt(text: string, others: Map<number, number>): Map<number, number> {
  const match = /^(\d{1,2})=(.+)$/.exec(text);
  const linkType = match === null ? undefined : linkTypeNumber(match[2]);
  if (match === null || Number(match[1]) > 15 || linkType === undefined) {
    throw new InvalidArgumentError('It must be a number from 0 to 15 and a link type, as 0=EN10MB.');
  }
  return others.set(LINKTYPE_USER0 + Number(match[1]), linkType);
}

function readBytes(text: string): number {
  const match = /^(\d{1,15})([kKmMgGtT]?)(?:i?[bB])?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be a number of bytes, as 65536, 64K or 1M.');
  return Number(match[1]) * 1024 ** ' kmgt'.indexOf(match[2].toLowerCase() || ' ');
}
