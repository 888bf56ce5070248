/**
 * Cells and frames of SunATM captures: kinds of traffic, circuits, signalling, LAN emulation. Owns the layout of their header: kind,
 * VPI (1 byte), VCI (2 bytes), then the frame.
 */

import { and, type Condition, compared, constant, equals, masked, or } from './condition.js';
import type { StepOf } from './expression.js';
import { FilterError } from './filter-error.js';
import { LINK_ETHERNET } from './link-layouts.js';
import { isLlcInAtm } from './link-protocols.js';
import { type LinkState, place } from './link-state.js';

const HEADER_BYTES = 4;
const LANE_HEADER_BYTES = 2;
/** Message types of Q.2931: setup, call proceeding, connect, connect acknowledge, release, release complete. */
const CONNECT_MESSAGES = [0x5a, 0x4d, 0x0f, 0x07, 0x05, 0x02];
/** Without the acknowledgement. */
const META_MESSAGES = [0x5a, 0x4d, 0x07, 0x05, 0x02];
const MESSAGE_TYPE_AT = 9;
const [VPI_AT, VCI_AT] = [1, 2];

/** Circuits with a meaning of their own, by VCI on VPI 0 (ITU-T I.361). */
const CIRCUITS: ReadonlyMap<string, readonly number[]> = new Map([
  ['metac', [1]],
  ['bcc', [2]],
  ['oamf4sc', [3]],
  ['oamf4ec', [4]],
  ['oam', [3, 4]],
  ['oamf4', [3, 4]],
  ['sc', [5]],
  ['ilmic', [16]],
]);

export function isAtmKind(state: LinkState, { word, column }: StepOf<'atm'>): Condition {
  requiresAtm(state, word, column);
  if (word === 'lane') return isLane(state);
  if (word === 'llc') return isLlcInAtm(state);
  if (word === 'connectmsg') return and(onCircuit(state, [5]), isMessage(state, CONNECT_MESSAGES));
  if (word === 'metaconnect') return and(onCircuit(state, [1]), isMessage(state, META_MESSAGES));
  const circuits = CIRCUITS.get(word);
  if (circuits === undefined) throw new FilterError(column, `'${word}' is no kind of ATM traffic`);
  return onCircuit(state, circuits);
}

export function hasAtmField(state: LinkState, { field, operator, value, column }: StepOf<'atm field'>): Condition {
  requiresAtm(state, field, column);
  const number = field === 'vpi' ? state.atHeader(VPI_AT, 1) : state.atHeader(VCI_AT, 2);
  return compared(operator, number, constant(value));
}

function onCircuit(state: LinkState, circuits: readonly number[]): Condition {
  const isOne = circuits.map((circuit) => equals(state.atHeader(VCI_AT, 2), circuit));
  return and(equals(state.atHeader(VPI_AT, 1), 0), or(...isOne));
}

const isMessage = (state: LinkState, types: readonly number[]): Condition =>
  or(...types.map((type) => equals(state.atHeader(MESSAGE_TYPE_AT, 1), type)));

/** What follows in the expression is about the emulated LAN's Ethernet frame. */
function isLane(state: LinkState): Condition {
  const isFrame = equals(masked(state.atHeader(0, 1), 0x0f), 1);
  const start = HEADER_BYTES + LANE_HEADER_BYTES;
  state.enter(LINK_ETHERNET, 'ethernet', place(start), place(start + 12), place(start + 14));
  state.networkAfterLlc = 3;
  state.isInLane = true;
  return isFrame;
}

function requiresAtm(state: LinkState, word: string, column: number): void {
  if (!state.isAtm) throw new FilterError(column, `'${word}': only raw ATM has it`, true);
}
