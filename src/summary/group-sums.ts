/**
 * Sums over the sessions of a group, made of their measures (session-measures.ts).
 */
import { STATES } from '../analysis/connection-state.js';
import { CLOSED_BY, R_CLOSED_BY, R_STATE } from '../analysis/session-record.js';
import { SYMPTOMS, type Symptom } from '../analysis/symptoms.js';
import { DistributionSketch } from './distribution.js';
import { DISTRIBUTIONS, type Distribution, type DistributionName, type GroupFigures } from './figures.js';
import * as M from './session-measures.js';

export class GroupSums {
  #sessions = 0;
  /** Of measures from M_SYMPTOMS on: their sums; and, up to that of RST, how many sessions have any. */
  readonly #sums = new Float64Array(M.MEASURES);
  readonly #having = new Float64Array(M.M_RST + 1);
  readonly #states = new Float64Array(STATES.length);
  readonly #closings = new Float64Array(CLOSED_BY.length);
  readonly #sketches = DISTRIBUTIONS.map(() => new DistributionSketch());

  /** Adds a session by its measures and the fields of its record. */
  add(measures: Float64Array, fields: Float64Array): void {
    this.#sessions++;
    for (let value = 0; value < DISTRIBUTIONS.length; value++) {
      const measured = measures[M.M_VALUES + value];
      // NaN: not known.
      if (measured >= 0) this.#sketches[value].add(measured);
    }
    for (let at = M.M_SYMPTOMS; at <= M.M_RST; at++) {
      if (!(measures[at] > 0)) continue;
      this.#sums[at] += measures[at];
      this.#having[at]++;
    }
    for (let at = M.M_OPENED; at < M.MEASURES; at++) this.#sums[at] += measures[at];
    this.#states[fields[R_STATE]]++;
    this.#closings[fields[R_CLOSED_BY]]++;
  }

  figures(): GroupFigures {
    const sums = this.#sums;
    return {
      sessions: this.#sessions,
      packets: sums[M.M_PACKETS],
      bytes_wire: sums[M.M_WIRE_BYTES],
      bytes_payload: sums[M.M_PAYLOAD_BYTES],
      bytes_unique: sums[M.M_UNIQUE_BYTES],
      segments: sums[M.M_SEGMENTS],
      rst_packets: sums[M.M_RST],
      rst: this.#having[M.M_RST],
      opened: sums[M.M_OPENED],
      established: sums[M.M_ESTABLISHED],
      unanswered: sums[M.M_UNANSWERED],
      refused: sums[M.M_REFUSED],
      states: byName(STATES, this.#states),
      closed_by: byName(CLOSED_BY, this.#closings),
      symptoms: byName<Symptom>(SYMPTOMS, sums.subarray(M.M_SYMPTOMS)),
      sessions_with: byName<Symptom>(SYMPTOMS, this.#having.subarray(M.M_SYMPTOMS)),
      distributions: this.#distributions(),
    };
  }

  #distributions(): Record<DistributionName, Distribution> {
    const found = DISTRIBUTIONS.map((name, index): [string, Distribution] => {
      const { scale } = M.distributionUnit(name);
      return [name, this.#sketches[index].figures(scale, name !== 'rate')];
    });
    return Object.fromEntries(found) as Record<DistributionName, Distribution>;
  }
}

/** All names, in their order, those of which there are none too. */
const byName = <Name extends string>(names: readonly Name[], counts: Float64Array): Record<Name, number> =>
  Object.fromEntries(names.map((name, index) => [name, counts[index]])) as Record<Name, number>;
