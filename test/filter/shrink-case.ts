/**
 * Makes a case that fails small: one packet, and an expression without the words that do not matter.
 */
import type { FilterPacket } from '../support/tcpdump-filter.js';
import type { FilterCase } from './filter-case.js';

/** The smallest case found that still fails; `fails` is asked about a few hundred candidates at the most. */
export async function shrinkCase(
  example: FilterCase,
  suspects: readonly FilterPacket[],
  fails: (candidate: FilterCase) => Promise<boolean>,
): Promise<FilterCase> {
  const packets = suspects.length > 0 ? [suspects[0]] : example.packets.slice(0, 1);
  let smallest: FilterCase = { ...example, packets };
  if (!(await fails(smallest))) smallest = example;
  let words = wordsOf(example.text);
  for (let size = words.length >> 1; size > 0; size -= Math.max(1, size >> 3)) {
    for (let at = 0; at + size <= words.length; ) {
      const fewer = [...words.slice(0, at), ...words.slice(at + size)];
      const candidate = { ...smallest, text: fewer.join(' ') };
      if (fewer.length > 0 && (await fails(candidate))) {
        words = fewer;
        smallest = candidate;
      } else at++;
    }
  }
  return smallest;
}

/** Accessors stay whole up to their brackets: blanks between words never change what is said. */
function wordsOf(text: string): string[] {
  return text.split(/(\s+|[()[\]])/).filter((word) => word.trim() !== '');
}
