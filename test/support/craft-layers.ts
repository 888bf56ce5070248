/**
 * Headers of link layers, shims and tunnels as bytes around an inner packet, for tests of decoding: each function puts
 * one header before what it is given. Lengths and check sums that no decoder looks at are 0.
 */

export type Bytes = readonly number[];
/** Puts a header before an inner packet. */
export type Layer = (inner: Bytes) => Bytes;

export const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const two = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const four = (value: number): number[] => [...two(value >>> 16), ...two(value)];
export const fourLittleEndian = (value: number): number[] => four(value).reverse();
const MACS: Bytes = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

/** One layer in another, outermost first. */
export const stack =
  (...layers: Layer[]): Layer =>
  (inner) =>
    layers.reduceRight<Bytes>((bytes, layer) => layer(bytes), inner);

/** Bytes before what is inside. */
export const before =
  (...header: number[]): Layer =>
  (inner) => [...header, ...inner];

/** TCP with 12 bytes of timestamps, 1234 to 80. */
export const TCP: Bytes = [
  ...[...two(1234), ...two(80), ...four(0x01020304), ...four(0x05060708), 0x80, 0x18, 0x10, 0, 0, 0, 0, 0],
  ...[1, 1, 8, 10, ...four(0x11111111), ...four(0x22222222)],
];

export const ipv4 =
  (protocol: number, fragment = 0, optionWords = 0, last = 2): Layer =>
  (inner) => [
    ...[0x45 + optionWords, 0, 0, 0, 0x12, 0x34, ...two(fragment), 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, last],
    ...zeros(4 * optionWords),
    ...inner,
  ];
export const ipv6 =
  (next: number): Layer =>
  (inner) => [0x60, 0, 0, 0, 0, 0, next, 64, 0xfd, ...zeros(14), 1, 0xfd, ...zeros(14), 2, ...inner];
/** An extension header of 16 bytes; AH counts its length in another unit. */
export const extension = (next: number): Layer => before(next, 1, ...zeros(14));
export const authentication = (next: number): Layer => before(next, 4, ...zeros(22));
export const fragmentHeader = (next: number, field: number): Layer => before(next, 0, ...two(field), ...four(0x777));
export const udp = (port: number, source = 50_000): Layer => before(...two(source), ...two(port), 0, 0, 0, 0);

export const ethernet = (ethertype: number): Layer => before(...MACS, ...two(ethertype));
/** A VLAN tag behind an ethertype that announced it. */
export const vlan = (id: number, ethertype: number): Layer => before(...two(id), ...two(ethertype));
export const snap = (ethertype: number): Layer => before(0xaa, 0xaa, 3, 0, 0, 0, ...two(ethertype));
export const mplsLabels = (...labels: number[]): Layer =>
  before(...labels.flatMap((label, i) => four(((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0)));
export const pppoe = (code = 0): Layer => before(0x11, code, 0, 1, 0, 0);
export const ppp4 = before(0, 0x21);

/** 802.11 data to an access point. */
export const wlan = (
  form: { control?: number; flags?: number; qos?: number; fourth?: boolean; ht?: boolean; fragment?: number } = {},
): Layer =>
  before(
    ...[form.control ?? 0x08, form.flags ?? 0x01, 0, 0, ...zeros(18), form.fragment ?? 0, 0],
    ...zeros(form.fourth === true ? 6 : 0),
    ...(form.qos === undefined ? [] : [form.qos, 0]),
    ...zeros(form.ht === true ? 4 : 0),
  );

/** radiotap with flags, and with a time stamp before them when asked for. */
export function radiotap(flags: number, hasTime = false, moreWords = 0): Layer {
  const present = [...fourLittleEndian((hasTime ? 3 : 2) + (moreWords > 0 ? 0x80000000 : 0))];
  const words = Array.from({ length: moreWords }, (_, i) =>
    i < moreWords - 1 ? [0, 0, 0, 0x80] : [0, 0, 0, 0],
  ).flat();
  const head = 8 + words.length;
  const time = hasTime ? zeros(((head + 7) & ~7) - head + 8) : [];
  const length = head + time.length + 1;
  return before(0, 0, length & 255, length >> 8, ...present, ...words, ...time, flags);
}

export const gre = (flags: number, protocol: number, ...rest: number[]): Layer =>
  before(...two(flags), ...two(protocol), ...rest);
export const vxlan = before(8, 0, 0, 0, 0, 0, 42, 0);
export const gtp = (flags: number, ...rest: number[]): Layer => before(flags, 0xff, 0, 0, 0, 0, 0, 9, ...rest);
