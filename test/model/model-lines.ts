/**
 * The model's lines as strings, without colours (miruo.md section 6). Decides nothing.
 */

import type { MiruoOptions } from '../../src/miruo/options.js';
import type { Segment, Session } from './model-session.js';

export function headerLine(session: Session, options: MiruoOptions): string {
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

export function segmentLine(session: Session, segment: Segment, options: MiruoOptions): string {
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

export function liveLine(session: Session, segment: Segment, options: MiruoOptions): string {
  const { packet } = segment;
  const arrow = segment.fromSide === 0 ? '>' : '<';
  const fragment = options.fragments ? (packet.moreFragments ? 'F' : '-') : '';
  const words = [
    `${four(session.id)}:${four(segment.number)}`,
    timeText(packet.time),
    session.ends[0],
    arrow + flagText(packet.flags) + arrow,
    session.ends[1],
    segment.states.join('/').padEnd(23),
    `${hex(packet.seq)}/${hex(packet.ack)}`,
    String(packet.size).padStart(4),
    fragment,
    `<${optionText(packet.options)}>`,
  ];
  return words.join(' ');
}

export function liveDestroyLine(session: Session, message: string, reason: string, now: number): string {
  return `${four(session.id)}:${four(session.segments.length)} ${timeText(now)} ${message} (${reason})`;
}

export function hiddenLine(session: Session, options: MiruoOptions): string {
  if (options.quiet > 0) return `${' '.repeat(12)}|${' '.repeat(46)}|`;
  return `${four(session.id)}:**** ${' '.repeat(12)} |${' '.repeat(46)}|`;
}

export function destroyLine(
  session: Session,
  message: string,
  reason: string,
  now: number,
  options: MiruoOptions,
): string {
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

/** Whole milliseconds of a difference of times, truncated. */
export function milliseconds(microseconds: number): number {
  return Math.trunc(microseconds / 1000);
}

export function durationOf(session: Session): number {
  return session.segments.at(-1)!.packet.time - session.segments[0].packet.time;
}
