/**
 * What the reader told of places that the merger has not come to yet. Owns the order and the wait for the next.
 */

export class ToldQueue<T> {
  #told: T[] = [];
  #onPut = (): void => {};

  put(told: T): void {
    this.#told.push(told);
    this.#onPut();
  }

  /** Resolves with what comes next. */
  async take(): Promise<T> {
    for (;;) {
      const told = this.#told.shift();
      if (told !== undefined) return told;
      await new Promise<void>((resolve) => {
        this.#onPut = resolve;
      });
    }
  }

  /** What is left, which nobody will come to any more. */
  takeAll(): readonly T[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }
}
