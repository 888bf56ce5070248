/**
 * A run over a FIFO that the test writes to: it gets so many packets of PEEK_PACKETS, and waits for more.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Ended, ended, LAUNCHER } from './launch.js';
import { PEEK_PACKETS, peekFile } from './peek-capture.js';
import { FILE_HEADER_BYTES } from './small-capture.js';

export interface FifoRun {
  readonly child: ChildProcess;
  readonly outcome: Promise<Ended>;
  /** Hands it the packets up to this one. */
  give(packets: number): void;
  /** No more comes. */
  end(): void;
}

/** Starts one that ends with the test at the latest, over a FIFO that is made at `fifo`. */
export function fifoRun(
  t: TestContext,
  fifo: string,
  args: readonly string[],
  stdout: 'pipe' | number = 'pipe',
): FifoRun {
  execFileSync('mkfifo', [fifo]);
  // Both ends in one descriptor: opening it does not wait.
  let held: number | undefined = openSync(fifo, 'r+');
  const input = args[0] === 'tcpeek' ? ['-r', fifo] : [fifo];
  const child = spawn(process.execPath, [LAUNCHER, ...args, ...input], { stdio: ['ignore', stdout, 'pipe'] });
  const outcome = ended(child);
  outcome.catch(() => {});
  const end = (): void => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  t.after(() => {
    end();
    child.kill('SIGKILL');
  });
  let given = 0;
  writeSync(held, peekFile([]));
  const give = (packets: number): void => {
    writeSync(held!, peekFile(PEEK_PACKETS.slice(given, packets)).subarray(FILE_HEADER_BYTES));
    given = packets;
  };
  return { child, outcome, give, end };
}
