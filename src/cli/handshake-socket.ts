/**
 * The UNIX socket of a run that watches handshakes. Owns when it is open, and what is answered before the first packet; how it
 * answers is `CountServer`'s business.
 */
import type { CountServer, CurrentCounts } from '../pipeline/count-server.js';
import type { RunInProgress, RunPlan } from '../pipeline/run.js';
import { SocketError } from '../pipeline/socket-error.js';
import { PROGRESS_CLOCK_PACKETS, PROGRESS_DROPPED, PROGRESS_IF_DROPPED } from '../ring/layout.js';
import { COUNTS, namedCounts } from '../tcpeek/counts.js';
import { namedFilters } from '../tcpeek/options.js';

export class HandshakeSocket {
  /** The run whose counts are answered with; without one, none are anything but 0. */
  run: RunInProgress | undefined;
  readonly #plan: RunPlan;
  readonly #say: (text: string) => void;
  #server: CountServer | undefined;

  /** `say` writes lines to standard error. */
  constructor(plan: RunPlan, say: (text: string) => void) {
    this.#plan = plan;
    this.#say = say;
  }

  /** Listens at `path`. When that cannot be had it rejects with a SocketError, or, if nobody asked for it, says so and that is all. */
  async open(path: string, isAskedFor: boolean): Promise<void> {
    try {
      // Few runs are asked for their counts.
      const { CountServer } = await import('../pipeline/count-server.js');
      this.#server = await CountServer.open(path, () => this.#counts());
    } catch (error) {
      if (isAskedFor || !(error instanceof SocketError)) throw error;
      this.#say(`tcploom: no socket answers with the counts: ${error.message}; -U PATH puts it elsewhere\n`);
    }
  }

  /** Listens no more, and removes the file. */
  close(): void {
    const problem = this.#server?.close();
    if (problem !== undefined) this.#say(`tcploom: ${problem.message}\n`);
    this.#server = undefined;
  }

  #counts(): CurrentCounts {
    const { tcpeek } = this.#plan;
    const progress = this.run?.progress;
    return {
      filters:
        tcpeek === undefined
          ? []
          : namedCounts(tcpeek, this.run?.handshakes ?? new Float64Array(COUNTS * namedFilters(tcpeek).length)),
      packets: {
        received: progress?.[PROGRESS_CLOCK_PACKETS] ?? 0,
        dropped: progress?.[PROGRESS_DROPPED] ?? 0,
        droppedByInterface: progress?.[PROGRESS_IF_DROPPED] ?? 0,
      },
    };
  }
}
