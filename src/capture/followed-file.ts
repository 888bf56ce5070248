/**
 * A file that somebody may still be writing: at its end it waits for more, until a next file of its series is there or
 * nothing came for a while. Owns the waiting.
 */
import { type ByteSource, NOTHING_YET, SOURCE_ENDED } from './byte-source.js';
import type { FileSource } from './file-source.js';
import type { FollowedSeries } from './series.js';

/** How often the end of the file and its folder are looked at. */
const LOOK_MS = 100;

export class FollowedFile implements ByteSource {
  /** The next file of the series, once it is known. */
  next: string | undefined;
  readonly #name: string;
  readonly #source: FileSource;
  readonly #series: FollowedSeries;
  readonly #timeoutMs: number;
  readonly #idle = new Int32Array(new SharedArrayBuffer(4));
  #lastNewsMs = performance.now();

  /** `timeoutMs`: without a new byte and without a next file for this long, the series is over. */
  constructor(name: string, source: FileSource, series: FollowedSeries, timeoutMs: number) {
    this.#name = name;
    this.#source = source;
    this.#series = series;
    this.#timeoutMs = timeoutMs;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get inputBytes(): number {
    return this.#source.inputBytes;
  }

  read(into: Uint8Array, at: number, length: number): number {
    // The next file is looked for before the end is: what was written before it appeared is still read.
    const isLast = this.next !== undefined;
    const bytes = this.#source.read(into, at, length);
    if (bytes > 0) {
      this.#lastNewsMs = performance.now();
      return bytes;
    }
    if (isLast) return SOURCE_ENDED;
    this.next = this.#series.after(this.#name);
    if (this.next !== undefined) return this.read(into, at, length);
    if (performance.now() - this.#lastNewsMs >= this.#timeoutMs) return SOURCE_ENDED;
    Atomics.wait(this.#idle, 0, 0, LOOK_MS);
    return NOTHING_YET;
  }

  close(): void {
    this.#source.close();
  }
}
