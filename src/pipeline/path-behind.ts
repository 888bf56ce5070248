/**
 * The file that a path leads to, there already or not: where another name of a file is to be beside it.
 */
import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isSystemError } from '../capture/problem.js';

/** Links that the system follows one after the other, and one more. */
const MOST_LINKS = 41;

/**
 * Path of the file that is written when `path` is, behind all links: also of one that is not there yet, which a link may lead to as
 * well. Pipes and devices keep the name that they have.
 */
export function pathBehind(path: string): string {
  if (isSpecial(path)) return resolve(path);
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      const folder = realpathSync.native(dirname(at));
      at = join(folder, basename(at));
      const next = readlinkSync(at);
      // Not put together by `join`, for which `..` behind a link is where the link is.
      at = isAbsolute(next) ? next : `${folder}/${next}`;
    } catch (error) {
      // No link any more, or one that cannot be followed.
      if (isSystemError(error)) return resolve(at);
      throw error;
    }
  }
  return resolve(path);
}

/** Whether something is there that is no regular file: a pipe, a device, a folder. */
export function isSpecial(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
