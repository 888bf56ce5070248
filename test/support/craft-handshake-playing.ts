/**
 * Plays a plan of handshakes step by step: each gives one frame. Owns who talks to whom, and the numbers they use.
 */
import type { ModelPacket } from '../model/model-packets.js';
import { type Frame, LINK_TYPE, type Link, linkHeaderBytes, type TcpFrameForm, tcpFrame } from './craft-frames.js';
import { GAPS_NS, type HandshakePlan, type HandshakeStep, type Line, SCRIPTS } from './craft-handshake-steps.js';
import { unreachableFrame, withoutLength, withWrongChecksum } from './craft-unreachable.js';

/** Client, its port, server, its port. Some are another's reverse, or an address with itself, or one end with itself. */
export const PAIRS = [
  ['10.0.0.1', 40_000, '10.0.0.2', 80],
  ['10.0.0.2', 80, '10.0.0.1', 40_000],
  ['127.0.0.1', 50_000, '127.0.0.1', 80],
  ['fd00::1', 40_000, '2001:db8::1:0:0:1', 80],
  ['10.0.0.1', 40_001, '10.0.0.2', 80],
  ['10.0.0.2', 1024, '192.168.100.200', 443],
  ['192.168.100.200', 7, '10.0.0.2', 8080],
  ['127.0.0.1', 80, '127.0.0.1', 80],
  ['::1', 50_000, '::1', 65_535],
  ['fd00::1', 40_000, '2001:db8::1:0:0:1', 443],
] as const;

const [FIN, SYN, RST, PSH, ACK, URG] = [1, 2, 4, 8, 16, 32];
const START_SEC = 1_700_000_000;
const SECOND_NS = 1_000_000_000n;
/** Some begin close to the end of the numbers, where a successor is 0. */
const FIRST_NUMBERS = [1000, 0xffffffff, 0, 0x7fffffff, 0xfffffffe, 5_000_000];
const OTHER_CODES = [0, 2, 4, 13];
/** What they do to a segment says nothing of a message about one: its own checksum is wrong instead. */
const TCP_FORMS: readonly HandshakeStep['form'][] = [
  'wrong TCP checksum',
  'bad offset',
  'options',
  'snapped behind TCP',
];

export function playHandshakes(plan: HandshakePlan): ModelPacket[] {
  const pairs = PAIRS.slice(0, plan.pairs).map((ends, index) => new Pair(ends, plan.link, index));
  let now = BigInt(START_SEC) * SECOND_NS + BigInt(plan.startNsec);
  return plan.steps.map((step) => {
    const gap = GAPS_NS[step.gap];
    now = Number.isNaN(gap) ? (now / SECOND_NS + 1n) * SECOND_NS : now + BigInt(gap);
    const frame = pairs[step.pair % pairs.length].play(step);
    return { sec: Number(now / SECOND_NS), nsec: Number(now % SECOND_NS), ...frame };
  });
}

/** What one frame says: a segment, or a message about one. */
interface Said {
  readonly side: 0 | 1;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly payload?: number;
}

class Pair {
  readonly #ends: (typeof PAIRS)[number];
  readonly #link: Link;
  /** First sequence numbers. */
  #numbers: [number, number];
  #script: readonly Line[] = [];
  #at = 0;
  /** The last form of a segment, which messages are about. */
  #last: TcpFrameForm;

  constructor(ends: (typeof PAIRS)[number], link: Link, index: number) {
    this.#ends = ends;
    this.#link = link;
    this.#numbers = [FIRST_NUMBERS[index % FIRST_NUMBERS.length], FIRST_NUMBERS[(index + 1) % FIRST_NUMBERS.length]];
    this.#last = this.#formOf({ side: 0, flags: SYN, seq: this.#numbers[0], ack: 0 });
  }

  play(step: HandshakeStep): Frame {
    if (step.what === 'next') return this.#playLine(step);
    if (step.what === 'script again') {
      this.#at = 0;
      return this.#playLine(step);
    }
    if (step.what.startsWith('unreachable')) return this.#unreachable(step);
    if (step.what === 'garbage') return this.#garbage(step.knob);
    if (step.what === 'other numbers') this.#numbers = [step.knob * 65_537, step.knob * 31];
    const form = this.#formOf(this.#disturbance(step));
    return this.#frame(step.what === 'other protocol' ? { ...form, protocol: 17 } : form, step);
  }

  #playLine(step: HandshakeStep): Frame {
    if (this.#at === this.#script.length) {
      this.#script = SCRIPTS[step.script];
      this.#at = 0;
    }
    const line = this.#script[this.#at++];
    if (line.endsWith('unreachable')) return this.#unreachable({ ...step, what: 'unreachable' });
    return this.#frame(this.#formOf(this.#lineSaid(line)), step);
  }

  #lineSaid(line: Line): Said {
    const side = line.startsWith('c') ? 0 : 1;
    const [own, other] = [this.#numbers[side], this.#numbers[1 - side]];
    switch (line.slice(2)) {
      case 'SYN':
        return { side, flags: SYN, seq: own, ack: 0 };
      case 'SYN ECE':
        return { side, flags: SYN | 0xc0, seq: own, ack: 0 };
      case 'SYN acking':
        return { side, flags: SYN, seq: own, ack: other + 1 };
      case 'SYN/ACK':
        return { side, flags: SYN | ACK, seq: own, ack: other + 1 };
      case 'SYN/ACK ECE':
        return { side, flags: SYN | ACK | 0x40, seq: own, ack: other + 1 };
      case 'ACK':
        return { side, flags: ACK, seq: own + 1, ack: other + 1 };
      case 'ACK early':
        return { side, flags: ACK, seq: own, ack: other + 1 };
      case 'ACK odd':
        return { side, flags: ACK, seq: own + 77, ack: other + 1 };
      case 'RST':
        return { side, flags: RST, seq: own + 1, ack: 0 };
      case 'RST+ACK':
        return { side, flags: RST | ACK, seq: 0, ack: other + 1 };
      case 'FIN':
        return { side, flags: FIN | ACK, seq: own + 1, ack: other + 1 };
      default:
        return { side, flags: PSH | ACK, seq: own + 1, ack: other + 1, payload: 9 };
    }
  }

  #disturbance({ what, side, knob }: HandshakeStep): Said {
    const [own, other] = [this.#numbers[side], this.#numbers[1 - side]];
    const said = (flags: number, seq = own + 1, ack = other + 1): Said => ({
      side,
      flags,
      seq,
      ack,
      payload: knob % 3,
    });
    switch (what) {
      case 'SYN':
      case 'other numbers':
        return said(SYN, own, 0);
      case 'SYN with other numbers':
        return said(SYN, own + 1 + knob, 0);
      case 'SYN with wrong ack':
        return said(SYN, own, knob);
      case 'SYN and PSH':
        return said(SYN | PSH, own, 0);
      case 'SYN and URG':
        return said(SYN | URG, own, 0);
      case 'SYN and RST':
        return said(SYN | RST, own, 0);
      case 'SYN and FIN':
        return said(SYN | FIN, own, 0);
      case 'SYN/ACK':
        return said(SYN | ACK, own);
      case 'SYN/ACK with wrong ack':
        return said(SYN | ACK, own, other + 2 + knob);
      case 'SYN/ACK with other numbers':
        return said(SYN | ACK, own + 1 + knob);
      case 'ACK odd':
        return said(ACK, own + knob, other + (knob % 3));
      case 'RST':
        return said(RST);
      case 'RST+ACK':
        return said(RST | ACK);
      case 'FIN':
        return said(FIN);
      case 'no flags':
        return said(0);
      case 'PSH':
        return said(PSH);
      case 'all flags':
        return said(0xff);
      case 'data':
        return said(PSH | URG | ACK);
      default:
        return said(ACK);
    }
  }

  #formOf({ side, flags, seq, ack, payload = 0 }: Said): TcpFrameForm {
    const [client, clientPort, server, serverPort] = this.#ends;
    const isV6 = client.includes(':');
    const ends =
      side === 0
        ? { src: client, sport: clientPort, dst: server, dport: serverPort }
        : { src: server, sport: serverPort, dst: client, dport: clientPort };
    const options = (flags & SYN) === 0 ? new Uint8Array(0) : Uint8Array.of(2, 4, 5, 180);
    return {
      ...{ link: this.#link, ipVersion: isV6 ? 6 : 4, flags, payload, options, seq: seq >>> 0, ack: ack >>> 0 },
      ...ends,
    };
  }

  #frame(plain: TcpFrameForm, { form, knob }: HandshakeStep): Frame {
    const [made, damaged] = dressed(plain, form, knob);
    this.#last = made;
    return damaged(tcpFrame(made));
  }

  #unreachable({ what, form, knob }: HandshakeStep): Frame {
    const isV4 = this.#last.ipVersion === 4;
    const [type, codes] = isV4 ? [3, [1, 3]] : [1, [3, 4]];
    let code = codes[knob % 2];
    const { snap: _, ...last } = this.#last;
    let about: TcpFrameForm = { ...last, moreFragments: false, fragmentOffset: 0, ...(isV4 ? {} : { pad: false }) };
    let message: { quotedBytes?: number; fragmentOffset?: number } =
      knob % 5 < 2 ? { quotedBytes: isV4 ? 28 : 48 } : {};
    if (what === 'unreachable cut') message = { quotedBytes: (isV4 ? 16 : 36) + (knob % 16) };
    if (what === 'unreachable with another code') code = OTHER_CODES[knob % OTHER_CODES.length];
    if (what === 'unreachable about a later fragment') about = { ...about, fragmentOffset: 3 };
    if (what === 'unreachable as a later fragment') message = { fragmentOffset: 5 };
    if (what === 'unreachable about another protocol') about = { ...about, protocol: 17 };
    if (what === 'unreachable snapped')
      about = { ...about, snap: linkHeaderBytes(about) + (isV4 ? 20 : 40) + (knob % 60) };
    const [, damaged] = dressed(about, TCP_FORMS.includes(form) ? 'wrong ICMP checksum' : form, knob);
    // Now and then it is about a packet of the other direction.
    const turned =
      knob % 7 === 0 ? { ...about, src: about.dst, sport: about.dport, dst: about.src, dport: about.sport } : about;
    return damaged(unreachableFrame({ about: turned, type, code, ...message }));
  }

  #garbage(knob: number): Frame {
    const captured = Uint8Array.from({ length: knob % 64 }, (_, at) => (at * knob) & 255);
    return { captured, wireLength: captured.length, linkType: LINK_TYPE[this.#link] };
  }
}

type Finish = (frame: Frame) => Frame;

/** The form as the word says, and what happens to the finished frame. */
function dressed(
  form: TcpFrameForm,
  word: HandshakeStep['form'] | 'wrong ICMP checksum',
  knob: number,
): [TcpFrameForm, Finish] {
  const asItIs: Finish = (frame) => frame;
  const isV4 = form.ipVersion === 4;
  const tcpAt = linkHeaderBytes(form) + (isV4 ? 20 : 40);
  switch (word) {
    case 'vlan':
      return [{ ...form, vlan: [knob & 0xfff] }, asItIs];
    case 'two vlans':
      return [{ ...form, vlan: [knob & 0xfff, 7] }, asItIs];
    case 'padded':
      return [{ ...form, pad: true }, asItIs];
    case 'snapped in TCP':
      return [{ ...form, snap: tcpAt + (knob % 24) }, asItIs];
    case 'snapped behind TCP':
      return [{ ...form, payload: 40, snap: tcpAt + 24 + (knob % 16) }, asItIs];
    case 'snapped in IP':
      return [{ ...form, snap: tcpAt - 1 - (knob % 20) }, asItIs];
    case 'options':
      return [{ ...form, options: Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2) }, asItIs];
    case 'no length':
      return [form, (frame) => withoutLength(frame, form)];
    case 'wrong IP checksum':
      return [form, (frame) => withWrongChecksum(frame, form, 'ip')];
    case 'wrong TCP checksum':
      return [form, (frame) => withWrongChecksum(frame, form, 'tcp')];
    case 'wrong ICMP checksum':
      return [form, (frame) => withWrongChecksum(frame, form, 'icmp')];
    case 'wrong checksums':
      return [form, (frame) => withWrongChecksum(withWrongChecksum(frame, form, 'tcp'), form, 'ip')];
    case 'first fragment':
      return [{ ...form, moreFragments: true }, asItIs];
    case 'later fragment':
      return [{ ...form, fragmentOffset: 1 + (knob % 100) }, asItIs];
    case 'IP options':
      return [{ ...form, ipOptionWords: 1 + (knob % 10) }, asItIs];
    case 'extensions':
      return [{ ...form, extensions: ['hop', 'destination'] }, asItIs];
    case 'routing':
      return [{ ...form, extensions: ['routing'] }, asItIs];
    case 'authentication':
      return [{ ...form, extensions: ['ah'] }, asItIs];
    case 'bad offset':
      return [{ ...form, dataOffset: knob % 16 }, asItIs];
    default:
      return [form, asItIs];
  }
}
