import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { looksOffloaded } from '../../src/tcpeek/checksum-figures.js';
import { icmpChecksum, icmpv6Checksum, ipv4HeaderChecksum, pseudoHeaderSum } from '../../src/wire/checksum.js';
import {
  CHECKSUM_BAD_ICMP,
  CHECKSUM_BAD_IP,
  CHECKSUM_BAD_TCP,
  CHECKSUM_GOOD,
  CHECKSUM_UNKNOWN,
  type ChecksumLevel,
  ChecksumVerifier,
} from '../../src/wire/checksum-verifier.js';
import { type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { ipv4, ipv6, zeros } from '../support/craft-layers.js';

const AT = 6;
const IP = 14;

/** A packet over Ethernet in memory that ends where it does, whatever was captured of it, with a bad one before it. */
interface Packet {
  readonly view: DataView;
  readonly wireBytes: number;
  readonly l4: number;
  readonly isV6: boolean;
}

function packetOf(frame: ArrayLike<number>, l4: number, isV6: boolean, wireBytes = frame.length): Packet {
  const bytes = new Uint8Array(new SharedArrayBuffer(AT + frame.length));
  bytes.set(frame, AT);
  return { view: new DataView(bytes.buffer), wireBytes, l4, isV6 };
}

const FORM = { link: 'ether', sport: 1234, dport: 80, seq: 1, ack: 2, flags: 0x18, payload: 33 } as const;
const OVER4: TcpFrameForm = { ...FORM, ipVersion: 4, src: '10.0.0.1', dst: '10.0.0.2' };
const OVER6: TcpFrameForm = { ...FORM, ipVersion: 6, src: 'fd00::1', dst: 'fd00::2' };

function segment(form: TcpFrameForm, extensionBytes = 0): Packet {
  const { captured, wireLength } = tcpFrame(form);
  const header = form.ipVersion === 6 ? 40 : 20 + 4 * (form.ipOptionWords ?? 0);
  return packetOf(captured, IP + header + extensionBytes, form.ipVersion === 6, wireLength);
}

/** An echo request with its checksum, of 13 bytes. */
function message(isV6: boolean): Packet {
  const bytes = [isV6 ? 128 : 8, 0, 0, 0, 0, 1, 0, 2, 9, 8, 7, 6, 5];
  const packet = [...zeros(IP), ...(isV6 ? ipv6(58)(bytes) : ipv4(1)(bytes))];
  const l4 = isV6 ? IP + 40 : IP + 20;
  const { view, ...rest } = packetOf(packet, l4, isV6);
  view.setUint16(AT + IP + (isV6 ? 4 : 2), isV6 ? bytes.length : 20 + bytes.length);
  if (!isV6) view.setUint16(AT + IP + 10, ipv4HeaderChecksum(view, AT, IP));
  const right = isV6 ? icmpv6Checksum(view, AT, IP, l4, bytes.length) : icmpChecksum(view, AT, l4, bytes.length);
  view.setUint16(AT + l4 + 2, right);
  return { view, ...rest };
}

const tcp = (
  verifier: ChecksumVerifier,
  { view, wireBytes, l4, isV6 }: Packet,
  captured = view.byteLength - AT,
): number => verifier.verifyTcp(view, AT, captured, wireBytes, IP, l4, isV6);
const icmp = (
  verifier: ChecksumVerifier,
  { view, wireBytes, l4, isV6 }: Packet,
  captured = view.byteLength - AT,
): number => verifier.verifyIcmp(view, AT, captured, wireBytes, IP, l4, isV6);

const figures = ({ verified, failed, failedAsOffloaded }: ChecksumVerifier): readonly number[] => [
  verified,
  failed,
  failedAsOffloaded,
];

/** Adds one to a word, which was not 0xffff. */
const damage = ({ view }: Packet, at: number): void => view.setUint16(AT + at, view.getUint16(AT + at) + 1);
/** Writes another length into an IPv4 header, which stays right. */
function announce({ view }: Packet, bytes: number): void {
  view.setUint16(AT + IP + 2, bytes);
  view.setUint16(AT + IP + 10, ipv4HeaderChecksum(view, AT, IP));
}

describe('checksums of segments', () => {
  const levels: readonly ChecksumLevel[] = [0, 1, 2];

  it('are good as they are sent: with padding, options, extension headers, an atomic fragment', () => {
    const packets = [
      segment(OVER4),
      segment(OVER6),
      segment({ ...OVER4, payload: 0, pad: true }),
      segment({ ...OVER4, ipOptionWords: 10, options: Uint8Array.of(2, 4, 5, 180) }),
      segment({ ...OVER6, extensions: ['hop', 'destination', 'ah'] }, 44),
    ];
    for (const packet of packets) {
      const verifier = new ChecksumVerifier(2);
      assert.equal(tcp(verifier, packet), CHECKSUM_GOOD);
      assert.deepEqual(figures(verifier), [1, 0, 0]);
    }
  });

  it('are verified as far as was asked', () => {
    const results = (packet: Packet): number[] => levels.map((level) => tcp(new ChecksumVerifier(level), packet));
    const [header, body, body6] = [segment(OVER4), segment(OVER4), segment(OVER6)];
    damage(header, IP + 8);
    damage(body, body.l4 + 40);
    damage(body6, body6.l4 + 40);
    assert.deepEqual(results(segment(OVER4)), [CHECKSUM_UNKNOWN, CHECKSUM_GOOD, CHECKSUM_GOOD]);
    assert.deepEqual(results(segment(OVER6)), [CHECKSUM_UNKNOWN, CHECKSUM_UNKNOWN, CHECKSUM_GOOD]);
    assert.deepEqual(results(header), [CHECKSUM_UNKNOWN, CHECKSUM_BAD_IP, CHECKSUM_BAD_IP]);
    assert.deepEqual(results(body), [CHECKSUM_UNKNOWN, CHECKSUM_GOOD, CHECKSUM_BAD_TCP]);
    assert.deepEqual(results(body6), [CHECKSUM_UNKNOWN, CHECKSUM_UNKNOWN, CHECKSUM_BAD_TCP]);
  });

  it('tell what was found and what should be there', () => {
    const verifier = new ChecksumVerifier(2);
    const packet = segment(OVER4);
    const field = AT + packet.l4 + 16;
    const right = packet.view.getUint16(field);
    packet.view.setUint16(field, 0xbad1);
    assert.equal(tcp(verifier, packet), CHECKSUM_BAD_TCP);
    assert.deepEqual([verifier.found, verifier.expected], [0xbad1, right]);
    const header = packet.view.getUint16(AT + IP + 10);
    packet.view.setUint16(AT + IP + 10, 0xbad2);
    assert.equal(tcp(verifier, packet), CHECKSUM_BAD_IP);
    assert.deepEqual([verifier.found, verifier.expected], [0xbad2, header]);
    assert.deepEqual(figures(verifier), [2, 2, 0]);
  });

  it('notice every byte of header, addresses and payload', () => {
    for (const form of [OVER4, OVER6]) {
      const length = tcpFrame(form).captured.length;
      // IPv6: from the addresses on; what is before them is in no checksum, but for the length.
      for (let at = form.ipVersion === 4 ? IP : IP + 8; at < length; at++) {
        const packet = segment(form);
        packet.view.setUint8(AT + at, packet.view.getUint8(AT + at) ^ 0x10);
        // The header's length is that of a damaged header, which would not have been found.
        if (at === IP && form.ipVersion === 4) continue;
        assert.ok(tcp(new ChecksumVerifier(2), packet) > CHECKSUM_UNKNOWN, `IPv${form.ipVersion}, byte ${at}`);
      }
    }
  });

  it('are unknown for what was not captured whole, and no error', () => {
    for (const form of [OVER4, OVER6]) {
      const packet = segment(form);
      damage(packet, packet.l4 + 40);
      const whole = packet.view.byteLength - AT;
      for (let captured = packet.l4 + 20; captured < whole; captured++) {
        const cut = { ...packet, view: new DataView(packet.view.buffer, 0, AT + captured) };
        const verifier = new ChecksumVerifier(2);
        assert.equal(tcp(verifier, cut), CHECKSUM_UNKNOWN, `${captured}`);
        assert.deepEqual(figures(verifier), [0, 0, 0]);
      }
      assert.equal(tcp(new ChecksumVerifier(2), packet), CHECKSUM_BAD_TCP);
    }
    const header = segment(OVER4);
    damage(header, IP + 10);
    assert.equal(tcp(new ChecksumVerifier(2), header, header.l4 + 20), CHECKSUM_BAD_IP);
  });

  it('are unknown for fragments', () => {
    const moreFragments = true;
    assert.equal(tcp(new ChecksumVerifier(2), segment({ ...OVER4, moreFragments })), CHECKSUM_UNKNOWN);
    assert.equal(tcp(new ChecksumVerifier(1), segment({ ...OVER4, moreFragments })), CHECKSUM_GOOD);
    assert.equal(tcp(new ChecksumVerifier(2), segment({ ...OVER6, moreFragments }, 8)), CHECKSUM_UNKNOWN);
  });

  it('are unknown where the lengths leave no room for the header, or announce more than there is', () => {
    const length = 20 + 20 + 33;
    for (const bytes of [1, 19, 20, 39, length + 1, 0xffff]) {
      const packet = segment(OVER4);
      announce(packet, bytes);
      assert.equal(tcp(new ChecksumVerifier(2), packet), CHECKSUM_UNKNOWN, `${bytes}`);
    }
    const shorter = segment(OVER4);
    announce(shorter, length - 1);
    assert.equal(tcp(new ChecksumVerifier(2), shorter), CHECKSUM_BAD_TCP);
  });

  it('with a length of 0 are of all there was on the wire', () => {
    const packet = segment(OVER4);
    announce(packet, 0);
    assert.equal(tcp(new ChecksumVerifier(2), packet), CHECKSUM_GOOD);
    assert.equal(tcp(new ChecksumVerifier(2), { ...packet, wireBytes: packet.wireBytes + 1 }), CHECKSUM_UNKNOWN);
    const over6 = segment(OVER6);
    over6.view.setUint16(AT + IP + 4, 0);
    assert.equal(tcp(new ChecksumVerifier(2), over6), CHECKSUM_GOOD);
  });
});

describe('checksums of ICMP messages', () => {
  it('are verified over both versions', () => {
    for (const isV6 of [false, true]) {
      const verifier = new ChecksumVerifier(2);
      const packet = message(isV6);
      assert.equal(icmp(verifier, packet), CHECKSUM_GOOD);
      assert.equal(icmp(verifier, packet, packet.wireBytes - 1), CHECKSUM_UNKNOWN);
      damage(packet, packet.l4 + 6);
      assert.equal(icmp(verifier, packet), CHECKSUM_BAD_ICMP);
      assert.deepEqual(figures(verifier), [2, 1, 0]);
      assert.deepEqual([verifier.found - verifier.expected], [1]);
      assert.equal(icmp(new ChecksumVerifier(1), packet), isV6 ? CHECKSUM_UNKNOWN : CHECKSUM_GOOD);
      assert.equal(icmp(new ChecksumVerifier(0), packet), CHECKSUM_UNKNOWN);
    }
  });

  it('are unknown where there is no room for one', () => {
    const packet = message(false);
    announce(packet, 23);
    assert.equal(icmp(new ChecksumVerifier(2), packet), CHECKSUM_UNKNOWN);
  });

  it('are not reached behind a bad IP header', () => {
    const packet = message(false);
    damage(packet, IP + 8);
    assert.equal(icmp(new ChecksumVerifier(2), packet), CHECKSUM_BAD_IP);
  });
});

describe('packets whose checksums are left to the network card', () => {
  const after = (form: TcpFrameForm, change: (packet: Packet) => void): readonly number[] => {
    const verifier = new ChecksumVerifier(2);
    const packet = segment(form);
    change(packet);
    tcp(verifier, packet);
    return figures(verifier);
  };
  const left =
    (sum: (packet: Packet) => number) =>
    (packet: Packet): void =>
      packet.view.setUint16(AT + packet.l4 + 16, sum(packet));
  const BYTES = 20 + 33;

  for (const form of [OVER4, OVER6]) {
    it(`are known by the pseudo-header's sum, with the length or without, or nothing: IPv${form.ipVersion}`, () => {
      const sum = (bytes: number) => left(({ view, isV6 }) => pseudoHeaderSum(view, AT, IP, bytes, isV6));
      assert.deepEqual(after(form, sum(BYTES)), [1, 1, 1]);
      assert.deepEqual(after(form, sum(0)), [1, 1, 1]);
      assert.deepEqual(
        after(
          form,
          left(() => 0),
        ),
        [1, 1, 1],
      );
      assert.deepEqual(after(form, sum(BYTES + 1)), [1, 1, 0]);
      assert.deepEqual(
        after(
          form,
          left(() => 0xbad),
        ),
        [1, 1, 0],
      );
    });
  }

  it('are known by an empty field of the IPv4 header', () => {
    assert.deepEqual(
      after(OVER4, ({ view }) => view.setUint16(AT + IP + 10, 0)),
      [1, 1, 1],
    );
    assert.deepEqual(
      after(OVER4, ({ view }) => view.setUint16(AT + IP + 10, 1)),
      [1, 1, 0],
    );
  });

  it('count among others', () => {
    const verifier = new ChecksumVerifier(2);
    const [good, offloaded, bad] = [segment(OVER4), segment(OVER4), segment(OVER4)];
    left(() => 0)(offloaded);
    damage(bad, bad.l4 + 30);
    for (const packet of [good, offloaded, bad, good, offloaded]) tcp(verifier, packet);
    tcp(verifier, good, good.wireBytes - 1);
    assert.deepEqual(figures(verifier), [5, 3, 2]);
  });
});

describe('the hint that checksums are left to the network card', () => {
  const cases: readonly [failed: number, asOffloaded: number, verified: number, isGiven: boolean, why: string][] = [
    [0, 0, 1000, false, 'nothing fails'],
    [1, 1, 1, false, 'one may be an accident'],
    [4, 4, 4, false, 'so may four'],
    [5, 5, 5, true, 'a handful, and nothing is good'],
    [500, 500, 1000, true, 'one direction'],
    [9, 5, 100, true, 'most of those that fail'],
    [10, 5, 100, false, 'half of those that fail'],
    [1000, 3, 100_000, false, 'damage'],
    [10, 10, 10_000, true, 'one in a thousand'],
    [10, 10, 10_001, false, 'fewer'],
  ];
  for (const [failed, asOffloaded, verified, isGiven, why] of cases) {
    it(`${isGiven ? 'is given' : 'is not given'}: ${why}`, () => {
      assert.equal(looksOffloaded(failed, asOffloaded, verified), isGiven);
    });
  }
});
