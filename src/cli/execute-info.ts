/**
 * Says what is in captures: a report or a line of columns for each on standard output, messages on standard error or in the log.
 */

import type { CaptureInterface } from '../capture/format.js';
import {
  BAD_IP_HEADER,
  BAD_LINK_HEADER,
  BAD_TCP_HEADER,
  ENCRYPTED,
  ICMP_MESSAGE,
  NO_SEGMENT,
  UNKNOWN_LINK_TYPE,
} from '../capture/frame-reasons.js';
import { describeProblem, problemText } from '../capture/problem.js';
import type { Moment } from '../capture/tally.js';
import { type CaptureReport, renderInfo, renderTsvHeader, renderTsvRow } from '../info/report.js';
import type { PacketTime } from '../info/text-forms.js';
import { type CountedCapture, type InfoPlan, type InfoWatcher, runInfo } from '../pipeline/info-pass.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import { stopped } from '../pipeline/threads.js';
import { linkTypeName } from '../wire/link-types.js';
import { anonymousInterface } from './anonymous.js';
import { exitCodeOf } from './exit-codes.js';
import type { Log } from './log.js';
import { PassReports } from './pass-reports.js';
import { OpenOutputs } from './run-outputs.js';
import { EndingSignals } from './signals.js';
import { type ProgramFacts, type Showing, Watching } from './watching.js';

/** How captures are described. */
interface InfoForm {
  /** In columns. */
  readonly asTsv: boolean;
  /** Nothing that is said of an interface holds an address. */
  readonly isAnonymous: boolean;
}

/** Describes the captures of a plan. */
export async function executeInfo(
  plan: InfoPlan,
  { asTsv, isAnonymous }: InfoForm,
  showing: Showing,
  program: ProgramFacts,
  log?: Log,
): Promise<number> {
  const watching = await Watching.begin(plan.read, showing, program, log);
  const outputs = new OpenOutputs([], watching.line, log);
  const reports = new PassReports(plan.read, program.version, showing, watching, outputs);
  const output = outputs.standardOutput;
  const signals = new EndingSignals(plan.read);
  const encoder = new TextEncoder();
  const print = (text: string): void => output.append(encoder.encode(text));
  let captures = 0;
  try {
    const watcher: InfoWatcher = {
      onProblem: (problem) => outputs.say(`${describeProblem(problem)}\n`),
      onCapture: (capture) => {
        // What ends the pass is on its way.
        if (output.hasFailed) return;
        const whole = reportOf(capture, asTsv ? TABLE_DECIMALS : decimalsOf(capture.facts.interfaces));
        const report = isAnonymous ? { ...whole, interfaces: whole.interfaces.map(anonymousInterface) } : whole;
        const separator = asTsv ? renderTsvHeader() : '\n';
        if (captures++ === 0 ? asTsv : !asTsv) print(separator);
        print(asTsv ? renderTsvRow(report, linkTypeName) : renderInfo(report, linkTypeName));
        output.push();
      },
      onInput: (name, number) => reports.noteInput(name, number),
      onStart: (progress, finish) => {
        signals.finish = finish;
        watching.start(
          progress,
          () => undefined,
          (text) => outputs.say(text),
        );
      },
    };
    const read = await runInfo(plan, watcher, signals.stop, output.failed);
    // A signal ends the wait for whoever reads the last lines.
    await Promise.race([output.flush(), stopped(signals.stop)]);
    watching.end(!read.isCutShort);
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(exitCodeOf(read), read.isCutShort);
  } catch (error) {
    watching.end(false);
    // What was told of captures is whole, and goes out unless its reader does not take it.
    await outputs.settleSoon(signals.stop.aborted ? HURRIED_FLUSH_MS : FLUSH_MS);
    throw error;
  } finally {
    reports.close();
    signals.close();
  }
}

function reportOf({ facts, segments, conversations, laterFragments }: CountedCapture, decimals: number): CaptureReport {
  const timeOf = (moment: Moment | undefined): PacketTime | undefined =>
    moment === undefined ? undefined : { ...moment, decimals };
  const { reasons } = facts;
  return {
    file: facts.file,
    format: facts.format,
    compression: facts.compression === '' ? undefined : facts.compression,
    inputBytes: facts.inputBytes,
    contentBytes: facts.contentBytes,
    packets: facts.packets,
    capturedBytes: facts.capturedBytes,
    wireBytes: facts.wireBytes,
    first: timeOf(facts.first),
    last: timeOf(facts.last),
    earliest: timeOf(facts.earliest),
    latest: timeOf(facts.latest),
    backwards: facts.backwards,
    interfaces: facts.interfaces,
    tcpPackets: segments,
    conversations,
    laterFragments: laterFragments + facts.strayFragments,
    reasons: {
      notTcp: reasons[NO_SEGMENT] + reasons[ICMP_MESSAGE],
      badLinkHeader: reasons[BAD_LINK_HEADER],
      badIpHeader: reasons[BAD_IP_HEADER],
      badTcpHeader: reasons[BAD_TCP_HEADER],
      unknownLinkType: reasons[UNKNOWN_LINK_TYPE],
      encrypted: reasons[ENCRYPTED],
    },
    leftOut: facts.leftOut,
    problems: facts.problems.map(problemText),
    drops: facts.drops.bySystem + facts.drops.byInterface,
  };
}

/** Nine digits, as all tools print them whatever the capture's resolution is. */
const TABLE_DECIMALS = 9;

/** People see the digits that the capture has. */
const decimalsOf = (interfaces: readonly CaptureInterface[]): number =>
  interfaces.every(({ timeUnit }) => timeUnit === 'us') ? 6 : 9;
