/**
 * Counts as a run answered them, and what is made of them: a table, and values for other programs. Owns what counts as an
 * answer; knows nothing of where it came from.
 */

/** The counts of one filter, as answered: items in the answer's order. */
export interface AnsweredFilter {
  readonly name: string;
  readonly success: readonly AnsweredItem[];
  readonly failure: readonly AnsweredItem[];
}

export interface AnsweredItem {
  readonly item: string;
  readonly count: number;
}

/** A value that is reported under a name of its own. */
export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

/** What was answered are no counts. */
export class AnswerMistake extends Error {}

const SECTIONS = ['success', 'failure'] as const;
/** What is reported of a filter, and in which order. */
const REPORTED = [
  ['success', 'dupsyn'],
  ['success', 'dupsynack'],
  ['failure', 'timeout'],
  ['failure', 'reject'],
] as const;

/** The filters of an answer that was read as JSON. Throws an AnswerMistake when it is anything else. */
export function filtersOf(answer: unknown): AnsweredFilter[] {
  if (!Array.isArray(answer)) throw new AnswerMistake('it is no array');
  return answer.flatMap((element, index) => {
    const [name, ...others] = isRecord(element) ? Object.keys(element) : [];
    if (name === undefined || others.length > 0) throw new AnswerMistake(`element ${index} has not one name`);
    const counts = (element as Readonly<Record<string, unknown>>)[name];
    // The counts of packets, which no filter has, whatever it is called.
    if (name === 'pcap' && isRecord(counts) && 'stats' in counts) return [];
    const [success, failure] = SECTIONS.map((section) =>
      itemsOf(isRecord(counts) ? counts[section] : undefined, `${section} of ${JSON.stringify(name)}`),
    );
    return [{ name, success, failure }];
  });
}

function itemsOf(section: unknown, what: string): AnsweredItem[] {
  if (!isRecord(section)) throw new AnswerMistake(`there is no ${what}`);
  return Object.entries(section).map(([item, count]) => {
    if (!Number.isSafeInteger(count)) throw new AnswerMistake(`${item} in ${what} is no number`);
    return { item, count: count as number };
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const RULE = '-'.repeat(28);
const LAST_RULE = '='.repeat(28);

/** The lines of the table, names as they are. */
export function tableLines(filters: readonly AnsweredFilter[]): string[] {
  const lines = filters.flatMap((filter) => [
    RULE,
    ` ${filter.name}`,
    RULE,
    ...SECTIONS.flatMap((section) => [` ${section}`, ...filter[section].map(itemLine)]),
  ]);
  return ['====== TCPEEK SUMMARY ======', ...lines, LAST_RULE];
}

const itemLine = ({ item, count }: AnsweredItem): string => `     ${item.padEnd(10)} ${String(count).padStart(10)}`;

/** What is reported of the filters, each value with its name. Throws an AnswerMistake when one is missing. */
export function reportedCounts(filters: readonly AnsweredFilter[]): NamedCount[] {
  return filters.flatMap((filter) =>
    REPORTED.map(([section, item]) => {
      const found = filter[section].find((candidate) => candidate.item === item);
      if (found === undefined) {
        throw new AnswerMistake(`there is no ${item} in ${section} of ${JSON.stringify(filter.name)}`);
      }
      return { name: `tcpeek_${filter.name}_${section}_${item}`, count: found.count };
    }),
  );
}
