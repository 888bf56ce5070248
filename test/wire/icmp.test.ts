import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { IcmpQuote } from '../../src/wire/icmp.js';
import {
  authentication,
  type Bytes,
  before,
  extension,
  fragmentHeader,
  ipv4,
  ipv6,
  type Layer,
  stack,
  TCP,
  zeros,
} from '../support/craft-layers.js';
import { checkProperty } from '../support/property.js';

/** Bytes before the frame in its buffer, and before the message in the frame. */
const AT = 7;
const ICMP = 20;

const message = (type: number, code: number): Layer => before(...zeros(ICMP), type, code, ...zeros(6));
const HOST = message(3, 1);
const PORT6 = message(1, 4);

/** Where the quoted headers are, behind the message's 8 bytes; undefined when nothing is quoted that counts. */
function quoted(frame: Bytes, isV6: boolean, quote = new IcmpQuote()): readonly [ip: number, tcp: number] | undefined {
  // The frame ends where its memory does: whoever reads on, throws.
  const bytes = new Uint8Array(AT + frame.length);
  bytes.set(frame, AT);
  const isFound = quote.findUnreachable(new DataView(bytes.buffer), AT, frame.length, ICMP, isV6);
  return isFound ? [quote.ip - ICMP - 8, quote.tcp - ICMP - 8] : undefined;
}

describe('what an ICMP message quotes', () => {
  it('is asked of two codes of one type, for each version', () => {
    const found: string[] = [];
    for (let type = 0; type < 256; type++) {
      for (let code = 0; code < 256; code++) {
        if (quoted(message(type, code)(ipv4(6)(TCP)), false) !== undefined) found.push(`ICMP ${type} ${code}`);
        if (quoted(message(type, code)(ipv6(6)(TCP)), true) !== undefined) found.push(`ICMPv6 ${type} ${code}`);
      }
    }
    assert.deepEqual(found, ['ICMPv6 1 3', 'ICMPv6 1 4', 'ICMP 3 1', 'ICMP 3 3']);
  });

  const cases: readonly [name: string, isV6: boolean, frame: Bytes, tcp: number][] = [
    ['IPv4', false, stack(HOST, ipv4(6))(TCP), 20],
    ['IPv4 with options', false, stack(HOST, ipv4(6, 0, 10))(TCP), 60],
    ['a first fragment', false, stack(HOST, ipv4(6, 0x2000))(TCP), 20],
    ['IPv4 with AH', false, stack(HOST, ipv4(51), authentication(6))(TCP), 44],
    ['IPv6', true, stack(PORT6, ipv6(6))(TCP), 40],
    ['IPv6 with extension headers', true, stack(PORT6, ipv6(0), extension(43), extension(60), extension(6))(TCP), 88],
    ['an IPv6 first fragment', true, stack(PORT6, ipv6(44), fragmentHeader(6, 1))(TCP), 48],
  ];
  for (const [name, isV6, frame, tcp] of cases) {
    it(`${name}: is found as soon as its ports are there, and in no shorter cut`, () => {
      const quote = new IcmpQuote();
      for (let bytes = 0; bytes <= frame.length; bytes++) {
        const expected = bytes >= ICMP + 8 + tcp + 4 ? [0, tcp] : undefined;
        // Of what was quoted before nothing is left.
        assert.deepEqual(quoted(frame.slice(0, bytes), isV6, quote), expected, `${bytes} bytes`);
      }
    });
  }

  const others: readonly [name: string, isV6: boolean, frame: Bytes][] = [
    ['UDP', false, stack(HOST, ipv4(17))(TCP)],
    ['UDP over IPv6', true, stack(PORT6, ipv6(17))(TCP)],
    ['a later fragment', false, stack(HOST, ipv4(6, 1))(TCP)],
    ['a later IPv6 fragment', true, stack(PORT6, ipv6(44), fragmentHeader(6, 8))(TCP)],
    ['the other version', false, stack(HOST, ipv6(6))(TCP)],
    ['the other version over IPv6', true, stack(PORT6, ipv4(6))(TCP)],
    ['a header of 4 words', false, stack(HOST, before(0x44, ...ipv4(6)([]).slice(1)))(TCP)],
    ['a tunnel', false, stack(HOST, ipv4(4), ipv4(6))(TCP)],
    ['a tunnel over IPv6', true, stack(PORT6, ipv6(41), ipv6(6))(TCP)],
    ['a message that quotes TCP', false, stack(HOST, ipv4(1), before(3, 1, ...zeros(6)), ipv4(6))(TCP)],
    ['an ICMPv6 message that quotes TCP', true, stack(PORT6, ipv6(58), before(1, 4, ...zeros(6)), ipv6(6))(TCP)],
    [
      '100 extension headers',
      true,
      stack(PORT6, ipv6(60), ...new Array<Layer>(99).fill(extension(60)), extension(6))(TCP),
    ],
  ];
  for (const [name, isV6, frame] of others) {
    it(`${name}: is none that counts`, () => assert.equal(quoted(frame, isV6), undefined));
  }

  it('is looked for within the frame, whatever the bytes are', (t: TestContext) => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 120 });
    const start = fc.constantFrom<Layer>(
      HOST,
      PORT6,
      stack(HOST, before(0x45)),
      stack(PORT6, before(0x60, 0, 0, 0, 0, 0, 60)),
    );
    checkProperty(
      t,
      fc.property(start, bytes, fc.boolean(), (layer, rest, isV6) => {
        const frame = layer([...rest]);
        const found = quoted(frame, isV6);
        assert.ok(found === undefined || (found[0] === 0 && ICMP + 8 + found[1] + 4 <= frame.length));
      }),
      1000,
    );
  });
});
