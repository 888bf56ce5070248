/**
 * How much there is to read, for the progress.
 */
import type { ReadPlan } from '../capture/read-captures.js';
import { storedBytes } from '../capture/stored-size.js';

/** Bytes of all files as stored, or undefined when that cannot be known because something without an end is among them. */
export function totalBytes(plan: ReadPlan): number | undefined {
  if (plan.followTimeoutMs !== undefined) return undefined;
  let bytes = 0;
  for (const input of plan.inputs) {
    const size = typeof input === 'string' ? storedBytes(input) : undefined;
    if (size === undefined) return undefined;
    bytes += size;
  }
  return bytes;
}
