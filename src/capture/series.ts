/**
 * Rotated series: which file comes after one, by the names that capture tools give. Owns the naming rules; reads no
 * file.
 *
 *   tcpdump -C        NAME, NAME1, NAME2 ... (with -W padded: NAME00, NAME01 ...)
 *   tcpdump -G        a date and time in the name, and with -C a number after it
 *   dumpcap -b        BASE_00001_20260101120000.pcapng, or the time before the number
 *   T2 -w, and others numbers anywhere in the name
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A series as it is followed from file to file. */
export class FollowedSeries {
  /** The file that comes first by name, and how it looked when it had been read, or when the series was begun behind it. */
  #first: { readonly name: string; readonly look: string } | undefined;
  /** The names have begun anew (tcpdump -C -W): files that were read before may be there with new content, or not yet. */
  #isRing = false;

  /** Notes that the series is followed from the file `name` on. Throws the system's error when its folder cannot be listed. */
  begin(name: string): void {
    const first = firstOfSeries(name);
    if (first !== name) this.#first = { name: first, look: lookOf(first) };
  }

  /** Notes that the file `name` was read to its end. */
  noteRead(name: string): void {
    if (this.#first === undefined || compareNumbers(partsOf(name).numbers, partsOf(this.#first.name).numbers) <= 0) {
      this.#first = { name, look: lookOf(name) };
    }
  }

  /**
   * The file that comes after `name`, which has been read as far as it was written; undefined while there is none.
   * Throws the system's error when the folder cannot be listed.
   */
  after(name: string): string | undefined {
    const next = nextOfSeries(name);
    if (next !== undefined) return this.#isRing && modifiedMs(next) < modifiedMs(name) ? undefined : next;
    const first = this.#first;
    if (first === undefined || first.name === name || lookOf(first.name) === first.look) return undefined;
    this.#isRing = true;
    return first.name;
  }
}

/**
 * The name of the file that follows `name` among the files that are there now, with its folder, or undefined. A file
 * follows another when they differ in numbers only and it is the next in their order, compared from the left as
 * numbers; or when it is the other with a number added (tcpdump -C's first file has none).
 */
export function nextOfSeries(name: string): string | undefined {
  const folder = dirname(name);
  const own = partsOf(basename(name));
  let next: NameParts | undefined;
  for (const entry of readdirSync(folder)) {
    const parts = partsOf(entry);
    if (!isOfSeries(own, parts) || compareNumbers(own.numbers, parts.numbers) >= 0) continue;
    if (next === undefined || isNearer(own, parts, next)) next = parts;
  }
  return next === undefined ? undefined : join(folder, next.name);
}

/** Whether following the file `name` could lead to the file `other` if that were there. */
export function areOfSeries(name: string, other: string): boolean {
  if (resolve(dirname(name)) !== resolve(dirname(other))) return false;
  const [own, parts] = [partsOf(basename(name)), partsOf(basename(other))];
  return isOfSeries(own, parts) || isOfSeries(parts, own);
}

/** The file that comes first among those that differ from `name` in numbers only. */
function firstOfSeries(name: string): string {
  const own = partsOf(basename(name));
  let first = own;
  for (const entry of readdirSync(dirname(name))) {
    const parts = partsOf(entry);
    const isLike = parts.numbers.length === own.numbers.length && sameTexts(own.texts, parts.texts);
    if (isLike && compareNumbers(parts.numbers, first.numbers) < 0) first = parts;
  }
  return first === own ? name : join(dirname(name), first.name);
}

/**
 * What changes when a file is written anew; empty while it is not there. Not its size: for a moment a file that is begun anew is empty
 * and still has its old time, by which the files after it, old too, would be taken for newer than it.
 */
function lookOf(name: string): string {
  const stats = statSync(name, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs}`;
}

const modifiedMs = (name: string): number => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** A name cut into its numbers and what is between them; texts has one part more than numbers. */
interface NameParts {
  readonly name: string;
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

function partsOf(name: string): NameParts {
  const texts = name.split(/\d+/);
  return { name, texts, numbers: name.match(/\d+/g) ?? [] };
}

/** The same texts between numbers, or `later` is `first` with a number added to its end. */
function isOfSeries(first: NameParts, later: NameParts): boolean {
  const added = later.numbers.length - first.numbers.length;
  if (added === 0) return sameTexts(first.texts, later.texts);
  return added === 1 && later.texts.at(-1) === '' && first.texts.at(-1) !== '' && later.name.startsWith(first.name);
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean => a.every((text, i) => text === b[i]);

/** Number by number, as numbers of any length; a missing one is before any other. */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareDigits(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A number added to the name says more than another number in it; then the one that comes first in the order. */
function isNearer(own: NameParts, candidate: NameParts, best: NameParts): boolean {
  const added = candidate.numbers.length - own.numbers.length;
  const bestAdded = best.numbers.length - own.numbers.length;
  if (added !== bestAdded) return added > bestAdded;
  return compareNumbers(candidate.numbers, best.numbers) < 0;
}
