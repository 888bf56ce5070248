/**
 * A result on its way to a file, a pipe or a terminal. Owns two buffers: one is filled while the other is
 * written in the background, so the main thread never blocks on a slow reader of its output; and the name that a file has which is
 * of no use before it is whole.
 */
import { EventEmitter, once } from 'node:events';
import { constants, open, rename, write } from 'node:fs';
import { resolve } from 'node:path';
import { describeSystemError, printable } from '../capture/problem.js';
import type { OutputTarget } from './blocking-output.js';
import type { LineOutput } from './line-output.js';
import { OutputFailure } from './output-failure.js';
import { isSpecial, pathBehind } from './path-behind.js';
import { isOfWriting, PARTIAL, setAside, takeBack } from './unfinished-file.js';

const BUFFER_BYTES = 1 << 20;
/** A descriptor that another process made non-blocking is tried again after this long. */
const RETRY_MS = 5;
/** How often is looked whether a FIFO has got its reader. */
const FIFO_MS = 50;
const LINE_FEED = 0x0a;
const STANDARD_NAMES: readonly (string | undefined)[] = [undefined, 'standard output', 'standard error'];

/** What is written: lines, which are whole up to wherever they end, or what is of no use before it is complete. */
export type OutputKind = 'lines' | 'whole';

/** Called around each write: on a terminal the progress line steps aside. */
export interface WriteHooks {
  before(): void;
  after(): void;
}

/** What is to be said of a file that was to be whole and is not. */
export const unreadable = (file: string): string =>
  `what was written is in ${printable(file)}, and is of no use without the rest`;

export class OutputFile implements LineOutput {
  readonly #path: string;
  readonly #name: string | undefined;
  /** -1: it is to be opened with the first write. */
  #descriptor: number;
  readonly #hooks: WriteHooks | undefined;
  readonly #kind: OutputKind;
  /** Where a file is written that is to have its name when it is complete, and the file that it then replaces. */
  #partial: { readonly from: string; readonly to: string } | undefined;
  readonly #events = new EventEmitter();
  #filling = new Uint8Array(BUFFER_BYTES);
  #spare = new Uint8Array(BUFFER_BYTES);
  #filled = 0;
  #isWriting = false;
  /** What is there goes out as soon as it can. */
  #isPushed = false;
  /** Bytes that were handed to the system, and of those the ones that a line's end follows. */
  #writtenBytes = 0;
  #wholeBytes = 0;
  #error: OutputFailure | undefined;
  #fail: (error: Error) => void = () => {};
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  /**
   * A path is begun anew with the first byte. What is to be `whole` is written to a file of another name beside it, so that what was there before stays until
   * `complete`, and nobody takes for whole what is not, however the process ends.
   */
  constructor(target: OutputTarget, hooks?: WriteHooks, kind: OutputKind = 'lines') {
    this.#path = 'path' in target ? target.path : '';
    this.#name = 'path' in target ? undefined : target.name;
    this.#descriptor = 'path' in target ? -1 : target.descriptor;
    this.#hooks = hooks;
    this.#kind = kind;
    // Nobody has to watch it: `append`, `ready` and `flush` throw the same error.
    this.failed.catch(() => {});
  }

  /** For messages. */
  get name(): string {
    if (this.#path !== '') return printable(this.#path);
    return this.#name ?? STANDARD_NAMES[this.#descriptor] ?? 'the output';
  }

  /** The file that holds what could be written of what is to be whole; undefined where it has its name, is none, or was not begun. */
  get partialFile(): string | undefined {
    return this.#descriptor < 0 ? undefined : this.#partial?.from;
  }

  get isFull(): boolean {
    return this.#isWriting && this.#filled >= BUFFER_BYTES / 2;
  }

  /** Whether a write failed: `append` would throw. */
  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  append(bytes: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.#filled + bytes.length > this.#filling.length) this.#grow(bytes.length);
    this.#filling.set(bytes, this.#filled);
    this.#filled += bytes.length;
    if (this.#filled >= BUFFER_BYTES / 4) this.#start();
  }

  push(): void {
    if (this.#filled === 0) return;
    // A write that is under way took none of it, and nothing may come that would start the next.
    this.#isPushed = true;
    this.#start();
  }

  async ready(): Promise<void> {
    while (this.isFull && this.#error === undefined) await once(this.#events, 'written');
    if (this.#error !== undefined) throw this.#error;
  }

  begin(): void {
    if (this.#descriptor < 0) this.#start();
  }

  async flush(): Promise<void> {
    while ((this.#isWriting || this.#filled > 0) && this.#error === undefined) {
      this.#start();
      await once(this.#events, 'written');
    }
    if (this.#error !== undefined) throw this.#error;
  }

  async complete(): Promise<void> {
    await this.flush();
    const partial = this.#partial;
    if (partial === undefined || this.#descriptor < 0) return;
    const error = await new Promise<NodeJS.ErrnoException | null>((done) => {
      rename(partial.from, partial.to, done);
    });
    if (error !== null) {
      const why = describeSystemError(error, 'renamed');
      this.#error = new OutputFailure(`renaming ${printable(partial.from)} to ${this.name}: ${why}`, error.code ?? '');
      this.#fail(this.#error);
      throw this.#error;
    }
    this.#partial = undefined;
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#filling.length, this.#filled + bytes));
    larger.set(this.#filling.subarray(0, this.#filled));
    this.#filling = larger;
  }

  #start(): void {
    if (this.#isWriting || this.#error !== undefined) return;
    this.#isWriting = true;
    const bytes = this.#filling;
    const length = this.#filled;
    this.#filling = this.#spare;
    this.#spare = bytes;
    this.#filled = 0;
    this.#isPushed = false;
    this.#hooks?.before();
    if (this.#descriptor >= 0) this.#writeRest(bytes, 0, length);
    else this.#open(() => this.#writeRest(bytes, 0, length));
  }

  /** Without waiting: a FIFO that nobody reads yet would hold up a thread that no signal reaches. */
  #open(then: () => void): void {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
    if (this.#kind === 'whole' && !isSpecial(this.#path)) {
      const to = pathBehind(this.#path);
      // Where no link is followed, it is told as it was given.
      this.#partial = { from: `${to === resolve(this.#path) ? this.#path : to}${PARTIAL}`, to };
    }
    open(this.#partial?.from ?? this.#path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, (error, descriptor) => {
      if (error?.code === 'ENXIO') {
        setTimeout(() => this.#open(then), FIFO_MS);
      } else if (error !== null) {
        this.#end(error);
      } else {
        this.#descriptor = descriptor;
        then();
      }
    });
  }

  #writeRest(bytes: Uint8Array, from: number, to: number): void {
    write(this.#descriptor, bytes, from, to - from, null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#writeRest(bytes, from, to), RETRY_MS);
      } else if (error !== null) {
        this.#end(error);
      } else {
        this.#noteWritten(bytes, from, from + written);
        if (from + written < to) this.#writeRest(bytes, from + written, to);
        else this.#end(undefined);
      }
    });
  }

  #noteWritten(bytes: Uint8Array, from: number, to: number): void {
    const lineEnd = bytes.lastIndexOf(LINE_FEED, to - 1) + 1;
    if (lineEnd > from) this.#wholeBytes = this.#writtenBytes + lineEnd - from;
    this.#writtenBytes += to - from;
  }

  /** The error with the name of the place; what was written there is cut to whole lines, and does not keep its name. */
  #failure(error: NodeJS.ErrnoException): OutputFailure {
    const aside = isOfWriting(error) && this.#descriptor >= 0 ? this.#setAside() : '';
    return new OutputFailure(
      `writing ${this.name}: ${describeSystemError(error, 'written')}${aside}`,
      error.code ?? '',
    );
  }

  /** What is written is not whole. Returns what is to be said of that. */
  #setAside(): string {
    if (this.#partial !== undefined) return `; ${unreadable(this.#partial.from)}`;
    if (this.#path !== '') return setAside(this.#path, this.#descriptor, this.#wholeBytes);
    if (this.#kind === 'lines') takeBack(this.#descriptor, this.#writtenBytes - this.#wholeBytes);
    return '';
  }

  #end(error: NodeJS.ErrnoException | undefined): void {
    this.#hooks?.after();
    this.#isWriting = false;
    if (error !== undefined) {
      this.#error = this.#failure(error);
      this.#fail(this.#error);
    }
    if (error === undefined && (this.#isPushed || this.#filled >= BUFFER_BYTES / 4)) this.#start();
    this.#events.emit('written');
  }
}
