/**
 * How many bytes an input has as it is stored.
 */
import { fstatSync, statSync } from 'node:fs';
import { descriptorOf } from './feed-kind.js';
import { isSystemError } from './problem.js';

/** Bytes of a regular file; 0 when it cannot be looked at, which whoever reads it will tell; undefined for anything else. */
export function storedBytes(name: string): number | undefined {
  const descriptor = descriptorOf(name);
  try {
    const stats = descriptor === undefined ? statSync(name) : fstatSync(descriptor);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isSystemError(error)) return 0;
    throw error;
  }
}
