/**
 * The oracle: sessions in miruo's format, written from the behaviour specification alone, one packet
 * at a time, with plain objects and strings. It must not know the production code, and it must not be
 * fast: where the two differ, this one has to be the easier to believe.
 */

import type { MiruoOptions } from '../../src/miruo/options.js';
import { httpLines } from './model-http.js';
import {
  destroyLine,
  durationOf,
  headerLine,
  hiddenLine,
  liveDestroyLine,
  liveLine,
  milliseconds,
  segmentLine,
} from './model-lines.js';
import { type Counted, decode, type ModelPacket } from './model-packets.js';
import type { Colour, Segment, Session, State } from './model-session.js';
import { nextStates } from './model-states.js';

export type { ModelPacket } from './model-packets.js';

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
  /** The figures at each moment that was asked for. */
  moments: ModelStats[];
}

const SYN = 0x02;

const SHORT_STATES: readonly State[] = ['SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK'];
const COLOUR_NUMBER = { red: 1, green: 2, yellow: 3, blue: 4, magenta: 5, cyan: 6 } as const;
const HELD_MAX = 2048;
const HELD_AFTER_DROP = 1024;
/** With `live` and no limit of segments. */
const LIVE_HELD_MAX = 65536;

/** Everything of miruo.md sections 2-7 for one capture; `everySec`: figures are wanted after so many seconds each. */
export function miruoModel(packets: readonly ModelPacket[], options: MiruoOptions, everySec?: number): ModelResult {
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
  /** Segments in a row that were far behind the clock. */
  let behind = 0;
  let now = 0;
  const moments: ModelStats[] = [];
  let momentDue = Number.NaN;

  for (const packet of packets) {
    stats.recv++;
    const decoded = decode(packet, options.classic);
    if (decoded === 'l2') stats.l2Errors++;
    else if (decoded === 'ip') stats.ipErrors++;
    else if (decoded === 'tcp') stats.tcpErrors++;
    else if (decoded !== 'ignored') {
      const clockBefore = clock;
      count(decoded);
      if (everySec !== undefined && clock !== clockBefore) takeMoment(everySec, !(clock > clockBefore));
    }
  }
  if (options.unfinished) {
    // They are shown, but they are still active.
    const { activeSession, activeSegment } = stats;
    for (const session of [...sessions.values()]) destroy(session, 'end of capture', 'still open', true);
    Object.assign(stats, { activeSession, activeSegment });
  }
  return { stdout: lines.map((line) => `${line}\n`).join(''), stats, moments };

  function count(packet: Counted): void {
    now = packet.time;
    const second = Math.floor(packet.time / 1e6);
    if (Number.isNaN(clock)) {
      clock = second;
    } else if (second > clock) {
      clock = second;
      if (options.timeouts && !options.classic) timeOut();
    }
    behind = second < clock - 900 ? behind + 1 : 0;
    if (behind > 1000) {
      clock = second;
      behind = 0;
      for (const session of sessions.values()) session.lastStoredClock = clock;
    }

    const session = sessions.get(keyOf(packet));
    if (!isSyn(packet)) {
      if (session !== undefined) ordinary(session, packet);
      return;
    }
    if (session === undefined) {
      if (options.sessionLimit !== undefined && sessions.size >= options.sessionLimit) stats.dropSession++;
      else create(packet, false);
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

  /** The clock came to another second; `isNew`: it began there. */
  function takeMoment(every: number, isNew: boolean): void {
    if (isNew) momentDue = clock + every;
    if (clock < momentDue) return;
    moments.push({ ...stats });
    while (momentDue <= clock) momentDue += every;
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
      printed: false,
      httpLines: [],
    });
    sessions.set(keyOf(packet), session);
    stats.sessions++;
    stats.activeSession++;
    stats.activeSessionMax = Math.max(stats.activeSessionMax, stats.activeSession);
    if (options.live) printNew(session);
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
      printed: false,
      httpLines: httpOf(session, packet),
    };

    const originalIndex = session.segments.findIndex((other) => isRepeat(other.packet, packet));
    if (originalIndex >= 0) {
      if (isIgnored(session.segments[originalIndex].packet, packet)) return;
      retransmission(session, segment, originalIndex);
    }
    if (options.segmentLimit !== undefined && stats.activeSegment >= options.segmentLimit) {
      stats.dropSegment++;
      return;
    }
    store(session, segment);
    changeState(session, segment);
    session.states = [...segment.states];
    context(session, segment);
    // Whether it closes or goes on: what was not printed yet is printed now.
    if (options.live) printNew(session);
    closeIfDone(session);
  }

  function httpOf(session: Session, packet: Counted): string[] {
    if (options.http === undefined || session.states.join() !== 'ESTABLISHED,ESTABLISHED') return [];
    return httpLines(packet.payload, options.http);
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
    if (options.live) return;
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
    segment.shown = options.live || segment.colour !== '';
    dropOld(session);
  }

  function dropOld(session: Session): void {
    if (options.live) {
      // Nothing is hidden then: the original drops none. Without a limit of segments the older half of very many goes.
      if (options.segmentLimit !== undefined || session.segments.length <= LIVE_HELD_MAX) return;
      const gone = session.segments.length - LIVE_HELD_MAX / 2 + 1;
      session.segments.splice(1, gone);
      stats.activeSegment -= gone;
      return;
    }
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
    const next = nextStates(segment.packet.flags, session.states[sender], session.states[receiver]);
    if (next.reset !== undefined) {
      session.marked = options.resets > (next.reset === 'after close' ? 1 : 0);
      stats.rst++;
    }
    if (next.shown || segment.httpLines.length > 0) segment.shown = true;
    if (next.colour !== undefined) segment.colour = next.colour;
    segment.states[sender] = next.sender;
    segment.states[receiver] = next.peer;
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
    if (options.all || options.live) session.marked = true;
    if (options.longConnectMs > 0 && milliseconds(durationOf(session)) > options.longConnectMs) {
      session.marked = true;
      stats.longConnect++;
    }
    if (session.marked) stats.lookup++;
    if (session.marked && !options.live) printSession(session);
    forget(session);
  }

  function destroy(session: Session, message: string, reason: string, shown: boolean): void {
    if (shown) {
      stats.lookup++;
      if (!options.live) printSession(session);
      const line = options.live ? liveDestroyLine : destroyLine;
      lines.push(paint('red', line(session, message, reason, now, options)));
    }
    forget(session);
  }

  function forget(session: Session): void {
    stats.activeSession--;
    stats.activeSegment -= session.segments.length - 1;
    sessions.delete(keyOf(session.segments[0].packet));
  }

  function printNew(session: Session): void {
    for (const segment of session.segments.filter((one) => !one.printed)) {
      lines.push(paint(segment.colour, liveLine(session, segment, options)));
      for (const line of segment.httpLines) lines.push(paint('green', line));
      segment.printed = true;
    }
  }

  function printSession(session: Session): void {
    lines.push(paint('yellow', headerLine(session, options)));
    let hidden = false;
    for (const segment of session.segments) {
      if (segment.shown) {
        if (hidden) lines.push(hiddenLine(session, options));
        hidden = false;
        lines.push(paint(segment.colour, segmentLine(session, segment, options)));
        for (const line of segment.httpLines) lines.push(paint('green', line));
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
