/**
 * A small file that is replaced as a whole, again and again: who reads it finds the former or the new one, never a part. Owns the name that it is
 * written under first, which does not end as the file's does, so that who collects such files by their ending passes over it.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { describeSystemError, printable } from '../capture/problem.js';
import { OutputFailure } from './output-failure.js';

export class ReplacedFile {
  readonly #path: string;
  readonly #name: string;
  readonly #temporary: string;
  #writing: Promise<void> | undefined;

  /** `path`: behind all links; `name`: for messages. */
  constructor(path: string, name: string) {
    this.#path = path;
    this.#name = name;
    this.#temporary = `${path}.${process.pid}.tmp`;
  }

  /** It is being written. */
  get isBusy(): boolean {
    return this.#writing !== undefined;
  }

  /** Rejects with an OutputFailure where nothing can be put into the folder; what is there stays as it is. */
  async claim(): Promise<void> {
    await this.#doing(async () => {
      await writeFile(this.#temporary, '');
      await rm(this.#temporary);
    });
  }

  /** Puts `text` in the place of what was there, after what is being written. Rejects with an OutputFailure; what was there is there still then. */
  async replace(text: string): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    this.#writing = this.#doing(async () => {
      await writeFile(this.#temporary, text);
      await rename(this.#temporary, this.#path);
    });
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await rm(this.#temporary, { force: true }).catch(() => {});
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new OutputFailure(
        `writing ${printable(this.#name)}: ${describeSystemError(error as NodeJS.ErrnoException, 'written')}`,
        code,
      );
    }
  }
}
