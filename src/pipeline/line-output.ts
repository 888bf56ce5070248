/**
 * Where the lines of a result go: one place, or several that all get the same. Owns what whoever writes lines may ask of
 * either.
 */

export interface LineOutput {
  /** Bytes accepted and not yet handed to the system beyond which `ready` should be awaited. */
  readonly isFull: boolean;
  /** Rejects with the first error of a write, after which nothing more is written. */
  readonly failed: Promise<never>;
  /** Appends bytes (copied before it returns). Throws the error of an earlier write. */
  append(bytes: Uint8Array): void;
  /** Makes a file though there is nothing to write yet: without it there is one only when something comes. */
  begin(): void;
  /** Starts writing what is there, however little: nothing more comes for now. */
  push(): void;
  /** Resolves when `isFull` is over. Rejects with the error of a write. */
  ready(): Promise<void>;
  /** Resolves when everything appended is written. Rejects with the error of a write. */
  flush(): Promise<void>;
}

/** The same lines to several places; the slowest sets the pace, the first that fails fails all. */
export class SplitOutput implements LineOutput {
  readonly failed: Promise<never>;
  readonly #places: readonly LineOutput[];

  constructor(places: readonly LineOutput[]) {
    this.#places = places;
    this.failed = Promise.race(places.map((place) => place.failed));
    // Nobody has to watch it, as with one place.
    this.failed.catch(() => {});
  }

  get isFull(): boolean {
    return this.#places.some((place) => place.isFull);
  }

  append(bytes: Uint8Array): void {
    for (const place of this.#places) place.append(bytes);
  }

  begin(): void {
    for (const place of this.#places) place.begin();
  }

  push(): void {
    for (const place of this.#places) place.push();
  }

  async ready(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.ready()));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.flush()));
  }
}

/** What happens to a stream whose reader is gone, or that was closed from the beginning. */
const NOBODY_READS: readonly unknown[] = ['EPIPE', 'EBADF'];

/** A place that is written to as long as somebody reads it: that nobody does any more is nobody's loss, any other failure is one. */
export class UnreadOutput implements LineOutput {
  readonly failed: Promise<never>;
  readonly #place: LineOutput;
  readonly #isResult: boolean;
  #isGone = false;

  /** `isResult`: what goes there is a result; of anything else no failure is a loss. */
  constructor(place: LineOutput, isResult: boolean) {
    this.#place = place;
    this.#isResult = isResult;
    this.failed = new Promise((_, reject) => {
      place.failed.catch((error: unknown) => {
        if (this.#isNobodysLoss(error)) this.#isGone = true;
        else reject(error);
      });
    });
    this.failed.catch(() => {});
  }

  get isFull(): boolean {
    return !this.#isGone && this.#place.isFull;
  }

  append(bytes: Uint8Array): void {
    try {
      if (!this.#isGone) this.#place.append(bytes);
    } catch (error) {
      // The place throws what ended it before its promise tells.
      this.#passOver(error);
    }
  }

  begin(): void {
    if (!this.#isGone) this.#place.begin();
  }

  push(): void {
    if (!this.#isGone) this.#place.push();
  }

  async ready(): Promise<void> {
    await this.#place.ready().catch((error: unknown) => this.#passOver(error));
  }

  async flush(): Promise<void> {
    await this.#place.flush().catch((error: unknown) => this.#passOver(error));
  }

  #passOver(error: unknown): void {
    if (!this.#isNobodysLoss(error)) throw error;
    this.#isGone = true;
  }

  #isNobodysLoss(error: unknown): boolean {
    return !this.#isResult || NOBODY_READS.includes((error as NodeJS.ErrnoException).code);
  }
}
