/**
 * The one table of options. The parser, the help and the test that holds README and options together are made
 * from it. Owns names and meanings on the command line; the values' meanings are `MiruoOptions`' and `RunPlan`'s.
 */

export type CommandName = 'run' | 'miruo' | 'info' | 'filter' | 'interfaces';

/** How an option's value is read: none, a count of repetitions, or a checked value. */
export type OptionKind =
  | 'switch'
  | 'repeated'
  | 'number'
  | 'count'
  | 'choice'
  | 'bytes'
  | 'file'
  | 'text'
  | 'moment'
  | 'dpi mode'
  | 'link type';

export interface OptionRow {
  /** Long name without dashes; the first is the one that help shows. */
  readonly names: readonly string[];
  /** Single letter, understood by `tcploom miruo` only, or by all commands. */
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

const BOTH: readonly CommandName[] = ['run', 'miruo'];
const READING: readonly CommandName[] = ['run', 'miruo', 'info', 'filter'];
const DECODING: readonly CommandName[] = ['run', 'miruo', 'info'];

export const OPTION_TABLE: readonly OptionRow[] = [
  {
    names: ['file'],
    letter: 'f',
    kind: 'file',
    value: 'FILE',
    help: 'capture to read (repeatable)',
    isOriginal: true,
    commands: ['miruo'],
  },
  {
    names: ['view-data'],
    letter: 'v',
    kind: 'number',
    value: 'NUM',
    help: 'also show NUM ordinary segments before and after each shown one (default 0)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['long-connect'],
    letter: 'T',
    kind: 'number',
    value: 'MS',
    help: 'show sessions that last more than MS milliseconds (default 0: off)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['long-delay'],
    letter: 't',
    kind: 'number',
    value: 'MS',
    help: 'show segments that come more than MS milliseconds after the one before (default 0: off)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['retransmit'],
    letter: 'r',
    kind: 'number',
    value: 'MS',
    help: 'show retransmissions at least MS milliseconds after the original, 0 for none (default 1000)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['syn'],
    letter: 'S',
    kind: 'choice',
    value: '0|1',
    choices: ['0', '1'],
    help: 'show retransmitted SYN and SYN/ACK (default 1)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['rst'],
    letter: 'R',
    kind: 'choice',
    value: '0|1|2',
    choices: ['0', '1', '2'],
    help: 'resets: 0 none, 1 all but those after a FIN, 2 all (default 1)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['fragment', 'flagment'],
    letter: 'F',
    kind: 'choice',
    value: '0|1',
    choices: ['0', '1'],
    help: 'show segments whose IP header announces more fragments (default 1)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['color'],
    letter: 'C',
    kind: 'choice',
    value: '0|1',
    choices: ['0', '1'],
    help: 'colours (default: on a terminal)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['quiet'],
    letter: 'q',
    kind: 'repeated',
    help: 'short lines; twice: also hide "Duplicate connection"',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['stat', 'stat-interval'],
    letter: 's',
    kind: 'number',
    value: 'SEC',
    help: 'statistics every SEC seconds of packet time, or with -i of the clock (default 0: at the end only)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['session-limit', 'limit-session'],
    letter: 'L',
    kind: 'number',
    value: 'NUM',
    help: 'track at most NUM sessions at once, with one tracker (default: no limit)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['segment-limit', 'limit-segment'],
    letter: 'l',
    kind: 'number',
    value: 'NUM',
    help: 'hold at most NUM segments at once, with one tracker (default: no limit)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['live'],
    kind: 'switch',
    help: 'show every segment when it comes, in a form of its own (implies --all)',
    isOriginal: true,
    commands: BOTH,
  },
  {
    names: ['dpi-mode'],
    letter: 'm',
    kind: 'dpi mode',
    value: 'MODE',
    help: 'tcp, or http[:REQHDR,...[:RESHDR,...]]: also show HTTP requests and responses, and of their headers Host and those named (% for all)',
    isOriginal: true,
    commands: BOTH,
  },
  { names: ['all'], kind: 'switch', help: 'show every session that closes', isOriginal: true, commands: BOTH },
  {
    names: ['classic'],
    kind: 'switch',
    help: 'see what the original miruo saw: IPv4 directly over the link layer, no time-outs on files',
    commands: BOTH,
  },
  { names: ['no-timeout'], kind: 'switch', help: 'sessions never time out', commands: BOTH },
  { names: ['unfinished'], kind: 'switch', help: 'also show sessions still open at the end', commands: BOTH },
  {
    names: ['output'],
    letter: 'o',
    isLetterEverywhere: true,
    kind: 'file',
    value: 'FORMAT[=PATH]',
    help: 'a result and where it goes, - for standard output (repeatable; default miruo; formats: miruo)',
    commands: ['run'],
  },
  // What is read, and how; the same for all commands that read captures.
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
    help: 'bytes to capture of a packet, with -i (default 256, 2304 with HTTP; filter: 262144)',
    commands: READING,
  },
  {
    names: ['buffer'],
    kind: 'number',
    value: 'MIB',
    help: 'buffer for packets on their way, with -i (default 64)',
    commands: READING,
  },
  {
    names: ['promisc'],
    kind: 'switch',
    help: 'capture what is for others too, with -i',
    commands: READING,
  },
  {
    names: ['recursive'],
    kind: 'switch',
    help: 'a folder stands for all files below it',
    commands: READING,
  },
  {
    names: ['files-from'],
    kind: 'file',
    value: 'LIST',
    help: 'read the captures that a file names, one a line; # begins a comment (repeatable)',
    commands: READING,
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
    commands: READING,
  },
  {
    names: ['to'],
    kind: 'moment',
    value: 'TIME',
    help: 'only packets up to TIME',
    commands: READING,
  },
  {
    names: ['max-packets'],
    kind: 'count',
    value: 'N',
    help: 'stop after N packets',
    commands: READING,
  },
  {
    names: ['resync'],
    kind: 'switch',
    help: 'after damage go on where records are found again',
    commands: READING,
  },
  {
    names: ['outer'],
    kind: 'switch',
    help: 'stop at the first IP header: what is in tunnels does not count',
    commands: DECODING,
  },
  {
    names: ['vlan-key'],
    kind: 'switch',
    help: 'the same addresses and ports in two VLANs are two conversations',
    commands: DECODING,
  },
  {
    names: ['user-dlt'],
    kind: 'link type',
    value: 'N=LINKTYPE',
    help: 'what link type USER0 to USER15 (N from 0 to 15) stands for (repeatable)',
    commands: READING,
  },
  {
    names: ['filter'],
    kind: 'text',
    value: 'EXPR',
    help: 'only packets that a pcap-filter(7) expression selects: "tcp port 80 and host 10.1.2.3"',
    commands: DECODING,
  },
  {
    names: ['filter-file'],
    kind: 'text',
    value: 'FILE',
    help: 'the expression is in a file; # begins a comment',
    commands: DECODING,
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
    commands: READING,
  },
  {
    names: ['write'],
    letter: 'w',
    isLetterEverywhere: true,
    kind: 'text',
    value: 'OUT',
    help: 'write the packets to a file, or - for standard output, in the format of the first capture',
    commands: ['filter'],
  },
  {
    names: ['count'],
    letter: 'c',
    isLetterEverywhere: true,
    kind: 'switch',
    help: 'print only how many packets there are',
    commands: ['filter'],
  },
  { names: ['pcap'], kind: 'switch', help: 'write pcap, whatever is read', commands: ['filter'] },
  { names: ['pcapng'], kind: 'switch', help: 'write pcapng, whatever is read', commands: ['filter'] },
  {
    names: ['tsv'],
    kind: 'switch',
    help: 'a line of columns for each capture, for other programs',
    commands: ['info'],
  },
  {
    names: ['workers'],
    kind: 'number',
    value: 'N',
    help: 'tracker threads, 1 to 64 (default: as many as cores, at most 8; info: 1; filter has none); never changes a result',
    commands: READING,
  },
  {
    names: ['block-size'],
    kind: 'bytes',
    value: 'BYTES',
    help: 'bytes read at once, 64K to 16M (default 1M; info: 2M); never changes a result',
    commands: READING,
  },
];

/** Rows that a command understands. */
export const optionsOf = (command: CommandName): readonly OptionRow[] =>
  OPTION_TABLE.filter((row) => row.commands.includes(command));
