/**
 * Copies text into a result ring, word by word: no view is made of it, which every line of a handshake would pay for. Owns the view of the
 * one buffer that such text comes from.
 */
import type { ResultWriter } from './result-ring.js';

export class TextCopier {
  readonly #ring: ResultWriter;
  #source: Uint8Array = new Uint8Array();
  /** The whole words of the source; none where they do not lie as words do. */
  #words: Int32Array = new Int32Array();

  constructor(ring: ResultWriter) {
    this.#ring = ring;
  }

  /** Copies what is in `bytes` from `from` up to `to` to byte `at` of the ring's payload, a multiple of 4, where there is room for whole words. */
  copy(at: number, bytes: Uint8Array, from: number, to: number): void {
    if (bytes !== this.#source) this.#setSource(bytes);
    const source = this.#words;
    const first = from >> 2;
    const end = (to + 3) >> 2;
    if ((from & 3) !== 0 || end > source.length) {
      this.#ring.bytes.set(bytes.subarray(from, to), at);
      return;
    }
    const { words } = this.#ring;
    const shift = (at >> 2) - first;
    for (let i = first; i < end; i++) words[i + shift] = source[i];
  }

  #setSource(bytes: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#source = bytes;
    this.#words = new Int32Array(buffer, byteOffset & ~3, (byteOffset & 3) === 0 ? byteLength >> 2 : 0);
  }
}
