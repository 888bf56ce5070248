/**
 * Compressed data through the program made for it. Owns what it is fed, and what its ending means.
 */
import type { Compression } from '../capture/compression.js';
import type { ByteWriter } from '../ring/byte-ring.js';
import { type ByteStream, StreamDamage } from './byte-stream.js';
import { Child, type ChildEnd, isMissingProgram } from './children.js';

/** What to install where the program is not: mostly the package is named for the program. */
const PACKAGES: Readonly<Partial<Record<Compression, string>>> = { xz: 'xz or xz-utils' };

export class ToolStream implements ByteStream {
  readonly #compression: Compression;
  readonly #input: ByteStream;
  readonly #child: Child;
  #inputError: unknown;

  constructor(writer: ByteWriter, compression: Compression, input: ByteStream) {
    this.#compression = compression;
    this.#input = input;
    this.#child = new Child(writer, compression, ['-dc'], { hasInput: true, isApart: true }, (end) => this.#onEnd(end));
    // A program that is gone does not take its input; how it ended says why.
    this.#child.input.on('error', () => {});
    this.#feed().catch((error: unknown) => {
      this.#inputError = error;
      this.#child.input.end();
    });
  }

  async next(): Promise<Uint8Array | undefined> {
    try {
      return await this.#child.next();
    } catch (error) {
      if (!isMissingProgram(error)) throw error;
      const name = this.#compression;
      throw new StreamDamage({
        found: `${name} data, and no program ${name} to decompress it`,
        expected: `it in the PATH: install ${PACKAGES[name] ?? name}`,
      });
    }
  }

  close(): void {
    this.#input.close();
    this.#child.close();
  }

  async #feed(): Promise<void> {
    for (;;) {
      const chunk = await this.#input.next();
      if (chunk === undefined) break;
      const isTaken = await new Promise<boolean>((resolve) => {
        this.#child.input.write(chunk, (error) => resolve(!error));
      });
      if (!isTaken) return;
    }
    this.#child.input.end();
  }

  #onEnd(end: ChildEnd): Error | undefined {
    if (this.#inputError !== undefined) return this.#inputError as Error;
    const said = wordsOf(this.#compression, end.lines);
    // bzip2 is content with data that it does not read: bytes after the compressed data.
    if (end.code === 0 && said === '') return undefined;
    const how = said === '' ? `${this.#compression} ended with exit code ${end.code}` : said;
    return new StreamDamage({ found: `the ${this.#compression} data is damaged: ${how}` });
  }
}

/** The first line that a program said, without its own name and that of standard input. */
function wordsOf(program: string, lines: readonly string[]): string {
  const line = lines[0] ?? '';
  return line
    .replace(new RegExp(`^\\s*(?:\\S*/)?${program}:\\s*`), '')
    .replace(/^(?:\(stdin\)|stdin|\/\*stdin\*\\?)\s*:\s*/, '')
    .replace(/^Error \d+ : /, '')
    .replace(/\s+/g, ' ')
    .trim();
}
