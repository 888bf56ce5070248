/**
 * What a run came to as the figures of a capture (src/summary/figures.ts): those of its sessions, what was read, the counts of handshakes and of miruo's
 * statistics.
 */
import { problemText } from '../capture/problem.js';
import type { RunOutcome, RunPlan } from '../pipeline/run.js';
import type { CaptureFigures, SessionFigures } from '../summary/figures.js';
import { handshakeCounts, miruoCounts } from '../summary/run-counts.js';
import type { SummaryPlan } from '../summary/selector.js';
import { namedCounts } from '../tcpeek/counts.js';

/** Sums over all sessions and nothing else. */
export const ALL_SESSIONS: SummaryPlan = { groups: [], examples: [] };

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
    tcpeek: handshakeCounts(plan.tcpeek === undefined ? [] : namedCounts(plan.tcpeek, outcome.handshakes)),
    miruo: miruoCounts(plan.miruo === undefined ? undefined : outcome.miruo),
  };
}
