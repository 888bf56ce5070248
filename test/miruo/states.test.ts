import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isOver,
  isShortLived,
  STATE_NAMES,
  T_COLOUR,
  T_COLOUR_SHIFT,
  T_PEER_SHIFT,
  T_RST_AFTER_CLOSE,
  T_RST_BREAK,
  T_SHOWN,
  transition,
} from '../../src/miruo/states.js';

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

const STATES: readonly State[] = [
  ...(['LISTEN', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK'] as const),
  ...(['CLOSED', 'TIME_WAIT'] as const),
];

/** One alternative of a cell of the table: when sender and peer are so, they become so, and the segment is shown so. */
interface Row {
  readonly s?: State;
  readonly p?: State;
  readonly next?: { readonly s?: State; readonly p?: State };
  readonly look?: 'shown' | 'red' | 'yellow' | 'blue';
}

/** Alternatives: the first that applies is taken. The last, without conditions, is "other" of the table. */
type Alternatives = readonly Row[];

/** Section 4, step 4 of the behaviour, sentence by sentence. */
const TABLE: Readonly<Record<string, readonly Alternatives[]>> = {
  SYN: [],
  'SYN+ACK': [
    [{ s: 'SYN_RECV' }, { look: 'red' }],
    [{ p: 'SYN_SENT', next: { p: 'ESTABLISHED' }, look: 'yellow' }, { look: 'red' }],
    [{ look: 'shown' }],
  ],
  ACK: [
    [{ s: 'ESTABLISHED', p: 'FIN_WAIT1', next: { s: 'CLOSE_WAIT' }, look: 'shown' }],
    [{ s: 'FIN_WAIT2', p: 'LAST_ACK', next: { s: 'TIME_WAIT' }, look: 'shown' }],
    [
      { p: 'SYN_RECV', next: { p: 'ESTABLISHED' }, look: 'yellow' },
      { p: 'FIN_WAIT1', next: { p: 'FIN_WAIT2' }, look: 'shown' },
      { p: 'LAST_ACK', next: { p: 'CLOSED' }, look: 'shown' },
    ],
    [{ s: 'TIME_WAIT', p: 'CLOSED', look: 'blue' }],
  ],
  FIN: [
    [
      { s: 'ESTABLISHED', next: { s: 'FIN_WAIT1' }, look: 'shown' },
      { s: 'CLOSE_WAIT', next: { s: 'LAST_ACK' }, look: 'red' },
      { look: 'red' },
    ],
    [{ p: 'ESTABLISHED' }, { p: 'FIN_WAIT2', next: { p: 'TIME_WAIT' }, look: 'red' }, { look: 'red' }],
  ],
  'FIN+ACK': [
    [
      { s: 'SYN_RECV', next: { s: 'FIN_WAIT1' }, look: 'shown' },
      { s: 'ESTABLISHED', p: 'ESTABLISHED', next: { s: 'FIN_WAIT1' }, look: 'shown' },
      { s: 'ESTABLISHED', p: 'FIN_WAIT1', next: { s: 'LAST_ACK' }, look: 'shown' },
      { s: 'ESTABLISHED' },
      { s: 'CLOSE_WAIT', next: { s: 'LAST_ACK' }, look: 'shown' },
      { look: 'red' },
    ],
    [
      { p: 'ESTABLISHED' },
      { p: 'FIN_WAIT1', next: { p: 'FIN_WAIT2' }, look: 'shown' },
      { p: 'FIN_WAIT2' },
      { look: 'red' },
    ],
  ],
  other: [[{ look: 'red' }]],
};

const COLOURS = { red: 1, yellow: 3, blue: 4 } as const;

interface Outcome {
  s: State;
  p: State;
  isShown: boolean;
  /** 0: the colour stays. */
  colour: number;
  reset: '' | 'break' | 'after close';
}

const isOneOf = (state: State, ...those: State[]): boolean => those.includes(state);

function expected(flags: string, s: State, p: State): Outcome {
  const outcome: Outcome = { s, p, isShown: false, colour: 0, reset: '' };
  if (flags === 'RST') {
    const isAfterClose =
      (s === 'CLOSE_WAIT' && isOneOf(p, 'FIN_WAIT1', 'FIN_WAIT2')) ||
      (p === 'CLOSE_WAIT' && isOneOf(s, 'FIN_WAIT1', 'FIN_WAIT2'));
    return { s: 'CLOSED', p: 'CLOSED', isShown: true, colour: 1, reset: isAfterClose ? 'after close' : 'break' };
  }
  for (const alternatives of TABLE[flags]) {
    const row = alternatives.find(
      (one) => (one.s === undefined || one.s === outcome.s) && (one.p === undefined || one.p === outcome.p),
    );
    if (row === undefined) continue;
    outcome.s = row.next?.s ?? outcome.s;
    outcome.p = row.next?.p ?? outcome.p;
    if (row.look !== undefined) outcome.isShown = true;
    if (row.look !== undefined && row.look !== 'shown') outcome.colour = COLOURS[row.look];
  }
  return outcome;
}

/** The row of the table for a flags byte: FIN, SYN, RST, ACK count, the others are masked off. */
function rowOf(flags: number): string {
  const names = { 2: 'SYN', 18: 'SYN+ACK', 16: 'ACK', 1: 'FIN', 17: 'FIN+ACK', 4: 'RST', 20: 'RST' };
  return names[(flags & 0x17) as keyof typeof names] ?? 'other';
}

const numberOf = (state: State): number => STATE_NAMES.indexOf(state);

function actual(flags: number, s: State, p: State): Outcome {
  const t = transition(flags, numberOf(s), numberOf(p));
  const both = T_RST_AFTER_CLOSE | T_RST_BREAK;
  assert.notEqual(t & both, both, 'a reset is one or the other');
  return {
    s: STATE_NAMES[t & 15] as State,
    p: STATE_NAMES[(t >> T_PEER_SHIFT) & 15] as State,
    // A colour shows a segment, whether the other bit is set or not.
    isShown: (t & (T_SHOWN | T_COLOUR)) !== 0,
    colour: (t & T_COLOUR) >> T_COLOUR_SHIFT,
    reset: (t & T_RST_BREAK) !== 0 ? 'break' : (t & T_RST_AFTER_CLOSE) !== 0 ? 'after close' : '',
  };
}

describe('state table', () => {
  it('has the ten states', () => {
    assert.deepEqual([...STATE_NAMES].sort(), [...STATES].sort());
  });

  for (const row of ['SYN', 'SYN+ACK', 'ACK', 'FIN', 'FIN+ACK', 'RST', 'other']) {
    it(`does what the behaviour says, flags ${row}, in all states`, () => {
      for (let flags = 0; flags < 256; flags++) {
        if (rowOf(flags) !== row) continue;
        for (const s of STATES) {
          for (const p of STATES) {
            assert.deepEqual(actual(flags, s, p), expected(row, s, p), `flags ${flags}, sender ${s}, peer ${p}`);
          }
        }
      }
    });
  }

  const dialogues: [name: string, steps: [side: 0 | 1, flags: number, after: [State, State], colour: number][]][] = [
    [
      'a whole session, closed by side 0',
      [
        [1, 0x12, ['ESTABLISHED', 'SYN_RECV'], 3],
        [0, 0x10, ['ESTABLISHED', 'ESTABLISHED'], 3],
        [0, 0x18, ['ESTABLISHED', 'ESTABLISHED'], 0],
        [0, 0x11, ['FIN_WAIT1', 'ESTABLISHED'], 0],
        [1, 0x10, ['FIN_WAIT2', 'CLOSE_WAIT'], 0],
        [1, 0x11, ['FIN_WAIT2', 'LAST_ACK'], 0],
        [0, 0x10, ['TIME_WAIT', 'CLOSED'], 4],
      ],
    ],
    [
      'FIN and ACK in one segment on both sides',
      [
        [1, 0x12, ['ESTABLISHED', 'SYN_RECV'], 3],
        [0, 0x10, ['ESTABLISHED', 'ESTABLISHED'], 3],
        [0, 0x11, ['FIN_WAIT1', 'ESTABLISHED'], 0],
        [1, 0x11, ['FIN_WAIT2', 'LAST_ACK'], 0],
        [0, 0x10, ['TIME_WAIT', 'CLOSED'], 4],
      ],
    ],
    ['a refused connection', [[1, 0x14, ['CLOSED', 'CLOSED'], 1]]],
  ];
  for (const [name, steps] of dialogues) {
    it(`leads through ${name}`, () => {
      let states: [State, State] = ['SYN_SENT', 'SYN_RECV'];
      for (const [side, flags, after, colour] of steps) {
        const outcome = actual(flags, states[side], states[side === 0 ? 1 : 0]);
        states = side === 0 ? [outcome.s, outcome.p] : [outcome.p, outcome.s];
        assert.deepEqual(states, after);
        assert.equal(outcome.colour, colour);
      }
    });
  }

  it('says when a session is over', () => {
    const over = ['CLOSED CLOSED', 'TIME_WAIT CLOSED', 'CLOSED TIME_WAIT'];
    for (const a of STATES) {
      for (const b of STATES) assert.equal(isOver(numberOf(a), numberOf(b)), over.includes(`${a} ${b}`), `${a} ${b}`);
    }
  });

  it('says which states make a session time out soon', () => {
    const short: State[] = ['SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK'];
    for (const state of STATES) assert.equal(isShortLived(numberOf(state)), short.includes(state), state);
  });
});
