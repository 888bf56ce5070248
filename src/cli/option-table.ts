/**
 * The one table of options. Owns which rows there are and what is no analysis' own: the rest is in the files that it puts together.
 */
import { ANALYSIS_OPTIONS } from './analysis-options.js';
import { CHECK_OPTIONS } from './check-options.js';
import { EXTRACT_OPTIONS } from './extract-options.js';
import { MIRUO_OPTIONS } from './miruo-options.js';
import type { CommandName, OptionRow } from './option-row.js';
import { PLOT_OPTIONS } from './plot-options.js';
import { READING_OPTIONS } from './reading-options.js';
import { REPORT_OPTIONS } from './report-options.js';
import { SHOWN_OPTIONS } from './shown-options.js';
import { STAT_OPTIONS } from './stat-options.js';
import { TCPEEK_OPTIONS } from './tcpeek-options.js';

const RESULT_OPTIONS: readonly OptionRow[] = [
  {
    names: ['output'],
    letter: 'o',
    isLetterEverywhere: true,
    kind: 'file',
    value: 'FORMAT[=PATH]',
    help: 'a result and where it goes, - for standard output (repeatable; default miruo, and tcpeek and reports on standard error; formats: miruo, tcpeek, report, ndjson, csv, parquet, figures, conn, conn-json, packets, packets-tsv, prometheus, html)',
    commands: ['run'],
  },
];

const FILTER_OPTIONS: readonly OptionRow[] = [
  {
    names: ['write'],
    letter: 'w',
    isLetterEverywhere: true,
    kind: 'text',
    value: 'OUT',
    help: 'write the packets to a file, or - for standard output, in the format of the first capture',
    commands: ['filter', 'extract'],
  },
  {
    names: ['count'],
    letter: 'c',
    isLetterEverywhere: true,
    kind: 'switch',
    help: 'print only how many packets there are',
    commands: ['filter'],
  },
  { names: ['pcap'], kind: 'switch', help: 'write pcap, whatever is read', commands: ['filter', 'extract'] },
  { names: ['pcapng'], kind: 'switch', help: 'write pcapng, whatever is read', commands: ['filter', 'extract'] },
  {
    names: ['tsv'],
    kind: 'switch',
    help: 'a line of columns for each capture, for other programs',
    commands: ['info'],
  },
  {
    names: ['tsv'],
    kind: 'switch',
    help: 'lines of columns under a line of their names, in place of JSON',
    commands: ['packets'],
  },
];

export const OPTION_TABLE: readonly OptionRow[] = [
  ...MIRUO_OPTIONS,
  ...TCPEEK_OPTIONS,
  ...RESULT_OPTIONS,
  ...ANALYSIS_OPTIONS,
  ...SHOWN_OPTIONS,
  ...READING_OPTIONS,
  ...REPORT_OPTIONS,
  ...FILTER_OPTIONS,
  ...EXTRACT_OPTIONS,
  ...PLOT_OPTIONS,
  ...STAT_OPTIONS,
  ...CHECK_OPTIONS,
];

/** Rows that a command understands. `metrics` is a run whose result and its place are given. */
export const optionsOf = (command: CommandName): readonly OptionRow[] =>
  command === 'metrics'
    ? OPTION_TABLE.filter((row) => row.commands.includes('run') && !RESULT_OPTIONS.includes(row))
    : OPTION_TABLE.filter((row) => row.commands.includes(command));
