/**
 * What becomes of a file that could not be finished because there was no room for it, so that nobody takes it for whole. Owns when
 * that is, the name it gets, and when a file may be cut that others have open too.
 */
import {
  fstatSync,
  ftruncateSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
} from 'node:fs';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';

/** Failures of writing, not of opening: what is there was begun and is not whole. */
const OF_WRITING: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];
/** Ending of the name of a file that is not whole. */
export const PARTIAL = '.partial';

export const isOfWriting = (error: unknown): boolean =>
  OF_WRITING.includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Gives the regular file that was begun at `path` and is open as `descriptor` another name, after cutting it to `wholeBytes`, where
 * its last line or packet ends. Returns what is to be said of it; nothing where it is a device, a pipe, or not at its place any more.
 */
export function setAside(path: string, descriptor: number, wholeBytes: number): string {
  if (!fstatSync(descriptor).isFile()) return '';
  passOver(() => ftruncateSync(descriptor, wholeBytes));
  if (!isSameFile(path, fstatSync(descriptor))) return '';
  let to = `${path}${PARTIAL}`;
  try {
    // Behind a link it is the file that is not whole, not the link.
    const file = lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
    to = `${file}${PARTIAL}`;
    renameSync(file, to);
    return `; what could be written is in ${printable(to)}`;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `; it is not whole, and could not be renamed to ${printable(to)}: ${describeSystemError(error, 'renamed')}`;
  }
}

/**
 * Takes back the last `bytes` bytes written to a descriptor that was handed to this process, if it is a regular file that nobody
 * else is seen to write to. The place where the next byte would go stays behind the end: others that write there would leave a gap.
 */
export function takeBack(descriptor: number, bytes: number): void {
  if (bytes === 0) return;
  passOver(() => {
    const file = fstatSync(descriptor);
    if (!file.isFile() || isShared(descriptor, file)) return;
    const { position, isAppended } = placeOf(descriptor);
    if (!isAppended && position === file.size) ftruncateSync(descriptor, file.size - bytes);
  });
}

/** Whether standard error goes to the same file, or the process that started this one, which may go on when this one ends. */
function isShared(descriptor: number, file: Stats): boolean {
  const others = [1, 2].filter((other) => other !== descriptor);
  const parent = [1, 2].map((other) => `/proc/${process.ppid}/fd/${other}`);
  return [...others.map((other) => `/proc/self/fd/${other}`), ...parent].some((path) => isSameFile(path, file));
}

function isSameFile(path: string, { dev, ino }: Stats): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return there?.dev === dev && there.ino === ino;
}

/** Where the next byte would go, as Linux tells it. */
function placeOf(descriptor: number): { position: number; isAppended: boolean } {
  const text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
  const position = Number(/^pos:\s*(\d+)$/m.exec(text)?.[1]);
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(text)?.[1] ?? '', 8);
  return { position, isAppended: (flags & O_APPEND) !== 0 };
}

/** As the kernel has it, whatever the machine. */
const O_APPEND = 0o2000;

/** What cannot be done, or is not known here, is left: the failure that led here is what is told. */
function passOver(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
