/**
 * The analysis of a whole capture in one thread: its records, sorted by kind.
 */
import { RECORD_NUMBER, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { ANALYSIS_DEFAULTS, type AnalysisOptions } from '../../src/analysis/options.js';
import { P_NUMBER, P_SYMPTOMS } from '../../src/analysis/packet-record.js';
import { SYMPTOMS, type Symptom } from '../../src/analysis/symptoms.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { contentOf, runSingleThread } from './single-thread.js';

export type Fields = readonly number[];

export interface AnalysedCapture {
  /** Records of sessions, in the order of creation. */
  readonly sessions: readonly Fields[];
  /** Records of segments with symptoms, in the order of packets. */
  readonly packets: readonly Fields[];
}

/** Analyses the bytes of a capture with so many trackers. */
export function analyse(
  file: Uint8Array,
  trackers = 1,
  options: Partial<AnalysisOptions> = {},
  blockBytes = 1 << 20,
): AnalysedCapture {
  const analysis = { ...ANALYSIS_DEFAULTS, packets: true, ...options };
  const { records } = runSingleThread(file, MIRUO_DEFAULTS, { trackers, blockBytes, analysis });
  const ofKind = (kind: RecordKind): Fields[] =>
    records.filter((told) => told.kind === kind).map((told) => told.fields);
  return {
    sessions: ofKind(RECORD_SESSION).sort((a, b) => a[RECORD_NUMBER] - b[RECORD_NUMBER]),
    packets: ofKind(RECORD_PACKET),
  };
}

/** The same of a capture in a file. */
export const analyseFile = (path: string, trackers = 1, options: Partial<AnalysisOptions> = {}): AnalysedCapture =>
  analyse(contentOf(path), trackers, options);

/** Numbers of the packets with each symptom, of those that there are. */
export function packetsWith(packets: readonly Fields[]): Map<Symptom, number[]> {
  const found = new Map<Symptom, number[]>();
  for (const fields of packets) {
    for (const [bit, symptom] of SYMPTOMS.entries()) {
      if ((fields[P_SYMPTOMS] & (1 << bit)) === 0) continue;
      const numbers = found.get(symptom) ?? [];
      found.set(symptom, numbers);
      numbers.push(fields[P_NUMBER]);
    }
  }
  return found;
}
