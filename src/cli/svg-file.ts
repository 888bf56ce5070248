/**
 * An SVG on its way to a file that others may be looking at: they see the picture of before or this one, never a part. Owns the temporary file.
 */
import { realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { OutputFailure } from '../pipeline/output-failure.js';

/** Replaces the file. Throws an OutputFailure. */
export function replaceFile(path: string, text: string): void {
  try {
    const there = statOf(path);
    if (there !== undefined && !there.isFile()) {
      // A device or FIFO is written to: what replaced it would be a file.
      writeFileSync(path, text);
      return;
    }
    // Behind a link it is the file that changes, not the link.
    const target = there === undefined ? path : realpathSync(path);
    const made = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    try {
      writeFileSync(made, text, there === undefined ? {} : { mode: there.mode & 0o777 });
      renameSync(made, target);
    } catch (error) {
      rmSync(made, { force: true });
      throw error;
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = describeSystemError(error, 'written');
    throw new OutputFailure(`writing ${printable(path)}: ${message}`, (error as NodeJS.ErrnoException).code ?? '');
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
