/**
 * State and history of a connection, packet by packet: a case for each rule.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CONNECTION_STATE_WORDS,
  ConnectionStates,
  ENDING_CLOSED,
  ENDING_HALF_CLOSED,
  ENDING_NONE,
  ENDING_RESET,
  ENDING_UNANSWERED,
  STATES,
} from '../../src/analysis/connection-state.js';
import { playScript } from '../support/connection-play.js';

interface Told {
  readonly state: string;
  readonly history: string;
  readonly bytes: readonly number[];
  readonly missed: readonly number[];
  readonly ending: number;
}

/** What a script comes to, where side `originator` began the connection. */
function told(script: string, originator: 0 | 1): Told {
  const states = new ConnectionStates();
  // Not at the page's start, where a word too many would not show.
  const at = 5;
  const page = new Int32Array(at + CONNECTION_STATE_WORDS + 1);
  for (const { side, flags, seq, ack, length, window } of playScript(script)) {
    states.note(page, at, side, flags, seq | 0, ack | 0, length, window);
  }
  const text = new Uint8Array(100);
  const bytes = states.writeHistory(page, at, originator, text);
  const outcome = {
    state: STATES[states.stateOf(page, at, originator)],
    history: Buffer.from(text.subarray(0, bytes)).toString('latin1'),
    bytes: [0, 1].map((side) => states.bytesOf(page, at, side)),
    missed: [0, 1].map((side) => states.missedOf(page, at, side)),
    ending: states.endingOf(page, at),
  };
  states.forget(page, at);
  assert.deepEqual([...page.subarray(0, at), page[page.length - 1]], [0, 0, 0, 0, 0, 0], 'words of others');
  return outcome;
}

const OPEN = '>S <SA >A';
const repeat = (step: string, times: number): string => Array(times).fill(step).join(' ');

/** Script, state, history. */
const FROM_SYN: readonly (readonly [string, string, string])[] = [
  // States.
  ['>S', 'S0', 'S'],
  ['>S >A >A5', 'S0', 'SAD'],
  ['>S <SA', 'S1', 'Sh'],
  [OPEN, 'S1', 'ShA'],
  [`${OPEN} >A5 <A <A7 >A`, 'S1', 'ShADad'],
  [`${OPEN} >FA <FA >A`, 'SF', 'ShAFf'],
  [`${OPEN} <FA >A >FA <A`, 'SF', 'ShAfFa'],
  ['>S <RA', 'REJ', 'Sr'],
  ['>S >S <RA', 'REJ', 'Sr'],
  [`${OPEN} >FA <A`, 'S2', 'ShAFa'],
  [`${OPEN} <FA >A`, 'S3', 'ShAf'],
  [`${OPEN} >A5 >R`, 'RSTO', 'ShADR'],
  ['>S <SA >R', 'RSTO', 'ShR'],
  [`${OPEN} >A5 <R`, 'RSTR', 'ShADr'],
  [`${OPEN} >FA <RA`, 'RSTR', 'ShAFr'],
  [`${OPEN} <FA <RA`, 'RSTR', 'ShAfr'],
  [`${OPEN} >FA >RA`, 'RSTO', 'ShAFR'],
  ['>S >R', 'RSTOS0', 'SR'],
  ['>S <A >R', 'RSTOS0', 'SaR'],
  ['>S >A5 >FA', 'SH', 'SDF'],
  ['>S >A >A5 >FA', 'SH', 'SADF'],
  ['>S >FA <FA', 'SF', 'SFf'],
  // A RST does not change what both sides have closed, nor what a RST has ended.
  [`${OPEN} >FA <FA >A <R`, 'SF', 'ShAFfr'],
  [`${OPEN} >FA <FA >A >R`, 'SF', 'ShAFfR'],
  [`${OPEN} >R <R`, 'RSTO', 'ShARr'],
  [`${OPEN} <R >FA <FA`, 'RSTR', 'ShArFf'],
  // Without a SYN.
  ['>A5', 'OTH', 'D'],
  ['>A', 'OTH', 'A'],
  ['>A5 <A', 'OTH', 'Da'],
  ['>A5 <A >FA', 'SH', 'DaF'],
  ['>A5 <A <FA', 'SHR', 'Daf'],
  ['>FA <A', 'SH', 'Fa'],
  ['>FA <FA', 'SF', 'Ff'],
  ['>R', 'OTH', 'R'],
  ['>A5 <A >R', 'OTH', 'DaR'],
  ['>A <R', 'RSTRH', 'Ar'],
  // Letters that come once: d and a, q, i.
  [`${OPEN} >A >A >A5 >A5 >A`, 'S1', 'ShAD'],
  ['>SF >SF', 'S0', 'Q'],
  ['>SR', 'RSTOS0', 'Q'],
  ['>SFR <A', 'RSTOS0', 'Qa'],
  [`${OPEN} >FRA <FRA`, 'RSTO', 'ShAIi'],
  // Data with a SYN, with a FIN; a FIN with ACK is no a, nor is a packet without ACK.
  ['>S5 <SA', 'S1', 'SDh'],
  ['>S >FA5', 'SH', 'SFD'],
  ['> <', 'OTH', ''],
  // s, h, f, r: again for another sequence number.
  ['>S >S >S%100', 'S0', 'SS'],
  ['>S <SA <SA <SA%9', 'S1', 'Shh'],
  [`${OPEN} >FA >FA%-1 >FA`, 'S2', 'ShAFF'],
  [`${OPEN} <R <R <R%1`, 'RSTR', 'ShArr'],
  // Zero windows: at the 1st, 10th, 100th time; not of a RST.
  [`${OPEN} ${repeat('<Aw0', 9)}`, 'S1', 'ShAwa'],
  [`${OPEN} ${repeat('<Aw0', 10)}`, 'S1', 'ShAwaw'],
  [`${OPEN} ${repeat('<Aw0', 100)}`, 'S1', 'ShAwaww'],
  ['>S <RAw0', 'REJ', 'Sr'],
  // t: payload that ends at or before the highest number seen, also one that a mere ACK had.
  [`${OPEN} >A5 >A5%-5`, 'S1', 'ShADT'],
  [`${OPEN} >A5 >A4%-4`, 'S1', 'ShADT'],
  [`${OPEN} >A5 >A6%-5`, 'S1', 'ShAD'],
  [`${OPEN} >A5 ${repeat('>A5%-5', 10)}`, 'S1', 'ShADTT'],
  [`${OPEN} >A%5 >A5%-5`, 'S1', 'ShATD'],
  [`${OPEN} >FA5 >FA5%-6`, 'S2', 'ShAFDT'],
  [`${OPEN} >A5 >R5%-5`, 'RSTO', 'ShADR'],
  // g: the ACK passes a hole behind which there was something; one a hole; none while the hole may still be filled.
  [`${OPEN} >A5%7`, 'S1', 'ShAD'],
  [`${OPEN} >A5%7 <A`, 'S1', 'ShADaG'],
  [`${OPEN} >A5%7 <A^0`, 'S1', 'ShADa'],
  [`${OPEN} >A5%7 >A7%-12 <A`, 'S1', 'ShADTa'],
  [`${OPEN} <A5%7 <A5%7 >A`, 'S1', 'ShAdg'],
  [`${OPEN} ${repeat('<A5%7', 10)} >A`, 'S1', 'ShAdgg'],
  [`${OPEN} >A5 <A^99`, 'S1', 'ShADa'],
  // An ACK in the middle of a hole: the rest may come, and it is told once.
  [`${OPEN} >A5%9 <A^2 <A^4 <A^6 <A`, 'S1', 'ShADaG'],
  [`${OPEN} >A5%9 <A^2 >A7%-12 <A`, 'S1', 'ShADaGT'],
  // A lost part, sent again after it was acknowledged, is no new one.
  [`${OPEN} >A5%7 <A >A7%-12 <A`, 'S1', 'ShADaGT'],
];

/** The same where the one that sent first is the responder. */
const TURNED: readonly (readonly [string, string, string])[] = [
  ['>SA', 'OTH', '^h'],
  ['>SA <A', 'S1', '^hA'],
  ['>SA <A5 >A7', 'S1', '^hDd'],
  ['>SA <A <FA >FA', 'SF', '^hAFf'],
  ['>SA >R', 'RSTRH', '^hr'],
  ['>SA <R', 'RSTO', '^hR'],
  ['>SA >FA', 'SHR', '^hf'],
  ['>SA <S <A', 'S1', '^hSA'],
  ['>R', 'RSTRH', '^r'],
  ['>FA <A', 'SHR', '^fA'],
  ['>A5', 'OTH', '^d'],
];

describe('state and history', () => {
  for (const [script, state, history] of FROM_SYN) {
    it(`of ${script.length > 60 ? `${script.slice(0, 60)} ...` : script}`, () => {
      const { state: got, history: text } = told(script, 0);
      assert.deepEqual([got, text], [state, history]);
    });
  }
  for (const [script, state, history] of TURNED) {
    it(`of ${script}, turned round`, () => {
      const { state: got, history: text } = told(script, 1);
      assert.deepEqual([got, text], [state, history]);
    });
  }

  it('has 60 letters at most', () => {
    const script = Array.from({ length: 70 }, (_, n) => `>S%${n}`).join(' ');
    assert.equal(told(script, 0).history, 'S'.repeat(60));
  });
});

describe('bytes', () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['>S', [0, 0], [0, 0]],
    [`${OPEN} >A5 <A7 >FA3 <FA >A <A`, [8, 7], [0, 0]],
    // By sequence numbers: with what is missing, once what comes twice.
    [`${OPEN} >A5%7 <A`, [12, 0], [7, 0]],
    [`${OPEN} >A5%7 >A7%-12 <A`, [12, 0], [0, 0]],
    [`${OPEN} >A5%7 >A5%3 <A`, [20, 0], [10, 0]],
    [`${OPEN} <A5%7 <A5%3 >A^8`, [0, 20], [0, 7]],
    [`${OPEN} >A5 >A5%-5 >A%20`, [25, 0], [0, 0]],
    [`${OPEN} >A5%9 <A^2 <A^4`, [14, 0], [4, 0]],
    [`${OPEN} >A5%9 <A^2 >A7%-12 <A`, [14, 0], [2, 0]],
    // The final ACK stands behind the FIN, which is no byte.
    [`${OPEN} >FA5 <FA >A`, [5, 0], [0, 0]],
    // More than 2^32 of them.
    [
      `${OPEN} >A5%2000000000 <A^1000000000 <A >A5%2000000000 <A^3000000000 <A >A5%2000000000 <A^5000000000 <A`,
      [6_000_000_015, 0],
      [6_000_000_000, 0],
    ],
    // In mid-stream they count from the first packet.
    ['>A5 <A7 >A5', [10, 7], [0, 0]],
  ];
  for (const [script, bytes, missed] of cases) {
    it(`of ${script}`, () => {
      const got = told(script, 0);
      assert.deepEqual([got.bytes, got.missed], [bytes, missed]);
    });
  }
});

describe('how a connection is about to end', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['>S >A5', ENDING_UNANSWERED],
    ['>S <A', ENDING_NONE],
    ['>A5', ENDING_NONE],
    [OPEN, ENDING_NONE],
    [`${OPEN} >FA`, ENDING_NONE],
    [`${OPEN} >FA <FA`, ENDING_CLOSED],
    ['>A5 >FA <A', ENDING_HALF_CLOSED],
    ['>S >FA', ENDING_HALF_CLOSED],
    ['>S <RA', ENDING_RESET],
    [`${OPEN} >FA <FA <R`, ENDING_CLOSED],
  ];
  for (const [script, ending] of cases) it(script, () => assert.equal(told(script, 0).ending, ending));
});
