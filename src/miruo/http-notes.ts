/**
 * What HTTP mode does for the segments of sessions: looks into payloads, keeps the lines until their session ends. Owns
 * the way from a descriptor to kept lines.
 */
import { payloadAt, payloadBytes } from '../capture/payload.js';
import { HttpInspector } from './http.js';
import type { HttpHeaders } from './options.js';
import { SegmentLines } from './segment-lines.js';

export class HttpNotes {
  readonly lines = new SegmentLines();
  readonly #inspector: HttpInspector;

  constructor(headers: HttpHeaders) {
    this.#inspector = new HttpInspector(headers);
  }

  /** Whether the descriptor's segment has lines, which `keep` then keeps. */
  inspect(words: Int32Array, d: number, view: DataView): boolean {
    const bytes = payloadBytes(words, d, view);
    return bytes > 0 && this.#inspector.inspect(view, payloadAt(words, d), bytes);
  }

  /** Keeps the lines found last for segment `number` of the session in `row`. */
  keep(row: number, number: number): void {
    this.lines.add(row, number, this.#inspector.text, this.#inspector.textBytes);
  }
}
