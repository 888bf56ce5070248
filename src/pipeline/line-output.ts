/**
 * Where the lines of a result go: one place, or several that all get the same. Owns what whoever writes lines may ask of
 * either.
 */

export interface LineOutput {
  /** Bytes accepted and not yet handed to the system beyond which `ready` should be awaited. */
  readonly isFull: boolean;
  /** Nobody reads it any more, which is no failure: what is appended goes nowhere. */
  readonly isGone?: boolean;
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
  /** The same, when nothing comes any more and the result is whole: a file that had another name until then gets its own. */
  complete(): Promise<void>;
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

  async complete(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.complete()));
  }
}
