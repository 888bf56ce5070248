/**
 * Fields of the log of OpenBSD's packet filter (pflog(4)). Owns their places and the words for their values.
 */
import { ALWAYS, and, type Condition, equals } from './condition.js';
import type { StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import type { LinkState } from './link-state.js';

const PF_REASONS =
  'match bad-offset fragment short normalize memory bad-timestamp congestion ip-option proto-cksum state-mismatch state-insert state-limit src-limit synproxy';
const PF_ACTIONS: ReadonlyMap<string, number> = new Map([
  ['pass', 0],
  ['accept', 0],
  ['drop', 1],
  ['block', 1],
  ['scrub', 2],
  ['noscrub', 3],
  ['nat', 4],
  ['nonat', 5],
  ['binat', 6],
  ['nobinat', 7],
  ['rdr', 8],
  ['nordr', 9],
]);
const MOST_PF_NAME = 15;

export function hasPfField(state: LinkState, { field, value, column }: StepOf<'pf'>): Condition {
  if (state.family !== 'PF log') throw new FilterError(column, `'${field}': only packets of PF's log have it`, true);
  switch (field) {
    case 'ifname':
      return hasText(state, 4, String(value), column);
    case 'ruleset':
      return hasText(state, 20, String(value), column);
    case 'rulenum':
      return equals(state.atHeader(36, 4), Number(value));
    case 'subrulenum':
      return equals(state.atHeader(40, 4), Number(value));
    case 'reason':
      return equals(state.atHeader(3, 1), wordNumber(value, PF_REASON_NUMBERS, 'reason', column));
    case 'action':
      return equals(state.atHeader(2, 1), wordNumber(value, PF_ACTIONS, 'action', column));
  }
}

const PF_REASON_NUMBERS = new Map(PF_REASONS.split(' ').map((word, number) => [word, number]));

function wordNumber(value: string | number, words: ReadonlyMap<string, number>, what: string, column: number): number {
  if (typeof value === 'number') return value;
  const number = words.get(value);
  if (number === undefined)
    throw new FilterError(column, `'${value}' is no ${what}: expected ${[...words.keys()].join(', ')}`);
  return number;
}

/** The bytes of a text, without an end mark; the last ones first, four at a time. */
function hasText(state: LinkState, at: number, text: string, column: number): Condition {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MOST_PF_NAME) {
    throw new FilterError(column, `found a name of ${bytes.length} bytes, expected at most ${MOST_PF_NAME}`);
  }
  let condition: Condition = ALWAYS;
  for (let left = bytes.length; left > 0; ) {
    const size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    left -= size;
    const number = bytes.subarray(left, left + size).reduce((sum, byte) => sum * 256 + byte, 0);
    condition = and(condition, equals(state.atHeader(at + left, size), number));
  }
  return condition;
}
