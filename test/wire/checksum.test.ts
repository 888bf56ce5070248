import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  fold,
  icmpChecksum,
  icmpv6Checksum,
  ipv4HeaderChecksum,
  isAccepted,
  pseudoHeaderSum,
  sumOf,
  tcpChecksum,
} from '../../src/wire/checksum.js';
import { tcpFrame } from '../support/craft.js';
import { checkProperty } from '../support/property.js';

/** The bytes somewhere in shared memory, with other bytes on both sides. */
function shared(bytes: ArrayLike<number>, at: number): DataView {
  const all = new Uint8Array(new SharedArrayBuffer(at + bytes.length + 3)).fill(0xa5);
  all.set(bytes, at);
  return new DataView(all.buffer);
}

const bytesOf = (hex: string): number[] => hex.match(/[0-9a-f]{2}/g)!.map((byte) => Number.parseInt(byte, 16));

/** Byte by byte, carrying at once. */
function naiveSum(bytes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) {
    sum += i % 2 === 0 ? bytes[i] << 8 : bytes[i];
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

describe('the sum of bytes', () => {
  it("is that of RFC 1071's example, whose end is ddf2", () => {
    assert.equal(fold(sumOf(shared(bytesOf('0001f203f4f5f6f7'), 5), 5, 8)), 0xddf2);
  });

  it('is the same wherever they lie and however many they are', () => {
    const bytes = Uint8Array.from({ length: 70 }, (_, i) => 255 - 7 * i);
    for (let length = 0; length <= bytes.length; length++) {
      for (let at = 0; at < 9; at++) {
        const view = shared(bytes.subarray(0, length), at);
        assert.equal(fold(sumOf(view, at, length)), naiveSum(bytes.subarray(0, length)), `${length} bytes at ${at}`);
      }
    }
  });

  it('is right for any', (t: TestContext) => {
    const property = fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), fc.nat(3), (bytes, at) => {
      assert.equal(fold(sumOf(shared(bytes, at), at, bytes.length)), naiveSum(bytes));
    });
    checkProperty(t, property);
  });

  it('does not overflow: 256 KiB of the highest word, 0 only for nothing but zeros', () => {
    const bytes = 1 << 18;
    assert.equal(fold(sumOf(shared(new Uint8Array(bytes).fill(0xff), 1), 1, bytes)), 0xffff);
    assert.equal(fold(sumOf(shared(new Uint8Array(bytes), 1), 1, bytes)), 0);
    assert.equal(fold(2 ** 49 - 1), (2 ** 49 - 1) % 0xffff);
  });

  it('is not read beyond the end', () => {
    for (let length = 0; length < 40; length++) {
      const view = new DataView(new ArrayBuffer(length));
      assert.equal(sumOf(view, 0, length), 0);
      assert.throws(() => sumOf(view, 0, length + 1), RangeError);
    }
  });
});

describe('the checksum that should be there', () => {
  it('of an IPv4 header', () => {
    const known = bytesOf('4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7');
    assert.equal(ipv4HeaderChecksum(shared(known, 9), 4, 5), 0xb861);
    // Whatever the field holds.
    known.splice(10, 2, 0xb8, 0x61);
    assert.equal(ipv4HeaderChecksum(shared(known, 9), 4, 5), 0xb861);
    const withOptions = [0x46, ...known.slice(1), 1, 2, 3, 4];
    assert.equal(ipv4HeaderChecksum(shared(withOptions, 0), 0, 0), 0xb861 - 0x0100 - 0x0102 - 0x0304);
  });

  it('of TCP over both versions, with a payload of any length', () => {
    const ends = { link: 'raw', sport: 1234, dport: 80, seq: 0xfffffff0, ack: 77, flags: 0x18 } as const;
    for (let payload = 0; payload < 40; payload++) {
      const over4 = { ...ends, ipVersion: 4, src: '192.168.200.1', dst: '10.255.254.253', payload } as const;
      const over6 = { ...ends, ipVersion: 6, src: 'fd00:1::ffff', dst: '2001:db8::2', payload } as const;
      for (const [form, tcp] of [
        [over4, 20],
        [over6, 40],
      ] as const) {
        const { captured } = tcpFrame(form);
        const view = shared(captured, 3);
        const isV6 = form.ipVersion === 6;
        const right = view.getUint16(3 + tcp + 16);
        assert.equal(tcpChecksum(view, 3, 0, tcp, 20 + payload, isV6), right);
        view.setUint16(3 + tcp + 16, 0x1234);
        assert.equal(tcpChecksum(view, 3, 0, tcp, 20 + payload, isV6), right);
        // What a network card does with what the host left: it adds up all, that included.
        view.setUint16(3 + tcp + 16, pseudoHeaderSum(view, 3, 0, 20 + payload, isV6));
        assert.equal(~naiveSum(captured.map((_, i) => view.getUint8(3 + i)).subarray(tcp)) & 0xffff, right);
      }
    }
  });

  it('of ICMP and ICMPv6', () => {
    // An echo request of 8 bytes, and a neighbour solicitation as RFC 4861 4.3 has it.
    assert.equal(icmpChecksum(shared(bytesOf('0800 0000 0001 0002'), 6), 4, 2, 8), 0xf7fc);
    assert.equal(icmpChecksum(shared(bytesOf('0800 f7fc 0001 0002'), 6), 4, 2, 8), 0xf7fc);
    assert.equal(icmpChecksum(shared(bytesOf('0000 0000 0000'), 0), 0, 0, 5), 0xffff);
    const addresses = `fe80${'00'.repeat(13)}01ff02${'00'.repeat(13)}02`;
    const message = bytesOf(`8700 0000 0000 0000 fe80${'00'.repeat(13)}02`);
    const packet = [0x60, 0, 0, 0, 0, message.length, 58, 255, ...bytesOf(addresses), ...message];
    const pseudo = [...bytesOf(addresses), 0, 0, 0, message.length, 0, 0, 0, 58];
    assert.equal(
      icmpv6Checksum(shared(packet, 3), 2, 1, 41, message.length),
      ~naiveSum([...pseudo, ...message]) & 0xffff,
    );
  });

  it('is taken in both forms of zero where a receiver takes both', () => {
    assert.ok(isAccepted(0x1234, 0x1234) && isAccepted(0, 0) && isAccepted(0xffff, 0) && isAccepted(0xffff, 0xffff));
    assert.ok(!isAccepted(0, 0xffff) && !isAccepted(1, 0) && !isAccepted(0x1234, 0x3412));
  });

  it('is taken exactly when all words with the field add up to 0xffff, as a receiver finds it', (t: TestContext) => {
    const word = fc.oneof(fc.constantFrom(0, 0xffff), fc.nat(0xffff));
    const property = fc.property(word, fc.array(word, { minLength: 1, maxLength: 4 }), (field, others) => {
      const bytes = [0, 0, field, ...others].flatMap((value) => [value >> 8, value & 255]).slice(2);
      // Type and code are the first of `others` here: the field is the second word.
      const message = [...bytes.slice(2, 4), ...bytes.slice(0, 2), ...bytes.slice(4)];
      const expected = icmpChecksum(shared(message, 0), 0, 0, message.length);
      assert.equal(isAccepted(field, expected), naiveSum(message) === 0xffff);
    });
    checkProperty(t, property, 2000);
  });
});
