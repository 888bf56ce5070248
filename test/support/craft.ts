/**
 * Made-up traffic: frames built field by field, and whole captures of TCP conversations. A traffic is
 * data (`TrafficPlan`: conversations, each a script with perturbations), drawn by fast-check, which can
 * shrink it, or by a seeded generator for long runs; one player turns either into packets. Knows nothing
 * of sessions: what should be printed about a packet is the model's business.
 */

import fc from 'fast-check';
import type { ModelPacket } from '../model/miruo-model.js';

// ---- Frames ----

export type Link = 'ether' | 'raw' | 'null' | 'loop' | 'sll';
export type Ipv6Extension = 'hop' | 'routing' | 'destination' | 'ah';

export interface TcpFrameForm {
  link: Link;
  /** VLAN ids, outermost first; only on `ether` and `sll`. */
  vlan?: readonly number[];
  ipVersion: 4 | 6;
  src: string;
  dst: string;
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  flags: number;
  window?: number;
  /** Padded with zeros (end of list) to a multiple of 4. */
  options?: Uint8Array;
  /** Bytes, or how many of a filling. */
  payload?: number | Uint8Array;
  moreFragments?: boolean;
  /** In units of 8 bytes. With IPv6 this and the flag above add a fragment header. */
  fragmentOffset?: number;
  /** Most bytes captured. */
  snap?: number;
  /** In 32-bit words, instead of the right one. */
  dataOffset?: number;
  /** IP protocol, instead of 6. */
  protocol?: number;
  /** 32-bit words of IPv4 options (NOPs). */
  ipOptionWords?: number;
  extensions?: readonly Ipv6Extension[];
  /** Ethernet frames are filled up to 60 bytes. */
  pad?: boolean;
}

export interface Frame {
  captured: Uint8Array;
  wireLength: number;
  linkType: number;
}

export const LINK_TYPE: Record<Link, number> = { ether: 1, raw: 101, null: 0, loop: 108, sll: 113 };

const TAG_TYPES = [0x8100, 0x88a8, 0x9100, 0x9200];
const EXTENSION_NUMBER: Record<Ipv6Extension, number> = { hop: 0, routing: 43, destination: 60, ah: 51 };

export function tcpFrame(form: TcpFrameForm): Frame {
  const source = addressBytes(form.src);
  const destination = addressBytes(form.dst);
  const bytesWanted = form.ipVersion === 4 ? 4 : 16;
  if (source.length !== bytesWanted || destination.length !== bytesWanted)
    throw new Error('address of another version');
  const tcp = tcpSegment(form, source, destination);
  const ip = form.ipVersion === 4 ? ipv4(form, source, destination, tcp) : ipv6(form, source, destination, tcp);
  let frame = [...linkHeader(form), ...ip];
  if (form.pad === true && form.link === 'ether' && frame.length < 60) {
    frame = [...frame, ...filled(60 - frame.length, 0)];
  }
  const captured = Uint8Array.from(form.snap === undefined ? frame : frame.slice(0, form.snap));
  return { captured, wireLength: frame.length, linkType: LINK_TYPE[form.link] };
}

/** Bytes before the IP header. */
export function linkHeaderBytes(form: Pick<TcpFrameForm, 'link' | 'vlan'>): number {
  const bare = { ether: 14, raw: 0, null: 4, loop: 4, sll: 16 }[form.link];
  return bare + (form.link === 'ether' || form.link === 'sll' ? 4 * (form.vlan ?? []).length : 0);
}

function linkHeader(form: TcpFrameForm): number[] {
  const type = form.ipVersion === 4 ? 0x0800 : 0x86dd;
  const tags = form.vlan ?? [];
  // Innermost 802.1Q, then 802.1ad, 0x9100, 0x9200 outwards, and round again.
  const tagType = (index: number): number => TAG_TYPES[(tags.length - 1 - index) % TAG_TYPES.length];
  const types = tags.flatMap((id, index) => [...two(tagType(index)), ...two(id)]).concat(two(type));
  switch (form.link) {
    case 'ether':
      return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...types];
    case 'sll':
      return [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...types];
    case 'null':
      return [form.ipVersion === 4 ? 2 : 30, 0, 0, 0];
    case 'loop':
      return [0, 0, 0, form.ipVersion === 4 ? 2 : 24];
    case 'raw':
      return [];
  }
}

function ipv4(form: TcpFrameForm, source: number[], destination: number[], tcp: number[]): number[] {
  const optionBytes = 4 * (form.ipOptionWords ?? 0);
  const headerBytes = 20 + optionBytes;
  const fragment = (form.moreFragments === true ? 0x2000 : 0) | (form.fragmentOffset ?? 0);
  const header = [
    ...[0x40 | (headerBytes / 4), 0, ...two(headerBytes + tcp.length), 0x12, 0x34, ...two(fragment)],
    ...[64, form.protocol ?? 6, 0, 0, ...source, ...destination, ...filled(optionBytes, 1)],
  ];
  header.splice(10, 2, ...two(checksum(header)));
  return [...header, ...tcp];
}

function ipv6(form: TcpFrameForm, source: number[], destination: number[], tcp: number[]): number[] {
  const chain: { kind: number; body: number[] }[] = [];
  for (const extension of form.extensions ?? []) {
    // The byte after "next" counts 8-byte units less one, but with AH 4-byte units less two.
    const body = extension === 'ah' ? [1, ...filled(10, 0)] : [1, ...filled(14, 1)];
    chain.push({ kind: EXTENSION_NUMBER[extension], body });
  }
  if (form.moreFragments === true || (form.fragmentOffset ?? 0) > 0) {
    const field = ((form.fragmentOffset ?? 0) << 3) | (form.moreFragments === true ? 1 : 0);
    chain.push({ kind: 44, body: [0, ...two(field), 0, 0, 0, 7] });
  }
  const kinds = [...chain.map((part) => part.kind), form.protocol ?? 6];
  const after = [...chain.flatMap((part, index) => [kinds[index + 1], ...part.body]), ...tcp];
  return [0x60, 0, 0, 0, ...two(after.length), kinds[0], 64, ...source, ...destination, ...after];
}

function tcpSegment(form: TcpFrameForm, source: number[], destination: number[]): number[] {
  const options = [...(form.options ?? [])];
  while (options.length % 4 !== 0) options.push(0);
  if (options.length > 40) throw new Error('more than 40 bytes of TCP options');
  const payload = typeof form.payload === 'object' ? [...form.payload] : filled(form.payload ?? 0, 0x61);
  const words = form.dataOffset ?? 5 + options.length / 4;
  const segment = [
    ...[...two(form.sport), ...two(form.dport), ...four(form.seq), ...four(form.ack), words << 4, form.flags],
    ...[...two(form.window ?? 64240), 0, 0, 0, 0, ...options, ...payload],
  ];
  const pseudo = [...source, ...destination, ...four(segment.length), 0, 0, 0, 6];
  segment.splice(16, 2, ...two(checksum([...pseudo, ...segment])));
  return segment;
}

/** RFC 1071; the checksum field itself must still be zero. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function addressBytes(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const groups = (part: string): number[] => part.split(':').flatMap((group) => two(Number.parseInt(group, 16)));
  const [head, tail] = text.split('::').map((part) => (part === '' ? [] : groups(part)));
  return tail === undefined ? head : [...head, ...filled(16 - head.length - tail.length, 0), ...tail];
}

function filled(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}

function two(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function four(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

// ---- Plans ----

const OPENINGS = [
  ...['full', 'full', 'full', 'full', 'full', 'full', 'ece', 'ece', 'eceFallback', 'synOnly', 'synAckOnly'],
  ...['simultaneous', 'ackMissing', 'synAckFirst', 'synSynAckTwice', 'finInHandshake', 'none'],
] as const;
const CLOSINGS = [
  ...['client', 'client', 'client', 'server', 'server', 'both', 'halfClose', 'reset', 'resetAck', 'resetAfterFin'],
  ...['resetAfterFinWait2', 'finOnly', 'finOnlyAnswered', 'finOnlyBoth', 'finAckNoAck', 'resetPeer', 'lateFin', 'none'],
] as const;
const PERTURBATIONS = [
  ...[
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeatOtherOptions',
    'repeatOtherSize',
    'ack',
    'data',
  ],
  ...['synAgain', 'synOther', 'synEce', 'synPeer', 'synAck', 'fin', 'finAck', 'reset', 'resetAck', 'odd', 'odd'],
  ...['fragment', 'laterFragment', 'timeBack', 'gap', 'gap', 'snap', 'badOffset', 'badOptions', 'otherProtocol'],
  ...['ipOptions', 'overSecond', 'sameInstant', 'extensions', 'window'],
] as const;
const PACES_US = [0, 40, 900, 20_000, 49_999, 51_000, 150_000, 700_000, 3_000_000, 29_000_000] as const;
const GAPS_S = [20, 29, 30, 31, 32, 60, 120, 899, 900, 901, 902, 1000] as const;
/** Times from an original to its repetition, on both sides of the limits that options name (1, 1000 ms). */
const REPEAT_DELAYS_US = [
  ...[0, 300, 999, 1000, 1001, 30_000, 200_000, 999_000, 999_999, 1_000_000],
  ...[1_000_001, 1_000_999, 1_001_000, 2_500_000, 7_000_000, 31_500_000, -400],
] as const;
const ODD_FLAGS = [
  ...[0x00, 0x03, 0x06, 0x07, 0x20, 0x08, 0x30, 0x05, 0xff, 0x13, 0x16, 0x15, 0x50, 0x90, 0xd0, 0x22, 0x0a, 0x42],
] as const;

type Perturbation = (typeof PERTURBATIONS)[number];

interface PlannedPerturbation {
  what: Perturbation;
  /** Where in the script: a share of its length, in 256ths. */
  at: number;
  side: 0 | 1;
  /** A number to choose details from. */
  knob: number;
}

export interface Conversation {
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  ipVersion: 4 | 6;
  vlanDepth: number;
  /** Both ends the same address and port. */
  land: boolean;
  startUs: number;
  opening: (typeof OPENINGS)[number];
  /** How many times something is said and acknowledged. */
  exchanges: number;
  closing: (typeof CLOSINGS)[number];
  pace: number;
  perturbations: PlannedPerturbation[];
  /** Of what the script leaves open: sizes, sequence numbers, small differences of time. */
  seed: number;
}

export interface TrafficPlan {
  link: Link;
  startSec: number;
  conversations: Conversation[];
}

const START_SECONDS = [1_700_000_000, 100_000, 2 ** 31 - 20, 4_294_800_000] as const;
const HOSTS_4 = ['10.0.0.1', '10.0.0.2', '192.168.100.200', '9.9.9.9'];
const HOSTS_6 = ['fd00::1', '2001:db8::1:0:0:1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff', '::1'];
const CLIENT_PORTS = [40_000, 65_535, 1024, 7];
const SERVER_PORTS = [80, 443, 40_000, 8080];

/** Generated TCP traffic of one link type, shrinkable; about one in forty has a session of 2500 or more segments. */
export function fastCheckTraffic(): fc.Arbitrary<ModelPacket[]> {
  return fastCheckPlan().map(playTraffic);
}

/** The same before it is played, for a report that can be read. */
export function fastCheckPlan(): fc.Arbitrary<TrafficPlan> {
  const perturbation: fc.Arbitrary<PlannedPerturbation> = fc.record({
    what: fc.constantFrom(...PERTURBATIONS),
    at: fc.nat(255),
    side: fc.constantFrom(0, 1),
    knob: fc.nat(0x7fffffff),
  });
  const conversation = (exchanges: fc.Arbitrary<number>): fc.Arbitrary<Conversation> =>
    fc.record({
      client: fc.nat(1),
      server: fc.nat(2),
      clientPort: fc.nat(2),
      serverPort: fc.nat(1),
      ipVersion: fc.constantFrom(4, 4, 4, 6),
      vlanDepth: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
      land: fc.nat(19).map((n) => n === 19),
      startUs: fc.oneof(fc.nat(3_000_000), fc.nat(60_000_000), fc.nat(1_500_000_000)),
      opening: fc.constantFrom(...OPENINGS),
      exchanges,
      closing: fc.constantFrom(...CLOSINGS),
      pace: fc.nat(PACES_US.length - 1),
      perturbations: fc.array(perturbation, { maxLength: 5 }),
      seed: fc.nat(0x7fffffff),
    });
  const short = fc.array(conversation(fc.nat(9)), { minLength: 1, maxLength: 12 });
  const long = conversation(fc.integer({ min: 1250, max: 2400 })).map(longForm);
  const conversations = fc.oneof(
    { arbitrary: short, weight: 39 },
    { arbitrary: fc.tuple(short, long).map(([some, one]) => [...some, one]), weight: 1 },
  );
  return fc.record({
    link: fc.constantFrom<Link>('ether', 'ether', 'ether', 'raw', 'null', 'loop', 'sll'),
    startSec: fc.constantFrom(...START_SECONDS),
    conversations,
  });
}

export interface TrafficForm {
  /** Conversations going on at once. */
  concurrency?: number;
  link?: Link;
  /** Whether sessions of 2500 and more segments are among them; without it, from 6000 packets on. */
  longSessions?: boolean;
}

/** The same kind of traffic, not shrinkable: for runs of thousands of packets. Equal arguments give equal packets. */
export function generateTraffic(seed: number, approxPackets: number, form: TrafficForm = {}): ModelPacket[] {
  const concurrency = form.concurrency ?? 40;
  const link = form.link ?? 'ether';
  const long = form.longSessions ?? approxPackets >= 6000;
  const random = new Random(seed);
  const endsAtUs = new Array<number>(concurrency).fill(0);
  const events: TrafficEvent[] = [];
  // More than asked for, so that the conversations of the cut-off end still go on.
  for (let index = 0; events.length < approxPackets * 1.1 + concurrency * 20; index++) {
    // The next conversation starts in the place of the one that ended first, so that about `concurrency` go on at once.
    const place = endsAtUs.indexOf(Math.min(...endsAtUs));
    const startUs = endsAtUs[place] + random.below(2_000_000);
    let plan = drawConversation(random, startUs, concurrency);
    if (long && (index === 3 || random.below(400) === 0)) {
      plan = longForm({ ...plan, exchanges: 1250 + random.below(1150) });
    }
    const played = playConversation(plan, link);
    for (const event of played) events.push(event);
    endsAtUs[place] = played.reduce((last, event) => Math.max(last, event.orderUs), startUs) + 1000;
  }
  return inOrder(events, START_SECONDS[0]).slice(0, approxPackets);
}

/** A long session is a fast one with a whole handshake: it has to live to be long. */
function longForm(plan: Conversation): Conversation {
  return { ...plan, opening: 'full', pace: 1 + (plan.pace % 3), land: false };
}

function drawConversation(random: Random, startUs: number, concurrency: number): Conversation {
  const count = random.pick([0, 0, 1, 1, 2, 3, 6]);
  return {
    client: random.below(3),
    server: random.below(4),
    clientPort: random.below(Math.max(3, Math.ceil(concurrency / 3))),
    serverPort: random.below(3),
    ipVersion: random.below(6) === 0 ? 6 : 4,
    vlanDepth: random.pick([0, 0, 0, 0, 0, 0, 1, 2, 3]),
    land: random.below(60) === 0,
    startUs,
    opening: random.pick(OPENINGS),
    exchanges: random.below(random.pick([3, 8, 20])),
    closing: random.pick(CLOSINGS),
    pace: random.below(PACES_US.length),
    perturbations: Array.from({ length: count }, () => ({
      what: random.pick(PERTURBATIONS),
      at: random.below(256),
      side: random.below(2) === 0 ? (0 as const) : (1 as const),
      knob: random.below(0x7fffffff),
    })),
    seed: random.below(0x7fffffff),
  };
}

/** mulberry32: small, seeded, and good enough to choose from tables. */
class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 0 <= result < limit. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

// ---- Playing ----

interface TrafficEvent {
  /** Decides the place in the capture; microseconds since its start. */
  orderUs: number;
  /** What the timestamp says. */
  stampUs: number;
  /** The sub-second field gets a second that the seconds lack. */
  overSecond: boolean;
  frame: Frame;
}

interface Said {
  form: TcpFrameForm;
  timeUs: number;
}

export function playTraffic(plan: TrafficPlan): ModelPacket[] {
  const events = plan.conversations.flatMap((conversation) => playConversation(conversation, plan.link));
  return inOrder(events, plan.startSec);
}

function inOrder(events: TrafficEvent[], startSec: number): ModelPacket[] {
  const sorted = events.map((event, index) => ({ event, index }));
  sorted.sort((a, b) => a.event.orderUs - b.event.orderUs || a.index - b.index);
  return sorted.map(({ event, index }) => {
    const second = Math.floor(event.stampUs / 1e6);
    const carried = event.overSecond ? 1 : 0;
    // The last three digits are no part of what any reader of microseconds sees.
    const nsec = (event.stampUs - second * 1e6) * 1000 + (index % 1000) + carried * 1e9;
    return { sec: startSec + second - carried, nsec, ...event.frame };
  });
}

/** One conversation as it is being said: sequence numbers of both sides, and all that was said, for repetition. */
class Dialogue {
  readonly events: TrafficEvent[] = [];
  readonly said: Said[] = [];
  readonly random: Random;
  timeUs: number;
  private readonly plan: Conversation;
  private readonly link: Link;
  private readonly first: [number, number];
  private readonly next: [number, number];
  private readonly timestamps: boolean;
  /** Changes to the next frame said. */
  private change: Partial<TcpFrameForm> = {};
  private stampShiftUs = 0;
  private overSecond = false;
  private snapKnob = -1;

  constructor(plan: Conversation, link: Link) {
    this.plan = plan;
    this.link = link;
    this.random = new Random(plan.seed);
    this.timeUs = plan.startUs;
    const isn = (): number =>
      this.random.below(4) === 0 ? 2 ** 32 - 1 - this.random.below(200) : this.random.below(2 ** 32);
    this.first = [isn(), isn()];
    this.next = [this.first[0] + 1, this.first[1] + 1];
    this.timestamps = this.random.below(2) === 0;
  }

  pass(): void {
    const pace = PACES_US[this.plan.pace];
    this.timeUs += pace + this.random.below(pace + 3);
  }

  say(side: 0 | 1, flags: number, more: Partial<TcpFrameForm> = {}): void {
    const length = typeof more.payload === 'number' ? more.payload : 0;
    const form: TcpFrameForm = {
      ...this.ends(side),
      seq: this.next[side] >>> 0,
      ack: (flags & 0x10) !== 0 ? this.next[side === 0 ? 1 : 0] >>> 0 : 0,
      flags,
      options: this.ordinaryOptions(),
      ...more,
    };
    if ((flags & 0x05) !== 0 && (flags & 0x04) === 0) this.next[side] += 1;
    this.next[side] += length;
    this.put(form, this.timeUs);
  }

  syn(side: 0 | 1, flags: number, otherSeq = 0): void {
    const peer = side === 0 ? 1 : 0;
    const options = this.synOptions();
    this.first[side] += otherSeq;
    if (otherSeq !== 0) this.next[side] = this.first[side] + 1;
    const ack = (flags & 0x10) !== 0 ? (this.first[peer] + 1) >>> 0 : 0;
    this.say(side, flags, { seq: this.first[side] >>> 0, ack, options });
  }

  data(side: 0 | 1): void {
    const payload = this.random.pick([1, 5, 100, 536, 1400]);
    this.say(side, this.random.below(2) === 0 ? 0x18 : 0x10, { payload });
  }

  /** What was said comes again, so long after the original that the options' limits are met from both sides. */
  repeat(knob: number, change: Partial<TcpFrameForm>): void {
    if (this.said.length === 0) return;
    const back = knob % 3 === 0 ? knob % this.said.length : knob % Math.min(4, this.said.length);
    const original = this.said[this.said.length - 1 - back];
    const delay = REPEAT_DELAYS_US[(knob >> 8) % REPEAT_DELAYS_US.length];
    const form = { ...original.form, ...change };
    if (change.options !== undefined) {
      // As long as the original's, so that the size is the same.
      const length = original.form.options?.length ?? 0;
      form.options = Uint8Array.from({ length }, (_, index) => change.options?.[index] ?? 1);
    }
    // One that seems to be earlier than its original still comes after it.
    if (delay < 0) this.stampShiftUs = delay;
    const timeUs = original.timeUs + Math.max(0, delay);
    this.put(form, timeUs);
    this.timeUs = Math.max(this.timeUs, timeUs);
  }

  perturb({ what, side, knob }: PlannedPerturbation): void {
    switch (what) {
      case 'repeat':
        this.repeat(knob, {});
        break;
      case 'repeatOtherOptions':
        this.repeat(knob, { options: Uint8Array.from([1, 1, 8, 10, 0, 0, 0, knob & 255, 0, 0, 0, 1]) });
        break;
      case 'repeatOtherSize':
        this.repeat(knob, { payload: 1 + (knob % 50) });
        break;
      case 'ack':
        this.say(side, 0x10);
        break;
      case 'data':
        this.data(side);
        break;
      case 'synAgain':
        this.syn(0, 0x02);
        break;
      case 'synOther':
        this.syn(side, 0x02, 64_000 + (knob % 1000));
        break;
      case 'synEce':
        this.syn(0, 0xc2, knob % 2 === 0 ? 0 : 9999);
        break;
      case 'synPeer':
        this.syn(1, 0x02);
        break;
      case 'synAck':
        this.syn(side, 0x12);
        break;
      case 'fin':
        this.say(side, knob % 2 === 0 ? 0x01 : 0x09);
        break;
      case 'finAck':
        this.say(side, knob % 2 === 0 ? 0x11 : 0x19, { payload: knob % 3 === 0 ? 20 : 0 });
        break;
      case 'reset':
        this.say(side, 0x04);
        break;
      case 'resetAck':
        this.say(side, 0x14);
        break;
      case 'odd':
        this.say(side, ODD_FLAGS[knob % ODD_FLAGS.length]);
        break;
      case 'fragment':
        this.change = { moreFragments: true };
        break;
      case 'laterFragment':
        this.say(side, 0x10, { fragmentOffset: 1 + (knob % 180), moreFragments: knob % 2 === 0, payload: 64 });
        break;
      case 'timeBack':
        this.stampShiftUs = -[1, 900, 1500, 400_000, 1_200_000, 65_000_000][knob % 6];
        break;
      case 'gap':
        this.timeUs += GAPS_S[knob % GAPS_S.length] * 1_000_000 + ((knob >> 8) % 3) * 400_000;
        break;
      case 'snap':
        this.snapKnob = knob;
        break;
      case 'badOffset':
        this.change = { dataOffset: [0, 1, 4, 15][knob % 4] };
        break;
      case 'badOptions':
        this.change = { options: Uint8Array.from(STRANGE_OPTIONS[knob % STRANGE_OPTIONS.length]) };
        break;
      case 'otherProtocol':
        this.change = { protocol: [17, 1, 132][knob % 3] };
        break;
      case 'ipOptions':
        this.change = { ipOptionWords: 1 + (knob % 10) };
        break;
      case 'overSecond':
        this.overSecond = true;
        break;
      case 'sameInstant':
        this.timeUs = Math.max(this.plan.startUs, (this.said.at(-1)?.timeUs ?? 0) + (knob % 2));
        break;
      case 'extensions':
        this.change = { extensions: EXTENSION_CHAINS[knob % EXTENSION_CHAINS.length] };
        break;
      case 'window':
        this.change = { window: 0, pad: true };
        break;
    }
  }

  private put(form: TcpFrameForm, timeUs: number): void {
    const changed = { ...form, ...this.change };
    if (this.snapKnob >= 0) changed.snap = cutPoint(changed, this.snapKnob);
    const stampUs = Math.max(timeUs + this.stampShiftUs, 0);
    const event = { orderUs: timeUs, stampUs, overSecond: this.overSecond, frame: tcpFrame(changed) };
    this.events.push(event);
    this.said.push({ form: changed, timeUs });
    this.change = {};
    this.stampShiftUs = 0;
    this.overSecond = false;
    this.snapKnob = -1;
  }

  private ends(side: 0 | 1): Pick<TcpFrameForm, 'link' | 'vlan' | 'ipVersion' | 'src' | 'dst' | 'sport' | 'dport'> {
    const { plan } = this;
    const hosts = plan.ipVersion === 4 ? HOSTS_4 : HOSTS_6;
    const client = { host: hosts[plan.client % hosts.length], port: portOf(CLIENT_PORTS, plan.clientPort) };
    const server = plan.land
      ? client
      : { host: hosts[(plan.server + 1) % hosts.length], port: portOf(SERVER_PORTS, plan.serverPort) };
    const [from, to] = side === 0 ? [client, server] : [server, client];
    const vlan = Array.from({ length: plan.vlanDepth }, (_, index) => 100 + index);
    return {
      ...{ link: this.link, vlan, ipVersion: plan.ipVersion },
      ...{ src: from.host, dst: to.host, sport: from.port, dport: to.port },
    };
  }

  private ordinaryOptions(): Uint8Array {
    if (this.random.below(12) === 0) return Uint8Array.from([1, 1, 5, 10, ...four(1000), ...four(2000)]);
    return Uint8Array.from(this.timestamps ? [1, 1, 8, 10, ...four(this.timeUs / 1000), ...four(77)] : []);
  }

  private synOptions(): Uint8Array {
    const rest = this.timestamps
      ? [4, 2, 8, 10, ...four(this.timeUs / 1000), 0, 0, 0, 0, 1, 3, 3, 7]
      : [1, 3, 3, 2, 1, 1, 4, 2];
    return Uint8Array.from([2, 4, 5, 180, ...rest]);
  }
}

const EXTENSION_CHAINS: readonly (readonly Ipv6Extension[])[] = [
  ['hop'],
  ['routing'],
  ['destination'],
  ['ah'],
  ['hop', 'destination', 'routing', 'ah', 'destination'],
];

const STRANGE_OPTIONS: readonly (readonly number[])[] = [
  [2, 0, 5, 180],
  [8, 1, 0, 0, 1, 1, 4, 2],
  [2, 4, 5, 180, 3, 40, 7, 1],
  [1, 1, 8, 10, 0, 0, 0, 1],
  [1, 1, 1, 2],
  [0, 4, 2, 0],
  [254, 4, 249, 137, 19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0],
  [5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 4, 2],
  [34, 2, 253, 2, 1, 1, 3, 3, 255, 1, 1, 0],
  [1, 1, 1, 1, 1, 1, 1, 1],
];

function portOf(table: readonly number[], index: number): number {
  return table[index] ?? 20_000 + index;
}

/** Somewhere in the link header, the IP header, the TCP header, its options, or just behind the headers. */
function cutPoint(form: TcpFrameForm, knob: number): number {
  const link = linkHeaderBytes(form);
  const ip = form.ipVersion === 4 ? 20 + 4 * (form.ipOptionWords ?? 0) : 40;
  const options = form.options?.length ?? 0;
  const inside = knob >> 3;
  switch (knob % 5) {
    case 0:
      return link === 0 ? 0 : inside % link;
    case 1:
      return link + (inside % ip);
    case 2:
      return link + ip + (inside % 20);
    case 3:
      return link + ip + 20 + (inside % Math.max(1, options));
    default:
      return link + ip + 20 + options + (inside % 3);
  }
}

type Line = (dialogue: Dialogue) => void;

function playConversation(plan: Conversation, link: Link): TrafficEvent[] {
  const dialogue = new Dialogue(plan, link);
  const script: Line[] = [...opening(plan.opening), ...exchanges(plan.exchanges), ...closing(plan.closing)];
  const perturbations = [...plan.perturbations].sort((a, b) => a.at - b.at);
  let done = 0;
  script.forEach((line, index) => {
    while (done < perturbations.length && perturbations[done].at * script.length <= index * 256) {
      dialogue.perturb(perturbations[done++]);
    }
    line(dialogue);
    dialogue.pass();
  });
  for (const perturbation of perturbations.slice(done)) {
    dialogue.perturb(perturbation);
    dialogue.pass();
  }
  return dialogue.events;
}

function flags(side: 0 | 1, value: number): Line {
  return (dialogue) => dialogue.say(side, value);
}

function syn(side: 0 | 1, value: number): Line {
  return (dialogue) => dialogue.syn(side, value);
}

function opening(what: Conversation['opening']): Line[] {
  const whole = [syn(0, 0x02), syn(1, 0x12), flags(0, 0x10)];
  switch (what) {
    case 'full':
      return whole;
    case 'ece':
      return [syn(0, 0xc2), syn(1, 0x52), flags(0, 0x10)];
    case 'eceFallback':
      return [syn(0, 0xc2), ...whole];
    case 'synOnly':
      return [syn(0, 0x02)];
    case 'synAckOnly':
      return [syn(0, 0x02), syn(1, 0x12)];
    case 'simultaneous':
      return [syn(0, 0x02), syn(1, 0x02), syn(0, 0x12), syn(1, 0x12)];
    case 'ackMissing':
      return [syn(0, 0x02), syn(1, 0x12), (dialogue) => dialogue.data(1)];
    case 'synAckFirst':
      return [syn(1, 0x12), ...whole];
    case 'synSynAckTwice':
      return [syn(0, 0x02), syn(1, 0x12), syn(0, 0x12), flags(0, 0x10)];
    case 'finInHandshake':
      return [syn(0, 0x02), flags(1, 0x11), flags(0, 0x10)];
    case 'none':
      return [];
  }
}

function exchanges(count: number): Line[] {
  return Array.from({ length: count }, (_, index): Line[] => {
    const side = index % 3 === 2 ? 1 : 0;
    return [(dialogue) => dialogue.data(side), flags(side === 0 ? 1 : 0, 0x10)];
  }).flat();
}

function closing(what: Conversation['closing']): Line[] {
  const orderly = (first: 0 | 1, second: 0 | 1): Line[] => {
    return [flags(first, 0x11), flags(second, 0x10), flags(second, 0x11), flags(first, 0x10)];
  };
  switch (what) {
    case 'client':
      return orderly(0, 1);
    case 'server':
      return orderly(1, 0);
    case 'both':
      return [flags(0, 0x11), flags(1, 0x11), flags(0, 0x10), flags(1, 0x10)];
    case 'halfClose':
      return [
        flags(0, 0x11),
        flags(1, 0x10),
        ...[0, 1].flatMap(() => [(d: Dialogue) => d.data(1), flags(0, 0x10)]),
        flags(1, 0x11),
        flags(0, 0x10),
      ];
    case 'reset':
      return [flags(0, 0x04)];
    case 'resetAck':
      return [flags(1, 0x14)];
    case 'resetAfterFin':
      return [flags(0, 0x11), flags(1, 0x04)];
    case 'resetAfterFinWait2':
      return [flags(0, 0x11), flags(1, 0x10), flags(0, 0x14), flags(1, 0x14)];
    case 'finOnly':
      return [flags(0, 0x01)];
    case 'finOnlyAnswered':
      return [flags(1, 0x01), flags(0, 0x10), flags(0, 0x01), flags(1, 0x10)];
    case 'finOnlyBoth':
      return [flags(0, 0x01), flags(1, 0x01), flags(0, 0x10), flags(1, 0x10)];
    case 'finAckNoAck':
      return [flags(0, 0x11), flags(1, 0x11), flags(0, 0x10)];
    case 'resetPeer':
      return [(d) => d.data(0), flags(1, 0x14), flags(0, 0x10)];
    case 'lateFin':
      return [...orderly(0, 1), flags(1, 0x11), flags(0, 0x11)];
    case 'none':
      return [];
  }
}
