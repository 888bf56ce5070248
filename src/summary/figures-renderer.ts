/**
 * The figures of sessions as a format of records: nothing comes of them but, at the end, what they all come to, as JSON.
 */
import type { RecordRenderer } from '../records/renderer.js';
import type { SummaryPlan } from './selector.js';
import { SessionSummary } from './session-summary.js';

export class FiguresRenderer implements RecordRenderer {
  readonly #summary: SessionSummary;
  readonly #encoder = new TextEncoder();
  #text = '';

  /** Throws what `SessionSummary` does. */
  constructor(plan: SummaryPlan) {
    this.#summary = new SessionSummary(plan);
  }

  name(input: number, name: string): void {
    this.#summary.name(input, name);
  }

  add(fields: Float64Array, text: Uint8Array): void {
    this.#summary.add(fields, text);
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#encoder.encode(this.#text);
    this.#text = '';
    return bytes;
  }

  /** Buffers that were taken hold nothing, or all there is. */
  reuse(): void {}

  end(): void {
    this.#text = `${JSON.stringify(this.#summary.figures())}\n`;
  }
}
