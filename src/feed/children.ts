/**
 * Processes that work for the feeder. Owns their lives: each is noted in the byte ring as long as it lives, so that
 * the main thread can end it when the feeder thread is ended before it could.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { type ByteRingMemory, type ByteWriter, childrenAtWork } from '../ring/byte-ring.js';
import { type ByteStream, ChunkQueue, pour } from './byte-stream.js';

/** How a child came to its end. */
export interface ChildEnd {
  /** As a shell tells it: 128 and its number for a signal. */
  readonly code: number;
  /** What it wrote to standard error, without empty lines. */
  readonly lines: readonly string[];
}

const STDERR_CHARACTERS = 64 * 1024;

/** A child process that writes to standard output what is wanted of it. */
export class Child implements ByteStream {
  readonly #process: ChildProcess;
  readonly #queue = new ChunkQueue();
  #stderr = '';

  /**
   * Starts it. `onEnd` is told how it ended, after all its output was pushed, and returns an error for whoever reads,
   * if it is one. `isApart`: the keys of a terminal do not reach it.
   */
  constructor(
    writer: ByteWriter,
    program: string,
    args: readonly string[],
    options: { readonly hasInput: boolean; readonly isApart: boolean },
    onEnd: (end: ChildEnd) => Error | undefined,
  ) {
    // A fixed language, because what it says is read here.
    const env = { ...process.env, LC_ALL: 'C' };
    const stdin = options.hasInput ? 'pipe' : 'ignore';
    const child = spawn(program, args, { stdio: [stdin, 'pipe', 'pipe'], detached: options.isApart, env });
    this.#process = child;
    if (child.pid !== undefined) {
      const cell = writer.addChild(child.pid);
      child.on('exit', () => writer.removeChild(cell));
    }
    child.on('error', (error) => this.#queue.end(error));
    child.on('close', (code, signal) => {
      const lines = this.#stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
      this.#queue.end(onEnd({ code: code ?? 128 + constants.signals[signal!], lines }));
    });
    pour(child.stdout!, this.#queue);
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      // The last of it says why it ended.
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS);
    });
  }

  get input(): Writable {
    return this.#process.stdin!;
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#queue.next();
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  close(): void {
    this.#process.kill('SIGKILL');
    // What it still wrote is not read any more, and it counts as ended only when that is gone.
    this.#process.stdout?.destroy();
    this.#queue.end();
  }
}

/** Whether an error of a stream means that its program is not installed, or not for this user. */
export function isMissingProgram(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // One that this user may not run is no use either: where only a group may capture, that is dumpcap.
  return (code === 'ENOENT' || code === 'EACCES') && syscall?.startsWith('spawn') === true;
}

/** For the main thread, once the feeder thread is gone: ends the processes that it could not end any more. */
export function endChildren(memory: ByteRingMemory): void {
  for (const pid of childrenAtWork(memory)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It came to its end by itself, or became somebody else's: nothing of it is left to be ended here.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
