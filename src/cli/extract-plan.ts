/**
 * The plan for writing the packets of chosen sessions. Owns the checks of what is said about the choice, and which input can be read twice.
 */
import { ANALYSIS_DEFAULTS } from '../analysis/options.js';
import type { SessionEnds } from '../capture/chosen-sessions.js';
import { descriptorOf, feedKind } from '../capture/feed-kind.js';
import { MAX_CAPTURED_BYTES } from '../capture/pcap.js';
import { printable } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { quoted } from '../filter/quoted.js';
import type { FilterPlan } from '../pipeline/filter-pass.js';
import type { RunPlan } from '../pipeline/run.js';
import { idleTimeoutSec } from './analysis-plan.js';
import type { ChosenFilter } from './filter-choice.js';
import { cutPlan, FILTER_FORM, packetOutput } from './filter-plan.js';
import { blockForm, type ParsedOptions, RUN_FORM, readPlan } from './plan.js';
import { SessionChoice, type WantedSessions } from './session-choice.js';
import { addIds, addIdsFrom } from './session-ids.js';
import { areSameEnds, parseTuple } from './tuple-text.js';
import { UsageError } from './usage-error.js';

/** What is to be done; every value decided. */
export interface ExtractPlan {
  readonly choice: SessionChoice;
  /** The pass that finds out where chosen sessions are, if that is needed: `choice` takes its records. */
  readonly finding: RunPlan | undefined;
  /** The pass that writes, but for the sessions. */
  readonly writing: FilterPlan;
  /** So many packets are looked at, in both. */
  readonly mostPackets: number | undefined;
}

/** The plan for extracting sessions from `files`; `isTerminal`: standard output is one. */
export function makeExtractPlan(
  files: readonly string[],
  given: ParsedOptions,
  isTerminal: boolean,
  filter?: ChosenFilter,
): ExtractPlan {
  if (given.write === undefined) throw new UsageError('extract needs -w OUT');
  if (given.pcap && given.pcapng) throw new UsageError('--pcap and --pcapng cannot be had together');
  const choice = new SessionChoice(wantedSessions(given, filter));
  // What is written is to be whole, unless something else is asked for.
  const usual = given.interface === undefined ? {} : { snaplen: MAX_CAPTURED_BYTES };
  const read = readPlan(files, { ...usual, ...given }, undefined);
  if (choice.places !== undefined) refuseUnrepeatable(files, given);
  const { blockBytes, blockSlots } = blockForm(given, FILTER_FORM);
  const { maxPackets, ...selection } = read.selection;
  return {
    choice,
    finding: choice.places === undefined ? undefined : findingPlan(read, given, choice, filter),
    writing: {
      read: { ...read, selection, cut: cutPlan(read, given, false) },
      output: packetOutput(given.write, files, given, isTerminal),
      trackers: 1,
      blockBytes,
      blockSlots,
    },
    mostPackets: maxPackets,
  };
}

function findingPlan(
  read: ReadPlan,
  given: ParsedOptions,
  { places }: SessionChoice,
  filter: ChosenFilter | undefined,
): RunPlan {
  const marks = filter && { text: filter.text, names: filter.names };
  return {
    read: { ...read, notices: true, details: true, marks },
    analysis: {
      ...ANALYSIS_DEFAULTS,
      idleTimeoutSec: idleTimeoutSec(given),
      checksums: given.checksum === '2',
      places,
    },
    firstLine: '',
    ...blockForm(given, RUN_FORM),
  };
}

function wantedSessions(given: ParsedOptions, filter: ChosenFilter | undefined): WantedSessions {
  const ids = new Set<number>();
  for (const text of given.sessions ?? []) addIds(text, ids);
  for (const file of given.sessionsFrom ?? []) addIdsFrom(file, ids);
  const ends: SessionEnds[] = [];
  for (const text of given.tuple ?? []) {
    const tuple = parseTuple(text);
    if (tuple === undefined) {
      const form = 'ADDR:PORT-ADDR:PORT, as 10.0.0.1:80-10.0.0.2:1234 or [::1]:80-[::2]:1234';
      throw new UsageError(`--tuple: found ${quoted(text)}, expected ${form}`);
    }
    if (!ends.some((other) => areSameEnds(other, tuple))) ends.push(tuple);
  }
  // An expression that says nothing selects all packets.
  const hasFilter = given.filter !== undefined || given.filterFile !== undefined;
  const filtered = filter !== undefined ? 'some' : hasFilter ? 'every' : 'none';
  if (ids.size === 0 && ends.length === 0 && filtered === 'none') {
    throw new UsageError('extract needs sessions: --sessions ID, --sessions-from FILE, --tuple or --filter');
  }
  return { ids, ends, filtered };
}

/** Throws a UsageError if an input is none that can be read twice. */
function refuseUnrepeatable(files: readonly string[], given: ParsedOptions): void {
  const why = 'sessions by number or by filter need two passes over the input; --tuple needs one';
  if (given.interface !== undefined) throw new UsageError(`an interface cannot be read twice: ${why}`);
  if (given.follow) throw new UsageError(`a series that is followed cannot be read twice: ${why}`);
  for (const file of files) {
    // A descriptor goes on where it was read to, whatever it is.
    if (descriptorOf(file) === undefined && feedKind(file) !== 'feed') continue;
    const name = file === '-' ? 'standard input' : printable(file);
    throw new UsageError(`${name} cannot be read twice: ${why}`);
  }
}
