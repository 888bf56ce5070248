/**
 * Compares two captures, or snapshots of captures, and tells what got worse.
 */
import { printable } from '../capture/problem.js';
import { differencePage } from '../expect/difference-page.js';
import { differenceJson, differenceText } from '../expect/difference-text.js';
import { type Damage, type Differences, differences } from '../expect/differences.js';
import { type KeyFigures, keyFigures } from '../expect/key-figures.js';
import { SNAPSHOT_ENDING } from '../expect/snapshot.js';
import { withoutProgress } from './execute-check.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED } from './exit-codes.js';
import { chooseFilter } from './filter-choice.js';
import type { ParsedOptions } from './plan.js';
import { EndingSignals, interruptionOf } from './signals.js';
import { readSnapshot } from './snapshot-files.js';
import { type Summarize, summarize } from './summarize.js';
import { claimTold, toldOutputs, writeTold } from './told-outputs.js';
import { UsageError } from './usage-error.js';
import type { ProgramFacts } from './watching.js';

const FORMATS = ['text', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

interface Side {
  readonly figures: KeyFigures | undefined;
  readonly damage: Damage;
}

/** Compares two; `ask`: who knows the figures of captures. Throws a UsageError or an OutputFailure. */
export async function executeDiff(
  names: readonly string[],
  options: ParsedOptions,
  program: ProgramFacts,
  ask: Summarize = summarize,
): Promise<number> {
  if (names[0] === '-' && names[1] === '-') throw new UsageError('standard input cannot be both of two captures');
  const outputs = toldOutputs<Format>(options, FORMATS, [], names);
  await claimTold(outputs);
  const given = withoutProgress(options);
  const filter = await chooseFilter(given, names);
  const signals = new EndingSignals({ inputs: [], followTimeoutMs: undefined });
  const say = (text: string): unknown => process.stderr.write(text);
  const sideOf = async (name: string): Promise<Side> => {
    if (name.endsWith(SNAPSHOT_ENDING)) {
      const figures = readSnapshot(name);
      if (figures === undefined) throw new UsageError(`the snapshot ${printable(name)}: no such file`);
      return { figures: { ...figures, capture: name }, damage: { places: figures.values.damaged ?? 0, problems: [] } };
    }
    const plan = { groups: [], examples: [] };
    const figures = await ask(name, { given, filter, plan, program, say, stop: signals.stop });
    signals.stop.throwIfAborted();
    if (figures === undefined) return { figures: undefined, damage: { places: 1, problems: [] } };
    const { damaged: places, problems } = figures;
    return { figures: keyFigures(name, figures), damage: { places, problems } };
  };
  const read: Side[] = [];
  try {
    for (const name of names) read.push(await sideOf(name));
    const [before, after] = read;
    if (before.figures === undefined || after.figures === undefined) return EXIT_FAILED;
    const found = differences(before.figures, after.figures, { before: before.damage, after: after.damage });
    await writeTold(outputs, (format) => render(format, found, `tcploom ${program.version}`));
    return before.damage.places + after.damage.places > 0 ? EXIT_DAMAGED : EXIT_DONE;
  } catch (error) {
    const signal = interruptionOf(error)?.signal;
    const unread = names.slice(read.length).map(printable).join(' and ');
    if (signal !== undefined) say(`tcploom: ended by ${signal}: nothing is compared, not read to the end: ${unread}\n`);
    throw error;
  } finally {
    signals.close();
  }
}

function render(format: Format, found: Differences, program: string): string {
  switch (format) {
    case 'text':
      return differenceText(found);
    case 'json':
      return differenceJson(found);
    case 'html':
      return differencePage(found, program);
  }
}
