/**
 * A result on its way to a file, a pipe or a terminal. Owns two buffers: one is filled while the other is
 * written in the background, so the main thread never blocks on a slow reader of its output.
 */
import { EventEmitter, once } from 'node:events';
import { constants, open, write } from 'node:fs';
import { describeSystemError, printable } from '../capture/problem.js';
import type { OutputTarget } from './blocking-output.js';
import type { LineOutput } from './line-output.js';
import { OutputFailure } from './output-failure.js';
import { isOfWriting, setAside, takeBack } from './unfinished-file.js';

const BUFFER_BYTES = 1 << 20;
/** A descriptor that another process made non-blocking is tried again after this long. */
const RETRY_MS = 5;
/** How often is looked whether a FIFO has got its reader. */
const FIFO_MS = 50;
const LINE_FEED = 0x0a;
const STANDARD_NAMES: readonly (string | undefined)[] = [undefined, 'standard output', 'standard error'];

/** Called around each write: on a terminal the progress line steps aside. */
export interface WriteHooks {
  before(): void;
  after(): void;
}

export class OutputFile implements LineOutput {
  readonly #path: string;
  readonly #name: string | undefined;
  /** -1: it is to be opened with the first write. */
  #descriptor: number;
  readonly #hooks: WriteHooks | undefined;
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

  /** A path is begun anew with the first byte. */
  constructor(target: OutputTarget, hooks?: WriteHooks) {
    this.#path = 'path' in target ? target.path : '';
    this.#name = 'path' in target ? undefined : target.name;
    this.#descriptor = 'path' in target ? -1 : target.descriptor;
    this.#hooks = hooks;
    // Nobody has to watch it: `append`, `ready` and `flush` throw the same error.
    this.failed.catch(() => {});
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
    open(this.#path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, (error, descriptor) => {
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
    const name =
      this.#path === '' ? (this.#name ?? STANDARD_NAMES[this.#descriptor] ?? 'the output') : printable(this.#path);
    let aside = '';
    if (isOfWriting(error) && this.#descriptor >= 0) {
      if (this.#path === '') takeBack(this.#descriptor, this.#writtenBytes - this.#wholeBytes);
      else aside = setAside(this.#path, this.#descriptor, this.#wholeBytes);
    }
    return new OutputFailure(`writing ${name}: ${describeSystemError(error, 'written')}${aside}`, error.code ?? '');
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
