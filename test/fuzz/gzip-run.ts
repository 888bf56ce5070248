/**
 * Changed gzip files through the product's decompressor and reader. What zlib cannot decompress must be told; what the
 * product says nothing of must be what zlib makes of it.
 */
import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compressionOf } from '../../src/capture/compression.js';
import type { FeedOutcome, FeedProblem } from '../../src/capture/feed-messages.js';
import { type ByteStream, StreamDamage } from '../../src/feed/byte-stream.js';
import { GunzipStream } from '../../src/feed/gunzip-stream.js';
import { processorMs } from '../support/processor-time.js';
import { Random } from '../support/random.js';
import { type KnownBase, mutate } from './mutate.js';
import type { Failure, MutationPlan } from './mutation-run.js';
import { ReadingPass } from './pass.js';

/** Of processor time, for one file. */
const LIMIT_MS = 1000;
const MOST_BYTES = 12_000;
/** Input comes in pieces of this length. */
const PIECE_BYTES = 1000;
const LEAST_CAPTURE = 24;

export interface GzipFigures {
  runs: number;
  /** Not gzip data any more by its first bytes. */
  others: number;
  told: number;
  /** Of those, what zlib would pass in silence: bytes behind the end. */
  toldMore: number;
  good: number;
}

export class GzipRun {
  readonly figures: GzipFigures = { runs: 0, others: 0, told: 0, toldMore: 0, good: 0 };
  readonly #bases: readonly KnownBase[];
  readonly #pass = new ReadingPass({ blockBytes: 64 * 1024, trackers: 1, resync: false });

  constructor(bases: readonly KnownBase[]) {
    this.#bases = bases;
  }

  async run(plan: MutationPlan, onFailure: (failure: Failure) => void): Promise<void> {
    for (let number = plan.first; number < plan.first + plan.count; number++) {
      const random = new Random(Math.imul(plan.seed, 0x9e3779b1) ^ Math.imul(~number, 0x85ebca6b));
      const mutation = mutate([compressed(random.pick(this.#bases), random)], random);
      try {
        const beganMs = processorMs();
        await this.#check(mutation.bytes);
        const ms = processorMs() - beganMs;
        assert.ok(ms < LIMIT_MS, `took ${ms} ms of processor time`);
      } catch (error) {
        onFailure({ number, mutation, error });
      }
    }
  }

  async #check(file: Uint8Array): Promise<void> {
    const { figures } = this;
    figures.runs++;
    if (compressionOf(file) !== 'gzip') {
      figures.others++;
      return;
    }
    const { content, problem } = await decompressed(file);
    const right = byZlib(file);
    if (problem === undefined) {
      figures.good++;
      assert.ok(right, 'zlib finds damage, which was not told');
      assert.ok(right.equals(content), 'other bytes than zlib gives');
    } else {
      figures.told++;
      if (right !== undefined) {
        figures.toldMore++;
        assert.ok(right.equals(content), 'all that zlib gives is delivered');
      }
      const place = problem.byteOffset ?? -1;
      assert.ok(place >= 0 && place <= file.length && problem.found !== '', JSON.stringify(problem));
    }
    const outcome: FeedOutcome = {
      compressions: ['gzip'],
      inputBytes: file.length,
      isFinished: false,
      ...(problem && { problem }),
    };
    const read = this.#pass.read(content, outcome);
    if (problem === undefined) return;
    // Where the damage garbled the first bytes, that they are those of no capture is said first.
    const isNoCapture = content.length >= LEAST_CAPTURE && read.facts === undefined;
    const isPassedOn = read.problems.some(({ found }) => found === problem.found);
    assert.ok(isNoCapture ? read.problems.length > 0 : isPassedOn, 'the reader passes it on');
  }
}

/** A small gzip file of one or two members. */
function compressed(base: KnownBase, random: Random): KnownBase {
  const bytes = base.bytes.subarray(0, 1 + random.below(MOST_BYTES));
  const middle = random.below(3) === 0 ? random.below(bytes.length) : bytes.length;
  const level = random.below(10);
  const first = gzipSync(bytes.subarray(0, middle), { level });
  const second = middle < bytes.length ? gzipSync(bytes.subarray(middle), { level }) : Buffer.alloc(0);
  const all = new Uint8Array(Buffer.concat([first, second]));
  return { name: `${base.name}, gzip`, bytes: all, starts: [0, first.length - 8, first.length, all.length - 8] };
}

/** What zlib makes of the whole file; undefined where it finds damage. */
function byZlib(file: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(file);
  } catch (error) {
    if (error instanceof Error && 'errno' in error) return undefined;
    throw error;
  }
}

async function decompressed(file: Uint8Array): Promise<{ content: Uint8Array; problem: FeedProblem | undefined }> {
  const chunks: Uint8Array[] = [];
  const again = (fromByte: number): ByteStream => new Pieces(file.subarray(fromByte));
  const stream = new GunzipStream(new Pieces(file), again);
  let problem: FeedProblem | undefined;
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      chunks.push(Uint8Array.from(chunk));
    }
  } catch (error) {
    if (!(error instanceof StreamDamage)) throw error;
    problem = error.problem;
  } finally {
    stream.close();
  }
  return { content: new Uint8Array(Buffer.concat(chunks)), problem };
}

/** Bytes in memory, some at a time. */
class Pieces implements ByteStream {
  readonly #file: Uint8Array;
  #at = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  async next(): Promise<Uint8Array | undefined> {
    if (this.#at >= this.#file.length) return undefined;
    const piece = this.#file.subarray(this.#at, this.#at + PIECE_BYTES);
    this.#at += piece.length;
    return piece;
  }

  close(): void {
    this.#at = this.#file.length;
  }
}
