/**
 * Rows of the options of expectations and comparisons.
 */
import type { OptionRow } from './option-row.js';

export const CHECK_OPTIONS: readonly OptionRow[] = [
  {
    names: ['expect'],
    kind: 'file',
    value: 'EXPECTATION',
    help: "what must be so of every capture: 'retransmissions <= 0.1%', 'handshake.p99 < 50ms' (repeatable); docs/expectations.md has all",
    commands: ['check'],
  },
  {
    names: ['config'],
    kind: 'text',
    value: 'FILE',
    help: 'captures and expectations are in a file (default: tcploom.yml, where nothing is expected on the command line)',
    commands: ['check'],
  },
  {
    names: ['output'],
    letter: 'o',
    isLetterEverywhere: true,
    kind: 'file',
    value: 'FORMAT[=PATH]',
    help: 'how the result is told and where, - for standard output (repeatable; default text; formats: text, junit, github, tap, sarif)',
    commands: ['check'],
  },
  {
    names: ['output'],
    letter: 'o',
    isLetterEverywhere: true,
    kind: 'file',
    value: 'FORMAT[=PATH]',
    help: 'how the result is told and where, - for standard output (repeatable; default text; formats: text, json, html)',
    commands: ['diff'],
  },
  {
    names: ['allow-damaged'],
    kind: 'switch',
    help: 'captures may be damaged: what could be read of them is checked',
    commands: ['check'],
  },
  {
    names: ['update'],
    kind: 'switch',
    help: 'write the key figures of every capture to a snapshot beside it, NAME.tcploom.json',
    commands: ['check'],
  },
  {
    names: ['snapshot'],
    kind: 'switch',
    help: 'compare every capture with its snapshot',
    commands: ['check'],
  },
  {
    names: ['snapshots'],
    kind: 'text',
    value: 'DIR',
    help: 'snapshots are in DIR, not beside their captures',
    commands: ['check'],
  },
  {
    names: ['tolerance'],
    kind: 'text',
    value: 'PERCENT',
    help: 'by how much figures may differ from those of a snapshot, as 5% (default: not at all)',
    commands: ['check'],
  },
];
