/**
 * The figures of a page: what is known of the run when it is over, and what its sessions come to.
 */

import { SYMPTOMS, type Symptom } from '../analysis/symptoms.js';
import type { RunClosing } from '../records/run-closing.js';
import type {
  CaptureFigures,
  Distribution,
  DistributionName,
  GroupFigures,
  SessionFigures,
} from '../summary/figures.js';
import { DISTRIBUTIONS } from '../summary/figures.js';

/** Of a run that came to its end (`closing`), or of one that did not; `inputs`: their names. */
export function captureFigures(
  closing: RunClosing | undefined,
  inputs: readonly string[],
  sessions: SessionFigures,
): CaptureFigures {
  const { packets = 0, bytes = 0, damaged = 0, problems = [] } = closing ?? {};
  return { inputs, packets, bytes, damaged, problems, sessions, tcpeek: {}, miruo: {} };
}

const NONE: Distribution = {
  ...{ count: 0, min: null, max: null, mean: null },
  ...{ p50: null, p90: null, p95: null, p99: null, p999: null },
  buckets: [],
};

const each = <Name extends string, Value>(names: readonly Name[], value: Value): Record<Name, Value> =>
  Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>;

const NO_SESSIONS: GroupFigures = {
  ...{ sessions: 0, packets: 0, bytes_wire: 0, bytes_payload: 0, bytes_unique: 0, segments: 0, rst_packets: 0, rst: 0 },
  ...{ opened: 0, established: 0, unanswered: 0, refused: 0, states: {}, closed_by: {} },
  symptoms: each<Symptom, number>(SYMPTOMS, 0),
  sessions_with: each<Symptom, number>(SYMPTOMS, 0),
  distributions: each<DistributionName, Distribution>(DISTRIBUTIONS, NONE),
};

/** What is to sum up the sessions of a page. */
export class SessionSums {
  /** The input with this number, from 1, has this name. */
  name(_input: number, _name: string): void {}

  /** Adds a session by its record. */
  add(_fields: Float64Array, _text: Uint8Array): void {}

  figures(): SessionFigures {
    return { first: null, last: null, groups: [NO_SESSIONS], examples: [], top: { talkers: [], ports: [], pairs: [] } };
  }
}
