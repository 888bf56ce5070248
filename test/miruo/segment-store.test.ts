import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { KEY_WORDS } from '../../src/flow/session-table.js';
import {
  COLOUR_CYAN,
  COLOUR_GREEN,
  COLOUR_NONE,
  COLOUR_RED,
  COLOUR_YELLOW,
  META_COLOUR,
  META_COLOUR_SHIFT,
  META_OPTIONS_SHIFT,
  META_SHOWN,
  META_SIDE_SHIFT,
  S_ACK,
  S_META,
  S_OPTIONS,
  S_SEQ,
  S_SIZE,
} from '../../src/miruo/segment-layout.js';
import { KEEP_BELOW, MOST_HELD, SegmentStore } from '../../src/miruo/segment-store.js';
import { M_HELD, M_SEGMENTS, MIRUO_ROW_WORDS } from '../../src/miruo/session-row.js';
import { mayHold, noteKey } from '../../src/miruo/side-keys.js';
import { checkProperty } from '../support/property.js';
import { Random } from '../support/random.js';

/** The rows of two sessions share a page, as in the table. */
const ROW_WORDS = KEY_WORDS + MIRUO_ROW_WORDS;

interface Given {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly size: number;
  readonly side: 0 | 1;
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly options: readonly number[];
}

interface Segment extends Given {
  readonly number: number;
  colour: number;
  isShown: boolean;
}

const sec = (timeUs: number): number => Math.floor(timeUs / 1e6);
const usec = (timeUs: number): number => timeUs - sec(timeUs) * 1e6;

/** One session in the store, and the plain array it must agree with; used in the tracker's order of calls. */
class Pair {
  readonly held: Segment[] = [];
  readonly store: SegmentStore;
  readonly row: Int32Array;
  readonly r: number;
  #count = 0;

  constructor(store: SegmentStore, row: Int32Array, session: number, syn: Given) {
    this.store = store;
    this.row = row;
    this.r = session * ROW_WORDS;
    row.fill(0, this.r, this.r + ROW_WORDS);
    store.begin(row, this.r, sec(syn.timeUs) | 0, usec(syn.timeUs), syn.seq, syn.ack, syn.size);
    this.#append(syn, COLOUR_YELLOW, true);
    this.row[this.r + M_SEGMENTS] = ++this.#count;
  }

  /** Appends, hidden or shown, in a colour or none, then the 2048 rule. */
  append(given: Given, colour: number, isShown = colour !== COLOUR_NONE): void {
    this.#append(given, colour, isShown);
    noteKey(this.row, this.r, given.side, given.seq, given.ack, given.size);
    this.row[this.r + M_SEGMENTS] = ++this.#count;
    const isFull = this.row[this.r + M_HELD] > MOST_HELD;
    const dropped = isFull ? this.store.dropHidden(this.row, this.r, KEEP_BELOW) : 0;
    assert.equal(dropped, this.#dropHidden());
    if (dropped > 0) this.store.goToLast(this.row, this.r);
  }

  /** Looks for a repeat of the four fields; when there is one, colours as for a retransmission. */
  repeat(of: Given, isPainted: boolean): void {
    const { seq, ack, flags, size } = of;
    const index = this.held.findIndex(
      (one) => one.seq === seq && one.ack === ack && one.flags === flags && one.size === size,
    );
    const isFound = this.store.findRepeat(this.row, this.r, seq, ack, flags, size);
    assert.equal(isFound, index >= 0, JSON.stringify(of));
    if (!isFound) return;
    assert.ok(mayHold(this.row, this.r, seq, ack, size), `mayHold denies ${JSON.stringify(of)}`);
    this.#compareCurrent(this.held[index]);
    if (!isPainted) return;
    this.store.paint(COLOUR_GREEN);
    this.store.paintPlainAfter(this.row, this.r, COLOUR_CYAN);
    Object.assign(this.held[index], { colour: COLOUR_GREEN, isShown: true });
    for (const later of this.held.slice(index + 1)) {
      if (later.colour === COLOUR_NONE) Object.assign(later, { colour: COLOUR_CYAN, isShown: true });
    }
  }

  /** The last one is shown, perhaps in a colour, and so are `before` segments before it. */
  show(colour: number, before: number): void {
    this.store.goToLast(this.row, this.r);
    if (colour === COLOUR_NONE) this.store.show();
    else this.store.paint(colour);
    const last = this.held.at(-1)!;
    last.isShown = true;
    if (colour !== COLOUR_NONE) last.colour = colour;
    this.store.showBeforeLast(this.row, this.r, before);
    for (const one of this.held.slice(Math.max(0, this.held.length - 1 - before))) one.isShown = true;
  }

  /** Walks the whole session. */
  compare(): void {
    assert.equal(this.row[this.r + M_HELD], this.held.length);
    this.store.goToFirst(this.row, this.r);
    this.held.forEach((segment, index) => {
      if (index > 0) assert.ok(this.store.goToNext(), `segment ${index} of ${this.held.length} is there`);
      assert.equal(this.store.number, segment.number);
      this.#compareCurrent(segment);
    });
    assert.equal(this.store.goToNext(), false);
    this.store.goToLast(this.row, this.r);
    this.#compareCurrent(this.held.at(-1)!);
  }

  /** Everything held is found again, at its oldest place. */
  findAll(): void {
    for (const segment of this.held) this.repeat(segment, false);
  }

  end(): void {
    this.store.end(this.row, this.r);
  }

  #append(given: Given, colour: number, isShown: boolean): void {
    const { seq, ack, flags, size, side, timeUs, options } = given;
    const look = (colour << META_COLOUR_SHIFT) | (isShown ? META_SHOWN : 0);
    const meta = flags | (side << META_SIDE_SHIFT) | (options.length << META_OPTIONS_SHIFT) | look;
    this.store.append(this.row, this.r, seq, ack, size, meta, sec(timeUs) | 0, usec(timeUs));
    options.forEach((word, index) => {
      this.store.page[this.store.at + S_OPTIONS + index] = word;
    });
    this.held.push({ ...given, number: this.#count, colour, isShown });
  }

  /** More than 2048: hidden ones go from the oldest on, but neither first nor last, until fewer than 1024 are left. */
  #dropHidden(): number {
    const before = this.held.length;
    if (before <= 2048) return 0;
    let left = before;
    const kept = this.held.filter((segment, index) => {
      const goes = index > 0 && index < before - 1 && !segment.isShown && left >= 1024;
      if (goes) left--;
      return !goes;
    });
    this.held.splice(0, before, ...kept);
    return before - left;
  }

  #compareCurrent(segment: Segment): void {
    const { page, at } = this.store;
    const meta = page[at + S_META];
    const same =
      page[at + S_SEQ] === segment.seq &&
      page[at + S_ACK] === segment.ack &&
      page[at + S_SIZE] === segment.size &&
      (meta & 0xff) === segment.flags &&
      ((meta >>> META_SIDE_SHIFT) & 1) === segment.side &&
      (meta & META_COLOUR) >>> META_COLOUR_SHIFT === segment.colour &&
      ((meta & META_SHOWN) !== 0) === segment.isShown &&
      ((meta >>> META_OPTIONS_SHIFT) & 15) === segment.options.length &&
      segment.options.every((word, index) => page[at + S_OPTIONS + index] === word) &&
      this.store.sec() === sec(segment.timeUs) &&
      this.store.usec() === usec(segment.timeUs);
    if (same) return;
    // Only for the message.
    const found = [page[at + S_SEQ], page[at + S_ACK], page[at + S_SIZE], meta.toString(16)];
    assert.fail(`found ${found} at ${this.store.sec()} s ${this.store.usec()} us, expected ${JSON.stringify(segment)}`);
  }
}

/** From one segment to the next: usual, backwards, and on both sides of what fits an int32 of microseconds (35 min). */
const STEPS_US = [
  ...[0, 1, 40, 999_999, 1_000_000, 30_000_000, -1, -1500, -65_000_000, 2_147_483_646, 2_147_483_647, 2_147_483_648],
  ...[-2_147_483_647, -2_147_483_648, -2_147_483_649, 2_200_000_000, 86_400_000_000, -86_400_000_000],
];
/** The last microsecond that unsigned 32-bit seconds can say. */
const MOST_US = 2 ** 32 * 1e6 - 1;
const START_US = [86_400e6 * 3, 1_700_000_000_500_000, (2 ** 31 - 1000) * 1e6 + 7, (2 ** 32 - 2e5) * 1e6];

const int32 = (value: number): number => value | 0;

describe('segment store', () => {
  const step = fc.record({
    what: fc.constantFrom('append', 'append', 'append', 'again', 'look', 'look', 'retransmit', 'show', 'paint'),
    side: fc.constantFrom<0 | 1>(0, 1),
    advance: fc.constantFrom(0, 0, 1, 100, 1460, -1460, 2 ** 31, 65_536),
    ack: fc.constantFrom(0, 0, 1, 1460, -1, 2 ** 30),
    flags: fc.constantFrom(0x10, 0x18, 0x11, 0x04, 0xff),
    size: fc.constantFrom(54, 66, 1514, int32(2 ** 32 - 1)),
    options: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 10 }),
    stepUs: fc.constantFrom(...STEPS_US, ...[40, 40, 40, 900, 900, 20_000]),
    colour: fc.constantFrom(COLOUR_NONE, COLOUR_NONE, COLOUR_RED),
    back: fc.nat(50),
  });
  const isn = fc.constantFrom(0, -5, 2 ** 31 - 100, 0x12345678);

  it('agrees with a plain array of segments', (t: TestContext) => {
    const property = fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.tuple(isn, isn),
      fc.constantFrom(...START_US),
      (steps, first, startUs) => {
        const store = new SegmentStore();
        const row = new Int32Array(2 * ROW_WORDS);
        const next = [...first];
        const given = (one: (typeof steps)[0] | undefined, timeUs: number): Given => {
          const side = one?.side ?? 0;
          const { flags, size, options } = one ?? { flags: 2, size: 74, options: [0x020405b4, 0x01030307] };
          return {
            seq: next[side] | 0,
            ack: one === undefined ? 0 : next[1 - side] | 0,
            flags,
            size,
            side,
            timeUs,
            options,
          };
        };
        // Another session's chunks lie between those of this one.
        const other = new Pair(store, row, 1, given(undefined, startUs));
        const pair = new Pair(store, row, 0, given(undefined, startUs));
        let timeUs = startUs;
        for (const one of steps) {
          const known = pair.held[one.back % pair.held.length];
          switch (one.what) {
            case 'append':
              timeUs = Math.min(Math.max(0, timeUs + one.stepUs), MOST_US);
              next[one.side] += one.advance;
              next[1 - one.side] += one.ack;
              pair.append(given(one, timeUs), one.colour, one.colour !== COLOUR_NONE || one.back > 40);
              if (one.back % 3 === 0) other.append(given(one, timeUs), COLOUR_NONE);
              break;
            case 'again':
              pair.append({ ...known, timeUs, options: one.options }, one.colour);
              break;
            case 'look':
              pair.repeat({ ...known, ...(one.back % 2 === 0 ? { size: one.size } : { flags: one.flags }) }, false);
              pair.repeat(given(one, timeUs), false);
              break;
            case 'retransmit':
              pair.repeat(known, true);
              break;
            case 'show':
              pair.show(COLOUR_NONE, one.back % 40);
              break;
            case 'paint':
              pair.show(COLOUR_RED, 0);
              break;
          }
        }
        pair.compare();
        other.compare();
        pair.findAll();
        pair.end();
        other.compare();
      },
    );
    checkProperty(t, property, 400);
  });

  it('drops hidden segments by the 2048 rule, and keeps numbers, times, colours of the rest', (t: TestContext) => {
    const property = fc.property(
      fc.nat(0x7fffffff),
      fc.integer({ min: 2040, max: 7000 }),
      fc.constantFrom(0, 1, 30, 400, 900, 1000),
      fc.boolean(),
      (seed, segments, shownPerThousand, isBursty) => {
        const random = new Random(seed);
        const store = new SegmentStore();
        const row = new Int32Array(2 * ROW_WORDS);
        const next = [random.below(2 ** 32), random.below(2 ** 32)];
        let timeUs = START_US[1];
        const draw = (): Given => {
          const side = random.below(3) === 0 ? 1 : 0;
          next[side] += random.pick([0, 0, 1460]);
          timeUs += random.pick([0, 40, 900, 20_000, -300, random.below(500) === 0 ? 3e9 : 1]);
          const options = random.below(2) === 0 ? [timeUs | 0, 77] : [];
          const flags = random.pick([0x10, 0x18]);
          return { seq: int32(next[side]), ack: int32(next[1 - side]), flags, size: 66, side, timeUs, options };
        };
        const pair = new Pair(store, row, 0, { ...draw(), side: 0, flags: 2, ack: 0 });
        for (let n = 1; n < segments; n++) {
          // Shown ones here and there, or many in a row.
          const share = isBursty && (n >> 6) % 4 === 0 ? 990 : shownPerThousand;
          pair.append(draw(), random.below(1000) < share ? COLOUR_RED : COLOUR_NONE);
          if (random.below(700) === 0) pair.repeat(random.pick(pair.held), random.below(4) === 0);
          if (random.below(300) === 0) pair.show(COLOUR_NONE, random.below(60));
          if (random.below(1500) === 0) pair.compare();
        }
        pair.compare();
        for (let look = 0; look < 100; look++) pair.repeat(random.pick(pair.held), false);
        for (let look = 0; look < 100; look++) pair.repeat(draw(), false);
      },
    );
    checkProperty(t, property, 25);
  });

  it('forgets by the 2048 rule what is dropped: a repeat of it is none', () => {
    const store = new SegmentStore();
    const row = new Int32Array(ROW_WORDS);
    const segment = (n: number): Given => ({
      ...{ seq: n * 100, ack: 1, flags: 0x10, size: 154, side: 0, timeUs: START_US[0] + n, options: [] },
    });
    const pair = new Pair(store, row, 0, { ...segment(0), flags: 2, ack: 0 });
    for (let n = 1; n < 2048; n++) pair.append(segment(n), n === 7 ? COLOUR_RED : COLOUR_NONE);
    assert.equal(pair.held.length, 2048);
    assert.ok(store.findRepeat(row, 0, 500, 1, 0x10, 154));
    pair.append(segment(2048), COLOUR_NONE);
    assert.equal(row[M_HELD], 1023);
    assert.equal(store.findRepeat(row, 0, 500, 1, 0x10, 154), false);
    assert.ok(store.findRepeat(row, 0, 700, 1, 0x10, 154), 'a shown one stays');
    assert.ok(store.findRepeat(row, 0, 0, 0, 2, 154), 'the first SYN stays');
    pair.compare();
    assert.deepEqual(
      pair.held.slice(0, 4).map((one) => one.number),
      [0, 7, 1028, 1029],
    );
  });

  it('finds and colours in a session that holds far more than the 2048 rule leaves hidden ones', (t: TestContext) => {
    const property = fc.property(fc.nat(0x7fffffff), fc.integer({ min: 3000, max: 16_000 }), (seed, segments) => {
      const random = new Random(seed);
      const store = new SegmentStore();
      const row = new Int32Array(2 * ROW_WORDS);
      const next = [random.below(2 ** 32), random.below(2 ** 32)];
      // Long jumps: the ranges of keys soon say nothing.
      const jumps = random.pick([
        [0, 1460],
        [0, 1460, 0x1fff_ffff],
      ]);
      let timeUs = START_US[1];
      const draw = (side: 0 | 1): Given => {
        next[side] += random.pick(jumps);
        timeUs += 40;
        const options = random.below(2) === 0 ? [timeUs | 0, 77] : [];
        const flags = random.pick([0x10, 0x18]);
        return { seq: int32(next[side]), ack: int32(next[1 - side]), flags, size: 66, side, timeUs, options };
      };
      const syn = (): Given => ({ ...draw(0), flags: 2, ack: 0 });
      const other = new Pair(store, row, 1, syn());
      const pair = new Pair(store, row, 0, syn());
      const pick = (): Given => {
        const { held } = pair;
        const last = held.length - 1;
        return held[
          random.pick([0, Math.min(1, last), random.below(held.length), Math.max(0, last - random.below(40))])
        ];
      };
      for (let n = 1; n < segments; n++) {
        const again = random.below(20) === 0;
        // Shown without a colour, as context is: a later repeat of an earlier one colours it.
        const look = random.below(50) === 0 ? COLOUR_RED : COLOUR_NONE;
        if (again && random.below(4) === 0) pair.repeat(pick(), random.below(3) === 0);
        pair.append(again ? { ...pick(), timeUs } : draw(random.below(2) as 0 | 1), look, random.below(400) > 0);
        if (n % 3 === 0) other.append(draw(0), COLOUR_NONE, n % 2 === 0);
        if (random.below(4000) === 0) pair.compare();
      }
      pair.compare();
      other.compare();
      for (let look = 0; look < 150; look++) pair.repeat(pick(), false);
      for (let look = 0; look < 150; look++) pair.repeat({ ...pick(), size: random.pick([66, 67]) }, false);
      for (let look = 0; look < 50; look++) pair.repeat(draw(0), false);
      pair.end();
      // Its first chunk is handed out again, and what was known of it is not.
      const anew = new Pair(store, row, 0, syn());
      for (let n = 1; n < 3000; n++) anew.append(draw(0), COLOUR_NONE, true);
      for (let look = 0; look < 50; look++) anew.repeat(random.pick(anew.held), true);
      anew.compare();
      other.compare();
    });
    checkProperty(t, property, 6);
  });

  it('counts any number of segments dropped one after the other, when too many shown ones are held', () => {
    const row = new Int32Array(ROW_WORDS);
    const segment = (n: number): Given => ({
      ...{ seq: n * 100, ack: 1, flags: 0x10, size: 154, side: 0, timeUs: START_US[0] + n, options: [] },
    });
    const pair = new Pair(new SegmentStore(), row, 0, { ...segment(0), flags: 2, ack: 0 });
    for (let n = 1; n <= 2050; n++) pair.append(segment(n), COLOUR_RED);
    // Each hidden one takes the place of the one before, but for a shown one now and then.
    for (let n = 2051; n <= 2250; n++) {
      pair.append(segment(n), n % 90 === 0 ? COLOUR_RED : COLOUR_NONE);
      pair.compare();
    }
  });

  it('may hold nothing that lies far from all it has: most look-ups are spared', () => {
    const store = new SegmentStore();
    const row = new Int32Array(ROW_WORDS);
    const data = (n: number): Given => ({
      ...{ seq: 1000 + n * 100, ack: 1, flags: 0x18, size: 154, side: 0, timeUs: START_US[0] + n, options: [] },
    });
    const pair = new Pair(store, row, 0, { ...data(0), flags: 2, ack: 0 });
    let spared = 0;
    for (let n = 1; n < 500; n++) {
      if (!mayHold(row, 0, data(n).seq, 1, 154)) spared++;
      pair.append(data(n), COLOUR_NONE);
    }
    assert.ok(spared > 490, `${spared} of 499`);
  });
});
