/**
 * The oracle: sessions in miruo's format, written from the behaviour specification alone, one packet
 * at a time, with plain objects and strings. It must not know the production code, and it must not be
 * fast: where the two differ, this one has to be the easier to believe.
 */

import type { MiruoOptions } from '../../src/miruo/options.js';

export interface ModelPacket {
  sec: number;
  /** May be a second or more (a damaged file); the excess carries into the seconds. */
  nsec: number;
  captured: Uint8Array;
  wireLength: number;
  linkType: number;
}

export interface ModelStats {
  sessions: number;
  lookup: number;
  longConnect: number;
  longDelay: number;
  retransmit: number;
  timeout: number;
  error: number;
  rst: number;
  fragment: number;
  activeSession: number;
  activeSessionMax: number;
  activeSegment: number;
  activeSegmentMax: number;
  dropSession: number;
  dropSegment: number;
  recv: number;
  l2Errors: number;
  ipErrors: number;
  tcpErrors: number;
}

export interface ModelResult {
  stdout: string;
  stats: ModelStats;
}

type State =
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'CLOSED'
  | 'TIME_WAIT';
type Colour = '' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** A TCP packet with a whole header. */
interface Counted {
  /** Microseconds since the epoch (fits a double exactly until the year 2255). */
  time: number;
  source: string;
  destination: string;
  seq: number;
  ack: number;
  flags: number;
  size: number;
  moreFragments: boolean;
  options: Uint8Array;
}

interface Segment {
  number: number;
  packet: Counted;
  fromSide: 0 | 1;
  states: [State, State];
  colour: Colour;
  shown: boolean;
}

interface Session {
  id: number;
  ends: [string, string];
  states: [State, State];
  segments: Segment[];
  totalSegments: number;
  totalBytes: number;
  marked: boolean;
  contextCredit: number;
  /** The clock (whole seconds) when the last segment was stored. */
  lastStoredClock: number;
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

const SHORT_STATES: readonly State[] = ['SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK'];
const COLOUR_NUMBER = { red: 1, green: 2, yellow: 3, blue: 4, magenta: 5, cyan: 6 } as const;
const HELD_MAX = 2048;
const HELD_AFTER_DROP = 1024;

/** Everything of miruo.md sections 2-7 for one capture. */
export function miruoModel(packets: readonly ModelPacket[], options: MiruoOptions): ModelResult {
  const stats: ModelStats = {
    sessions: 0,
    lookup: 0,
    longConnect: 0,
    longDelay: 0,
    retransmit: 0,
    timeout: 0,
    error: 0,
    rst: 0,
    fragment: 0,
    activeSession: 0,
    activeSessionMax: 0,
    activeSegment: 0,
    activeSegmentMax: 0,
    dropSession: 0,
    dropSegment: 0,
    recv: 0,
    l2Errors: 0,
    ipErrors: 0,
    tcpErrors: 0,
  };
  const lines: string[] = [];
  /** In order of creation, which is the order a Map keeps. */
  const sessions = new Map<string, Session>();
  let clock = Number.NaN;
  let now = 0;

  for (const packet of packets) {
    stats.recv++;
    const decoded = decode(packet, options.classic);
    if (decoded === 'l2') stats.l2Errors++;
    else if (decoded === 'ip') stats.ipErrors++;
    else if (decoded === 'tcp') stats.tcpErrors++;
    else if (decoded !== 'ignored') count(decoded);
  }
  if (options.unfinished) {
    for (const session of [...sessions.values()]) destroy(session, 'end of capture', 'still open', true);
  }
  return { stdout: lines.map((line) => `${line}\n`).join(''), stats };

  function count(packet: Counted): void {
    now = packet.time;
    const second = Math.floor(packet.time / 1e6);
    if (Number.isNaN(clock)) {
      clock = second;
    } else if (second > clock) {
      clock = second;
      if (options.timeouts && !options.classic) timeOut();
    }

    const session = sessions.get(keyOf(packet));
    if (!isSyn(packet)) {
      if (session !== undefined) ordinary(session, packet);
      return;
    }
    if (session === undefined) {
      create(packet, false);
      return;
    }
    const first = session.segments[0].packet;
    if (first.seq === packet.seq && first.ack === packet.ack) {
      ordinary(session, packet);
      return;
    }
    stats.error++;
    destroy(session, 'error break', 'Duplicate connection(packet loss?)', options.quiet < 2);
    create(packet, true);
  }

  function timeOut(): void {
    for (const session of [...sessions.values()]) {
      const short = session.states.some((state) => SHORT_STATES.includes(state));
      if (clock - session.lastStoredClock > (short ? 30 : 900)) {
        stats.timeout++;
        destroy(session, 'destroy session', 'time out', true);
      }
    }
  }

  function isSyn(packet: Counted): boolean {
    return options.classic ? packet.flags === SYN : (packet.flags & 0x3f) === SYN;
  }

  function create(packet: Counted, afterBreak: boolean): void {
    const red = afterBreak && options.quiet === 0;
    const session: Session = {
      id: (stats.sessions % 10000) + 1,
      ends: [packet.source, packet.destination],
      states: ['SYN_SENT', 'SYN_RECV'],
      segments: [],
      totalSegments: 1,
      totalBytes: 0,
      marked: red,
      contextCredit: 0,
      lastStoredClock: clock,
    };
    session.segments.push({
      number: 0,
      packet,
      fromSide: 0,
      states: ['SYN_SENT', 'SYN_RECV'],
      colour: red ? 'red' : 'yellow',
      shown: true,
    });
    sessions.set(keyOf(packet), session);
    stats.sessions++;
    stats.activeSession++;
    stats.activeSessionMax = Math.max(stats.activeSessionMax, stats.activeSession);
  }

  function ordinary(session: Session, packet: Counted): void {
    const fromSide = packet.source === session.ends[0] ? 0 : 1;
    const segment: Segment = {
      number: session.segments.at(-1)!.number + 1,
      packet,
      fromSide,
      states: [...session.states],
      colour: '',
      shown: false,
    };

    const originalIndex = session.segments.findIndex((other) => isRepeat(other.packet, packet));
    if (originalIndex >= 0) {
      if (isIgnored(session.segments[originalIndex].packet, packet)) return;
      retransmission(session, segment, originalIndex);
    }
    store(session, segment);
    changeState(session, segment);
    session.states = [...segment.states];
    context(session, segment);
    closeIfDone(session);
  }

  function isIgnored(original: Counted, packet: Counted): boolean {
    if ((original.flags & SYN) !== 0) return !options.synRetransmits;
    return options.retransmitMs === 0 || milliseconds(packet.time - original.time) < options.retransmitMs;
  }

  function retransmission(session: Session, segment: Segment, originalIndex: number): void {
    const original = session.segments[originalIndex];
    stats.retransmit++;
    session.marked = true;
    segment.colour = sameBytes(original.packet.options, segment.packet.options) ? 'red' : 'magenta';
    original.colour = 'green';
    original.shown = true;
    for (const later of session.segments.slice(originalIndex + 1)) {
      if (later.colour !== '') continue;
      later.colour = 'cyan';
      later.shown = true;
    }
  }

  function store(session: Session, segment: Segment): void {
    const previous = session.segments.at(-1)!;
    session.segments.push(segment);
    session.lastStoredClock = clock;
    session.totalSegments++;
    session.totalBytes += segment.packet.size;
    stats.activeSegment++;
    stats.activeSegmentMax = Math.max(stats.activeSegmentMax, stats.activeSegment);

    if (segment.packet.moreFragments && options.fragments) {
      session.marked = true;
      segment.colour = 'red';
      segment.shown = true;
      stats.fragment++;
    }
    const delay = milliseconds(segment.packet.time - previous.packet.time);
    if (options.longDelayMs > 0 && delay > options.longDelayMs) {
      session.marked = true;
      previous.shown = true;
      segment.shown = true;
      segment.colour = 'red';
      stats.longDelay++;
    }
    segment.shown = segment.colour !== '';

    if (session.segments.length > HELD_MAX) {
      let index = 1;
      while (session.segments.length >= HELD_AFTER_DROP && index < session.segments.length - 1) {
        if (session.segments[index].shown) {
          index++;
        } else {
          session.segments.splice(index, 1);
          stats.activeSegment--;
        }
      }
    }
  }

  function changeState(session: Session, segment: Segment): void {
    const sender = segment.fromSide;
    const receiver = sender === 0 ? 1 : 0;
    let s = session.states[sender];
    let p = session.states[receiver];
    const show = (colour?: Colour): void => {
      segment.shown = true;
      if (colour !== undefined) segment.colour = colour;
    };

    const flags = segment.packet.flags & (FIN | SYN | RST | ACK);
    if (flags === SYN) {
      // No effect.
    } else if (flags === (SYN | ACK)) {
      if (s !== 'SYN_RECV') show('red');
      if (p === 'SYN_SENT') {
        p = 'ESTABLISHED';
        show('yellow');
      } else {
        show('red');
      }
    } else if (flags === ACK) {
      if (s === 'ESTABLISHED' && p === 'FIN_WAIT1') {
        s = 'CLOSE_WAIT';
        show();
      } else if (s === 'FIN_WAIT2' && p === 'LAST_ACK') {
        s = 'TIME_WAIT';
        show();
      }
      if (p === 'SYN_RECV') {
        p = 'ESTABLISHED';
        show('yellow');
      } else if (p === 'FIN_WAIT1') {
        p = 'FIN_WAIT2';
        show();
      } else if (p === 'LAST_ACK') {
        p = 'CLOSED';
        show();
      }
      if (s === 'TIME_WAIT' && p === 'CLOSED') show('blue');
    } else if (flags === FIN) {
      if (s === 'ESTABLISHED') {
        s = 'FIN_WAIT1';
        show();
      } else if (s === 'CLOSE_WAIT') {
        s = 'LAST_ACK';
        show('red');
      } else {
        show('red');
      }
      if (p === 'FIN_WAIT2') {
        p = 'TIME_WAIT';
        show('red');
      } else if (p !== 'ESTABLISHED') {
        show('red');
      }
    } else if (flags === (FIN | ACK)) {
      if (s === 'SYN_RECV') {
        s = 'FIN_WAIT1';
        show();
      } else if (s === 'ESTABLISHED') {
        if (p === 'ESTABLISHED') {
          s = 'FIN_WAIT1';
          show();
        }
        if (p === 'FIN_WAIT1') {
          s = 'LAST_ACK';
          show();
        }
      } else if (s === 'CLOSE_WAIT') {
        s = 'LAST_ACK';
        show();
      } else {
        show('red');
      }
      if (p === 'FIN_WAIT1') {
        p = 'FIN_WAIT2';
        show();
      } else if (p !== 'ESTABLISHED' && p !== 'FIN_WAIT2') {
        show('red');
      }
    } else if (flags === RST || flags === (RST | ACK)) {
      const afterClose =
        (s === 'CLOSE_WAIT' && (p === 'FIN_WAIT1' || p === 'FIN_WAIT2')) ||
        (p === 'CLOSE_WAIT' && (s === 'FIN_WAIT1' || s === 'FIN_WAIT2'));
      session.marked = options.resets > (afterClose ? 1 : 0);
      stats.rst++;
      s = 'CLOSED';
      p = 'CLOSED';
      show('red');
    } else {
      show('red');
    }
    segment.states[sender] = s;
    segment.states[receiver] = p;
  }

  function context(session: Session, segment: Segment): void {
    if (segment.shown) {
      const index = session.segments.length - 1;
      for (const before of session.segments.slice(Math.max(0, index - options.contextSegments), index)) {
        before.shown = true;
      }
      session.contextCredit = options.contextSegments;
    } else if (session.contextCredit > 0) {
      session.contextCredit--;
      segment.shown = true;
    }
  }

  function closeIfDone(session: Session): void {
    const both = session.states.join();
    if (both !== 'CLOSED,CLOSED' && both !== 'TIME_WAIT,CLOSED' && both !== 'CLOSED,TIME_WAIT') return;
    if (options.all) session.marked = true;
    if (options.longConnectMs > 0 && milliseconds(durationOf(session)) > options.longConnectMs) {
      session.marked = true;
      stats.longConnect++;
    }
    if (session.marked) printSession(session);
    forget(session);
  }

  function destroy(session: Session, message: string, reason: string, shown: boolean): void {
    if (shown) {
      printSession(session);
      lines.push(paint('red', destroyLine(session, message, reason, now, options)));
    }
    forget(session);
  }

  function forget(session: Session): void {
    stats.activeSession--;
    stats.activeSegment -= session.segments.length - 1;
    sessions.delete(keyOf(session.segments[0].packet));
  }

  function printSession(session: Session): void {
    stats.lookup++;
    lines.push(paint('yellow', headerLine(session, options)));
    let hidden = false;
    for (const segment of session.segments) {
      if (segment.shown) {
        if (hidden) lines.push(hiddenLine(session, options));
        hidden = false;
        lines.push(paint(segment.colour, segmentLine(session, segment, options)));
      } else {
        hidden = true;
      }
    }
    if (hidden) lines.push(hiddenLine(session, options));
  }

  function paint(colour: Colour, text: string): string {
    return options.colour && colour !== '' ? `\x1b[3${COLOUR_NUMBER[colour]}m${text}\x1b[39m` : text;
  }
}

function keyOf(packet: Counted): string {
  return [packet.source, packet.destination].sort().join(' ');
}

function isRepeat(a: Counted, b: Counted): boolean {
  return a.seq === b.seq && a.ack === b.ack && a.flags === b.flags && a.size === b.size;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.join() === b.join();
}

function milliseconds(microseconds: number): number {
  return Math.trunc(microseconds / 1000);
}

function durationOf(session: Session): number {
  return session.segments.at(-1)!.packet.time - session.segments[0].packet.time;
}

// ---- Lines ----

function headerLine(session: Session, options: MiruoOptions): string {
  // The format has no sign: a last segment stamped before the first SYN makes it 0.
  const duration = Math.max(0, milliseconds(durationOf(session)));
  const seconds = String(Math.trunc(duration / 1000));
  const fraction = String(duration % 1000).padStart(3, '0');
  const [left, right] = session.ends;
  const ends = `${left.padStart(21)} == ${right.padEnd(21)}`;
  if (options.quiet > 0) {
    return `${seconds.padStart(8)}.${fraction}|${ends}|${session.totalSegments}seg(${session.totalBytes})`;
  }
  const total = `Total ${session.totalSegments} segments, ${session.totalBytes} bytes`;
  return `${four(session.id)} ${seconds.padStart(13)}.${fraction} |${ends}| ${total}`;
}

function segmentLine(session: Session, segment: Segment, options: MiruoOptions): string {
  const { packet } = segment;
  const arrow = segment.fromSide === 0 ? '>' : '<';
  const [left, right] = segment.states;
  const middle = `${left.padStart(18)} ${arrow}${flagText(packet.flags)}${arrow} ${right.padEnd(18)}`;
  const numbers = `${hex(packet.seq)}/${hex(packet.ack)}`;
  if (options.quiet > 0) return `${timeText(packet.time)}|${middle}|${numbers}`;
  const fragment = options.fragments ? (packet.moreFragments ? 'F' : '-') : '';
  const size = String(packet.size).padStart(4);
  const label = `${four(session.id)}:${four(segment.number)} ${timeText(packet.time)}`;
  return `${label} |${middle}| ${numbers} ${size} ${fragment} <${optionText(packet.options)}>`;
}

function hiddenLine(session: Session, options: MiruoOptions): string {
  if (options.quiet > 0) return `${' '.repeat(12)}|${' '.repeat(46)}|`;
  return `${four(session.id)}:**** ${' '.repeat(12)} |${' '.repeat(46)}|`;
}

function destroyLine(session: Session, message: string, reason: string, now: number, options: MiruoOptions): string {
  const spare = 46 - message.length;
  const centred = ' '.repeat(Math.ceil(spare / 2)) + message + ' '.repeat(Math.floor(spare / 2));
  if (options.quiet > 0) return `${timeText(now)}|${centred}|${reason}`;
  return `${four(session.id)}:${four(session.segments.length)} ${timeText(now)} |${centred}| ${reason}`;
}

function four(value: number): string {
  return String(value).padStart(4, '0');
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

function timeText(microseconds: number): string {
  const date = new Date(Math.floor(microseconds / 1e6) * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = String(Math.floor((microseconds % 1e6) / 1000)).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}

function flagText(flags: number): string {
  return ['U', 'A', 'P', 'R', 'S', 'F'].map((letter, index) => ((flags >> (5 - index)) & 1 ? letter : '-')).join('');
}

function optionText(bytes: Uint8Array): string {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    if (at + 1 >= bytes.length) break;
    const length = bytes[at + 1];
    if (length < 2 || at + length > bytes.length) break;
    if (kind === 2 && length >= 4) texts.push(`mss=${data.getUint16(at + 2)}`);
    else if (kind === 3 && length >= 3) texts.push(`wscale=${bytes[at + 2]}`);
    else if (kind === 4) texts.push('sackOK');
    else if (kind === 5) texts.push('sack 1');
    else if (kind === 8 && length >= 10) texts.push(`timestamp ${data.getUint32(at + 2)} ${data.getUint32(at + 6)}`);
    else texts.push(`len=${length} opt[${kind}]`);
    at += length;
  }
  return texts.join(', ');
}

// ---- Packets ----

type Refusal = 'ignored' | 'l2' | 'ip' | 'tcp';
type NetworkStart = { version: 4 | 6; at: number };

function decode(packet: ModelPacket, classic: boolean): Counted | Refusal {
  const network = decodeLink(packet.linkType, packet.captured, classic);
  if (typeof network === 'string') return network;
  if (network.version === 6 && classic) return 'ignored';
  const carried = packet.captured.subarray(network.at);
  return network.version === 4 ? decodeIpv4(packet, carried) : decodeIpv6(packet, carried);
}

function decodeLink(linkType: number, frame: Uint8Array, classic: boolean): NetworkStart | Refusal {
  switch (linkType) {
    case 1:
      return frame.length < 14 ? 'l2' : etherType(frame, 12, classic);
    case 113:
      return frame.length < 16 ? 'l2' : etherType(frame, 14, classic);
    case 0:
    case 108: {
      if (frame.length < 4) return 'l2';
      const data = viewOf(frame);
      const families = linkType === 108 ? [data.getUint32(0)] : [data.getUint32(0), data.getUint32(0, true)];
      if (families.includes(2)) return { version: 4, at: 4 };
      return families.some((family) => [10, 24, 28, 30].includes(family)) ? { version: 6, at: 4 } : 'ignored';
    }
    case 12:
    case 14:
    case 101:
      if (frame.length < 1) return 'ip';
      if (frame[0] >> 4 === 4) return { version: 4, at: 0 };
      return frame[0] >> 4 === 6 ? { version: 6, at: 0 } : 'ip';
    case 228:
      return { version: 4, at: 0 };
    case 229:
      return { version: 6, at: 0 };
    default:
      return 'ignored';
  }
}

/** `at`: where the EtherType lies. */
function etherType(frame: Uint8Array, at: number, classic: boolean): NetworkStart | Refusal {
  const type = viewOf(frame).getUint16(at);
  if (type === 0x0800) return { version: 4, at: at + 2 };
  if (type === 0x86dd) return { version: 6, at: at + 2 };
  if (classic || ![0x8100, 0x88a8, 0x9100, 0x9200].includes(type)) return 'ignored';
  return frame.length < at + 6 ? 'l2' : etherType(frame, at + 4, classic);
}

function decodeIpv4(packet: ModelPacket, ip: Uint8Array): Counted | Refusal {
  if (ip.length < 20 || ip[0] >> 4 !== 4) return 'ip';
  const headerLength = (ip[0] & 15) * 4;
  if (headerLength < 20 || ip.length < headerLength) return 'ip';
  const fragmentField = viewOf(ip).getUint16(6);
  if (ip[9] !== 6 || (fragmentField & 0x1fff) !== 0) return 'ignored';
  const address = (at: number): string => [...ip.subarray(at, at + 4)].join('.');
  return decodeTcp(packet, ip.subarray(headerLength), address(12), address(16), (fragmentField & 0x2000) !== 0);
}

function decodeIpv6(packet: ModelPacket, ip: Uint8Array): Counted | Refusal {
  if (ip.length < 40 || ip[0] >> 4 !== 6) return 'ip';
  let next = ip[6];
  let at = 40;
  let moreFragments = false;
  while ([0, 43, 44, 51, 60].includes(next)) {
    if (ip.length < at + 8) return 'ip';
    let length = (ip[at + 1] + 1) * 8;
    if (next === 51) length = (ip[at + 1] + 2) * 4;
    if (next === 44) {
      length = 8;
      const field = viewOf(ip).getUint16(at + 2);
      if (field >> 3 !== 0) return 'ignored';
      moreFragments = (field & 1) !== 0;
    }
    if (ip.length < at + length) return 'ip';
    next = ip[at];
    at += length;
  }
  if (next !== 6) return 'ignored';
  const address = (start: number): string => `[${ipv6Text(ip.subarray(start, start + 16))}]`;
  return decodeTcp(packet, ip.subarray(at), address(8), address(24), moreFragments);
}

function decodeTcp(
  packet: ModelPacket,
  tcp: Uint8Array,
  source: string,
  destination: string,
  moreFragments: boolean,
): Counted | Refusal {
  if (tcp.length < 20) return 'tcp';
  const headerLength = (tcp[12] >> 4) * 4;
  if (headerLength < 20 || tcp.length < headerLength) return 'tcp';
  const data = viewOf(tcp);
  return {
    time: packet.sec * 1e6 + Math.floor(packet.nsec / 1000),
    source: `${source}:${data.getUint16(0)}`,
    destination: `${destination}:${data.getUint16(2)}`,
    seq: data.getUint32(4),
    ack: data.getUint32(8),
    flags: tcp[13],
    size: packet.wireLength,
    moreFragments,
    options: tcp.subarray(20, headerLength),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** RFC 5952: lower case, the first longest run of two or more zero groups as `::`, a mapped IPv4 address dotted. */
function ipv6Text(bytes: Uint8Array): string {
  const data = viewOf(bytes);
  const groups = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => data.getUint16(index * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  }
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (list: number[]): string => list.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}
