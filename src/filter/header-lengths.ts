/**
 * Where link headers end whose length the packet itself says: 802.11 behind radiotap, Prism, AVS or PPI, and PF's log. Owns the layout of
 * those headers as far as that takes.
 */
import {
  and,
  binary,
  type Condition,
  constant,
  equals,
  hasBits,
  load,
  masked,
  not,
  type Value,
  variable,
} from './condition.js';
import { LINK_AVS, LINK_PPI, LINK_PRISM, LINK_RADIOTAP } from './link-layouts.js';
import { type LinkState, place } from './link-state.js';

/** A variable and what it is computed from before the filter begins. */
export interface PreludeStep {
  readonly variable: number;
  readonly value: Value;
}

const HEADER_BYTES = 24;
const QOS_BYTES = 2;

/** Gives a number a name that can be used in many places. */
type Keep = (value: Value) => Value;

/** Makes variables of the places that the packet itself determines; what computes them comes back, in order. */
export function placeHeaders(state: LinkState): PreludeStep[] {
  const prelude: PreludeStep[] = [];
  const keep: Keep = (value) => {
    const number = state.newVariable();
    prelude.push({ variable: number, value });
    return variable(number);
  };
  if (state.family === '802.11') place80211(state, keep);
  // PF's log says its length in the first byte, without what aligns it to four.
  if (state.family === 'PF log') state.payload = place(0, keep(aligned(load(1, 0))));
  return prelude;
}

const aligned = (value: Value): Value => binary('&', binary('+', value, constant(3)), constant(~3));

function place80211(state: LinkState, keep: Keep): void {
  const before = headerBefore(state.linkType);
  if (before !== undefined) state.header = place(0, keep(before));
  const from = state.header.variable ?? constant(0);
  const kind = state.atHeader(0, 1);
  const isData = and(hasBits(kind, 0x08), not(hasBits(kind, 0x04)));
  const sum = (bytes: number): Value => binary('+', from, constant(bytes));
  let end = keep({
    kind: 'choice',
    condition: and(isData, hasBits(kind, 0x80)),
    yes: sum(HEADER_BYTES + QOS_BYTES),
    no: sum(HEADER_BYTES),
  });
  if (state.linkType === LINK_RADIOTAP) {
    end = keep({ kind: 'choice', condition: and(isData, isPadded), yes: aligned(end), no: end });
  }
  state.payload = place(0, end);
}

/** Length of the header that the capture system put before the frame; undefined where it puts none. */
function headerBefore(linkType: number): Value | undefined {
  switch (linkType) {
    case LINK_RADIOTAP:
    case LINK_PPI:
      // Little-endian, in bytes 2 and 3.
      return binary('|', binary('<<', load(1, 3), constant(8)), load(1, 2));
    case LINK_AVS:
      return load(4, 4);
    case LINK_PRISM:
      // Under this number also goes AVS, told by its version.
      return {
        kind: 'choice',
        condition: equals(masked(load(4, 0), 0xfffff000), 0x80211000),
        yes: load(4, 4),
        no: constant(144),
      };
    default:
      return undefined;
  }
}

/**
 * The capture system aligned what follows the header to four bytes (radiotap's flag DATAPAD). The flags are present, in a
 * header with a single bitmap, behind the time stamp if there is one.
 */
const isPadded: Condition = and(
  hasBits(load(4, 4), 0x02000000),
  not(hasBits(load(4, 4), 0x00000080)),
  equals(
    {
      kind: 'choice',
      condition: hasBits(load(4, 4), 0x01000000),
      yes: masked(load(1, 16), 0x20),
      no: masked(load(1, 8), 0x20),
    },
    0x20,
  ),
);
