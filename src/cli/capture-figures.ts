/**
 * What a run came to as the figures of a capture (src/summary/figures.ts): those of its sessions, what was read, the counts of handshakes and of miruo's
 * statistics.
 */
import { problemText } from '../capture/problem.js';
import type { MiruoCounters } from '../miruo/statistics.js';
import type { RunOutcome, RunPlan } from '../pipeline/run.js';
import type { CaptureFigures, HandshakeFigures, SessionFigures } from '../summary/figures.js';
import type { SummaryPlan } from '../summary/selector.js';
import {
  COUNT_DUP_SYN,
  COUNT_DUP_SYNACK,
  COUNT_FAILURE,
  COUNT_REJECT,
  COUNT_SUCCESS,
  COUNT_TIMEOUT,
  COUNT_UNREACH,
} from '../tcpeek/counts.js';
import { countsOf } from './run-summaries.js';

/** Sums over all sessions and nothing else. */
export const ALL_SESSIONS: SummaryPlan = { groups: [], examples: [] };

/** The names that the counters have in miruo's statistics. */
const MIRUO_NAMES: Readonly<Record<keyof MiruoCounters, string>> = {
  lookup: 'Lookup',
  longConnect: 'LongConnect',
  longDelay: 'LongDelay',
  retransmit: 'Retransmit',
  timeout: 'Timeout',
  error: 'Error',
  rst: 'RST',
  fragment: 'fragment',
  dropSession: 'DropSession',
  dropSegment: 'DropSegment',
};

/** The figures of a run that came to its end. */
export function captureFigures(plan: RunPlan, outcome: RunOutcome, sessions: SessionFigures): CaptureFigures {
  const { read } = outcome;
  return {
    inputs: plan.read.inputs.map((input) => (typeof input === 'string' ? input : input.name)),
    packets: read.packets,
    bytes: read.wireBytes,
    damaged: read.problems,
    problems: outcome.problems.map(problemText),
    sessions,
    tcpeek: plan.tcpeek === undefined ? {} : handshakesOf(countsOf(plan.tcpeek, outcome.handshakes)),
    miruo: plan.miruo === undefined ? {} : statisticsByName(outcome.miruo),
  };
}

const statisticsByName = (counters: MiruoCounters): Record<string, number> =>
  Object.fromEntries(
    Object.entries(MIRUO_NAMES).map(([counter, name]) => [name, counters[counter as keyof MiruoCounters]]),
  );

/** Two filters of one name are two: the later ones get a number behind it. */
function handshakesOf(filters: ReturnType<typeof countsOf>): Record<string, HandshakeFigures> {
  const found = new Map<string, HandshakeFigures>();
  for (const { name, counts } of filters) {
    let own = name;
    for (let number = 2; found.has(own); number++) own = `${name} (${number})`;
    found.set(own, {
      success: counts[COUNT_SUCCESS],
      dupsyn: counts[COUNT_DUP_SYN],
      dupsynack: counts[COUNT_DUP_SYNACK],
      failure: counts[COUNT_FAILURE],
      timeout: counts[COUNT_TIMEOUT],
      reject: counts[COUNT_REJECT],
      unreach: counts[COUNT_UNREACH],
    });
  }
  return Object.fromEntries(found);
}
