/**
 * Rows of the options that say which sessions are extracted. The values' meanings are `WantedSessions`'.
 */
import type { OptionRow } from './option-row.js';

export const EXTRACT_OPTIONS: readonly OptionRow[] = [
  {
    names: ['sessions'],
    kind: 'file',
    value: 'ID[,ID...]',
    help: 'sessions by number, in the order in which they begin, from 0 (repeatable)',
    commands: ['extract'],
  },
  {
    names: ['sessions-from'],
    kind: 'file',
    value: 'FILE',
    help: 'sessions whose numbers are in a file, one a line, or as records of NDJSON; # begins a comment (repeatable)',
    commands: ['extract'],
  },
  {
    names: ['checksum'],
    kind: 'choice',
    value: '0|2',
    choices: ['0', '2'],
    help: '2: sessions are numbered without segments whose checksum is wrong, as by a run with it, as far as packets were captured whole (default 0)',
    commands: ['extract'],
  },
  {
    names: ['tuple'],
    kind: 'file',
    value: 'ADDR:PORT-ADDR:PORT',
    help: 'all sessions between two ends, either way round, as 10.0.0.1:80-10.0.0.2:1234 or [::1]:80-[::2]:1234 (repeatable)',
    commands: ['extract'],
  },
  {
    names: ['filter'],
    kind: 'text',
    value: 'EXPR',
    help: 'sessions with a packet that a pcap-filter(7) expression selects, whole: "tcp[tcpflags] & tcp-rst != 0"',
    commands: ['extract'],
  },
  {
    names: ['filter-file'],
    letter: 'F',
    isLetterEverywhere: true,
    kind: 'text',
    value: 'FILE',
    help: 'the expression is in a file; # begins a comment',
    commands: ['extract'],
  },
];
