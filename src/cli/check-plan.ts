/**
 * From options and a file of expectations to what is to be checked: which captures, what is expected of each, how they are read, what is told where.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import type { CheckFileFault, ParsedCheckFile } from '../expect/check-file.js';
import type { CheckFile, ReadingOptions } from '../expect/check-schema.js';
import { ExpectationError, marked } from '../expect/expectation-error.js';
import { glob } from '../expect/glob.js';
import { type ConditionCheck, parseExpectation } from '../expect/parse-expectation.js';
import type { FilePlace, NamedExpectation } from '../expect/verdict.js';
import { readAddressRange } from '../tcpeek/address-range.js';
import { FilterTextError, parseSessionFilter } from '../tcpeek/filter-text.js';
import { filesMatching } from './capture-globs.js';
import type { ParsedOptions } from './plan.js';
import { type SnapshotPlan, snapshotPlan } from './snapshot-plan.js';
import { UsageError } from './usage-error.js';

/** What is wrong with expectations: whole lines that have been put together, each with its place. */
export class ExpectationMistakes extends Error {}

/** Patterns of a file of expectations, none of which names a capture. */
export class NoCaptures extends ExpectationMistakes {
  readonly config: string;
  readonly patterns: readonly UnmatchedPattern[];

  constructor(config: string, patterns: readonly UnmatchedPattern[]) {
    super(patterns.map(({ place, message }) => faultText({ place, message, detail: '' })).join(''));
    this.config = config;
    this.patterns = patterns;
  }
}

export interface UnmatchedPattern {
  readonly pattern: string;
  readonly message: string;
  readonly place: FilePlace;
}

export interface CheckedCapture {
  readonly name: string;
  readonly expectations: readonly NamedExpectation[];
  readonly allowsDamage: boolean;
}

export interface CheckPlan {
  readonly captures: readonly CheckedCapture[];
  /** Patterns that name no capture, where others do. */
  readonly unmatched: readonly UnmatchedPattern[];
  /** How they are read. */
  readonly given: ParsedOptions;
  readonly snapshots: SnapshotPlan;
  /** Where the filter stands, if the file of expectations has it. */
  readonly filterPlace: FilePlace | undefined;
  /** Files that are read besides captures. */
  readonly others: readonly string[];
}

const DEFAULT_CONFIG = 'tcploom.yml';

/** The plan for `files`, or where there are none, for the captures that the file of expectations names. Throws a UsageError or ExpectationMistakes. */
export async function makeCheckPlan(
  files: readonly string[],
  given: ParsedOptions,
  check: ConditionCheck,
): Promise<CheckPlan> {
  const config =
    given.config ?? (given.expect === undefined && existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  const stated = statedExpectations(given.expect ?? [], check);
  if (config === undefined) {
    if (files.length === 0) throw new UsageError(`check needs a capture, or a file that names some: ${DEFAULT_CONFIG}`);
    if (stated.length === 0 && !given.update && !given.snapshot) {
      throw new UsageError(`check needs expectations: --expect, --config, --snapshot, or a file ${DEFAULT_CONFIG}`);
    }
    const captures = files.map((name) => ({ name, expectations: stated, allowsDamage: given.allowDamaged ?? false }));
    return {
      captures,
      unmatched: [],
      given,
      snapshots: snapshotPlan(files, given, undefined, undefined),
      filterPlace: undefined,
      others: [],
    };
  }
  const parsed = await readCheckFile(config, check);
  const folder = dirname(config) === '.' && !config.startsWith('.') ? '' : dirname(config);
  const { names, unmatched } =
    files.length > 0 ? { names: files, unmatched: [] } : namedCaptures(parsed, config, folder);
  if (
    parsed.expectations.length + stated.length === 0 &&
    !given.update &&
    !given.snapshot &&
    !parsed.content.snapshot
  ) {
    throw new UsageError(`${printable(config)} expects nothing: it has no "expectations"`);
  }
  const captures = names.map((name): CheckedCapture => {
    const path = relative(resolve(folder), resolve(name));
    const own = parsed.expectations.filter(
      ({ captures }) => captures?.some((text) => glob(text).matches(path)) ?? true,
    );
    const allowsDamage = [given.allowDamaged, parsed.content.allow_damaged, ...own.map((one) => one.allowsDamage)];
    return { name, expectations: [...own, ...stated], allowsDamage: allowsDamage.includes(true) };
  });
  // What names no capture may be what they are about.
  if (files.length === 0 && unmatched.length === 0) refuseUselessSubsets(parsed, captures);
  const snapshots = snapshotPlan(names, given, parsed, folder);
  if (snapshots.use === 'none') refuseNothingExpected(parsed, captures);
  refuseWrongFilters(parsed);
  refuseWrongAddresses(parsed);
  return {
    captures,
    unmatched,
    given: withReading(given, parsed.content),
    snapshots,
    filterPlace: hasFilter(given) || parsed.content.filter === undefined ? undefined : parsed.placeOf('filter'),
    others: [config],
  };
}

function statedExpectations(texts: readonly string[], check: ConditionCheck): NamedExpectation[] {
  const faults: string[] = [];
  const stated = texts.flatMap((text): NamedExpectation[] => {
    try {
      return [{ name: text.trim(), expectation: parseExpectation(text, check), reason: undefined, place: undefined }];
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      faults.push(`tcploom: --expect: ${printable(error.message)}\n${marked(error)}\n`);
      return [];
    }
  });
  if (faults.length > 0) throw new ExpectationMistakes(faults.join(''));
  return stated;
}

async function readCheckFile(config: string, check: ConditionCheck): Promise<ParsedCheckFile> {
  let text: string;
  try {
    text = readFileSync(config, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the file of expectations ${printable(config)}: ${describeSystemError(error)}`);
  }
  // Most checks of the command line need none of what knows YAML.
  const { parseCheckFile } = await import('../expect/check-file.js');
  const parsed = parseCheckFile(config, text, check);
  if (!('content' in parsed)) throw new ExpectationMistakes(parsed.map(faultText).join(''));
  return parsed;
}

function faultText({ place, message, detail }: CheckFileFault): string {
  const where = `${printable(place.file)}:${place.line}:${place.column}`;
  return `tcploom: ${where}: ${printable(message)}\n${detail === '' ? '' : `${detail}\n`}`;
}

/** Each once, in the order of the patterns; and those patterns that name none. Throws NoCaptures where none does. */
function namedCaptures(
  parsed: ParsedCheckFile,
  config: string,
  folder: string,
): { readonly names: readonly string[]; readonly unmatched: readonly UnmatchedPattern[] } {
  const { captures = [] } = parsed.content;
  if (captures.length === 0) {
    throw new UsageError(`check needs a capture: none is named, and ${printable(config)} has no "captures"`);
  }
  const unmatched: UnmatchedPattern[] = [];
  const found = captures.flatMap((pattern, index) => {
    const names = filesMatching(pattern, folder);
    const place = parsed.placeOf('captures', index);
    if (names.length === 0) unmatched.push({ pattern, message: `no file is ${pattern}`, place });
    return names;
  });
  if (found.length === 0) throw new NoCaptures(config, unmatched);
  return { names: [...new Set(found)], unmatched };
}

/** They are read again where handshakes are watched, which does not know where they stand. */
function refuseWrongFilters({ content, placeOf }: ParsedCheckFile): void {
  const faults = (content.tcpeek ?? []).flatMap((text, index) => {
    try {
      parseSessionFilter(text);
      return [];
    } catch (error) {
      if (!(error instanceof FilterTextError)) throw error;
      return [faultText({ place: placeOf('tcpeek', index), message: error.message, detail: '' })];
    }
  });
  if (faults.length > 0) throw new ExpectationMistakes(faults.join(''));
}

/** Likewise. */
function refuseWrongAddresses({ content, placeOf }: ParsedCheckFile): void {
  const faults = (content.reading?.local ?? []).flatMap((list, index) => {
    const [fault] = list
      .split(',')
      .map(readAddressRange)
      .filter((range) => typeof range === 'string');
    return fault === undefined
      ? []
      : [faultText({ place: placeOf('reading', 'local', index), message: fault, detail: '' })];
  });
  if (faults.length > 0) throw new ExpectationMistakes(faults.join(''));
}

/** An expectation that is about no capture would hold for ever. */
function refuseUselessSubsets({ expectations }: ParsedCheckFile, captures: readonly CheckedCapture[]): void {
  const useless = expectations.filter((one) => !captures.some((capture) => capture.expectations.includes(one)));
  const faults = useless.map(({ place, captures: patterns }) =>
    faultText({ place: place!, message: `this is about none of the captures: ${patterns?.join(', ')}`, detail: '' }),
  );
  if (faults.length > 0) throw new ExpectationMistakes(faults.join(''));
}

/** A capture that nothing is expected of would be as good as any. */
function refuseNothingExpected({ expectations, placeOf }: ParsedCheckFile, captures: readonly CheckedCapture[]): void {
  const patterns = [...new Set(expectations.flatMap(({ captures: own }) => own ?? []))].join(', ');
  const faults = captures
    .filter((capture) => capture.expectations.length === 0)
    .map(({ name }) => `nothing is expected of ${name}: the expectations are about ${patterns}`)
    .map((message) => faultText({ place: placeOf('expectations'), message, detail: '' }));
  if (faults.length > 0) throw new ExpectationMistakes(faults.join(''));
}

const hasFilter = ({ filter, filterFile }: ParsedOptions): boolean => filter !== undefined || filterFile !== undefined;

/** The command line's options go before those of the file. */
function withReading(given: ParsedOptions, { filter, tcpeek, reading = {} }: CheckFile): ParsedOptions {
  const own = {
    ...readingOf(reading),
    ...(filter === undefined || hasFilter(given) ? {} : { filter }),
    ...(tcpeek === undefined ? {} : { sessionFilter: [...tcpeek] }),
  };
  return { ...own, ...given };
}

function readingOf({
  session_timeout,
  handshake_timeout,
  checksum,
  local,
  vlan_key,
  max_packets,
  ...same
}: ReadingOptions): ParsedOptions {
  const named = {
    sessionTimeout: session_timeout,
    handshakeTimeout: handshake_timeout,
    checksum: checksum === undefined ? undefined : String(checksum),
    local: local === undefined ? undefined : [...local],
    vlanKey: vlan_key,
    maxPackets: max_packets,
    ...same,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as ParsedOptions;
}
