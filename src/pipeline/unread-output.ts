/**
 * A place of lines whose reader may have had enough. Owns when that ends a run, and when it is nobody's loss.
 */
import type { LineOutput } from './line-output.js';

/** What happens to a stream whose reader is gone. */
const READER_GONE = 'EPIPE';
/** The same, or it was closed from the beginning. */
const NOBODY_READS: readonly unknown[] = [READER_GONE, 'EBADF'];

/** Whether the failure of a place is nobody's loss. */
export type IsNobodysLoss = (error: unknown) => boolean;

/** Of messages no failure is a loss; where there are results among them (`isResult`), only that nobody reads them is none. */
export const ofMessages =
  (isResult: boolean): IsNobodysLoss =>
  (error) =>
    !isResult || NOBODY_READS.includes((error as NodeJS.ErrnoException).code);

/**
 * Results in several places: as long as one is written that was given a path, it is nobody's loss that another is read no more. Where none is left, whoever
 * had enough has ended the run.
 */
export class ReadPlaces {
  #kept = 0;

  /** For one place, which keeps the run going if it has a path. */
  place(hasPath: boolean): IsNobodysLoss {
    if (hasPath) this.#kept++;
    return (error) => {
      if ((error as NodeJS.ErrnoException).code !== READER_GONE) return false;
      if (hasPath) this.#kept--;
      return this.#kept > 0;
    };
  }
}

/** A place that is written to as long as somebody reads it. */
export class UnreadOutput implements LineOutput {
  readonly failed: Promise<never>;
  readonly #place: LineOutput;
  readonly #isNobodysLoss: IsNobodysLoss;
  /** What the failure of the place is; undefined as long as it is written to. */
  #loss: 'nobodys' | 'ours' | undefined;

  /** `isNobodysLoss` is asked once. */
  constructor(place: LineOutput, isNobodysLoss: IsNobodysLoss) {
    this.#place = place;
    this.#isNobodysLoss = isNobodysLoss;
    this.failed = new Promise((_, reject) => {
      place.failed.catch((error: unknown) => {
        if (this.#isOurLoss(error)) reject(error);
      });
    });
    this.failed.catch(() => {});
  }

  get isGone(): boolean {
    return this.#loss === 'nobodys';
  }

  get isFull(): boolean {
    return !this.isGone && this.#place.isFull;
  }

  append(bytes: Uint8Array): void {
    try {
      if (!this.isGone) this.#place.append(bytes);
    } catch (error) {
      // The place throws what ended it before its promise tells.
      this.#passOver(error);
    }
  }

  begin(): void {
    if (!this.isGone) this.#place.begin();
  }

  push(): void {
    if (!this.isGone) this.#place.push();
  }

  async ready(): Promise<void> {
    await this.#place.ready().catch((error: unknown) => this.#passOver(error));
  }

  async flush(): Promise<void> {
    await this.#place.flush().catch((error: unknown) => this.#passOver(error));
  }

  async complete(): Promise<void> {
    await this.#place.complete().catch((error: unknown) => this.#passOver(error));
  }

  #passOver(error: unknown): void {
    if (this.#isOurLoss(error)) throw error;
  }

  #isOurLoss(error: unknown): boolean {
    this.#loss ??= this.#isNobodysLoss(error) ? 'nobodys' : 'ours';
    return this.#loss === 'ours';
  }
}
