/**
 * What the reader told of places that the merger has not come to yet. Owns the order and the wait for the next.
 */

export class ToldQueue<T> {
  #told: T[] = [];
  /** How many of them were taken: taking the first one off an array of thousands moves all others. */
  #taken = 0;
  #onPut = (): void => {};

  put(told: T): void {
    this.#told.push(told);
    this.#onPut();
  }

  /** Resolves with what comes next. */
  async take(): Promise<T> {
    for (;;) {
      if (this.#taken < this.#told.length) return this.#next();
      await new Promise<void>((resolve) => {
        this.#onPut = resolve;
      });
    }
  }

  #next(): T {
    const told = this.#told[this.#taken++];
    if (this.#taken < this.#told.length) return told;
    this.#told = [];
    this.#taken = 0;
    return told;
  }

  /** What is left, which nobody will come to any more. */
  takeAll(): readonly T[] {
    const told = this.#told.slice(this.#taken);
    this.#told = [];
    this.#taken = 0;
    return told;
  }
}
