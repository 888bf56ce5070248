/**
 * The figures of a page: what is known of the run when it is over, and what its sessions come to.
 */
import type { RunClosing } from '../records/run-closing.js';
import type { CaptureFigures, SessionFigures } from '../summary/figures.js';
import { handshakeCounts, miruoCounts } from '../summary/run-counts.js';

/** `closing`: what is known of the run, if anything; `inputs`: their names. */
export function pageFigures(
  closing: RunClosing | undefined,
  inputs: readonly string[],
  sessions: SessionFigures,
): CaptureFigures {
  const { packets = 0, bytes = 0, damaged = 0, problems = [], handshakes = [], miruo } = closing ?? {};
  return {
    inputs,
    packets,
    bytes,
    damaged,
    problems,
    sessions,
    tcpeek: handshakeCounts(handshakes),
    miruo: miruoCounts(miruo),
  };
}
