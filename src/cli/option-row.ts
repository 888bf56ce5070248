/**
 * A row of the table of options: what the parser, the help, and the test that holds README and options together are made from. Owns
 * the row's form.
 */

export type CommandName =
  | 'run'
  | 'miruo'
  | 'info'
  | 'filter'
  | 'extract'
  | 'interfaces'
  | 'tcpeek'
  | 'packets'
  | 'metrics'
  | 'peekstat'
  | 'plot'
  | 'check'
  | 'diff'
  | 'stat';

/** How an option's value is read: none, a count of repetitions, or a checked value. */
export type OptionKind =
  | 'switch'
  | 'repeated'
  | 'number'
  | 'count'
  | 'seconds'
  | 'choice'
  | 'bytes'
  | 'file'
  | 'text'
  | 'moment'
  | 'dpi mode'
  | 'link type'
  | 'process id';

export interface OptionRow {
  /** Long name without dashes; the first is the one that help shows. */
  readonly names: readonly string[];
  /** Single letter, understood by the drop-in commands only, or by all. */
  readonly letter?: string;
  readonly isLetterEverywhere?: boolean;
  readonly kind: OptionKind;
  /** Name of the value in help. */
  readonly value?: string;
  /** Allowed values of a choice, as written. */
  readonly choices?: readonly string[];
  readonly help: string;
  readonly commands: readonly CommandName[];
  /** An option of the program that a drop-in command stands for: it may be abbreviated whatever was added to it here. */
  readonly isOriginal?: boolean;
}
