/**
 * A place of lines in memory, as slow as a test wants it, and one that fails.
 */
import { EventEmitter, once } from 'node:events';
import type { LineOutput } from '../../src/pipeline/line-output.js';

export class MemoryOutput implements LineOutput {
  readonly failed: Promise<never>;
  readonly #events = new EventEmitter();
  readonly #pieces: Buffer[] = [];
  #isSlow = false;
  #error: Error | undefined;
  #fail: (error: Error) => void = () => {};

  constructor() {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  get isFull(): boolean {
    return this.#isSlow;
  }

  begin(): void {}

  /** It takes nothing more for now, or again. */
  set isSlow(isSlow: boolean) {
    this.#isSlow = isSlow;
    this.#events.emit('changed');
  }

  get content(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** The next byte cannot be written. */
  break(error: Error): void {
    this.#error = error;
    this.#fail(error);
    this.#events.emit('changed');
  }

  append(bytes: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    this.#pieces.push(Buffer.from(bytes));
  }

  push(): void {}

  async ready(): Promise<void> {
    while (this.#isSlow && this.#error === undefined) await once(this.#events, 'changed');
    if (this.#error !== undefined) throw this.#error;
  }

  async complete(): Promise<void> {
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
  }
}
