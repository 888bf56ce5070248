/**
 * Rows of the options of plots. The values' meanings are `PlotPlan`'s.
 */
import type { OptionKind, OptionRow } from './option-row.js';

const row = (letter: string, name: string, kind: OptionKind, value: string, help: string): OptionRow => ({
  names: [name],
  letter,
  isLetterEverywhere: true,
  kind,
  ...(value === '' ? {} : { value }),
  help,
  commands: ['plot'],
});

export const PLOT_OPTIONS: readonly OptionRow[] = [
  row('L', 'list-fields', 'switch', '', 'list the fields of FILE, or without it all that are known'),
  row('i', 'last', 'text', 'INT', 'draw the last INT of the reports: 90, 90s, 10m, 2h, 1d, 1w'),
  row('a', 'entire', 'switch', '', 'draw all reports (the default)'),
  row(
    's',
    'start',
    'moment',
    'TIME',
    'draw from TIME on: 2026-11-21T08:30:00, seconds since 1970, or +seconds from the first report',
  ),
  row('e', 'end', 'moment', 'TIME', 'draw up to TIME'),
  row('x', 'logarithmic', 'switch', '', 'logarithmic axes of values'),
  row('u', 'upper', 'text', 'MAX', "upper end of the first field's axis, in its unit"),
  row('l', 'lower', 'text', 'MIN', "lower end of the first field's axis, in its unit"),
  row('r', 'size', 'text', 'WxH', 'size of the SVG in pixels (default 800x400)'),
  row(
    'p',
    'svg',
    'text',
    'NAME.svg',
    'draw into a file, or with - on standard output (the default where that is no terminal)',
  ),
  row('U', 'redraw', 'number', 'SEC', 'draw again every SEC seconds while FILE grows, until Ctrl-C'),
  {
    names: ['rrd'],
    kind: 'text',
    value: 'NAME.rrd',
    help: 'draw nothing: put all reports into a round-robin database, by rrdtool; it is made if it is not there',
    commands: ['plot'],
  },
];
