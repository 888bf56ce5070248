/**
 * The oracle for handshakes: what tcpeek prints and counts, written from the behaviour page alone, one packet at a time, with plain
 * objects. It must not know the production's trackers, and it must not be fast: where the two differ, this one has to be the easier to
 * believe. What the page leaves open and was settled otherwise is said at the rule.
 */
import { compileFilter } from '../../src/filter/compile-filter.js';
import { FilterError } from '../../src/filter/filter-error.js';
import { NO_NAMES } from '../../src/filter/names.js';
import type { PacketPredicate } from '../../src/filter/packet-predicate.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import {
  COUNT_DUP_SYN,
  COUNT_DUP_SYNACK,
  COUNT_FAILURE,
  COUNT_REJECT,
  COUNT_SUCCESS,
  COUNT_TIMEOUT,
  COUNT_UNREACH,
  COUNTS,
} from '../../src/tcpeek/counts.js';
import type { ModelPacket } from './model-packets.js';
import { filtersOf, filtersThatCount, matches, type PeekFilter, parseNetwork } from './tcpeek-addresses.js';
import { type BadChecksum, badChecksum } from './tcpeek-checksums.js';
import { HEAD, type Outcome, sessionLine, summaryLines } from './tcpeek-lines.js';
import {
  type Ends,
  type IpPacket,
  ipPacketOf,
  isTcpOrIcmp,
  quotedEnds,
  type Segment,
  segmentOf,
} from './tcpeek-packets.js';
import { changeStates, type Handshake, newHandshake, type PeekRule } from './tcpeek-states.js';

export interface PeekModelOptions {
  /** `ADDR` or `ADDR/LEN` each. */
  readonly locals: readonly string[];
  /** As on the command line, without those that always come first. */
  readonly filters: readonly string[];
  readonly timeoutSec: number;
  readonly checksums: 0 | 1 | 2;
  readonly icmp: boolean;
  readonly quiet: boolean;
  readonly unfinished: boolean;
  readonly classic: boolean;
}

export const PEEK_MODEL_DEFAULTS: PeekModelOptions = {
  ...{ locals: [], filters: [], timeoutSec: 60, checksums: 0 },
  ...{ icmp: false, quiet: false, unfinished: false, classic: false },
};

/** Something that is told of a packet. */
export interface PeekNote {
  /** From 0. */
  readonly packet: number;
  readonly what: 'sequence error' | 'duplicate connection' | BadChecksum;
}

export interface PeekModelResult {
  /** Of sessions, without head; none with `quiet`. */
  readonly lines: readonly string[];
  readonly notes: readonly PeekNote[];
  /** The named filters. */
  readonly filters: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly received: number;
  /** Nanoseconds since the epoch; 0 when nothing was received. */
  readonly firstNs: bigint;
  readonly latestNs: bigint;
  /** How often each rule applied. */
  readonly rules: ReadonlyMap<string, number>;
}

interface Session extends Handshake {
  readonly ends: Ends;
  /** Places of the filters that count it. */
  readonly filters: readonly number[];
  readonly firstNs: bigint;
  endNs: bigint;
}

const SYN = 0x02;
/** ECE and CWR say nothing of the state. */
const FLAGS_BUT_ECN = 0x3f;
const SECOND_NS = 1_000_000_000n;

const COUNT_OF: Record<Exclude<Outcome, 'success' | 'unknown'>, number> = {
  timeout: COUNT_TIMEOUT,
  reject: COUNT_REJECT,
  unreach: COUNT_UNREACH,
};

/** Everything of tcpeek.md sections 2 to 4 for one capture. */
export function tcpeekModel(packets: readonly ModelPacket[], options: PeekModelOptions): PeekModelResult {
  const locals = options.locals.map(parseNetwork);
  const filters = filtersOf(options.filters, locals.length > 0);
  const named = filters.filter(({ name }) => name !== '').map(({ name }) => ({ name, counts: zeroCounts() }));
  const lines: string[] = [];
  const notes: PeekNote[] = [];
  const rules = new Map<string, number>();
  /** In order of creation. */
  let sessions: Session[] = [];
  const isReceived = receiving();
  let received = 0;
  let [firstNs, latestNs] = [0n, 0n];
  /** Time of the last packet that was received. */
  let previousNs: bigint | undefined;

  packets.forEach(receive);
  // Not counted: how they would have ended nobody knows.
  if (options.unfinished) for (const session of sessions) print(session, 'unknown');
  return { lines, notes, filters: named, received, firstNs, latestNs, rules };

  function receive(packet: ModelPacket, index: number): void {
    const ip = ipPacketOf(packet, options.classic);
    const isCounted = isReceived(packet) || (!options.classic && ip !== undefined && isTcpOrIcmp(ip));
    if (!isCounted) {
      hit('not received');
      return;
    }
    // Also one whose checksum is wrong, whose header is cut, or that is a later fragment.
    received++;
    moveClock(timeNs(packet));
    if (ip !== undefined) look(ip, index);
  }

  function moveClock(now: bigint): void {
    if (previousNs === undefined) {
      [firstNs, latestNs] = [now, now];
    } else {
      if (now < previousNs) hit('time goes back');
      // The reference outputs of a capture whose time goes back show that `to` is the latest, not the last.
      if (now > latestNs) latestNs = now;
      tick(previousNs, now);
    }
    previousNs = now;
  }

  function look(ip: IpPacket, index: number): void {
    const segment = segmentOf(ip);
    const quoted = options.icmp ? quotedEnds(ip) : undefined;
    // Nothing is verified of a packet that would not be looked at anyhow.
    if (segment === undefined && quoted === undefined) hit('received, not looked at');
    else if (isBad(ip, index)) return;
    if (segment !== undefined) take(segment, index);
    if (quoted !== undefined) unreachable(quoted);
  }

  function hit(rule: string): void {
    rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }

  function isBad(ip: IpPacket, index: number): boolean {
    const bad = badChecksum(ip, options.checksums);
    if (bad === undefined) return false;
    hit(bad);
    notes.push({ packet: index, what: bad });
    return true;
  }

  /**
   * The whole seconds s with before < s <= now, one after the other, but for those in which nothing is due. Sessions of one tick end
   * in order of the second at which they were due, then of their creation. Since the clock comes by every second on its way
   * forwards, wherever it went back to before, that second is the tick's own for all of them, unless time-outs take 0 seconds.
   */
  function tick(before: bigint, now: bigint): void {
    for (let second = before / SECOND_NS + 1n; second <= now / SECOND_NS; second++) {
      if (sessions.length === 0) return;
      const nextDue = sessions.map(dueSecond).reduce((a, b) => (a < b ? a : b));
      if (nextDue > second) second = nextDue;
      if (second > now / SECOND_NS) return;
      const due = sessions.filter(
        (session) => second * SECOND_NS - session.endNs >= BigInt(options.timeoutSec) * SECOND_NS,
      );
      due.sort((a, b) => Number(dueSecond(a) - dueSecond(b)));
      if (due.length > 1) hit('several time-outs at a tick');
      for (const session of due) {
        session.endNs = second * SECOND_NS;
        end(session, 'timeout');
      }
    }
  }

  /** The first whole second at which the session has been silent for long enough. */
  function dueSecond({ endNs }: Session): bigint {
    return (endNs + SECOND_NS - 1n) / SECOND_NS + BigInt(options.timeoutSec);
  }

  function take(segment: Segment, index: number): void {
    const session = sessions.find(({ ends }) => isOf(ends, segment));
    if (session === undefined) {
      if (isFirstSyn(segment)) open(segment);
      else hit('of no session');
      return;
    }
    // Whatever the segment is: repeated SYNs too keep the session from timing out, as the reference outputs show.
    session.endNs = previousNs!;
    note(changeStates(session, sideOf(session, segment), segment), index);
    const both = session.states.join();
    if (both === 'ESTABLISHED,ESTABLISHED') end(session, 'success');
    if (both === 'CLOSED,CLOSED') end(session, 'reject');
  }

  function note(rule: PeekRule, index: number): void {
    hit(rule);
    const what = /^(sequence error|duplicate connection)/.exec(rule)?.[0];
    if (what !== undefined) notes.push({ packet: index, what: what as 'sequence error' | 'duplicate connection' });
  }

  /** With `classic` PSH, URG, ECE or CWR make it none (by the page alone: no reference output tells). */
  function isFirstSyn({ flags }: Segment): boolean {
    if ((flags & 0xc0) !== 0 && (flags & FLAGS_BUT_ECN) === SYN) hit('SYN with ECE or CWR');
    return options.classic ? flags === SYN : (flags & FLAGS_BUT_ECN) === SYN;
  }

  function open(segment: Segment): void {
    const counting = filtersThatCount(filters, locals, segment);
    if (counting.length === 0) {
      const isExcluded = filters.some((filter) => filter.name === '' && matches(filter, locals, segment));
      hit(isExcluded ? 'excluded by a filter' : 'matches no filter');
      return;
    }
    if (counting.length > 1) hit('counts in several filters');
    hit('opens a session');
    const names = filters.filter(({ name }) => name !== '');
    const places = counting.map((filter: PeekFilter) => names.indexOf(filter));
    const { src, sport, dst, dport } = segment;
    const handshake = newHandshake(segment);
    const now = previousNs!;
    sessions.push({ ends: { src, sport, dst, dport }, filters: places, firstNs: now, endNs: now, ...handshake });
  }

  /**
   * Without `classic` an end is told by its address and port, so that a session of an address with itself has two sides; the original
   * looks at the address alone, and every packet of such a session is of the side that opened it.
   */
  function sideOf(session: Session, { src, sport }: Segment): 0 | 1 {
    const isFirst = session.ends.src.text === src.text && (options.classic || session.ends.sport === sport);
    if (session.ends.src.text === session.ends.dst.text) hit('of an address with itself');
    return isFirst ? 0 : 1;
  }

  /** The session is over at once; its end stays that of its last segment. */
  function unreachable(quoted: Ends): void {
    const session = sessions.find(({ ends }) => isOf(ends, quoted));
    if (session === undefined) hit('unreachable, of no session');
    else end(session, 'unreach');
  }

  function end(session: Session, outcome: Exclude<Outcome, 'unknown'>): void {
    hit(outcome);
    for (const place of session.filters) {
      const { counts } = named[place];
      counts[outcome === 'success' ? COUNT_SUCCESS : COUNT_FAILURE]++;
      if (outcome !== 'success') counts[COUNT_OF[outcome]]++;
      if (outcome === 'success' && session.dupSyn > 0) counts[COUNT_DUP_SYN]++;
      if (outcome === 'success' && session.dupSynAck > 0) counts[COUNT_DUP_SYNACK]++;
    }
    print(session, outcome);
    sessions = sessions.filter((other) => other !== session);
  }

  function print(session: Session, outcome: Outcome): void {
    if (outcome === 'unknown') hit('unknown');
    if (session.endNs < session.firstNs) hit('ends before it began');
    if (!options.quiet) lines.push(sessionLine(session, outcome));
  }
}

/** All that a run over a file prints but warnings: head and lines, and the summary. */
export function peekText(result: PeekModelResult, icmp: boolean): string {
  const head = result.lines.length > 0 ? HEAD : [];
  return [...head, ...result.lines, ...summaryLines(result, icmp), ''].join('\n');
}

/** Full resolution. No reference output would be another one with microseconds. */
function timeNs({ sec, nsec }: ModelPacket): bigint {
  return BigInt(sec) * SECOND_NS + BigInt(nsec);
}

function isOf(ends: Ends, { src, sport, dst, dport }: Ends): boolean {
  const is = (a: Ends['src'], aPort: number, b: Ends['src'], bPort: number): boolean =>
    ends.src.text === a.text && ends.sport === aPort && ends.dst.text === b.text && ends.dport === bPort;
  return is(src, sport, dst, dport) || is(dst, dport, src, sport);
}

/** Whether `tcp or icmp` selects a packet; none of a link type that the expression is of no use for. */
function receiving(): (packet: ModelPacket) => boolean {
  const predicates = new Map<number, PacketPredicate>();
  return ({ linkType, captured, wireLength }) => {
    const predicate = predicates.get(linkType) ?? predicateOf(linkType);
    predicates.set(linkType, predicate);
    return predicate(captured, 0, captured.length, wireLength);
  };
}

function predicateOf(linkType: number): PacketPredicate {
  try {
    return compileFilter(parseFilter('tcp or icmp'), NO_NAMES, linkType);
  } catch (error) {
    if (error instanceof FilterError) return () => false;
    throw error;
  }
}

function zeroCounts(): number[] {
  return new Array<number>(COUNTS).fill(0);
}
