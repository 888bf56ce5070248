/**
 * Rows of the options that say what is read, and how; the same for all commands that read captures. The values' meanings are
 * `ReadPlan`'s and `BlockForm`'s.
 */
import type { CommandName, OptionRow } from './option-row.js';

const READING: readonly CommandName[] = ['run', 'miruo', 'tcpeek', 'packets', 'info', 'filter', 'extract'];
const DECODING: readonly CommandName[] = ['run', 'miruo', 'tcpeek', 'packets', 'info', 'extract'];
/** Every capture by itself, and never an interface. */
const CHECKING: readonly CommandName[] = ['check', 'diff'];
const FILTERED: readonly CommandName[] = ['run', 'miruo', 'tcpeek', 'packets', 'info', ...CHECKING];

export const READING_OPTIONS: readonly OptionRow[] = [
  {
    names: ['interface'],
    letter: 'i',
    isLetterEverywhere: true,
    kind: 'file',
    value: 'DEV',
    help: "capture from an interface (repeatable, or any); see 'tcploom interfaces'",
    isOriginal: true,
    commands: READING,
  },
  {
    names: ['snaplen'],
    kind: 'number',
    value: 'BYTES',
    help: 'bytes to capture of a packet, with -i (default 256, 2304 with HTTP; tcpeek: 138 with --classic; filter, extract, and to verify TCP: 262144)',
    commands: READING,
  },
  {
    names: ['buffer'],
    kind: 'number',
    value: 'MIB',
    help: 'buffer for packets on their way, with -i (default 64)',
    commands: ['run', 'miruo', 'packets', 'info', 'filter', 'extract'],
  },
  {
    names: ['buffer'],
    letter: 'B',
    kind: 'number',
    value: 'MIB',
    help: 'buffer for packets on their way, with -i (default 2)',
    isOriginal: true,
    commands: ['tcpeek'],
  },
  {
    names: ['promisc'],
    kind: 'switch',
    help: 'capture what is for others too, with -i',
    isOriginal: true,
    commands: READING,
  },
  {
    names: ['recursive'],
    kind: 'switch',
    help: 'a folder stands for all files below it',
    commands: [...READING, 'check'],
  },
  {
    names: ['files-from'],
    kind: 'file',
    value: 'LIST',
    help: 'read the captures that a file names, one a line; # begins a comment (repeatable)',
    commands: [...READING, 'check'],
  },
  {
    names: ['sort-files'],
    kind: 'switch',
    help: 'read files in the order of their first packets',
    commands: READING,
  },
  {
    names: ['follow'],
    kind: 'switch',
    help: 'go on with the rotated series that the last file belongs to, as its files appear',
    commands: READING,
  },
  {
    names: ['follow-timeout'],
    kind: 'number',
    value: 'SEC',
    help: 'a followed series is over when nothing came for SEC seconds (default 60)',
    commands: READING,
  },
  {
    names: ['from'],
    kind: 'moment',
    value: 'TIME',
    help: 'only packets from TIME on: 2026-11-21T08:30:00, seconds since 1970, or +seconds from the first packet',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['to'],
    kind: 'moment',
    value: 'TIME',
    help: 'only packets up to TIME',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['max-packets'],
    kind: 'count',
    value: 'N',
    help: 'stop after N packets',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['resync'],
    kind: 'switch',
    help: 'after damage go on where records are found again',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['outer'],
    kind: 'switch',
    help: 'stop at the first IP header: what is in tunnels does not count',
    commands: [...DECODING, ...CHECKING],
  },
  {
    names: ['vlan-key'],
    kind: 'switch',
    help: 'the same addresses and ports in two VLANs are two conversations',
    commands: [...DECODING, ...CHECKING],
  },
  {
    names: ['user-dlt'],
    kind: 'link type',
    value: 'N=LINKTYPE',
    help: 'what link type USER0 to USER15 (N from 0 to 15) stands for (repeatable)',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['filter'],
    kind: 'text',
    value: 'EXPR',
    help: 'only packets that a pcap-filter(7) expression selects: "tcp port 80 and host 10.1.2.3"',
    commands: FILTERED,
  },
  {
    names: ['filter-file'],
    kind: 'text',
    value: 'FILE',
    help: 'the expression is in a file; # begins a comment',
    commands: FILTERED,
  },
  {
    names: ['filter-file'],
    letter: 'F',
    isLetterEverywhere: true,
    kind: 'text',
    value: 'FILE',
    help: 'the expression is in a file; # begins a comment',
    commands: ['filter'],
  },
  {
    names: ['resolve'],
    kind: 'switch',
    help: 'names of hosts in the expression are looked up in the DNS too',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['workers'],
    kind: 'number',
    value: 'N',
    help: 'tracker threads, 1 to 64 (default: as many as cores, at most 8, and 1 for files of no more than 1 MiB together; info: 1; filter has none); never changes a result',
    commands: [...READING, ...CHECKING],
  },
  {
    names: ['block-size'],
    kind: 'bytes',
    value: 'BYTES',
    help: 'bytes read at once, 64K to 16M (default 1M; info: 2M); never changes a result',
    commands: [...READING, ...CHECKING],
  },
];
