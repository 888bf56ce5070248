/**
 * What can be wrong with an input, and how it is said: one line with file, byte offset, what was found and
 * what was expected. Plain data, so that threads can hand it to each other.
 */

/** Something wrong at a place of an input. */
export interface InputProblem {
  readonly file: string;
  /** Byte of the file, or of what was compressed in it; undefined when the file as a whole is meant. */
  readonly byteOffset?: number;
  /** The byte is one of what was compressed. */
  readonly isUnpacked?: boolean;
  readonly found: string;
  readonly expected?: string;
}

/** The problem as one line of the program's messages, without a newline. */
export const describeProblem = (problem: InputProblem): string => `tcploom: ${fileProblem(problem)}`;

/** The problem with the name of the file. */
export function fileProblem(problem: InputProblem): string {
  const place = placeText(problem);
  return `${printable(problem.file)}${place === '' ? '' : ` ${place}`}: ${what(problem)}`;
}

/** A name as it may be printed: characters that would begin a new line, or speak to the terminal, as `\\xNN`. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.replace(/[\x00-\x1f\x7f-\x9f]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The same without the name of the file. */
export function problemText(problem: InputProblem): string {
  const place = placeText(problem);
  return `${place === '' ? '' : `${place}: `}${what(problem)}`;
}

function placeText({ byteOffset, isUnpacked }: InputProblem): string {
  if (byteOffset === undefined) return '';
  return `at byte ${byteOffset}${isUnpacked === true ? ' of what was compressed' : ''}`;
}

/** Other programs' words are among them, and those may have a name in them. */
function what({ found, expected }: InputProblem): string {
  return printable(expected === undefined ? found : `${found}, expected ${expected}`);
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'too many symbolic links',
  EIO: 'the device reports an input/output error',
  EMFILE: 'too many open files',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be too large',
  EROFS: 'the file system is read-only',
};

/** Whether a system call failed; anything else that is thrown is a fault of this program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
}

/** What a failed system call on a file that was to be read, or `written`, means, in words. */
export function describeSystemError(error: unknown, what = 'read'): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return SYSTEM_ERRORS[code] ?? `cannot be ${what} (${code})`;
}
