/**
 * SS7: signal units of MTP2 and addresses of MTP3. Owns their layouts (ITU-T Q.703, Q.704), with short and with long
 * ("high speed") sequence numbers.
 */
import { and, type Condition, compared, constant, equals, exceeds, masked, not } from './condition.js';
import type { StepOf } from './expression.js';
import { expectAtMost, FilterError } from './filter-error.js';
import type { LinkState } from './link-state.js';

/** What stands before the signal unit, by LINKTYPE_: nothing, a pseudo-header, an ERF header. */
const STARTS: ReadonlyMap<number, number> = new Map([
  [140, 0],
  [139, 4],
  [197, 20],
]);

/** The length indicator tells fill-in (0), link status (1 and 2) and message (more) units. */
export function isSignalUnit(state: LinkState, { word, column }: StepOf<'mtp2'>): Condition {
  const start = startOf(state, word, column);
  const isLong = word.startsWith('h');
  const length = isLong ? masked(state.atHeader(start + 4, 2), 0xff80) : masked(state.atHeader(start + 2, 1), 0x3f);
  const least = isLong ? 0x0100 : 2;
  switch (isLong ? word.slice(1) : word) {
    case 'fisu':
      return equals(length, 0);
    case 'lssu':
      return and(exceeds(length, 0), not(exceeds(length, least)));
    default:
      return exceeds(length, least);
  }
}

/** Offsets behind the start, short and long. */
const [SIO_AT, LABEL_AT, SLS_AT] = [3, 4, 7];
const LONG_EXTRA_BYTES = 3;

export function hasMtp3Field(state: LinkState, step: StepOf<'mtp3'>): Condition {
  const { field, operator, value, column } = step;
  const isLong = field.startsWith('h');
  const start = startOf(state, field, column) + (isLong ? LONG_EXTRA_BYTES : 0);
  switch (isLong ? field.slice(1) : field) {
    case 'sio':
      expectAtMost(field, value, 0xff, column);
      return compared(operator, state.atHeader(start + SIO_AT, 1), constant(value));
    case 'opc': {
      expectAtMost(field, value, 0x3fff, column);
      // 14 bits across three bytes, least significant first.
      const onWire = ((value & 0x3c00) >>> 10) | ((value & 0x03fc) << 6) | ((value & 0x0003) << 22);
      return compared(operator, masked(state.atHeader(start + LABEL_AT, 4), 0x00c0ff0f), constant(onWire));
    }
    case 'dpc': {
      expectAtMost(field, value, 0x3fff, column);
      const onWire = (((value & 0xff) << 24) | ((value & 0x3f00) << 8)) >>> 0;
      return compared(operator, masked(state.atHeader(start + LABEL_AT, 4), 0xff3f0000), constant(onWire));
    }
    default:
      expectAtMost(field, value, 0xf, column);
      return compared(operator, masked(state.atHeader(start + SLS_AT, 1), 0xf0), constant(value << 4));
  }
}

function startOf(state: LinkState, word: string, column: number): number {
  const start = STARTS.get(state.linkType);
  if (start === undefined) throw new FilterError(column, `'${word}': only SS7 has it`, true);
  return start;
}
