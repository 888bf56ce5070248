/**
 * Plots of machine reports: on the terminal, as SVG, into a round-robin database; or the list of their fields. Owns what is told and which
 * outcome is which code.
 */
import { describeProblem, describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { OutputFile } from '../pipeline/output-file.js';
import { fieldList } from '../plot/field-list.js';
import { fieldFacts } from '../plot/fields.js';
import { type Damage, ReportParser } from '../plot/parse-reports.js';
import { makePicture, NothingToDraw } from '../plot/picture.js';
import { renderSvg } from '../plot/svg.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED } from './exit-codes.js';
import { refuseInputs } from './output-place.js';
import { makePlotPlan, type PlotOptions, type PlotPlan } from './plot-plan.js';
import { redrawPlot } from './plot-redraw.js';
import { printPicture } from './plot-screen.js';
import { readWhole } from './report-source.js';
import { RrdDatabase, RrdFailure } from './rrdtool.js';
import { replaceFile } from './svg-file.js';

type DrawPlan = Extract<PlotPlan, { kind: 'draw' }>;
type RrdPlan = Extract<PlotPlan, { kind: 'rrd' }>;

/** `words` are fields and file, as they were given. */
export async function executePlot(words: readonly string[], options: PlotOptions): Promise<number> {
  const plan = makePlotPlan(words, options, process.stdout.isTTY === true);
  try {
    switch (plan.kind) {
      case 'list':
        return await listFields(plan.file);
      case 'draw':
        if (plan.svg !== undefined) refuseInputs(plan.svg.path, [plan.file], {});
        return await (plan.redrawSec === undefined ? draw(plan) : redrawPlot(plan, plan.redrawSec, tellDamages));
      case 'rrd':
        refuseInputs(plan.rrd, [plan.file], {});
        return await feed(plan);
    }
  } catch (error) {
    if (error instanceof RrdFailure) return complain(error.message);
    // Of a file that was named; what cannot be written has a message of its own.
    if (error instanceof NothingToDraw) return complain(`${plan.file}: ${error.message}`);
    if (isSystemError(error) && plan.file !== undefined && isAboutReading(error)) return unreadable(plan.file, error);
    throw error;
  }
}

/** Prints the fields of a file, or all that are known. */
async function listFields(file: string | undefined): Promise<number> {
  if (file === undefined) return await print(`${fieldList(undefined).join('\n')}\n`, EXIT_DONE);
  const parser = await parseWhole(file, []);
  const code = tellDamages(file, parser.damages);
  if (parser.columns.size === 0) throw new NothingToDraw('there are no machine reports in it');
  return await print(`${fieldList(parser.columns).join('\n')}\n`, code);
}

async function draw({ file, request, svg }: DrawPlan): Promise<number> {
  const parser = await parseWhole(file, request.fields);
  const code = tellDamages(file, parser.damages);
  const picture = makePicture(parser, request);
  if (svg === undefined) {
    printPicture(picture);
    return code;
  }
  const text = renderSvg(picture, svg.size);
  if (svg.path === '-') return await print(text, code);
  replaceFile(svg.path, text);
  return code;
}

async function feed(plan: RrdPlan): Promise<number> {
  const database = new RrdDatabase(plan.rrd);
  await database.check();
  if (plan.redrawSec !== undefined) {
    const code = await redrawPlot(plan, plan.redrawSec, tellDamages, database);
    return database.feed === undefined ? code : await tellFeed(plan, database, code);
  }
  const parser = await parseWhole(plan.file, undefined);
  const code = tellDamages(plan.file, parser.damages);
  if (parser.reports.length === 0) throw new NothingToDraw('there are no machine reports in it');
  await database.update(parser);
  return await tellFeed(plan, database, code);
}

async function tellFeed({ rrd }: RrdPlan, { feed, created }: RrdDatabase, code: number): Promise<number> {
  const { fed, passedOver, missing } = feed!;
  if (missing.size > 0) {
    warn(`${rrd}: it has no data source for ${[...missing].join(', ')}, which is left out`);
  }
  if (passedOver > 0) {
    warn(`${rrd}: ${reports(passedOver)} not later than its last update, passed over`);
  }
  const about = created === '' ? '' : `${created}; `;
  return await print(`${printable(rrd)}: ${about}${reports(fed)} fed\n`, code);
}

const reports = (count: number): string => `${count} report${count === 1 ? '' : 's'}`;

async function parseWhole(file: string, wanted: readonly string[] | undefined): Promise<ReportParser> {
  const parser = new ReportParser(wanted);
  await readWhole(file, (bytes) => parser.feed(bytes));
  parser.end();
  return parser;
}

/** One line for each kind of damage; the exit code that follows from it. */
function tellDamages(file: string, damages: readonly Damage[]): number {
  for (const { line, found, expected, lines } of damages) {
    const more = lines > 1 ? ` (and ${lines - 1} more such line${lines > 2 ? 's' : ''})` : '';
    warn(`${file} line ${line}: found ${found}, expected ${expected}: passed over${more}`);
  }
  return damages.length === 0 ? EXIT_DONE : EXIT_DAMAGED;
}

/** An error of the file that is read, not of one that is written. */
const isAboutReading = (error: unknown): boolean => {
  const { syscall = '' } = error as NodeJS.ErrnoException;
  return ['open', 'read', 'stat', 'fstat'].includes(syscall);
};

function unreadable(file: string, error: unknown): number {
  const found = describeSystemError(error);
  const isField = (error as NodeJS.ErrnoException).code === 'ENOENT' && isFieldName(file);
  const hint = isField ? ': that is a field, and the file comes last' : '';
  process.stderr.write(`${describeProblem({ file, found })}${hint}\n`);
  return EXIT_FAILED;
}

const isFieldName = (word: string): boolean => !word.includes('/') && fieldFacts(word).meaning !== 'number';

const warn = (message: string): void => {
  process.stderr.write(`tcploom: ${printable(message)}\n`);
};

function complain(message: string): number {
  warn(message);
  return EXIT_FAILED;
}

/** Text to standard output; rejects when it cannot be written. */
async function print(text: string, code: number): Promise<number> {
  const output = new OutputFile({ descriptor: 1 });
  output.append(new TextEncoder().encode(text));
  await output.flush();
  return code;
}
