/**
 * Rows of the options that change how results are shown, whatever they are: addresses that stand for others, times in UTC.
 */
import type { OptionRow } from './option-row.js';

export const SHOWN_OPTIONS: readonly OptionRow[] = [
  {
    names: ['anonymize'],
    kind: 'text',
    value: 'KEY',
    help: 'show other addresses in place of those of packets, always the same for KEY: 64 hex digits, a passphrase, or @FILE, which ps does not show',
    commands: ['run', 'miruo', 'tcpeek', 'packets', 'info'],
  },
  {
    names: ['utc'],
    kind: 'switch',
    help: 'times in UTC, not in the local time zone',
    commands: ['run', 'miruo', 'tcpeek', 'packets', 'info', 'filter', 'extract', 'plot'],
  },
];
