/**
 * Draws again and again while a file grows, until a signal or the end of a stream. Owns the rhythm, and what is told when.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Damage, ReportParser } from '../plot/parse-reports.js';
import { makePicture, NothingToDraw, type Picture, WrongField } from '../plot/picture.js';
import { renderSvg } from '../plot/svg.js';
import { renderTerminal } from '../plot/terminal-plot.js';
import { SIGNAL_EXITS } from './exit-codes.js';
import type { PlotPlan } from './plot-plan.js';
import { canRedraw, PlotScreen, printPicture, terminalForm } from './plot-screen.js';
import { openSource } from './report-source.js';
import type { RrdDatabase } from './rrdtool.js';
import { replaceFile } from './svg-file.js';
import { UsageError } from './usage-error.js';

type Plan = Exclude<PlotPlan, { kind: 'list' }>;
/** Prints what was passed over, and gives the exit code. */
type TellDamages = (file: string, damages: readonly Damage[]) => number;

/** What is done with the reports, each time there are new ones. */
interface Drawing {
  update(parser: ReportParser): void | Promise<void>;
  /** The last picture stays. Throws NothingToDraw when there was none. */
  finish(): void;
  /** Gives the terminal back. */
  close(): void;
}

/** Resolves with the exit code; a field that is not there ends it with an error. */
export async function redrawPlot(
  plan: Plan,
  everySec: number,
  tell: TellDamages,
  database?: RrdDatabase,
): Promise<number> {
  const source = await openSource(plan.file);
  const stop = new AbortController();
  let signal: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    signal ??= name;
    stop.abort();
  };
  const signals = Object.keys(SIGNAL_EXITS) as NodeJS.Signals[];
  for (const name of signals) process.on(name, onSignal);
  const drawing = drawingOf(plan, database);
  const wanted = plan.kind === 'draw' ? plan.request.fields : undefined;
  let parser = new ReportParser(wanted);
  const damages: Damage[] = [];
  try {
    for (let drawn = -1; ; ) {
      let isNew = false;
      const take = (bytes: Uint8Array): void => {
        isNew = true;
        parser.feed(bytes);
      };
      // Looked at first: what came by then is read now.
      const isOver = source.over.aborted;
      await source.read(take, () => {
        damages.push(...parser.damages);
        parser = new ReportParser(wanted);
        drawn = -1;
      });
      if (isOver) parser.end();
      if (isNew && parser.reports.length !== drawn) await drawing.update(parser);
      if (isNew) drawn = parser.reports.length;
      if (isOver || stop.signal.aborted) break;
      const signal = AbortSignal.any([stop.signal, source.over]);
      await sleep(everySec * 1000, undefined, { signal }).catch(() => {});
    }
  } finally {
    drawing.close();
    source.close();
    for (const name of signals) process.off(name, onSignal);
  }
  const code = tell(plan.file, [...damages, ...parser.damages]);
  drawing.finish();
  // Ctrl-C is how it is ended.
  return signal === undefined || signal === 'SIGINT' ? code : (SIGNAL_EXITS[signal] ?? code);
}

function drawingOf(plan: Plan, database: RrdDatabase | undefined): Drawing {
  if (plan.kind === 'rrd') return new Feeding(database!);
  if (plan.svg !== undefined) return new SvgDrawing(plan, plan.svg);
  if (!canRedraw()) throw new UsageError('this terminal cannot be drawn on again (TERM=dumb): -U needs -p NAME.svg');
  return new ScreenDrawing(plan);
}

type DrawPlan = Extract<Plan, { kind: 'draw' }>;

const NO_REPORTS = new NothingToDraw('there were no reports to draw');

/** The picture, or why there is none yet. A field that is not there will not come. */
function pictureOf(parser: ReportParser, plan: DrawPlan): Picture | NothingToDraw {
  try {
    return makePicture(parser, plan.request);
  } catch (error) {
    if (error instanceof NothingToDraw && !(error instanceof WrongField)) return error;
    throw error;
  }
}

class SvgDrawing implements Drawing {
  readonly #plan: DrawPlan;
  readonly #svg: NonNullable<DrawPlan['svg']>;
  #last: Picture | NothingToDraw = NO_REPORTS;

  constructor(plan: DrawPlan, svg: NonNullable<DrawPlan['svg']>) {
    this.#plan = plan;
    this.#svg = svg;
  }

  update(parser: ReportParser): void {
    this.#last = pictureOf(parser, this.#plan);
    if (this.#last instanceof NothingToDraw) return;
    replaceFile(this.#svg.path, renderSvg(this.#last, this.#svg.size));
  }

  finish(): void {
    if (this.#last instanceof NothingToDraw) throw this.#last;
  }

  close(): void {}
}

class ScreenDrawing implements Drawing {
  readonly #plan: DrawPlan;
  readonly #screen = new PlotScreen();
  #last: Picture | NothingToDraw = NO_REPORTS;

  constructor(plan: DrawPlan) {
    this.#plan = plan;
    this.#screen.open();
    this.#screen.show(() => ['waiting for reports']);
  }

  update(parser: ReportParser): void {
    const picture = pictureOf(parser, this.#plan);
    this.#last = picture;
    this.#screen.show(() => {
      const form = terminalForm();
      return picture instanceof NothingToDraw
        ? [`${picture.message}: waiting for more`.slice(0, form.columns)]
        : renderTerminal(picture, form);
    });
  }

  finish(): void {
    if (this.#last instanceof NothingToDraw) throw this.#last;
    printPicture(this.#last);
  }

  close(): void {
    this.#screen.close();
  }
}

class Feeding implements Drawing {
  readonly #database: RrdDatabase;

  constructor(database: RrdDatabase) {
    this.#database = database;
  }

  update(parser: ReportParser): Promise<void> {
    return this.#database.update(parser);
  }

  finish(): void {
    if (this.#database.feed === undefined) throw NO_REPORTS;
  }

  close(): void {}
}
