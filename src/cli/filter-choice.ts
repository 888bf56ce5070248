/**
 * From what the command line says of a filter to an expression that is known to be good, with its names looked up. Owns where
 * the text comes from; what it means is src/filter's business.
 */
import { readFileSync } from 'node:fs';
import type { ReadFilter } from '../capture/link-filters.js';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { checkFilter } from '../filter/compile-filter.js';
import { FilterError } from '../filter/filter-error.js';
import { wantedNames } from '../filter/names.js';
import { parseFilter } from '../filter/parse-filter.js';
import { hintFor, refuseForgottenQuotes, refuseSecondFilter } from './filter-mistakes.js';
import { lookUpNames } from './filter-names.js';
import type { ParsedOptions } from './plan.js';
import { FilterMistake, UsageError } from './usage-error.js';

/** A filter, and whether its text means the same to other programs. */
export interface ChosenFilter extends ReadFilter {
  /** It has names, which others may look up elsewhere. */
  readonly hasNames: boolean;
}

/** The filter that was asked for, for packets of `files`; undefined when all packets are. Throws a UsageError. */
export async function chooseFilter(
  given: ParsedOptions,
  files: readonly string[] = [],
): Promise<ChosenFilter | undefined> {
  const text = textOf(given);
  if (text === undefined) {
    if (given.resolve) throw new UsageError('--resolve needs a filter');
    return undefined;
  }
  if (given.filter === undefined) refuseSecondFilter(files);
  else refuseForgottenQuotes(given.filter, files);
  try {
    return await resolved(text, given);
  } catch (error) {
    throw error instanceof FilterError ? new FilterMistake(complaintOf(error, text, given)) : error;
  }
}

async function resolved(text: string, given: ParsedOptions): Promise<ChosenFilter | undefined> {
  const expression = parseFilter(text);
  if (expression.steps.length === 0) return undefined;
  const wanted = wantedNames(expression);
  const names = await lookUpNames(wanted, given.resolve ?? false);
  checkFilter(expression, names);
  return { text, names, hasNames: Object.values(wanted).some((kind: readonly string[]) => kind.length > 0) };
}

/** Where the error is, in the file if the expression came from one, and what it is. */
function complaintOf({ column, message, reason }: FilterError, text: string, { filterFile }: ParsedOptions): string {
  if (filterFile === undefined) return `the filter: ${message}${hintFor(text)}`;
  const before = text.slice(0, column - 1).split('\n');
  const place = `line ${before.length}, column ${before[before.length - 1].length + 1}`;
  return `the filter file ${printable(filterFile)}: ${place}: ${reason}`;
}

function textOf({ filter, filterFile }: ParsedOptions): string | undefined {
  if (filterFile === undefined) return filter;
  if (filter !== undefined) throw new UsageError('a filter is an expression or in a file, not both');
  const text = expressionIn(read(filterFile));
  if (text.trim() === '') throw new UsageError(`the filter file ${printable(filterFile)} holds no expression`);
  return text;
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the filter file ${printable(file)}: ${describeSystemError(error)}`);
  }
}

/** As in tcpdump's files `#` begins a comment. Blanks take its place, and that of a byte order mark, so that columns stay what they are. */
export function expressionIn(text: string): string {
  return text.replace(/^\ufeff|#[^\n]*/g, (comment) => ' '.repeat(comment.length));
}
