/**
 * Whether sessions were seen both ways: a filter that catches one direction only leaves sessions that nobody answers, and
 * answers to sessions that nobody began. Owns the counts and the rule.
 *
 * A SYN that nothing follows says neither, so a scan is no sign; where a SYN's sender goes on, it was answered.
 */
import { ESTABLISHED, SYN_RECV } from './states.js';

/** Sums over shards; each session counts once, when it ends or is open at the end. */
export interface DirectionCounts {
  /** Sessions in which the second side sent something. */
  answered: number;
  /** Sessions in which only the first side did, and more than SYNs. */
  unanswered: number;
  /** SYN+ACKs to no session. */
  strayAnswers: number;
}

/** One-way sessions may be this many times the others before they are taken for what a filter left of them. */
const MOST_USUAL = 9;

export function zeroDirections(): DirectionCounts {
  return { answered: 0, unanswered: 0, strayAnswers: 0 };
}

/** Sum over shards. */
export function addDirections(shards: readonly DirectionCounts[]): DirectionCounts {
  const sum = zeroDirections();
  for (const shard of shards) {
    sum.answered += shard.answered;
    sum.unanswered += shard.unanswered;
    sum.strayAnswers += shard.strayAnswers;
  }
  return sum;
}

/** Counts a session by the states it comes to its end with; `isAnswered`: a segment of its second side is known. */
export function countDirections(counts: DirectionCounts, states: number, isAnswered: boolean): void {
  const first = states & 15;
  const second = (states >>> 4) & 15;
  // Only an answer brings the first side beyond SYN_SENT while the session lives.
  if (isAnswered || first >= ESTABLISHED) counts.answered++;
  else if (second !== SYN_RECV) counts.unanswered++;
}

/** Whether nearly all that could be followed came from one direction. */
export function seemOneWay({ answered, unanswered, strayAnswers }: DirectionCounts, sessions: number): boolean {
  if (sessions === 0) return strayAnswers > 0;
  return unanswered > MOST_USUAL * answered;
}
