import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { hashIpv4, hashIpv6, mixVlan, shardOf } from '../../src/wire/conversation-hash.js';
import { checkProperty } from '../support/property.js';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const address6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const port = fc.nat(0xffff);

function hashOf6(source: ArrayLike<number>, destination: ArrayLike<number>, ports: number, at: number): number {
  const bytes = new Uint8Array(at + 32);
  bytes.set(source, at);
  bytes.set(destination, at + 16);
  return hashIpv6(new DataView(bytes.buffer), at, ports);
}

function address6Of(low: number): Uint8Array {
  const bytes = Uint8Array.from([0x20, 1, 0xd, 0xb8, ...new Array<number>(12).fill(0)]);
  new DataView(bytes.buffer).setUint32(12, low);
  return bytes;
}

/** Populations of conversations as captures have them, of 64,000 each: their hashes. */
const POPULATIONS: readonly [name: string, hashOf: (n: number) => number][] = [
  ['one client, one server, all ports', (n) => hashIpv4(0x0a000001, 0x0a000002, ((1024 + n) << 16) | 443)],
  ['many clients in a row, one port', (n) => hashIpv4(0x0a000000 + n, 0xc0a80001 | 0, (40_000 << 16) | 80)],
  [
    'a network with a few ports each',
    (n) => hashIpv4(0x0a000000 + (n >> 4), 0x0a010000 + (n & 15), ((50_000 + (n & 7)) << 16) | 22),
  ],
  ['a scan of addresses and ports', (n) => hashIpv4(0x7f000001, 0x0b000000 + (n >> 8), (55_555 << 16) | (n & 255))],
  ['even ports only', (n) => hashIpv4(0x0a000001, 0x0a000002 + (n >> 14), (((2 * n) & 0xffff) << 16) | 8080)],
  ['clients whose first octets differ', (n) => hashIpv4(((n & 255) << 24) | 5, 7, ((1024 + (n >> 8)) << 16) | 443)],
  // Pairs whose sum and whose difference are the same for all.
  ['ports that add up to 65535', (n) => hashIpv4(0x0a000001, 0x0a000002, (n << 16) | (65_535 - n))],
  ['addresses and their complements', (n) => hashIpv4(n, ~n, (1234 << 16) | 80)],
  ['a mesh of hosts at one port', (n) => hashIpv4(0x0a000000 + (n & 255), 0x0a000000 + (n >> 8), (179 << 16) | 179)],
  ['IPv6 clients in a row', (n) => hashOf6(address6Of(n), address6Of(1), (40_000 << 16) | 443, 0)],
  ['IPv6 ports of one pair', (n) => hashOf6(address6Of(1), address6Of(2), ((1024 + n) << 16) | 443, 0)],
];
const CONVERSATIONS = 64_000;

/** The largest share of `counts` relative to an even one, and the smallest. */
function spread(counts: readonly number[]): [least: number, most: number] {
  const even = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return [Math.min(...counts) / even, Math.max(...counts) / even];
}

describe('conversation hash', () => {
  it('is the same for both directions, IPv4', (t: TestContext) => {
    const property = fc.property(word, word, port, port, (a, b, from, to) => {
      const hash = hashIpv4(a, b, (from << 16) | to);
      assert.equal(hashIpv4(b, a, (to << 16) | from), hash);
      assert.equal(hash, hash | 0);
    });
    checkProperty(t, property, 1000);
  });

  it('is the same for both directions and wherever the addresses lie, IPv6', (t: TestContext) => {
    const property = fc.property(address6, address6, port, port, fc.nat(20), (a, b, from, to, at) => {
      const hash = hashOf6(a, b, (from << 16) | to, 0);
      assert.equal(hashOf6(b, a, (to << 16) | from, at), hash);
      assert.equal(hash, hash | 0);
    });
    checkProperty(t, property, 1000);
  });

  for (const [name, hashOf] of POPULATIONS) {
    it(`is the same for a few conversations at most, each a step of a look-up: ${name}`, () => {
      const groups = new Map<number, number>();
      for (let n = 0; n < CONVERSATIONS; n++) groups.set(hashOf(n), (groups.get(hashOf(n)) ?? 0) + 1);
      const largest = Math.max(...groups.values());
      assert.ok(largest <= 4, `${largest} conversations have one hash`);
    });
  }

  it('is left alone without a VLAN, and is another one in each VLAN', (t: TestContext) => {
    const property = fc.property(word, fc.integer({ min: 1, max: 0x3ffffff }), (hash, vlan) => {
      assert.equal(mixVlan(hash, 0), hash);
      assert.equal(mixVlan(hash, vlan), mixVlan(hash, vlan) | 0);
    });
    checkProperty(t, property, 1000);
    const inVlans = Array.from({ length: 4096 }, (_, id) => mixVlan(12_345, id === 0 ? 0 : 0x1000000 | id));
    assert.equal(new Set(inVlans).size, 4096);
  });

  it('gives a shard below the number of shards for any hash', (t: TestContext) => {
    const property = fc.property(word, fc.integer({ min: 1, max: 64 }), (hash, shards) => {
      const shard = shardOf(hash, shards);
      assert.ok(Number.isInteger(shard) && shard >= 0 && shard < shards, `${shard} of ${shards}`);
    });
    checkProperty(t, property, 2000);
  });

  it('reaches every shard, with the extreme hashes at both ends', () => {
    for (let shards = 1; shards <= 64; shards++) {
      assert.equal(shardOf(0, shards), 0);
      assert.equal(shardOf(-1, shards), shards - 1);
    }
  });

  for (const [name, hashOf] of POPULATIONS) {
    it(`spreads over 1 to 64 shards, and in each over its table: ${name}`, () => {
      const hashes = Array.from({ length: CONVERSATIONS }, (_, n) => hashOf(n));
      for (let shards = 1; shards <= 64; shards++) {
        const counts = new Array<number>(shards).fill(0);
        for (const hash of hashes) counts[shardOf(hash, shards)]++;
        const [least, most] = spread(counts);
        assert.ok(least > 0.8 && most < 1.2, `${shards} shards: from ${least} to ${most} of an even share`);
      }
      // The table takes the low bits; those of one shard's conversations must differ as well.
      const inTable = new Array<number>(128).fill(0);
      for (const hash of hashes) if (shardOf(hash, 8) === 3) inTable[hash & 127]++;
      const [least, most] = spread(inTable);
      assert.ok(least > 0.3 && most < 2, `in one shard's table: from ${least} to ${most} of an even share`);
    });
  }
});
