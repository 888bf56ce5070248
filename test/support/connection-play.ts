/**
 * Connections played from scripts: a few characters a packet, sequence numbers follow. Knows nothing of what comes of them.
 *
 *   [@SEC] SIDE [FLAGS][BYTES][%MOVE][^ACK][w0]
 *
 * `>` is the side that sends first in most scripts, `<` the other. FLAGS: some of S A F R P, in that order; ACK is set where A is. BYTES of payload.
 * MOVE: from the next sequence number, which moves on for what is skipped, not for what is sent again. ACK: from the first number after the
 * other side's SYN, instead of all that it sent. Without @SEC a packet comes a millisecond after the one before.
 */
import type { ModelPacket } from '../model/model-packets.js';
import { tcpFrame } from './craft.js';

export interface PlayedPacket {
  readonly side: 0 | 1;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly window: number;
  /** Microseconds from the start. */
  readonly timeUs: number;
}

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };
const STEP = /^(?:@([\d.]+) )?([<>])([SAFRP]*)(\d+)?(?:%(-?\d+))?(?:\^(-?\d+))?(w0)?$/;
/** Near the end of the numbers, so that they wrap. */
const FIRST_SEQ = [0xffff_fff0, 0x7fff_fff0];

/** The packets of a script, whose steps are apart by spaces. */
export function playScript(script: string): PlayedPacket[] {
  const next = FIRST_SEQ.map((seq) => seq + 1);
  let timeUs = -1000;
  return script.split(/ (?=[@<>])(?<!@[\d.]+ )/).map((step) => {
    const found = STEP.exec(step);
    if (found === null) throw new Error(`not a step: ${step}`);
    const [, time, arrow, letters, bytes, move, ack, window] = found;
    timeUs = time === undefined ? timeUs + 1000 : Math.round(Number(time) * 1e6);
    const side = arrow === '>' ? 0 : 1;
    const flags = [...letters].reduce((sum, letter) => sum | FLAG_BITS[letter], 0);
    const length = Number(bytes ?? 0);
    const isSyn = letters.includes('S');
    const seq = (isSyn ? FIRST_SEQ[side] : next[side]) + Number(move ?? 0);
    const end = seq + length + (isSyn ? 1 : 0) + (letters.includes('F') ? 1 : 0);
    if (!letters.includes('R')) next[side] = Math.max(next[side], end);
    const acked = ack === undefined ? next[1 - side] : FIRST_SEQ[1 - side] + 1 + Number(ack);
    return {
      ...{ side, flags, seq: seq >>> 0, ack: letters.includes('A') ? acked >>> 0 : 0, length, timeUs },
      window: window === undefined ? 1000 : 0,
    };
  });
}

export interface Ends {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

const ENDS: Ends = { src: '10.0.0.1', dst: '10.0.0.2', sport: 40000, dport: 80 };
const START_SEC = 1_700_000_000;

/** The same as frames of a capture; side 0 is `src`. */
export function scriptPackets(script: string, ends: Ends = ENDS): ModelPacket[] {
  const back = { src: ends.dst, dst: ends.src, sport: ends.dport, dport: ends.sport };
  return playScript(script).map(({ side, flags, seq, ack, length, window, timeUs }) => ({
    sec: START_SEC + Math.floor(timeUs / 1e6),
    nsec: 1000 * (timeUs % 1e6),
    ...tcpFrame({
      ...{ link: 'raw', ipVersion: 4, ...(side === 0 ? ends : back) },
      ...{ seq, ack, flags, window, payload: length },
    }),
  }));
}
