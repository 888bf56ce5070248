/**
 * Packets for which the program of tcpdump (libpcap 1.10.3) has no answer that means anything, so that none can be compared:
 * programs that loop for ever, and programs that read scratch memory which nobody has written, or somebody else has.
 */
import { type BpfProgram, ENDLESS, parseBpf, runBpf } from '../support/bpf.js';
import { type FilterPacket, numberedFile, programOf, selectWithTcpdump } from '../support/tcpdump-filter.js';
import type { FilterCase } from './filter-case.js';

/** Put before an expression it changes nothing but which scratch memory is whose. */
const LINK_LAYER_FIRST = '(ip or not ip) and';
/** What uses scratch memory, though some of it does not look so. */
const HAS_ARITHMETIC = /\[|\blen\b|[=<>]|protochain|inbound|outbound/;
const LINK_PFLOG = 117;

/** The case without the packets that tcpdump would never end with; only `protochain` makes loops. */
export async function withoutEndless(example: FilterCase): Promise<FilterCase> {
  if (!example.text.includes('protochain')) return example;
  const programs = await programsOf(example.text, example.linkType);
  const ends = ({ bytes, wireBytes }: FilterPacket): boolean =>
    programs.every((program) => runBpf(program, bytes, wireBytes) !== ENDLESS);
  return { ...example, packets: example.packets.filter(ends) };
}

/** Those of the packets, by number, where `isSelected` really contradicts tcpdump. */
export async function withoutDefects(
  example: FilterCase,
  numbers: readonly number[],
  isSelected: (number: number) => boolean,
): Promise<number[]> {
  const { text, linkType, packets } = example;
  const programs = await programsOf(text, linkType);
  const returns = (program: BpfProgram, number: number): number =>
    runBpf(program, packets[number].bytes, packets[number].wireBytes);
  const defined = numbers.filter((number) => programs.every((program) => returns(program, number) >= 0));
  if (defined.length === 0 || !HAS_ARITHMETIC.test(text)) return defined;

  // What only packets of Geneve write, a relation may have written for the others, or over it.
  if (text.includes('geneve')) return [];

  // Nothing can be put in front for PF's log that would be given that memory without looking at more of the packet.
  if (linkType === LINK_PFLOG) return [];

  // A relation in front is given the memory that holds where the link layer's header of variable length ends.
  const reordered = await selectWithTcpdump(`${LINK_LAYER_FIRST} (${text})`, numberedFile(linkType, packets), false);
  if ('error' in reordered) return defined;
  return defined.filter((number) => reordered.selected.includes(number) !== isSelected(number));
}

/** With and without optimisation, as far as there are any. */
async function programsOf(text: string, linkType: number): Promise<BpfProgram[]> {
  const answers = await Promise.all([true, false].map((optimise) => programOf(text, linkType, optimise)));
  return answers.flatMap((answer) => ('program' in answer ? [parseBpf(answer.program)] : []));
}
