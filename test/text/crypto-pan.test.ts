/**
 * Prefix-preserving anonymisation: the published vectors of Crypto-PAn, its properties, and a naive form of it.
 */
import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseDotted, parseIp6 } from '../../src/filter/address-text.js';
import { ADDRESS_KEY_BYTES, AddressMapper } from '../../src/text/crypto-pan.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { checkProperty } from '../support/property.js';

/** The key of the sample trace that comes with the authors' program. */
const SAMPLE_KEY = Uint8Array.of(
  ...[21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16],
  ...[216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2],
);

/** The first rows of that trace. */
const SAMPLES_V4: readonly (readonly [address: string, mapped: string])[] = [
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
  ['152.163.225.39', '151.140.114.167'],
  ['156.29.3.236', '147.225.12.42'],
  ['165.247.96.84', '162.9.99.234'],
  ['166.107.77.190', '160.132.178.185'],
  ['192.102.249.13', '252.138.62.131'],
  ['192.215.32.125', '252.43.47.189'],
  ['192.233.80.103', '252.25.108.8'],
  ['192.41.57.43', '252.222.221.184'],
  ['193.150.244.223', '253.169.52.216'],
  ['195.205.63.100', '255.186.223.5'],
  ['198.200.171.101', '249.199.68.213'],
  ['198.26.132.101', '249.36.123.202'],
  ['198.36.213.5', '249.7.21.132'],
  ['198.51.77.238', '249.18.186.254'],
];

/** With the same key, as other programs map IPv6 addresses. */
const SAMPLES_V6: readonly (readonly [address: string, mapped: string])[] = [
  ['::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed'],
  ['::2', '78ff:f001:9fc0:20df:8380:b1f1:704:ef'],
  ['::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838'],
  ['2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e'],
  ['2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c'],
];

const keys = fc.uint8Array({ minLength: ADDRESS_KEY_BYTES, maxLength: ADDRESS_KEY_BYTES });
const words = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** Addresses of which many share a prefix of any length. */
const lists = (wordsOfOne: number, maxLength: number): fc.Arbitrary<number[][]> =>
  fc
    .tuple(
      fc.array(fc.array(words, { minLength: wordsOfOne, maxLength: wordsOfOne }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(3), fc.nat(32 * wordsOfOne - 1)), { maxLength }),
    )
    .map(([bases, turned]) => [
      ...bases,
      ...turned.map(([base, bit]) =>
        bases[base % bases.length].map((word, index) => (index === bit >>> 5 ? word ^ (1 << (31 - (bit & 31))) : word)),
      ),
    ]);

const bitsOf = (address: readonly number[]): string =>
  address.map((word) => (word >>> 0).toString(2).padStart(32, '0')).join('');

function commonBits(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [bitsOf(a), bitsOf(b)];
  for (let bit = 0; bit < left.length; bit++) if (left[bit] !== right[bit]) return bit;
  return left.length;
}

/** As the paper says it, on texts of bits: bit i is turned by the first bit of the encrypted prefix before it, filled up from the pad. */
function naive(key: Uint8Array, address: readonly number[]): string {
  const encrypt = (block: Uint8Array): Buffer =>
    createCipheriv('aes-128-ecb', key.slice(0, 16), null).setAutoPadding(false).update(block);
  const textOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const pad = textOf(encrypt(key.slice(16)));
  const bits = bitsOf(address);
  return [...bits]
    .map((bit, index) => {
      const filled = bits.slice(0, index) + pad.slice(index);
      const block = Uint8Array.from(filled.match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
      return Number(bit) ^ (encrypt(block)[0] >>> 7);
    })
    .join('');
}

const mapped = (mapper: AddressMapper, address: readonly number[]): number[] => {
  if (address.length === 1) return [mapper.v4(address[0])];
  const copy = [...address];
  mapper.v6(copy);
  return copy;
};

describe('addresses that stand for others', () => {
  const sample = new AddressMapper(SAMPLE_KEY);

  for (const [address, expected] of SAMPLES_V4) {
    it(`${address} is ${expected}`, () => {
      assert.equal(ipv4Text(sample.v4(parseDotted(address)!.value | 0)), expected);
    });
  }

  for (const [address, expected] of SAMPLES_V6) {
    it(`${address} is ${expected}`, () => assert.equal(ipv6Text(mapped(sample, parseIp6(address)!)), expected));
  }

  for (const [name, wordsOfOne, runs] of [
    ['IPv4', 1, 100],
    ['IPv6', 4, 30],
  ] as const) {
    it(`share as many first bits as the originals: ${name}`, (t) => {
      checkProperty(
        t,
        fc.property(keys, lists(wordsOfOne, 12), (key, addresses) => {
          const mapper = new AddressMapper(key);
          const images = addresses.map((address) => mapped(mapper, address));
          for (const [a, address] of addresses.entries()) {
            // All of them alike: no two addresses have one image either.
            for (let b = 0; b < a; b++) {
              assert.equal(commonBits(images[a], images[b]), commonBits(address, addresses[b]));
            }
          }
        }),
        runs,
      );
    });

    it(`are those of the paper, whatever was asked for before: ${name}`, (t) => {
      checkProperty(
        t,
        fc.property(keys, lists(wordsOfOne, 4), (key, addresses) => {
          const mapper = new AddressMapper(key);
          const expected = addresses.map((address) => naive(key, address));
          for (const round of [1, 2]) {
            const images = addresses.map((address) => bitsOf(mapped(mapper, address)));
            assert.deepEqual(images, expected, `round ${round}`);
          }
        }),
        10,
      );
    });
  }

  it('are the same when the cache has forgotten them', () => {
    const mapper = new AddressMapper(SAMPLE_KEY);
    const v4 = Array.from({ length: 100_000 }, (_, index) => Math.imul(index, 0x1000193));
    const v6 = Array.from({ length: 10_000 }, (_, index) => [0x20010db8, 0, 0, index]);
    const first = [...v4.map((address) => mapper.v4(address)), ...v6.map((address) => mapped(mapper, address))];
    const second = [...v4.map((address) => mapper.v4(address)), ...v6.map((address) => mapped(mapper, address))];
    assert.deepEqual(second, first);
    assert.equal(new Set(first.slice(0, v4.length)).size, v4.length);
  });

  it('are put in place, at a place, in arrays of both kinds', () => {
    const expected = mapped(sample, [0x20010db8, 0, 0, 1]);
    const array = Int32Array.of(7, 0x20010db8, 0, 0, 1, 8);
    sample.v6(array, 1);
    assert.deepEqual([...array], [7, ...expected, 8]);
    const unsigned = [0xfe800000, 0, 0, 0xffffffff];
    const signed = Int32Array.from(unsigned);
    sample.v6(unsigned);
    sample.v6(signed);
    assert.deepEqual([...signed], unsigned);
  });

  it('come of a key of 32 bytes only', () => {
    assert.throws(() => new AddressMapper(new Uint8Array(16)), RangeError);
  });
});
