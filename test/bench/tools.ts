/** The one table of what is measured: tcploom and the tools it is compared with, each as one pass over a capture. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './measure.js';

export interface Tool {
  /** Name in `--tools` and in the table. */
  name: string;
  command(capturePath: string): string[];
  /** Program on the PATH, or path of a file, that must be there. */
  program: string;
  /** Takes minutes, so it runs only when asked for. */
  slow?: boolean;
  /** What it writes to standard output is a figure of its own. */
  isOutputCounted?: boolean;
  before?(): void;
  after?(): void;
}

const TCPLOOM = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));

/** Sessions and handshakes. */
const BOTH = ['-o', 'miruo', '-o', 'tcpeek=/dev/null'];
/** Of each kind one: a share, a choice of sessions, handshakes. They hold for any capture. */
const HOLDING = ['retransmissions <= 100%', 'sessions{dst_port=443}.rst >= 0', 'tcpeek.reject >= 0'];

/** tcploom with its default results (sessions, handshakes, counters for the report), once with its own choice of workers and once for each of `workers`; then the others, cheapest first. */
export function allTools(workers: readonly number[], scratchDir: string): Tool[] {
  return [
    tcploom('tcploom', []),
    ...workers.map((count) => tcploom(`tcploom-w${count}`, ['--workers', String(count)])),
    // Every session is printed; every segment is.
    { ...tcploom('tcploom-all', ['--all', '-o', 'miruo']), isOutputCounted: true },
    { ...tcploom('tcploom-live', ['--all', '--live', '-o', 'miruo']), isOutputCounted: true },
    // Each of the two results alone: sessions, handshakes.
    tcploom('tcploom-miruo', ['-o', 'miruo']),
    tcploom('tcploom-tcpeek', ['-o', 'tcpeek=/dev/null']),
    // Sessions and handshakes with a record of each session beside them; with what all sessions come to; with the page of a report.
    tcploom('tcploom-records', [...BOTH, '-o', 'ndjson=/dev/null']),
    tcploom('tcploom-figures', [...BOTH, '-o', 'figures=/dev/null']),
    withPage(join(scratchDir, 'report.html')),
    tcploom('tcploom-check', ['check', ...HOLDING.flatMap((text) => ['--expect', text])]),
    { name: 'tcploom-info', program: TCPLOOM, command: (path) => [process.execPath, TCPLOOM, 'info', '--tsv', path] },
    // Each of the three reads the compressed copy that the first of them makes where there is none.
    {
      name: 'tcploom-gzip',
      program: TCPLOOM,
      slow: true,
      command: (path) => [process.execPath, TCPLOOM, compressed(path)],
    },
    {
      name: 'gzip-tcploom',
      program: 'gzip',
      slow: true,
      command: (path) => ['sh', '-c', 'gzip -dc "$1" | "$2" "$3" -', 'sh', compressed(path), process.execPath, TCPLOOM],
    },
    { name: 'gzip', program: 'gzip', slow: true, command: (path) => ['gzip', '-dc', compressed(path)] },
    { name: 'cat', program: 'cat', command: (path) => ['cat', path] },
    { name: 'capinfos', program: 'capinfos', command: (path) => ['capinfos', '-c', path] },
    {
      name: 'tcpdump',
      program: 'tcpdump',
      command: (path) => ['tcpdump', '-r', path, '-w', '/dev/null', 'tcp port 80'],
    },
    {
      name: 'tcploom-filter',
      program: TCPLOOM,
      command: (path) => [process.execPath, TCPLOOM, 'filter', 'tcp port 80', path, '-w', '/dev/null'],
    },
    nfpcapd(join(scratchDir, 'nfpcapd')),
    // -n: without it every address is asked of the name server, for minutes.
    { name: 'tcptrace', program: 'tcptrace', command: (path) => ['tcptrace', '-n', path] },
    { name: 'ndpiReader', program: 'ndpiReader', command: (path) => ['ndpiReader', '-i', path, '-q'] },
    {
      name: 'tshark',
      program: 'tshark',
      slow: true,
      command: (path) => ['tshark', '-q', '-z', 'conv,tcp', '-r', path],
    },
    {
      name: 'tshark-expert',
      program: 'tshark',
      slow: true,
      command: (path) => ['tshark', '-q', '-z', 'conv,tcp', '-z', 'expert', '-r', path],
    },
  ];
}

export function isMissing(tool: Tool): boolean {
  return !(isAbsolute(tool.program) ? existsSync(tool.program) : isInstalled(tool.program));
}

function tcploom(name: string, options: string[]): Tool {
  return { name, program: TCPLOOM, command: (path) => [process.execPath, TCPLOOM, ...options, path] };
}

/** The page is a file: what is written whole has no other place. */
function withPage(page: string): Tool {
  return {
    ...tcploom('tcploom-html', [...BOTH, '-o', `html=${page}`]),
    before: () => {
      mkdirSync(dirname(page), { recursive: true });
    },
    after: () => rmSync(page, { force: true }),
  };
}

/** A copy of the capture by `gzip -1`, kept beside it. */
function compressed(path: string): string {
  const copy = `${path}.gz`;
  if (!existsSync(copy)) execFileSync('gzip', ['-1', '--keep', path]);
  return copy;
}

/** It writes a file of flows for every five minutes of packet time, into a folder that must exist. */
function nfpcapd(dir: string): Tool {
  return {
    name: 'nfpcapd',
    program: 'nfpcapd',
    command: (path) => ['nfpcapd', '-r', path, '-w', dir],
    before: () => {
      mkdirSync(dir, { recursive: true });
    },
    after: () => rmSync(dir, { recursive: true, force: true }),
  };
}
