/**
 * What events know live sessions as: each by a number that no other one has, from 0 on, as few as there are sessions at once. Its row is none: a session that was
 * a lone SYN comes to another one.
 */
const FIRST_NAMES = 4096;

export class SessionNames {
  #free = new Int32Array(FIRST_NAMES);
  #freeCount = 0;
  #allocated = 0;

  take(): number {
    return this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.#allocated++;
  }

  /** The session is over: its name may be another's. */
  give(name: number): void {
    if (this.#freeCount === this.#free.length) {
      const larger = new Int32Array(2 * this.#free.length);
      larger.set(this.#free);
      this.#free = larger;
    }
    this.#free[this.#freeCount++] = name;
  }
}
