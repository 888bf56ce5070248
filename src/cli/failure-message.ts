/**
 * What is said of whatever ended the program before its end. Owns which messages say by themselves what they are about.
 */
import { MetricsPortError } from '../pipeline/metrics-address.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { SocketError } from '../pipeline/socket-error.js';
import { ThreadFailure, ThreadStuck } from '../pipeline/threads.js';
import { UsageError } from './usage-error.js';
import { UserFailure } from './user-account.js';

/** One line, but for control characters that a name in it may have. */
export function failureMessage(error: unknown): string {
  if (error instanceof ThreadStuck) return failureMessage(error.cause);
  const kinds = [UsageError, UserFailure, ThreadFailure, OutputFailure, SocketError, MetricsPortError];
  const isWhole = kinds.some((kind) => error instanceof kind);
  return `${isWhole ? '' : 'the run failed: '}${error instanceof Error ? error.message : String(error)}`;
}
