/**
 * Other addresses for copies of frames: right checksums stay right, in tunnels too, and what has no address of its own stays as it is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Source, sourceOf, wrapped } from '../../datasets/mix.js';
import { findAddresses, renumber } from '../../datasets/renumber.js';
import { packetsOf } from '../bench/mixed-sources.js';

const NUMBERS = [1, 0x00ff, 0xff00, 0xabcd, 0xffff];

function sumOf(bytes: Uint8Array, seed = 0): number {
  let sum = seed;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Whether the checksums of the IP packet at `at`, and of the TCP segment in it, are right; undefined for one without a whole segment. */
function areSumsRight(frame: Buffer, at: number): boolean | undefined {
  const isIp6 = frame[at] >>> 4 === 6;
  const headerBytes = isIp6 ? 40 : 4 * (frame[at] & 15);
  const isFragment = !isIp6 && (frame.readUInt16BE(at + 6) & 0x3fff) !== 0;
  const bytes = isIp6 ? frame.readUInt16BE(at + 4) : frame.readUInt16BE(at + 2) - headerBytes;
  if (frame[at + (isIp6 ? 6 : 9)] !== 6 || isFragment || at + headerBytes + bytes > frame.length) return undefined;
  const addresses = frame.subarray(at + (isIp6 ? 8 : 12), at + (isIp6 ? 40 : 20));
  const segment = frame.subarray(at + headerBytes, at + headerBytes + bytes);
  const isHeaderRight = isIp6 || sumOf(frame.subarray(at, at + headerBytes)) === 0xffff;
  return isHeaderRight && sumOf(segment, sumOf(addresses, 6 + bytes)) === 0xffff;
}

/** Counts the copies with right checksums; `at`: where in a frame the IP packet begins that holds the segment. */
function rightCopies(source: Source, at: number): number {
  let right = 0;
  for (const { frame, addresses } of source.packets) {
    if (frame.length < at + 40 || areSumsRight(frame, at) === undefined) continue;
    for (const number of NUMBERS) {
      const copy = Buffer.from(frame);
      renumber(copy, 0, addresses, number);
      assert.ok(!copy.equals(frame));
      assert.equal(areSumsRight(copy, at), true);
      right++;
    }
  }
  return right;
}

describe('addresses of copies', () => {
  for (const name of ['web.pcap', 'ipv6-nano.pcap', 'refused-and-unanswered.pcap']) {
    it(`leave the checksums of ${name} right, in VLANs and tunnels too`, () => {
      const packets = packetsOf(readFileSync(join('datasets', name)));
      const [vlan, vlans, vxlan, , inIp] = wrapped(packets);
      const right = rightCopies(sourceOf(packets), 14);
      assert.ok(right > 100, String(right));
      assert.equal(rightCopies(vlan, 18), right);
      assert.equal(rightCopies(vlans, 22), right);
      assert.equal(rightCopies(vxlan, 14 + 20 + 16 + 14), right);
      assert.equal(rightCopies(inIp, 14 + 20), right);
    });
  }

  it('are the same in what an ICMP error quotes', () => {
    const ethernet = `${'02'.repeat(12)}0800`;
    const error = Buffer.from(`${ethernet}450000340000400040010000c0a80203c0a801020301000000000000`, 'hex');
    const quoted = Buffer.from('450000281234400040060000c0a80102c0a8020300500051', 'hex');
    const frame = Buffer.concat([error, quoted]);
    renumber(frame, 0, findAddresses(frame), 0x1234);
    assert.equal(frame.subarray(26, 30).toString('hex'), 'c0ba3603');
    assert.equal(frame.subarray(42 + 12, 42 + 20).toString('hex'), 'c0ba3502c0ba3603');
  });

  it('leave multicast, broadcast and no address at all', () => {
    for (const address of ['e0000001', 'ffffffff', '00000000']) {
      const header = `${'02'.repeat(12)}08004500001c0000400040110000`;
      const frame = Buffer.from(header + address + address, 'hex');
      const copy = Buffer.from(frame);
      renumber(copy, 0, findAddresses(copy), 0xffff);
      assert.equal(copy.toString('hex'), frame.toString('hex'));
    }
  });

  it('are looked for in what was captured of a frame', () => {
    const packets = packetsOf(readFileSync(join('datasets', 'web.pcap'))).slice(0, 20);
    for (const { frame } of [sourceOf(packets), ...wrapped(packets)].flatMap((source) => source.packets)) {
      for (let bytes = 0; bytes < Math.min(140, frame.length); bytes++) {
        const cut = Buffer.from(frame.subarray(0, bytes));
        const { words, sums } = findAddresses(cut);
        for (const { at } of [...words, ...sums]) assert.ok(at + 2 <= bytes);
      }
    }
  });
});
