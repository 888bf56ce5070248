/**
 * A terminal that is drawn on again and again. Owns its control sequences: pictures appear on the alternate screen, so none of them is left behind
 * but the last, which is printed at the end.
 */

import type { Picture } from '../plot/picture.js';
import { renderTerminal, type TerminalForm } from '../plot/terminal-plot.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Size and characters of standard output's terminal; the last row is for what comes after. */
export function terminalForm(): TerminalForm {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  const columns = process.stdout.columns || DEFAULT_COLUMNS;
  return { columns, rows: (process.stdout.rows || DEFAULT_ROWS) - 1, isUnicode: /utf-?8/i.test(locale) };
}

/** Whether the cursor can be moved. */
export const canRedraw = (): boolean => process.env.TERM !== 'dumb';

export function printPicture(picture: Picture): void {
  process.stdout.write(`${renderTerminal(picture, terminalForm()).join('\n')}\n`);
}

export class PlotScreen {
  #isOn = false;
  #show: () => readonly string[] = () => [];
  readonly #redraw = (): void => this.#draw();
  readonly #suspend = (): void => {
    // The shell shall not be left on this screen.
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  readonly #resume = (): void => {
    this.#enter();
    this.#draw();
  };

  open(): void {
    process.stdout.on('resize', this.#redraw);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#resume);
    this.#enter();
  }

  /** Lines are made anew whenever the size changes. */
  show(lines: () => readonly string[]): void {
    this.#show = lines;
    this.#draw();
  }

  close(): void {
    process.stdout.off('resize', this.#redraw);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#resume);
    this.#leave();
  }

  #draw(): void {
    if (!this.#isOn) return;
    const lines = this.#show().map((line) => `${line}${CLEAR_LINE_END}`);
    process.stdout.write(`${HOME}${lines.join('\r\n')}${CLEAR_BELOW}`);
  }

  #enter(): void {
    if (!this.#isOn) process.stdout.write(ENTER);
    this.#isOn = true;
  }

  #leave(): void {
    if (this.#isOn) process.stdout.write(LEAVE);
    this.#isOn = false;
  }
}
