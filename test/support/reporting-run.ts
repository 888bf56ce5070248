/**
 * A run of the program that is asked for reports while it goes on. Owns when a report is there, and how long it took.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { type Ended, ended, LAUNCHER } from './launch.js';

const FRAME = '='.repeat(80);
const WHOLE = new RegExp(`${FRAME}\\nUSR1 [AD] type report: [\\s\\S]*?\\n${FRAME}\\n`, 'g');

export interface AskedReport {
  /** From the signal to the report's last line. */
  readonly ms: number;
  readonly text: string;
}

export class ReportingRun {
  readonly child: ChildProcess;
  readonly end: Promise<Ended>;
  /** What of standard error is behind the last report that was waited for. */
  #text = '';
  #isOver = false;
  #look: () => void = () => {};

  /** Standard error is read; standard output too, unless it goes elsewhere. */
  constructor(args: readonly string[], output: 'pipe' | 'ignore' | number = 'pipe') {
    const stdio: StdioOptions = ['ignore', output, 'pipe'];
    this.child = spawn(process.execPath, [LAUNCHER, ...args], { stdio });
    this.end = ended(this.child);
    // Who waits for it comes later.
    this.end.catch(() => {});
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#look();
    });
    this.child.on('close', () => {
      this.#isOver = true;
      this.#look();
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Asks for a report and waits until all of it is there; undefined where the run was over before. */
  async ask(): Promise<AskedReport | undefined> {
    const beganMs = performance.now();
    if (this.#isOver || !this.child.kill('SIGUSR1')) return undefined;
    return await new Promise((resolve) => {
      this.#look = () => {
        const report = this.#takeReport();
        if (report === undefined && !this.#isOver) return;
        this.#look = () => {};
        resolve(report === undefined ? undefined : { ms: performance.now() - beganMs, text: report });
      };
      this.#look();
    });
  }

  #takeReport(): string | undefined {
    WHOLE.lastIndex = 0;
    const found = WHOLE.exec(this.#text);
    if (found === null) return undefined;
    this.#text = this.#text.slice(found.index + found[0].length);
    return found[0];
  }
}
