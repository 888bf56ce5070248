/**
 * Asks a run for its counts of handshakes and prints them, or hands them to gmetric. Owns the forms of the output.
 */
import { printable } from '../capture/problem.js';
import { askForCounts } from '../pipeline/count-query.js';
import { SocketError } from '../pipeline/socket-error.js';
import {
  type AnsweredFilter,
  AnswerMistake,
  filtersOf,
  reportedCounts,
  tableLines,
} from '../tcpeek/answered-counts.js';
import { EXIT_DONE, EXIT_FAILED } from './exit-codes.js';
import { gmetricCommand, isGmetricThere, runGmetric } from './gmetric.js';
import { DEFAULT_SOCKET_PATH } from './tcpeek-plan.js';
import { UsageError } from './usage-error.js';

/** What was asked for; absent when not given. */
export interface PeekstatOptions {
  readonly gmetric?: boolean;
  readonly json?: boolean;
  readonly socket?: string;
}

/** Rejects with a SocketError when there is no answer, or one that says nothing. */
export async function executePeekstat(options: PeekstatOptions): Promise<number> {
  const path = options.socket ?? DEFAULT_SOCKET_PATH;
  if (options.gmetric && options.json) throw new UsageError('--gmetric and --json are two outputs: one at a time');
  // Whoever reads may have had enough.
  process.stdout.on('error', () => {});
  if (options.gmetric) return await reportToGmetric(path);
  const text = await askForCounts(path, 'GET');
  const answer = parseAnswer(path, text);
  const filters = understand(path, () => filtersOf(answer));
  process.stdout.write(options.json ? `${compactJson(answer)}\n` : table(filters));
  return EXIT_DONE;
}

const table = (filters: readonly AnsweredFilter[]): string =>
  tableLines(filters)
    .map((line) => `${printable(line)}\n`)
    .join('');

/** JSON leaves alone what some terminals take for commands. */
const compactJson = (answer: unknown): string =>
  JSON.stringify(answer).replace(/[\x7f-\x9f]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);

/** Every value is tried, because the next time they count from here. */
async function reportToGmetric(path: string): Promise<number> {
  // Before the run is asked: it would begin to count anew, and these counts would be lost.
  if (!isGmetricThere()) return complain('gmetric is not installed, or not in PATH: nothing was asked for');
  const answer = parseAnswer(path, await askForCounts(path, 'REFRESH'));
  const values = understand(path, () => reportedCounts(filtersOf(answer)));
  const failures: string[] = [];
  for (const value of values) {
    process.stdout.write(`${printable(gmetricCommand(value))}\n`);
    const failure = await runGmetric(value);
    if (failure !== undefined) failures.push(failure);
  }
  if (failures.length === 0) return EXIT_DONE;
  return complain(`gmetric failed for ${failures.length} of ${values.length} values: ${failures[0]}`);
}

function complain(message: string): number {
  process.stderr.write(`tcploom: ${printable(message)}\n`);
  return EXIT_FAILED;
}

function parseAnswer(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const bytes = Buffer.byteLength(text);
    if (text === '') throw new SocketError(`${path}: the run closed without an answer`);
    const isCut = text.startsWith('[') && !text.trimEnd().endsWith(']');
    throw new SocketError(
      isCut
        ? `${path}: the answer is cut short after ${bytes} bytes`
        : `${path}: the answer (${bytes} bytes) is no JSON: something else listens there`,
    );
  }
}

/** What `read` makes of an answer. */
function understand<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AnswerMistake)) throw error;
    throw new SocketError(`${path}: the answer has no counts of handshakes in it: ${error.message}`);
  }
}
