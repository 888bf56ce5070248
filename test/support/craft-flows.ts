/**
 * Made-up traffic of many protocols, drawn by fast-check: each packet as bytes, and as what it is to be taken for (`ParsedPacket`). Knows which
 * flow a packet is of by having made it.
 */
import fc from 'fast-check';
import type { ModelPacket } from '../model/model-packets.js';
import type { ParsedPacket } from '../model/traffic.js';
import { type Bytes, zeros } from './craft-layers.js';

export interface CraftedPacket extends ModelPacket {
  readonly parsed: ParsedPacket;
}

/** One element of a stream: what comes, between whom, and how much later than what came before. */
interface Step {
  readonly what: (typeof KINDS)[number];
  readonly from: number;
  readonly to: number;
  readonly ports: readonly [number, number];
  readonly flags: number;
  readonly vlans: readonly number[];
  readonly wrap: (typeof WRAPS)[number];
  readonly payloadBytes: number;
  /** The packet before it again, or an answer to it. */
  readonly again: 'no' | 'same' | 'back';
  readonly gap: (typeof GAPS)[number];
  /** So many in a row: with other ports each, or the same, a microsecond apart. */
  readonly times: number;
  readonly isScan: boolean;
  /** Which of the ports a scan goes through. */
  readonly scanned?: 0 | 1;
}

const KINDS = [
  ...([
    'tcp4',
    'tcp4',
    'udp4',
    'tcp6',
    'udp6',
    'sctp4',
    'icmp4',
    'icmp6',
    'igmp',
    'cut tcp4',
    'arp',
    'stp',
    'other',
  ] as const),
  ...(['first fragment', 'later fragment', 'first fragment 6', 'later fragment 6'] as const),
];
const WRAPS = ['none', 'none', 'none', 'gre', 'vxlan', '6in4', '4in4'] as const;
const GAPS = [
  ...(['none', 'nanosecond', 'second', 'almost', 'exactly', 'just over', 'second less', 'second more'] as const),
  ...(['long', 'late', 'far back'] as const),
];

/** Numbers around the signs of int32 among them. */
const HOSTS = [0x0a000001, 0x0a000002, 0x7fffffff, 0x80000000, 0xfffffffe];
const PORTS = [0, 80, 1024, 0x7fff, 0x8000, 0xffff];
/** Equal in their lower, or in their upper bytes. */
const MACS = ['020000000001', '030000000001', '020080000001', 'ffffffffffff'];
const START_SEC = 1_700_000_000;

const two = (value: number): Bytes => [(value >> 8) & 255, value & 255];
const four = (value: number): Bytes => [...two(value >>> 16), ...two(value)];
const hex = (text: string): Bytes => [...Buffer.from(text, 'hex')];
const address4 = (host: number): Bytes => four(HOSTS[host % HOSTS.length]);
const address6 = (host: number): Bytes => [0xfd, ...zeros(10), host, ...address4(host)];

function ipv4(protocol: number, from: number, to: number, inner: Bytes, fragment = 0): Bytes {
  const length = two(20 + inner.length);
  const ends = [...address4(from), ...address4(to)];
  return [0x45, 0, ...length, 0x12, 0x34, ...two(fragment), 64, protocol, 0, 0, ...ends, ...inner];
}

const ipv6 = (next: number, from: number, to: number, inner: Bytes): Bytes => [
  ...[0x60, 0, 0, 0, ...two(inner.length), next, 64, ...address6(from), ...address6(to)],
  ...inner,
];

interface Network {
  readonly ethertype: number;
  readonly bytes: Bytes;
  readonly parsed: Pick<ParsedPacket, 'from' | 'to' | 'type' | 'ports' | 'isAnswer' | 'fragment'>;
}

/** TCP with these flags; a dozen bytes of it do not matter. */
const tcp = ([source, destination]: Step['ports'], flags: number): Bytes => [
  ...two(source),
  ...two(destination),
  ...zeros(8),
  0x50,
  flags,
  ...zeros(6),
];
const udp = ([source, destination]: Step['ports'], payload: Bytes): Bytes => [
  ...two(source),
  ...two(destination),
  ...two(8 + payload.length),
  0,
  0,
  ...payload,
];

function networkOf(step: Step): Network {
  const { what, ports, flags, payloadBytes } = step;
  // Few datagrams, so that their pieces meet.
  const hosts = what.includes('fragment') ? 2 : HOSTS.length;
  const [from, to] = [step.from % hosts, step.to % hosts];
  const payload = zeros(payloadBytes);
  const isAnswer = (flags & 0x12) === 0x12;
  const ends4 = { from: `4-${from % HOSTS.length}`, to: `4-${to % HOSTS.length}` };
  const ends6 = { from: `6-${from}`, to: `6-${to}` };
  const of4 = (protocol: number, inner: Bytes, more: Partial<Network['parsed']> = {}, fragment = 0): Network => ({
    ethertype: 0x0800,
    bytes: ipv4(protocol, from, to, inner, fragment),
    parsed: { ...ends4, type: `4/${protocol}`, isAnswer: false, ...more },
  });
  const of6 = (protocol: number, inner: Bytes, more: Partial<Network['parsed']> = {}, next = protocol): Network => ({
    ethertype: 0x86dd,
    bytes: ipv6(next, from, to, inner),
    parsed: { ...ends6, type: `6/${protocol}`, isAnswer: false, ...more },
  });
  const ofLink = (ethertype: number, code: number, bytes: Bytes): Network => ({
    ethertype,
    bytes,
    parsed: { from: MACS[from % MACS.length], to: MACS[to % MACS.length], type: `link ${code}`, isAnswer: false },
  });
  switch (what) {
    case 'tcp4':
      return of4(6, [...tcp(ports, flags), ...payload], { ports, isAnswer });
    case 'cut tcp4':
      return of4(6, two(ports[0]).concat(two(ports[1])), { ports });
    case 'tcp6':
      return of6(6, [...tcp(ports, flags), ...payload], { ports, isAnswer });
    case 'udp4':
      return of4(17, udp(ports, payload), { ports });
    case 'udp6':
      return of6(17, udp(ports, payload), { ports });
    case 'sctp4':
      return of4(132, [...two(ports[0]), ...two(ports[1]), ...zeros(8)], { ports });
    case 'icmp4':
      return of4(1, [8, 0, 0, 0, ...zeros(4)]);
    case 'icmp6':
      return of6(58, [128, 0, 0, 0, ...zeros(4)]);
    case 'igmp':
      return of4(2, zeros(8));
    case 'first fragment':
      return of4(17, udp(ports, zeros(8)), { ports, fragment: { id: `4 ${from} ${to}`, isFirst: true } }, 0x2000);
    case 'later fragment':
      return of4(17, payload, { fragment: { id: `4 ${from} ${to}`, isFirst: false } }, 2);
    case 'first fragment 6':
    case 'later fragment 6': {
      const isFirst = what === 'first fragment 6';
      const header = [17, 0, ...two(isFirst ? 1 : 2 << 3), 0, 0, 0, 7];
      const inner = isFirst ? udp(ports, zeros(8)) : payload;
      const fragment = { id: `6 ${from} ${to}`, isFirst };
      return of6(17, [...header, ...inner], { ports: isFirst ? ports : undefined, fragment }, 44);
    }
    case 'arp':
      return ofLink(0x0806, 0x0806, zeros(28));
    case 'stp':
      return ofLink(38, 0x42, [0x42, 0x42, 3, ...zeros(35)]);
    case 'other':
      return ofLink(0x88cc, 0x88cc, zeros(20));
  }
}

/** The network packet in a tunnel between two other hosts, whose addresses must not matter. */
function wrapped({ wrap }: Step, inner: Network): Network {
  const isIpv6 = inner.ethertype === 0x86dd;
  switch (wrap) {
    case 'gre':
      return { ...inner, ethertype: 0x0800, bytes: ipv4(47, 4, 3, [0, 0, ...two(inner.ethertype), ...inner.bytes]) };
    case 'vxlan': {
      const frame = [...hex(MACS[3]), ...hex(MACS[2]), ...two(inner.ethertype), ...inner.bytes];
      const tunnel = [8, 0, 0, 0, 0, 0, 42, 0, ...frame];
      return { ...inner, ethertype: 0x0800, bytes: ipv4(17, 4, 3, udp([5000, 4789], tunnel)) };
    }
    case '6in4':
      return isIpv6 ? { ...inner, ethertype: 0x0800, bytes: ipv4(41, 4, 3, inner.bytes) } : inner;
    case '4in4':
      return isIpv6 ? inner : { ...inner, ethertype: 0x0800, bytes: ipv4(4, 4, 3, inner.bytes) };
    case 'none':
      return inner;
  }
}

function frameOf(step: Step): { bytes: Uint8Array; parsed: Network['parsed'] } {
  const plain = networkOf(step);
  const network = plain.parsed.type.startsWith('link') ? plain : wrapped(step, plain);
  const macs = [...hex(MACS[step.to % MACS.length]), ...hex(MACS[step.from % MACS.length])];
  const tags = step.vlans.flatMap((id) => [0x81, 0, ...two(id)]);
  return {
    bytes: Uint8Array.from([...macs, ...tags, ...two(network.ethertype), ...network.bytes]),
    parsed: network.parsed,
  };
}

function gapNsec(gap: Step['gap'], timeoutSec: number): bigint {
  const timeout = BigInt(timeoutSec) * 1_000_000_000n;
  switch (gap) {
    case 'none':
      return 0n;
    case 'nanosecond':
      return 1n;
    case 'second':
      return 999_999_999n;
    case 'almost':
      return timeout - 1n;
    case 'exactly':
      return timeout;
    case 'just over':
      return timeout + 1n;
    case 'second less':
      return timeout - 1_000_000_000n;
    case 'second more':
      return timeout + 1_000_000_000n;
    case 'long':
      return 5_000_000_000_123n;
    case 'late':
      return -2_500_000_000n;
    case 'far back':
      return -2_000_000_000_000n;
  }
}

const scannedPorts = ({ ports, scanned }: Step, port: number): Step['ports'] =>
  scanned === 1 ? [ports[0], port] : [port, ports[1]];

/** The steps as packets. */
function play(steps: readonly Step[], timeoutSec: number): CraftedPacket[] {
  const packets: CraftedPacket[] = [];
  let now = BigInt(START_SEC) * 1_000_000_000n + 123_456_789n;
  let former: Step | undefined;
  for (const drawn of steps) {
    let step = drawn;
    if (former !== undefined && drawn.again !== 'no') {
      const isBack = drawn.again === 'back';
      const [source, destination] = former.ports;
      step = {
        ...former,
        ...(former.isScan ? { gap: drawn.gap } : { gap: drawn.gap, times: drawn.times }),
        scanned: isBack === ((former.scanned ?? 0) === 0) ? 1 : 0,
        from: isBack ? former.to : former.from,
        to: isBack ? former.from : former.to,
        ports: isBack ? [destination, source] : [source, destination],
      };
    }
    former = step;
    now += gapNsec(step.gap, timeoutSec);
    for (let i = 0; i < step.times; i++) {
      const ports: Step['ports'] = step.isScan ? scannedPorts(step, 1024 + i) : step.ports;
      const { bytes, parsed } = frameOf({ ...step, ports });
      const time = { sec: Number(now / 1_000_000_000n), nsec: Number(now % 1_000_000_000n) };
      const whole = { captured: bytes, wireLength: bytes.length, linkType: 1 };
      packets.push({
        ...time,
        ...whole,
        parsed: { ...parsed, ...time, vlans: step.vlans, capturedBytes: bytes.length },
      });
      now += step.times > 1 ? 1000n : 0n;
    }
  }
  return packets;
}

export interface CraftedTraffic {
  readonly timeoutSec: number;
  readonly packets: readonly CraftedPacket[];
}

/** Some 30 steps; `longTimes`: how many packets a long one has, which one in `longEach` is. */
export function craftedTraffic(longTimes: number, longEach: number): fc.Arbitrary<CraftedTraffic> {
  const host = fc.nat(HOSTS.length - 1);
  const port = fc.constantFrom(...PORTS);
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.constantFrom(...KINDS),
    from: host,
    to: host,
    ports: fc.tuple(port, port),
    flags: fc.constantFrom(2, 0x12, 0x10, 0x52),
    vlans: fc.constantFrom<readonly number[]>([], [], [], [1], [0], [2], [1, 2], [2, 1], [1, 2, 3]),
    wrap: fc.constantFrom(...WRAPS),
    payloadBytes: fc.constantFrom(8, 9, 100),
    again: fc.constantFrom('no', 'same', 'back'),
    gap: fc.constantFrom(...GAPS),
    times: fc.nat(longEach - 1).map((n) => (n === 0 ? longTimes : 1)),
    isScan: fc.boolean(),
  });
  return fc
    .record({ timeoutSec: fc.constantFrom(1, 2, 3, 7, 182), steps: fc.array(step, { minLength: 1, maxLength: 40 }) })
    .map(({ timeoutSec, steps }) => ({ timeoutSec, packets: play(steps, timeoutSec) }));
}

/** A scan of `count` ports, its answers, and the same again and again with each gap between, so that tables grow and are renewed. */
export function scanTraffic(count: number, timeoutSec: number): CraftedTraffic {
  const scan: Step = {
    ...{ what: 'udp4', from: 0, to: 3, ports: [80, 80], flags: 2, vlans: [], wrap: 'none', payloadBytes: 8 },
    ...{ again: 'no', gap: 'none', times: count, isScan: true },
  };
  const steps = (['none', 'exactly', 'just over', 'second more', 'long'] as const).flatMap((gap): Step[] => [
    { ...scan, gap, what: gap === 'none' ? 'udp4' : 'tcp6' },
    { ...scan, again: 'back' },
    { ...scan, again: 'same', gap },
    { ...scan, from: 1 },
  ]);
  return { timeoutSec, packets: play(steps, timeoutSec) };
}
