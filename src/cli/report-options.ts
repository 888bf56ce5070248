/**
 * Rows of the options that say what is told of a run while it goes on, and where. The values' meanings are `ReportPlan`'s.
 */
import type { CommandName, OptionRow } from './option-row.js';

const REPORTING: readonly CommandName[] = ['run', 'miruo', 'tcpeek', 'packets'];
const SHOWING: readonly CommandName[] = ['run', 'miruo', 'tcpeek', 'packets', 'info', 'filter', 'extract'];

export const REPORT_OPTIONS: readonly OptionRow[] = [
  {
    names: ['report-format'],
    kind: 'choice',
    value: 'FORMAT',
    choices: ['human', 'machine'],
    help: 'reports as text, or as a line of columns (default human)',
    commands: REPORTING,
  },
  {
    names: ['report-interval'],
    kind: 'seconds',
    value: 'SECONDS',
    help: 'how often periodic reports come, which SIGUSR2 starts and stops, and lines of --progress plain and json (default 1)',
    commands: SHOWING,
  },
  {
    names: ['report-on-start'],
    kind: 'switch',
    help: 'periodic reports from the start on',
    commands: REPORTING,
  },
  {
    names: ['report-time'],
    kind: 'choice',
    value: 'BASE',
    choices: ['wall', 'pcap'],
    help: 'periodic reports by the clock, or by the time of packets, then from the start on and the same on every run (default wall)',
    commands: REPORTING,
  },
  {
    names: ['report-diff'],
    kind: 'switch',
    help: 'reports tell what is new since the one before, not since the start',
    commands: REPORTING,
  },
  {
    names: ['report-protocols'],
    kind: 'text',
    value: 'LIST',
    help: 'protocols with columns in machine reports, by name or number of IP (ICMP,TCP,89) or number of the link layer (0x0806)',
    commands: REPORTING,
  },
  {
    names: ['report-protocol-numbers'],
    kind: 'switch',
    help: 'names those columns by number',
    commands: REPORTING,
  },
  {
    names: ['flow-timeout'],
    kind: 'number',
    value: 'SECONDS',
    help: 'a flow without packets for longer is over, for the counts of flows in reports (default 182)',
    commands: REPORTING,
  },
  {
    names: ['metrics-listen'],
    kind: 'text',
    value: 'ADDRESS:PORT',
    help: 'answer Prometheus at http://ADDRESS:PORT/metrics while the run goes on; :PORT is 127.0.0.1, port 0 any that is free',
    commands: REPORTING,
  },
  {
    names: ['log'],
    kind: 'text',
    value: 'FILE',
    help: 'all that would go to standard error goes there, but for results, machine reports and the progress line',
    commands: SHOWING,
  },
  {
    names: ['progress'],
    kind: 'choice',
    value: 'FORM',
    choices: ['auto', 'plain', 'json', 'none'],
    help: 'on a terminal a line that is drawn anew (auto), a line of text or of JSON every --report-interval, or nothing (default auto)',
    commands: [...SHOWING, 'check', 'diff'],
  },
  {
    names: ['total-bytes'],
    kind: 'bytes',
    value: 'BYTES',
    help: 'how much there is where a pipe is among what is read, all inputs together, for percentage and time of finish',
    commands: SHOWING,
  },
];
