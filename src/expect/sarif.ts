/**
 * The result of a check as SARIF 2.1.0 (OASIS): a rule for each expectation, a result for each that does not hold for a capture.
 */
import { printable } from '../capture/problem.js';
import { damageNames, verdictText } from './failure-text.js';
import { type CheckResult, endOf, isDamaged, notesOf, sumsOf } from './outcome.js';
import { type CaptureVerdicts, type FilePlace, isMet, type Verdict } from './verdict.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

interface Rule {
  readonly id: string;
  readonly verdict: Verdict;
}

/** The whole log; `exitCode`: what the process will end with. */
export function checkSarif(result: CheckResult, exitCode: number): string {
  const rules = rulesOf(result.captures);
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tcploom', version: result.version, rules: [...rules.values()].map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: isSuccessful(result),
            exitCode,
            toolExecutionNotifications: result.captures.flatMap(notificationsOf),
          },
        ],
        results: result.captures.flatMap((capture) => resultsOf(capture, rules, result)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const isSuccessful = ({ captures, hasFailed }: CheckResult): boolean =>
  endOf(captures) !== 'nothing read' && sumsOf(captures).unchecked === 0 && hasFailed !== true;

/** By what makes two verdicts be of one expectation. */
const keyOf = ({ name, expected, place }: Verdict): string => JSON.stringify([name, expected, place ?? null]);

function rulesOf(captures: readonly CaptureVerdicts[]): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  const ids = new Set<string>();
  for (const verdict of captures.flatMap(({ verdicts }) => verdicts)) {
    if (rules.has(keyOf(verdict))) continue;
    const slug =
      verdict.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'expectation';
    let id = slug;
    for (let number = 2; ids.has(id); number++) id = `${slug}-${number}`;
    ids.add(id);
    rules.set(keyOf(verdict), { id, verdict });
  }
  return rules;
}

const ruleOf = ({ id, verdict: { name, expected, reason } }: Rule): object => ({
  id,
  name: printable(name),
  shortDescription: { text: printable(expected) },
  ...(reason === undefined ? {} : { fullDescription: { text: printable(reason) } }),
  defaultConfiguration: { level: 'error' },
});

function resultsOf(
  { capture, verdicts }: CaptureVerdicts,
  rules: ReadonlyMap<string, Rule>,
  { commandFor }: CheckResult,
): object[] {
  const keys = [...rules.keys()];
  return verdicts
    .filter((verdict) => !isMet(verdict))
    .map((verdict) => ({
      ruleId: rules.get(keyOf(verdict))!.id,
      ruleIndex: keys.indexOf(keyOf(verdict)),
      kind: 'fail',
      level: 'error',
      message: { text: verdictText(capture, verdict, commandFor) },
      locations: [locationOf(capture, verdict.place)],
      partialFingerprints: { 'tcploomExpectation/v1': `${rules.get(keyOf(verdict))!.id} ${printable(capture)}` },
    }));
}

/** Annotations need a line: that of the expectation where a file has it, else the first of the capture. */
function locationOf(capture: string, place: FilePlace | undefined): object {
  const region = place === undefined ? { startLine: 1 } : { startLine: place.line, startColumn: place.column };
  return { physicalLocation: { artifactLocation: { uri: fileUri(place?.file ?? capture) }, region } };
}

function notificationsOf(capture: CaptureVerdicts): object[] {
  const { capture: name, problems, list } = capture;
  const ofCapture = { physicalLocation: { artifactLocation: { uri: fileUri(name) } } };
  const damage = {
    level: 'error',
    message: { text: printable([...(list ? [name] : []), damageNames(capture).words, ...problems].join('; ')) },
    locations: [list?.place === undefined ? ofCapture : locationOf(name, list.place)],
  };
  const notes = notesOf(capture).map((note) => ({
    level: 'note',
    message: { text: printable(note) },
    locations: [ofCapture],
  }));
  return isDamaged(capture) ? [damage, ...notes] : notes;
}

/** A path as a URI: relative as it is, absolute with its scheme (RFC 3986, RFC 8089). */
export function fileUri(path: string): string {
  const whole = path.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  const uri = whole.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${uri}` : uri;
}
