/**
 * Where the records of the analysis go.
 */
import type { RecordKind } from '../analysis/events.js';
import type { LineOutput } from './line-output.js';

/** As a place of lines, but for what is written there. */
export interface RecordOutput extends Omit<LineOutput, 'append'> {
  /** Takes a record (copied before it returns). Throws the error of an earlier write. */
  add(kind: RecordKind, fields: Float64Array, text: Uint8Array): void;
}
