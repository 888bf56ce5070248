/**
 * What the reader told of moments that the trackers have not come to yet. Owns the order and the wait for the next.
 */
import type { ReadFigures } from '../capture/news.js';

export class MomentQueue {
  readonly #told: ReadFigures[] = [];
  #onPut = (): void => {};

  put(figures: ReadFigures): void {
    this.#told.push(figures);
    this.#onPut();
  }

  /** Resolves with the figures of the next moment. */
  async take(): Promise<ReadFigures> {
    for (;;) {
      const figures = this.#told.shift();
      if (figures !== undefined) return figures;
      await new Promise<void>((resolve) => {
        this.#onPut = resolve;
      });
    }
  }
}
