/**
 * Whether there is so little to be read that a second tracker would take longer to start than the first one to do all. Owns how little that is.
 */
import { statSync } from 'node:fs';
import { descriptorOf } from '../capture/feed-kind.js';
import type { ParsedOptions } from './plan.js';

/** Bytes: a tracker needs some milliseconds for them, and tens of them to start. */
const MOST_SMALL_BYTES = 1024 * 1024;

/** Whether all of the inputs are files of whose size that is known; compressed ones hold more, but seldom much. */
export function areSmall(files: readonly string[], { follow, interface: interfaces }: ParsedOptions): boolean {
  if (follow || interfaces !== undefined) return false;
  let bytes = 0;
  for (const file of files) {
    bytes += descriptorOf(file) === undefined ? sizeOf(file) : Number.POSITIVE_INFINITY;
    if (bytes > MOST_SMALL_BYTES) return false;
  }
  return true;
}

function sizeOf(file: string): number {
  try {
    const stat = statSync(file);
    return stat.isFile() ? stat.size : Number.POSITIVE_INFINITY;
  } catch {
    // Reading it will say what is wrong.
    return Number.POSITIVE_INFINITY;
  }
}
