/**
 * Rows of the options of `stat`. The values' meanings are `StatPlan`'s.
 */
import type { OptionRow } from './option-row.js';

const row = (letter: string, name: string, help: string): OptionRow => ({
  names: [name],
  letter,
  isLetterEverywhere: true,
  kind: 'switch',
  help,
  commands: ['stat'],
});

export const STAT_OPTIONS: readonly OptionRow[] = [
  {
    names: ['signal'],
    kind: 'text',
    value: 'NAME',
    help: 'send this signal, by name or number; also -NAME, as -USR2, -INT, -9 (default USR1)',
    commands: ['stat'],
  },
  {
    names: ['pid'],
    kind: 'process id',
    value: 'PID',
    help: 'only this pass (repeatable), for -p and -l too',
    commands: ['stat'],
  },
  row('p', 'pids', 'send nothing: print the process ids'),
  row('l', 'list', 'send nothing: print process id, running time, percentage and command line'),
  row('i', 'ask', 'ask for each process on the terminal'),
  row('s', 'sudo', 'send through sudo'),
];
