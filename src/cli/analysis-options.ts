/**
 * Rows of the options of the analysis. The values' meanings are `AnalysisOptions`'.
 */
import type { CommandName, OptionRow } from './option-row.js';

const ANALYSING: readonly CommandName[] = ['run', 'packets'];

export const ANALYSIS_OPTIONS: readonly OptionRow[] = [
  {
    names: ['analysis'],
    kind: 'switch',
    help: 'count the symptoms of segments, and say at the end how many there were',
    commands: ['run'],
  },
  {
    names: ['session-timeout'],
    kind: 'number',
    value: 'SEC',
    help: 'a session that was silent for SEC seconds of packet time is over (default 3600; at most 60 closed, 75 unanswered), once 50000 packets came since',
    commands: [...ANALYSING, 'extract', 'check', 'diff'],
  },
  {
    names: ['dedup'],
    kind: 'switch',
    help: 'records: packets that were captured twice within a millisecond count once',
    commands: [...ANALYSING, 'check', 'diff'],
  },
  {
    names: ['http'],
    kind: 'switch',
    help: 'records: method, host and status of the first HTTP exchange of a session, as far as packets were captured (--snaplen)',
    commands: ['run'],
  },
  {
    names: ['html-max-mb'],
    kind: 'number',
    value: 'N',
    help: 'html: leave out sessions and segments beyond N MiB (default 20)',
    commands: ['run'],
  },
];
