/**
 * Many changed captures through the product's parts, each under a time check and held to `check.ts`; and figures of
 * what became of them.
 */
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { within } from '../support/processor-time.js';
import { Random } from '../support/random.js';
import { checkRead, checkSame } from './check.js';
import { type KnownBase, type Mutation, mutate } from './mutate.js';
import { SHOW_ALL, type Tracked, TrackingPass } from './pass.js';

/** No capture of the size made here may take more processor time. */
const LIMIT_MS = 1000;

export interface MutationPlan {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** Something that does not hold, and of which capture. */
export interface Failure {
  readonly number: number;
  readonly mutation: Mutation;
  readonly error: unknown;
}

export interface MutationFigures {
  runs: number;
  /** Captures by how they ended without --resync, and with it. */
  readonly ends: Map<string, number>;
  readonly endsResync: Map<string, number>;
  /** Mutations by kind. */
  readonly kinds: Map<string, number>;
  packets: number;
  sessions: number;
  skips: number;
  compared: number;
  bytes: number;
  slowestMs: number;
  slowest: number;
  ms: number;
}

/** One in so many captures goes through other block sizes and numbers of trackers too. */
const COMPARED_OF = 5;
const SMALL = 64 * 1024;

/** Passes of one set of options: the usual one, and others that must not differ. */
interface Family {
  readonly usual: TrackingPass;
  readonly others: readonly TrackingPass[];
}

export class MutationRun {
  readonly figures: MutationFigures = {
    runs: 0,
    ends: new Map(),
    endsResync: new Map(),
    kinds: new Map(),
    packets: 0,
    sessions: 0,
    skips: 0,
    compared: 0,
    bytes: 0,
    slowestMs: 0,
    slowest: 0,
    ms: 0,
  };
  readonly #bases: readonly KnownBase[];
  readonly #families: readonly (readonly [plain: Family, resync: Family])[];

  constructor(bases: readonly KnownBase[]) {
    this.#bases = bases;
    const quiet = { ...SHOW_ALL, colour: true, quiet: 1 as const };
    const classic = { ...MIRUO_DEFAULTS, classic: true, timeouts: false };
    this.#families = [
      familiesOf(SHOW_ALL, {}),
      familiesOf(quiet, { vlanKey: true }),
      familiesOf(classic, { directOnly: true }),
      familiesOf(SHOW_ALL, { outer: true }),
    ];
  }

  /** The mutation with this number: the same bytes each time. */
  make(seed: number, number: number): Mutation {
    return mutate(this.#bases, new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)));
  }

  /** Runs a stretch of mutations; tells of each that something is wrong with. */
  run(plan: MutationPlan, onFailure: (failure: Failure) => void): void {
    for (let number = plan.first; number < plan.first + plan.count; number++) {
      const mutation = this.make(plan.seed, number);
      try {
        this.#check(mutation, number);
      } catch (error) {
        onFailure({ number, mutation, error });
      }
    }
  }

  #check({ bytes, kinds }: Mutation, number: number): void {
    const { figures } = this;
    const [plain, resync] = this.#families[number % this.#families.length];
    const isCompared = number % COMPARED_OF === 0;
    figures.runs++;
    figures.bytes += bytes.length;
    for (const kind of kinds) add(figures.kinds, kind);
    const read = this.#timed(number, plain.usual, bytes);
    const readOn = this.#timed(number, resync.usual, bytes);
    add(figures.ends, endOf(read));
    add(figures.endsResync, endOf(readOn));
    figures.packets += read.facts?.packets ?? 0;
    figures.sessions += read.sessions;
    figures.skips += readOn.problems.filter(({ expected }) => expected?.includes('were skipped')).length;
    checkRead(bytes, read);
    checkRead(bytes, readOn);
    if (!isCompared) return;
    figures.compared++;
    for (const pass of plain.others) checkSame(read, this.#timed(number, pass, bytes));
    for (const pass of resync.others) checkSame(readOn, this.#timed(number, pass, bytes));
  }

  #timed(number: number, pass: TrackingPass, bytes: Uint8Array): Tracked {
    const { figures } = this;
    const { result, ms } = within(LIMIT_MS, 'it', () => pass.run(bytes));
    figures.ms += ms;
    if (ms > figures.slowestMs) {
      figures.slowestMs = ms;
      figures.slowest = number;
    }
    return result;
  }
}

function familiesOf(
  options: typeof SHOW_ALL,
  decode: { vlanKey?: boolean; directOnly?: boolean; outer?: boolean },
): [Family, Family] {
  const family = (resync: boolean): Family => {
    const pass = (blockBytes: number, trackers: number): TrackingPass =>
      new TrackingPass({ blockBytes, trackers, resync, decode }, options);
    return { usual: pass(SMALL, 1), others: [pass(SMALL, 3), pass(4 * SMALL, 1)] };
  };
  return [family(false), family(true)];
}

function endOf({ end, facts, problems }: Tracked): string {
  if (facts === undefined) return 'no capture';
  return end === 'whole' && problems.length > 0 ? 'whole, with problems told' : end;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
