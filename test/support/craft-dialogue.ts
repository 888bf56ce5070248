/**
 * One conversation as it is being said: what each side says next, and what can go wrong on the way.
 */

import {
  type Frame,
  four,
  type Ipv6Extension,
  type Link,
  linkHeaderBytes,
  type TcpFrameForm,
  tcpFrame,
} from './craft-frames.js';
import { httpPayload } from './craft-http.js';
import {
  CLIENT_PORTS,
  type Conversation,
  GAPS_S,
  HOSTS_4,
  HOSTS_6,
  ODD_FLAGS,
  PACES_US,
  type PlannedPerturbation,
  REPEAT_DELAYS_US,
  SERVER_PORTS,
} from './craft-plans.js';
import { Random } from './random.js';

export interface TrafficEvent {
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

/** One conversation as it is being said: sequence numbers of both sides, and all that was said, for repetition. */
export class Dialogue {
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
    const length = typeof more.payload === 'object' ? more.payload.length : (more.payload ?? 0);
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
    const payload = this.random.below(4) === 0 ? httpPayload(this.random) : this.random.pick([1, 5, 100, 536, 1400]);
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
