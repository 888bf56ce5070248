/**
 * The result of a check as JUnit XML: a suite for each capture, a case for each expectation. As the schema of Jenkins has it (jenkins-junit.xsd), and no
 * times: what a check finds does not depend on how long it took.
 */
import { printable } from '../capture/problem.js';
import { damageNames, damageText, verdictText } from './failure-text.js';
import { type CheckResult, isDamaged, type SessionCommand } from './outcome.js';
import { type CaptureVerdicts, isMet, type Verdict } from './verdict.js';

/** The whole document. */
export function checkJunit({ captures, commandFor }: CheckResult): string {
  const suites = captures.map((capture) => suite(capture, commandFor)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites}</testsuites>\n`;
}

function suite(capture: CaptureVerdicts, commandFor: SessionCommand): string {
  const { capture: name, verdicts } = capture;
  const failures = verdicts.filter((verdict) => !isMet(verdict)).length;
  const head = `name="${xml(name)}" tests="${verdicts.length + 1}" failures="${failures}" errors="${isDamaged(capture) ? 1 : 0}"`;
  const { kind, test } = damageNames(capture);
  const whole = isDamaged(capture)
    ? `    <testcase classname="${xml(name)}" name="${test}">\n${fault('error', kind, summary(capture), damageText(capture))}    </testcase>\n`
    : `    <testcase classname="${xml(name)}" name="${test}"/>\n`;
  const cases = verdicts.map((verdict) => testcase(name, verdict, commandFor)).join('');
  return `  <testsuite ${head}>\n${cases}${whole}  </testsuite>\n`;
}

const summary = (capture: CaptureVerdicts): string => capture.problems[0] ?? damageNames(capture).words;

function testcase(capture: string, verdict: Verdict, commandFor: SessionCommand): string {
  const head = `    <testcase classname="${xml(capture)}" name="${xml(verdict.name)}"`;
  const { note } = verdict;
  if (isMet(verdict)) {
    if (note === undefined) return `${head}/>\n`;
    return `${head}>\n      <system-out>${xml(note)}</system-out>\n    </testcase>\n`;
  }
  const type = verdict.outcome === 'unknown' ? 'unknown' : 'expectation';
  const message = `expected ${verdict.expected}, found ${verdict.found}`;
  return `${head}>\n${fault('failure', type, message, verdictText(capture, verdict, commandFor))}    </testcase>\n`;
}

const fault = (element: 'failure' | 'error', type: string, message: string, text: string): string =>
  `      <${element} type="${type}" message="${xml(message)}">${xml(text)}</${element}>\n`;

/** Text as XML 1.0 may hold it: what it may not, as it is printed elsewhere. */
export function xml(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
