/**
 * Questions on the terminal that are answered with y or n. Owns what counts as an answer.
 */
import { createInterface, type Interface } from 'node:readline';

export class TerminalQuestions {
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    // The terminal stays as it is, so that Ctrl-C is a signal.
    this.#reader = createInterface({ input: process.stdin, terminal: false });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Asks until the answer is one; the end of input is a no. */
  async ask(question: string): Promise<boolean> {
    for (;;) {
      process.stderr.write(`${question} [y/n] `);
      const { value, done } = await this.#lines.next();
      if (done === true) {
        process.stderr.write('\n');
        return false;
      }
      if (/^\s*y(es)?\s*$/i.test(value)) return true;
      if (/^\s*no?\s*$/i.test(value)) return false;
    }
  }

  close(): void {
    this.#reader.close();
  }
}
