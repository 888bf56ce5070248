import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  END_BAD_IP,
  END_ENCRYPTED,
  END_ICMP,
  END_LATER_FRAGMENT,
  END_OTHER,
  FOUND_TCP,
} from '../../src/wire/cursor.js';
import { type Ipv6Extension, linkHeaderBytes, type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { walk } from '../support/walk.js';

const EXTENSIONS: readonly Ipv6Extension[] = ['hop', 'routing', 'destination', 'ah'];
/** As craft.ts makes them; AH is 12 bytes, in words of 4 less 2. */
const EXTENSION_BYTES: Record<Ipv6Extension, number> = { hop: 16, routing: 16, destination: 16, ah: 12 };
/** Added to the place of a TCP header in a first fragment. */
const FIRST_FRAGMENT = 1e6;

const base: TcpFrameForm = {
  ...{ link: 'ether', ipVersion: 6, src: 'fd00::1', dst: 'fd00::2', sport: 1, dport: 2 },
  ...{ seq: 3, ack: 4, flags: 2 },
};

/** Where the TCP header is, or the END_ number. */
function locate(form: TcpFrameForm, captured = Number.POSITIVE_INFINITY): number {
  const { end, cursor } = walk(tcpFrame(form).captured.subarray(0, captured), 1);
  return end === FOUND_TCP ? cursor.offset + (cursor.moreFragments ? FIRST_FRAGMENT : 0) : end;
}

/** All chains of up to three extension headers. */
function chains(): Ipv6Extension[][] {
  const one = EXTENSIONS.map((extension) => [extension]);
  const two = one.flatMap((chain) => EXTENSIONS.map((extension) => [...chain, extension]));
  const three = two.flatMap((chain) => EXTENSIONS.map((extension) => [...chain, extension]));
  return [[], ...one, ...two, ...three];
}

const bytesOf = (chain: readonly Ipv6Extension[]): number =>
  chain.reduce((sum, extension) => sum + EXTENSION_BYTES[extension], 0);

describe('IPv6 extension headers', () => {
  it('are stepped over, in any order, up to three deep', () => {
    for (const extensions of chains()) {
      for (const vlan of [[], [7]]) {
        const form = { ...base, vlan, extensions };
        assert.equal(locate(form), linkHeaderBytes(form) + 40 + bytesOf(extensions), extensions.join());
      }
    }
  });

  it('may be followed by a fragment header: the first fragment has the TCP header', () => {
    for (const extensions of chains()) {
      const tcp = 14 + 40 + bytesOf(extensions) + 8;
      assert.equal(locate({ ...base, extensions, moreFragments: true }), tcp + FIRST_FRAGMENT);
      for (const moreFragments of [true, false]) {
        assert.equal(locate({ ...base, extensions, moreFragments, fragmentOffset: 1 }), END_LATER_FRAGMENT);
        assert.equal(locate({ ...base, extensions, moreFragments, fragmentOffset: 0x1fff }), END_LATER_FRAGMENT);
      }
    }
  });

  it('are bad when cut in the first 8 bytes of one, whatever lies before it', () => {
    for (const extensions of chains()) {
      for (const captured of [40, 41, 47]) {
        const last = extensions.at(-1);
        if (last === undefined) continue;
        const before = 14 + bytesOf(extensions.slice(0, -1));
        assert.equal(locate({ ...base, extensions }, before + captured), END_BAD_IP, extensions.join());
      }
    }
  });

  it('are bad when cut at any byte before their end', () => {
    for (const extensions of chains()) {
      const end = 14 + 40 + bytesOf(extensions);
      for (let captured = 54; captured < end; captured++) {
        assert.equal(locate({ ...base, extensions }, captured), END_BAD_IP, `${extensions.join()} cut at ${captured}`);
      }
    }
  });

  it('say at their end what is not TCP', () => {
    for (const extensions of chains()) {
      for (const protocol of [1, 17, 59, 132]) {
        assert.equal(locate({ ...base, extensions, protocol }), END_OTHER);
      }
      assert.equal(locate({ ...base, extensions, protocol: 58 }), END_ICMP);
      assert.equal(locate({ ...base, extensions, protocol: 50 }), END_ENCRYPTED);
    }
  });

  it('can be as long as their length byte says', () => {
    for (const [kind, unit, least] of [
      [0, 8, 1],
      [60, 8, 1],
      [43, 8, 1],
      [51, 4, 2],
    ]) {
      const bytes = new Uint8Array(40 + 258 * 8 + 20);
      bytes[0] = 0x60;
      bytes[6] = kind;
      bytes[40] = 6;
      for (const length of [0, 1, 2, 127, 255]) {
        bytes[41] = length;
        assert.equal(walk(bytes, 229).cursor.offset, 40 + (length + least) * unit);
      }
    }
  });
});
