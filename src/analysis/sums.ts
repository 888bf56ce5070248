/**
 * What the sessions of a run add up to: how many segments had each symptom, and the words for it.
 */
import { ofSide, S_PACKETS, S_SYMPTOMS, S_WRONG_CHECKSUMS } from './session-record.js';
import { SYMPTOMS } from './symptoms.js';

export class AnalysisSums {
  sessions = 0;
  segments = 0;
  /** Segments with a wrong checksum, of sessions; NaN where none is verified. */
  wrongChecksums = 0;
  /** As SYMPTOMS: segments that have each, and sessions that have such. */
  readonly marked = new Float64Array(SYMPTOMS.length);
  readonly sessionsWith = new Float64Array(SYMPTOMS.length);

  /** Adds a session by the fields of its record (session-record.ts). */
  add(fields: Float64Array): void {
    this.sessions++;
    this.segments += fields[ofSide(0, S_PACKETS)] + fields[ofSide(1, S_PACKETS)];
    this.wrongChecksums += fields[ofSide(0, S_WRONG_CHECKSUMS)] + fields[ofSide(1, S_WRONG_CHECKSUMS)];
    for (let symptom = 0; symptom < SYMPTOMS.length; symptom++) {
      const marked = fields[ofSide(0, S_SYMPTOMS + symptom)] + fields[ofSide(1, S_SYMPTOMS + symptom)];
      this.marked[symptom] += marked;
      if (marked > 0) this.sessionsWith[symptom]++;
    }
  }
}

const WIDTH = 24;

/** A line for each symptom that was found, under a line of what was looked at. */
export function renderSums(sums: AnalysisSums): string {
  const lines = SYMPTOMS.flatMap((symptom, i) =>
    sums.marked[i] === 0 ? [] : [`${symptom.padEnd(WIDTH)}: ${sums.marked[i]} in ${sums.sessionsWith[i]} sessions`],
  );
  const found = lines.length === 0 ? ['no segment has a symptom'] : lines;
  const head = `${'segments'.padEnd(WIDTH)}: ${sums.segments} in ${sums.sessions} sessions`;
  return `\n======== TCP Analysis ========\n${[head, ...found].join('\n')}\n==============================\n`;
}
