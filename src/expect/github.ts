/**
 * The result of a check as workflow commands of GitHub Actions, which become annotations of a commit. Owns their escapes
 * (docs.github.com: Workflow commands; actions/toolkit, command).
 */
import { damageNames, damageText, verdictText } from './failure-text.js';
import { type CheckResult, isDamaged, notesOf, sumLine } from './outcome.js';
import { type CaptureVerdicts, type FilePlace, isMet, type Verdict } from './verdict.js';

/** A line for all that is wrong, and one that sums up. */
export function checkGithub({ captures, snapshots, commandFor }: CheckResult): string {
  const lines = captures.flatMap((capture) => [
    ...capture.verdicts
      .filter((verdict) => !isMet(verdict))
      .map((verdict) => command(propertiesOf(verdict), verdictText(capture.capture, verdict, commandFor))),
    ...notesOf(capture).map((note) => command({ title: 'no session' }, `${capture.capture}: ${note}`, 'notice')),
    ...(isDamaged(capture) ? [command(damageProperties(capture), damageText(capture).trimEnd())] : []),
  ]);
  return `${[...lines, `tcploom: ${sumLine(captures, snapshots)}`].join('\n')}\n`;
}

type Properties = Readonly<Record<string, string>>;

function propertiesOf({ place, name, outcome }: Verdict): Properties {
  const title = `${outcome === 'unknown' ? 'not known' : 'not met'}: ${name}`;
  return { ...placeProperties(place), title };
}

function damageProperties(capture: CaptureVerdicts): Properties {
  return { ...placeProperties(capture.list?.place), title: damageNames(capture).title };
}

const placeProperties = (place: FilePlace | undefined): Properties =>
  place === undefined ? {} : { file: place.file, line: String(place.line), col: String(place.column) };

function command(properties: Properties, message: string, level = 'error'): string {
  const texts = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${level} ${texts.join(',')}::${data(message)}`;
}

/** What the message of a command is written as. */
export const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** What a property of a command is written as. */
export const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
