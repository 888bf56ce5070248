/**
 * How much there is to read, for the progress.
 */
import { statSync } from 'node:fs';
import type { ReadPlan } from '../capture/read-captures.js';

/** Bytes of all files as stored, or 0 when that cannot be known because something without an end is among them. */
export function totalBytes(plan: ReadPlan): number {
  if (plan.followTimeoutMs !== undefined) return 0;
  let bytes = 0;
  for (const input of plan.inputs) {
    const size = typeof input === 'string' ? sizeOf(input) : undefined;
    if (size === undefined) return 0;
    bytes += size;
  }
  return bytes;
}

/** Bytes of a regular file; 0 when it cannot be looked at, which the reader will tell; undefined for anything else. */
function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return 0;
  }
}
