/**
 * The plan for cutting packets out of captures. Owns the checks of what is said about the output.
 */
import type { CutPlan } from '../capture/cut-shape.js';
import { MAX_CAPTURED_BYTES } from '../capture/pcap.js';
import { printable } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import type { FilterPlan, PacketOutput } from '../pipeline/filter-pass.js';
import type { BlockForm } from '../pipeline/reading.js';
import type { ChosenFilter } from './filter-choice.js';
import { refuseInputs } from './output-place.js';
import { blockForm, type ParsedOptions, readPlan } from './plan.js';
import { UsageError } from './usage-error.js';

/** Fewer blocks than for a run: the writer seldom is behind, and what goes through the cache is less. */
export const FILTER_FORM: BlockForm = { trackers: 1, blockBytes: 1024 * 1024, blockSlots: 4 };

/** The plan for cutting packets out of `files`; `isTerminal`: standard output is one. */
export function makeFilterPlan(
  files: readonly string[],
  given: ParsedOptions,
  isTerminal: boolean,
  filter?: ChosenFilter,
): FilterPlan {
  const { write, count: isCountOnly = false } = given;
  if (write === undefined && !isCountOnly) throw new UsageError('filter needs -w OUT, or -c to count only');
  if (write !== undefined && isCountOnly) throw new UsageError('-w and -c cannot be had together: -c only counts');
  if (given.pcap && given.pcapng) throw new UsageError('--pcap and --pcapng cannot be had together');
  if (isCountOnly && (given.pcap || given.pcapng)) throw new UsageError('with -c nothing is written in any format');
  // What is written is to be whole, unless something else is asked for.
  const usual = given.interface === undefined ? {} : { snaplen: MAX_CAPTURED_BYTES };
  const read = readPlan(files, { ...usual, ...given }, filter);
  const output = write === undefined ? undefined : packetOutput(write, files, given, isTerminal);
  const { blockBytes, blockSlots } = blockForm(given, FILTER_FORM);
  return Object.freeze({
    read: { ...read, cut: cutPlan(read, given, isCountOnly) },
    output,
    trackers: isCountOnly ? 0 : 1,
    blockBytes,
    blockSlots,
  });
}

/** How packets are cut out of what `read` reads. */
export function cutPlan(read: ReadPlan, given: ParsedOptions, isCountOnly: boolean): CutPlan {
  const format = given.pcap ? 'pcap' : given.pcapng ? 'pcapng' : undefined;
  return { format, isCountOnly, isSingle: read.inputs.length === 1 && read.followTimeoutMs === undefined };
}

/** The output `name`, `-` for standard output. Throws a UsageError. */
export function packetOutput(
  name: string,
  files: readonly string[],
  given: ParsedOptions,
  isTerminal: boolean,
): PacketOutput {
  if (name === '') throw new UsageError('-w needs the name of a file, or - for standard output');
  const isStandard = name === '-';
  if (isStandard && isTerminal) throw new UsageError('packets are not written to a terminal: -w FILE, or a pipe');
  refuseInputs(name, files, given);
  return isStandard
    ? { name: 'standard output', target: { descriptor: 1 } }
    : { name: printable(name), target: { path: name } };
}
