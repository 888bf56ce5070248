/**
 * Whether a filter says of a case what tcpdump says. Knows the two liberties there are: tcpdump optimises away loads that would
 * have rejected a short packet, so its answer without optimisation is right too; and where its own answer means nothing
 * (`tcpdump-defects.ts`), any is.
 */
import {
  type FilterPacket,
  numberedFile,
  rejectsAll,
  type Selection,
  selectWithTcpdump,
} from '../support/tcpdump-filter.js';
import { type FilterCase, type FilterMaker, selectWith } from './filter-case.js';
import { refusesWrongly } from './known-differences.js';
import { withoutDefects, withoutEndless } from './tcpdump-defects.js';

/** How a case ended; `differs` is the only bad one. */
export type Verdict =
  | { readonly kind: 'selected some' | 'selected none' | 'selected all' | 'both refuse' | 'refused by tcpdump alone' }
  /** Right, but for so many packets not as tcpdump has it by default. */
  | { readonly kind: 'as without optimisation' | 'undefined in tcpdump'; readonly packetCount: number }
  | {
      readonly kind: 'differs';
      readonly ours: Selection;
      readonly theirs: Selection;
      readonly packets: readonly FilterPacket[];
    };

/** Compares over all packets of the case: one process, and two or four more where the answers are not the same. */
export async function compareWithTcpdump(make: FilterMaker, given: FilterCase): Promise<Verdict> {
  // Ours has to end for the others too.
  selectWith(make, given);
  const example = await withoutEndless(given);
  const ours = selectWith(make, example);
  const file = numberedFile(example.linkType, example.packets);
  const theirs = await selectWithTcpdump(example.text, file);
  if ('error' in ours && 'error' in theirs) return { kind: 'both refuse' };
  if ('error' in theirs && refusesWrongly(theirs.error, example.linkType)) return { kind: 'refused by tcpdump alone' };
  if (equal(emptied(ours), emptied(theirs))) return { kind: kindOf(ours, example.packets.length) };
  const unoptimised = await selectWithTcpdump(example.text, file, false);
  if (!('selected' in ours && 'selected' in unoptimised)) return { kind: 'differs', ours, theirs, packets: [] };
  return packetByPacket(example, ours.selected, emptied(theirs), unoptimised.selected);
}

/** That nothing can be selected is an error of tcpdump's optimiser alone, and may be one of ours. */
function emptied(selection: Selection): Selection {
  return 'error' in selection && rejectsAll(selection.error) ? { selected: [] } : selection;
}

function equal(one: Selection, other: Selection): boolean {
  if (!('selected' in one && 'selected' in other)) return false;
  return one.selected.length === other.selected.length && one.selected.every((n, i) => n === other.selected[i]);
}

function kindOf(selection: Selection, packetCount: number): 'selected some' | 'selected none' | 'selected all' {
  const count = 'selected' in selection ? selection.selected.length : 0;
  if (count === 0) return 'selected none';
  return count === packetCount ? 'selected all' : 'selected some';
}

/** The answer for each packet may be either of tcpdump's two, or none of its own making. */
async function packetByPacket(
  example: FilterCase,
  ours: readonly number[],
  theirs: Selection,
  unoptimised: readonly number[],
): Promise<Verdict> {
  const optimised = 'selected' in theirs ? theirs.selected : unoptimised;
  const has = (list: readonly number[], number: number): boolean => list.includes(number);
  const other = example.packets.map((_, number) => number).filter((n) => has(ours, n) !== has(optimised, n));
  const wrong = other.filter((n) => has(ours, n) !== has(unoptimised, n));
  if (wrong.length === 0) return { kind: 'as without optimisation', packetCount: other.length };
  const packets = await withoutDefects(example, wrong, (number) => has(ours, number));
  if (packets.length === 0) return { kind: 'undefined in tcpdump', packetCount: wrong.length };
  return {
    kind: 'differs',
    ours: { selected: ours },
    theirs,
    packets: packets.map((number) => example.packets[number]),
  };
}
