/**
 * The progress line on a terminal. Owns when it is drawn and that it leaves no trace; what it says comes from
 * src/monitor/progress-text.ts.
 */
import type { Ora } from 'ora';
import type { WriteHooks } from '../pipeline/output-file.js';

const UPDATE_MS = 250;
/** A run that is over before this shows no line. */
const FIRST_MS = 400;
/** Cells that the spinner and its space take. */
const SPINNER_COLUMNS = 3;
/** On a narrower terminal nothing useful fits; one that says 0, as some consoles do, makes ora clear lines for ever. */
const LEAST_COLUMNS = 20;
/** While it is drawn the terminal drops what does not fit, if its size was just changed. */
const WRAP_OFF = '\x1b[?7l';
/**
 * The cursor stays at the line's beginning: a terminal that makes several lines of it, when it becomes narrower, takes the cursor to the
 * first of them, and all is erased from there on; one that cuts it loses no line above.
 */
const WRAP_ON_AND_RETURN = '\x1b[?7h\r';

export class ProgressLine implements WriteHooks {
  readonly #stream: NodeJS.WriteStream;
  readonly #spinner: Ora;
  #delay: NodeJS.Timeout | undefined;
  #isOn = false;
  #columns: number;
  /** Outputs that it is stepping aside for. */
  #aside = 0;
  #text: (columns: number) => string = () => '';
  readonly #onResize = (): void => this.#fit();

  /**
   * A line on `stream`, if that is a terminal to draw on: not in CI, not a dumb one. ora is loaded only when it may
   * be, since most runs have no terminal.
   */
  static async on(stream: NodeJS.WriteStream): Promise<ProgressLine | undefined> {
    if (!stream.isTTY || !(stream.columns >= LEAST_COLUMNS)) return undefined;
    const { default: ora } = await import('ora');
    const spinner = ora({
      stream,
      spinner: { interval: UPDATE_MS, frames: ['|', '/', '-', '\\'] },
      discardStdin: false,
    });
    // Disabled, it would print its text as a line at each start.
    return spinner.isEnabled ? new ProgressLine(stream, spinner) : undefined;
  }

  private constructor(stream: NodeJS.WriteStream, spinner: Ora) {
    this.#stream = stream;
    this.#spinner = spinner;
    this.#columns = stream.columns;
    const render = spinner.render.bind(spinner);
    // Its timer draws by this: never within other output, and erased and drawn in one write, or it would flicker.
    spinner.render = (): Ora => {
      if (this.#aside > 0 || this.#stream.columns < LEAST_COLUMNS) return spinner;
      spinner.text = `${WRAP_OFF}${this.#text(this.#stream.columns - SPINNER_COLUMNS)}${WRAP_ON_AND_RETURN}`;
      return this.#inOneWrite(render);
    };
  }

  /** Starts drawing, a moment later; `text` is asked for a line of at most so many characters. */
  start(text: (columns: number) => string): void {
    this.#text = text;
    this.#stream.prependListener('resize', this.#onResize);
    this.#delay = setTimeout(() => {
      this.#isOn = true;
      this.#spinner.start();
    }, FIRST_MS);
  }

  /** Steps aside for other output on the terminal, until as many calls of `after`: results may be on their way in two streams. */
  before(): void {
    if (this.#aside++ === 0 && this.#isOn) this.#inOneWrite(() => this.#spinner.clear());
  }

  after(): void {
    if (--this.#aside === 0 && this.#isOn) this.#spinner.render();
  }

  /** Ends for good; the line is gone. */
  stop(): void {
    this.#stream.off('resize', this.#onResize);
    clearTimeout(this.#delay);
    if (this.#isOn) this.#inOneWrite(() => this.#spinner.stop());
    this.#isOn = false;
  }

  /** The terminal has another size. */
  #fit(): void {
    const isNarrower = this.#stream.columns < this.#columns;
    this.#columns = this.#stream.columns;
    if (!this.#isOn || this.#aside > 0) return;
    this.#inOneWrite(() => {
      this.#spinner.stop();
      if (isNarrower) this.#stream.clearScreenDown();
      return this.#spinner.start();
    });
  }

  #inOneWrite(draw: () => Ora): Ora {
    this.#stream.cork();
    try {
      return draw();
    } finally {
      this.#stream.uncork();
    }
  }
}
