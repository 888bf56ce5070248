/**
 * Whether a filter says of a case what tcpdump says. Knows the two liberties there are: tcpdump optimises away loads that would
 * have rejected a short packet, so its answer without optimisation is right too; and where its program reads memory that nobody
 * wrote, any answer is.
 */
import { parseBpf, runBpf, UNDEFINED } from '../support/bpf.js';
import {
  type FilterPacket,
  numberedFile,
  programOf,
  rejectsAll,
  type Selection,
  selectWithTcpdump,
} from '../support/tcpdump-filter.js';
import { type FilterCase, type FilterMaker, selectWith } from './filter-case.js';

/** How a case ended; `differs` is the only bad one. */
export type Verdict =
  | { readonly kind: 'selected some' | 'selected none' | 'selected all' | 'both refuse' }
  /** Right, but not as tcpdump has it by default. */
  | { readonly kind: 'as without optimisation' | 'undefined in tcpdump' }
  | {
      readonly kind: 'differs';
      readonly ours: Selection;
      readonly theirs: Selection;
      readonly packets: readonly number[];
    };

/** Compares over all packets of the case: one process, and two or four more where the answers are not the same. */
export async function compareWithTcpdump(make: FilterMaker, example: FilterCase): Promise<Verdict> {
  const ours = selectWith(make, example);
  const file = numberedFile(example.linkType, example.packets);
  const theirs = await selectWithTcpdump(example.text, file);
  if ('error' in ours && 'error' in theirs) return { kind: 'both refuse' };
  if (equal(emptied(ours), emptied(theirs))) return { kind: kindOf(ours, example.packets.length) };
  const unoptimised = await selectWithTcpdump(example.text, file, false);
  if (equal(ours, unoptimised)) return { kind: 'as without optimisation' };
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
  const wrong = example.packets
    .map((_, number) => number)
    .filter((n) => has(ours, n) !== has(optimised, n) && has(ours, n) !== has(unoptimised, n));
  if (wrong.length === 0) return { kind: 'as without optimisation' };
  const isUndefined = await undefinedFor(example.text, example.linkType);
  const packets = wrong.filter((number) => !isUndefined(example.packets[number]));
  if (packets.length === 0) return { kind: 'undefined in tcpdump' };
  return { kind: 'differs', ours: { selected: ours }, theirs, packets };
}

async function undefinedFor(text: string, linkType: number): Promise<(packet: FilterPacket) => boolean> {
  const programs = (await Promise.all([true, false].map((optimise) => programOf(text, linkType, optimise)))).flatMap(
    (answer) => ('program' in answer ? [parseBpf(answer.program)] : []),
  );
  return ({ bytes, wireBytes }) => programs.some((program) => runBpf(program, bytes, wireBytes) === UNDEFINED);
}
