/**
 * Captures made wrong: a base and a seed give the same bytes each time. Owns the ways of changing bytes; knows where the
 * base's records or blocks begin, so that fields that lengths stand in are hit often.
 */
import type { Base } from '../support/capture-bases.js';
import { NaiveCapture } from '../support/naive-capture.js';
import type { Random } from '../support/random.js';

/** A base with the places at which its items begin. */
export interface KnownBase extends Base {
  readonly starts: readonly number[];
}

/** A changed capture, and how it was changed. */
export interface Mutation {
  readonly bytes: Uint8Array;
  readonly kinds: readonly string[];
  readonly base: string;
}

/** Most bytes taken of a base: most mutations should be small, some larger than the smallest block. */
const LENGTHS: readonly number[] = [300, 1000, 4000, 4000, 16_000, 16_000, 60_000, 160_000];

/** What a length should never be, and what it may just be. */
const ABSURD: readonly number[] = [
  0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 15, 16, 20, 24, 27, 28, 29, 31, 32, 33, 36, 64, 0xff, 0x100, 0xffff, 0x10000,
  262_143, 262_144, 262_145, 262_160, 262_172, 262_176, 270_332, 270_336, 270_337, 270_340, 0xffffff, 0x1000000,
  0x1000001, 0x1000004, 0x7ffffffc, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffc, 0xfffffffd, 0xffffffff, 0x0a0d0d0a,
  0x1a2b3c4d,
];
/** Where in a record or block fields of four bytes lie that say how long something is. */
const FIELDS: readonly number[] = [0, 4, 8, 12, 16, 20, 24, 28];

type Change = (bytes: Uint8Array, base: KnownBase, random: Random, others: readonly KnownBase[]) => Uint8Array;

const CHANGES: Readonly<Record<string, Change>> = {
  'bits flipped': (bytes, _, random) => {
    for (let left = 1 + random.below(8); left > 0; left--) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    return bytes;
  },
  'bytes changed': (bytes, _, random) => {
    for (let left = 1 + random.below(8); left > 0; left--) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  'first bytes changed': (bytes, _, random) => {
    const most = Math.min(bytes.length, 72);
    for (let left = 1 + random.below(3); left > 0; left--) bytes[random.below(most)] = random.below(256);
    return bytes;
  },
  'absurd lengths': (bytes, base, random) => {
    for (let left = 1 + random.below(3); left > 0; left--) {
      setWord(bytes, startOf(base, bytes, random) + random.pick(FIELDS), random.pick(ABSURD), random);
    }
    return bytes;
  },
  'lengths a little off': (bytes, base, random) => {
    const at = startOf(base, bytes, random) + random.pick(FIELDS);
    if (at + 4 > bytes.length) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const little = random.below(2) === 0;
    view.setUint32(at, view.getUint32(at, little) + random.pick([-16, -4, -3, -1, 1, 2, 4, 12, 16]), little);
    return bytes;
  },
  'a chunk removed': (bytes, base, random) => {
    const [from, to] = chunkOf(base, bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  'a chunk repeated': (bytes, base, random) => {
    const [from, to] = chunkOf(base, bytes, random);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  'bytes inserted': (bytes, base, random) => {
    const at = random.below(2) === 0 ? startOf(base, bytes, random) : random.below(bytes.length);
    const fill = random.pick([0, 0xff, -1]);
    const length = 1 + random.below(random.pick([4, 100, 5000]));
    const inserted = Uint8Array.from({ length }, () => (fill < 0 ? random.below(256) : fill));
    return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  'chunks swapped': (bytes, base, random) => {
    const places = [...chunkOf(base, bytes, random), ...chunkOf(base, bytes, random)].sort((a, b) => a - b);
    const [a, b, c, d] = places;
    return joined(
      bytes.subarray(0, a),
      bytes.subarray(c, d),
      bytes.subarray(b, c),
      bytes.subarray(a, b),
      bytes.subarray(d),
    );
  },
  'bytes overwritten': (bytes, _, random) => {
    const from = random.below(bytes.length);
    return bytes.fill(random.pick([0, 0xff, random.below(256)]), from, from + random.below(random.pick([8, 64, 3000])));
  },
  'files spliced': (bytes, base, random, others) => {
    const other = random.pick(others);
    const tail = other.bytes.subarray(0, random.pick(LENGTHS));
    const from =
      random.below(3) === 0 ? 0 : random.below(2) === 0 ? startOf(other, tail, random) : random.below(tail.length);
    return joined(bytes.subarray(0, startOf(base, bytes, random)), tail.subarray(from));
  },
  cut: (bytes, _, random) => bytes.subarray(0, random.below(bytes.length)),
};

/** What a capture may be changed by. */
export const MUTATION_KINDS: readonly string[] = Object.keys(CHANGES);

/** Finds out where the items of a base begin. */
export function known(base: Base): KnownBase {
  const naive = NaiveCapture.open(base.bytes);
  naive?.walk();
  return { ...base, starts: [0, ...(naive?.boundaries ?? [])] };
}

/** One capture out of `bases`, changed once or several times as `random` has it; `others` are what it is spliced with. */
export function mutate(bases: readonly KnownBase[], random: Random, others = bases): Mutation {
  const base = random.pick(bases);
  let bytes = base.bytes.slice(0, random.pick(LENGTHS));
  const kinds: string[] = [];
  for (let left = 1 + random.below(3); left > 0 && bytes.length > 0; left--) {
    const kind = random.pick(MUTATION_KINDS);
    bytes = Uint8Array.from(CHANGES[kind](bytes, base, random, others));
    kinds.push(kind);
  }
  return { bytes, kinds, base: base.name };
}

/** The start of an item, or 0; changes that were made before may have moved it. */
function startOf(base: KnownBase, bytes: Uint8Array, random: Random): number {
  let high = base.starts.length;
  // Most bases are longer than what was taken of them.
  while (high > 1 && base.starts[high - 1] >= bytes.length) high >>= 1;
  return base.starts[random.below(high)];
}

/** A stretch of bytes: from anywhere to anywhere, or whole items. */
function chunkOf(base: KnownBase, bytes: Uint8Array, random: Random): [number, number] {
  const isWhole = random.below(2) === 0;
  const place = (): number => (isWhole ? startOf(base, bytes, random) : random.below(bytes.length + 1));
  const [a, b] = [place(), place()];
  return a < b ? [a, b] : [b, a];
}

function setWord(bytes: Uint8Array, at: number, value: number, random: Random): void {
  if (at + 4 > bytes.length) return;
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(at, value, random.below(2) === 0);
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
