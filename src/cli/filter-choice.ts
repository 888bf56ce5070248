/**
 * From what the command line says of a filter to an expression that is known to be good, with its names looked up. Owns where
 * the text comes from; what it means is src/filter's business.
 */
import { readFileSync } from 'node:fs';
import type { ReadFilter } from '../capture/link-filters.js';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { checkFilter } from '../filter/compile-filter.js';
import { wantedNames } from '../filter/names.js';
import { parseFilter } from '../filter/parse-filter.js';
import { lookUpNames } from './filter-names.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/** A filter, and whether its text means the same to other programs. */
export interface ChosenFilter extends ReadFilter {
  /** It has names, which others may look up elsewhere. */
  readonly hasNames: boolean;
}

/** The filter that was asked for; undefined when all packets are. Throws a UsageError or a FilterError. */
export async function chooseFilter(given: ParsedOptions): Promise<ChosenFilter | undefined> {
  const text = textOf(given);
  if (text === undefined) {
    if (given.resolve) throw new UsageError('--resolve needs a filter');
    return undefined;
  }
  const expression = parseFilter(text);
  if (expression.steps.length === 0) return undefined;
  const wanted = wantedNames(expression);
  const names = await lookUpNames(wanted, given.resolve ?? false);
  checkFilter(expression, names);
  return { text, names, hasNames: Object.values(wanted).some((kind: readonly string[]) => kind.length > 0) };
}

function textOf({ filter, filterFile }: ParsedOptions): string | undefined {
  if (filterFile === undefined) return filter;
  if (filter !== undefined) throw new UsageError('a filter is an expression or in a file, not both');
  return expressionIn(read(filterFile));
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the filter file ${printable(file)}: ${describeSystemError(error)}`);
  }
}

/** As in tcpdump's files `#` begins a comment. Blanks take its place, so that columns stay what they are. */
export function expressionIn(text: string): string {
  return text.replace(/#[^\n]*/g, (comment) => ' '.repeat(comment.length));
}
