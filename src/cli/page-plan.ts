/**
 * From the options of a run to what is decided about the page of its report.
 */
import type { PageOptions } from '../page/page-options.js';
import type { ParsedOptions } from './plan.js';
import type { ResultFormatName } from './result-places.js';
import { UsageError } from './usage-error.js';

const USUAL_MB = 20;
/** What a page may be in a browser. */
const MOST_MB = 500;
const MB = 2 ** 20;

/** Undefined where no page is asked for. Throws a UsageError. */
export function pageOptions(
  given: ParsedOptions,
  formats: readonly ResultFormatName[],
  version: string,
): PageOptions | undefined {
  const { htmlMaxMb = USUAL_MB } = given;
  if (!formats.includes('html')) {
    if (given.htmlMaxMb === undefined) return undefined;
    throw new UsageError('--html-max-mb is about a page, which is not asked for: -o html=FILE');
  }
  if (htmlMaxMb < 1 || htmlMaxMb > MOST_MB) {
    throw new UsageError(`--html-max-mb must be from 1 to ${MOST_MB}, not ${htmlMaxMb}`);
  }
  return {
    program: `tcploom ${version}`,
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    isAnonymized: given.anonymize !== undefined,
    mostBytes: htmlMaxMb * MB,
  };
}
