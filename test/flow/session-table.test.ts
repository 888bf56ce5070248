import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  KEY_WORDS,
  ROW_ADDRESS_0,
  ROW_ADDRESS_1,
  ROW_HASH,
  ROW_PORTS,
  SessionTable,
} from '../../src/flow/session-table.js';
import { hashIpv4, hashIpv6 } from '../../src/wire/conversation-hash.js';
import { checkProperty, seedOf } from '../support/property.js';
import { Random } from '../support/random.js';

const OWNER_WORDS = 3;
/** Where addresses lie in the view that the table is given: not at its start. */
const FROM = 6;

/** Both addresses as words (one each, or four each), ports of the two ends. */
interface Key {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly ports: readonly [number, number];
  readonly hash: number;
  readonly vlan?: number;
}

const portsWord = ([a, b]: readonly [number, number]): number => (a << 16) | b;
const turned = (key: Key): Key => ({ ...key, a: key.b, b: key.a, ports: [key.ports[1], key.ports[0]] });
const nameOf = (key: Key): string =>
  `${key.a.map((w) => w | 0)} ${key.b.map((w) => w | 0)} ${key.ports} ${key.vlan ?? 0}`;

function viewOf(key: Key): DataView {
  const view = new DataView(new ArrayBuffer(FROM + 32));
  [...key.a, ...key.b].forEach((word, index) => {
    view.setInt32(FROM + 4 * index, word);
  });
  return view;
}

function find(table: SessionTable, key: Key): number {
  if (key.a.length === 4) return table.findV6(viewOf(key), FROM, portsWord(key.ports), key.hash, key.vlan ?? 0);
  return table.find(key.a[0], key.b[0], portsWord(key.ports), key.hash, key.vlan ?? 0);
}

function insert(table: SessionTable, key: Key): number {
  if (key.a.length === 4) return table.insertV6(viewOf(key), FROM, portsWord(key.ports), key.hash, key.vlan ?? 0);
  return table.insert(key.a[0], key.b[0], portsWord(key.ports), key.hash, key.vlan ?? 0);
}

/** A table and the Map it must agree with. */
class Pair {
  readonly table = new SessionTable(OWNER_WORDS);
  readonly rows = new Map<string, { key: Key; row: number; mark: number }>();
  #mark = 0;

  insert(key: Key): void {
    const row = insert(this.table, key);
    const page = this.table.page(row);
    const at = this.table.at(row);
    for (const { row: other, key: its } of this.rows.values()) assert.notEqual(other, row, `row of ${nameOf(its)}`);
    assert.equal(page[at + ROW_PORTS], portsWord(key.ports));
    assert.equal(page[at + ROW_HASH], key.hash);
    for (let w = 0; w < OWNER_WORDS; w++) assert.equal(page[at + KEY_WORDS + w], 0, 'a new row is zero');
    this.#mark++;
    page.fill(this.#mark, at + KEY_WORDS, at + KEY_WORDS + OWNER_WORDS);
    this.rows.set(nameOf(key), { key, row, mark: this.#mark });
  }

  remove(key: Key): void {
    const { row } = this.rows.get(nameOf(key))!;
    this.table.remove(row);
    this.rows.delete(nameOf(key));
  }

  /** Finds or misses the key as the map does, both ways round. */
  check(key: Key): void {
    const known = this.rows.get(nameOf(key)) ?? this.rows.get(nameOf(turned(key)));
    for (const asked of [key, turned(key)]) {
      const row = find(this.table, asked);
      if (known === undefined) {
        assert.equal(row, -1, `${nameOf(asked)} is not there`);
        continue;
      }
      assert.equal(row, known.row, nameOf(asked));
      assert.equal(this.table.direction, nameOf(asked) === nameOf(known.key) ? 0 : 1, nameOf(asked));
      this.#checkRow(known.key, known.row, known.mark);
    }
  }

  checkAll(): void {
    assert.equal(this.table.live, this.rows.size);
    const visited: number[] = [];
    this.table.forEach((row) => {
      visited.push(row);
    });
    const expected = [...this.rows.values()].map(({ row }) => row);
    assert.deepEqual(
      visited.sort((x, y) => x - y),
      expected.sort((x, y) => x - y),
    );
  }

  #checkRow(key: Key, row: number, mark: number): void {
    const page = this.table.page(row);
    const at = this.table.at(row);
    for (let w = 0; w < OWNER_WORDS; w++) assert.equal(page[at + KEY_WORDS + w], mark, 'the owner’s words stay');
    if (key.a.length === 1) {
      assert.deepEqual([page[at + ROW_ADDRESS_0], page[at + ROW_ADDRESS_1]], [key.a[0] | 0, key.b[0] | 0]);
      return;
    }
    for (let word = 0; word < 4; word++) {
      assert.equal(this.table.addressWord(row, 0, word), key.a[word] | 0);
      assert.equal(this.table.addressWord(row, 1, word), key.b[word] | 0);
    }
  }
}

/** Keys that differ little, with few hashes, so that they meet in the index; a hash is the same both ways round. */
const keyArbitrary: fc.Arbitrary<Key> = fc
  .record({
    isV6: fc.boolean(),
    low: fc.nat(2),
    other: fc.nat(2),
    ports: fc.tuple(fc.constantFrom(1, 80, 0x8000, 0xffff), fc.constantFrom(1, 80, 0x8000, 0xffff)),
    vlan: fc.constantFrom(0, 0, 0x1000001, 0x3ffffff),
  })
  .map(({ isV6, low, other, ports, vlan }) => {
    const address = (n: number): number[] => (isV6 ? [0x20010db8, 0, n === 2 ? -1 : 0, n] : [(0x0a000000 + n) | 0]);
    // The same for both directions; two of them have the same place in an index of 4096.
    const hash = [-1, 4095, 4094][(low + other + ports[0] + ports[1]) % 3];
    return { a: address(low), b: address(other), ports, hash, vlan };
  });

describe('session table', () => {
  it('agrees with a Map over insertions, removals and look-ups with colliding hashes', (t: TestContext) => {
    const step = fc.record({ key: keyArbitrary, isRemoval: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 200 }), fc.array(keyArbitrary), (steps, others) => {
      const pair = new Pair();
      for (const { key, isRemoval } of steps) {
        pair.check(key);
        const name = [key, turned(key)].find((one) => pair.rows.has(nameOf(one)));
        if (name === undefined) pair.insert(key);
        else if (isRemoval) pair.remove(name);
      }
      for (const key of [...others, ...steps.map((one) => one.key)]) pair.check(key);
      pair.checkAll();
    });
    checkProperty(t, property, 300);
  });

  it('grows past several pages and reuses rows, IPv4 and IPv6 mixed', (t: TestContext) => {
    const random = new Random(seedOf(t));
    const table = new SessionTable(OWNER_WORDS);
    const rows = new Map<number, Key>();
    const keys = new Map<string, number>();
    const draw = (): Key => {
      const ports: [number, number] = [random.below(65536), 443];
      if (random.below(2) === 0) {
        const [a, b] = [random.below(2 ** 32) | 0, 0x0a000001];
        return { a: [a], b: [b], ports, hash: hashIpv4(a, b, portsWord(ports)) };
      }
      const key = { a: [0xfe800000 | 0, 0, 0, random.below(5)], b: [1, 2, 3, random.below(99)], ports, hash: 0 };
      return { ...key, hash: hashIpv6(viewOf(key), FROM, portsWord(ports)) };
    };
    for (let round = 0; round < 40_000; round++) {
      const isGrowing = round < 18_000 || round > 30_000;
      if (isGrowing ? random.below(10) > 0 : random.below(10) === 0) {
        const key = draw();
        const known = keys.get(nameOf(key)) ?? keys.get(nameOf(turned(key))) ?? -1;
        assert.equal(find(table, key), known);
        if (known >= 0) continue;
        const row = insert(table, key);
        assert.ok(!rows.has(row), 'a row in use is not given out');
        const page = table.page(row);
        const at = table.at(row) + KEY_WORDS;
        assert.deepEqual([...page.subarray(at, at + OWNER_WORDS)], [0, 0, 0]);
        page.fill(row + 1, at, at + OWNER_WORDS);
        rows.set(row, key);
        keys.set(nameOf(key), row);
      } else {
        const row = random.below(rows.size);
        const key = rows.get(row);
        if (key === undefined) continue;
        assert.equal(find(table, turned(key)), row);
        table.remove(row);
        assert.equal(find(table, key), -1);
        rows.delete(row);
        keys.delete(nameOf(key));
      }
      assert.equal(table.live, rows.size);
    }
    assert.ok(Math.max(...rows.keys()) > 3 * 4096, 'several pages were in use');
    for (const [row, key] of rows) {
      assert.equal(find(table, key), row);
      assert.equal(table.direction, 0);
      const at = table.at(row) + KEY_WORDS;
      assert.deepEqual([...table.page(row).subarray(at, at + OWNER_WORDS)], new Array(OWNER_WORDS).fill(row + 1));
    }
  });

  it('finds a conversation whose two ends are the same', () => {
    const pair = new Pair();
    const land: Key = { a: [5], b: [5], ports: [7, 7], hash: 1 };
    const land6: Key = { a: [5, 6, 7, 8], b: [5, 6, 7, 8], ports: [7, 7], hash: 1 };
    for (const key of [land, land6]) {
      pair.insert(key);
      pair.check(key);
    }
  });

  it('tells addresses apart that only the other order would match', () => {
    const pair = new Pair();
    pair.insert({ a: [1], b: [2], ports: [10, 20], hash: 9 });
    pair.check({ a: [1], b: [2], ports: [20, 10], hash: 9 });
    pair.insert({ a: [1, 0, 0, 0], b: [2, 0, 0, 0], ports: [10, 20], hash: 9 });
    pair.check({ a: [1, 0, 0, 0], b: [2, 0, 0, 0], ports: [20, 10], hash: 9 });
    pair.check({ a: [1, 0, 0, 0], b: [1, 0, 0, 0], ports: [10, 20], hash: 9 });
  });
});
