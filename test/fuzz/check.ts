/**
 * What must hold of any bytes that are read as a capture, whatever they are: every byte is walked over or told to be
 * unread, and what was walked over is what a naive walk finds there.
 */
import assert from 'node:assert/strict';
import type { InputProblem } from '../../src/capture/problem.js';
import { NaiveCapture } from '../support/naive-capture.js';
import type { Read, Tracked } from './pass.js';

const SKIPPED = /; (\d+) bytes were skipped, up to byte (\d+)$/;

/** Checks what the reader said of these bytes; throws what is wrong with it. */
export function checkRead(file: Uint8Array, read: Read): void {
  const naive = NaiveCapture.open(file);
  const placed = read.problems.filter((problem) => problem.byteOffset !== undefined);
  if (naive === undefined) {
    assert.equal(read.facts, undefined, 'the naive walk finds no capture here');
    assert.equal(placed.length, 1, 'one problem is told');
    return;
  }
  assert.ok(read.facts, `is a capture: ${JSON.stringify(read.problems)}`);
  const last = placed.length > 0 && !SKIPPED.test(placed.at(-1)!.expected ?? '') ? placed.pop() : undefined;
  for (const problem of placed) passSkipped(naive, problem);
  const end = naive.walk();
  const what = `${end} at byte ${naive.at} of ${file.length}, told: ${JSON.stringify(last)}`;
  assert.equal(read.end, end === 'damaged' ? 'bad record' : end, what);
  if (end === 'whole') {
    assert.equal(last, undefined, what);
    assert.equal(naive.at, file.length);
  } else {
    assert.ok(last, what);
    assert.equal(last.byteOffset, naive.at, what);
  }
  if (end !== 'damaged') assert.equal(read.facts.contentBytes, file.length, 'all of it was read');
  assert.equal(read.facts.packets, naive.packets, `packets: ${what}`);
  assert.equal(read.facts.capturedBytes, naive.capturedBytes, 'captured bytes');
}

/** Damage that was read past: up to it there must be whole items, and from where reading went on again. */
function passSkipped(naive: NaiveCapture, problem: InputProblem): void {
  const [, bytes, to] = SKIPPED.exec(problem.expected ?? '')?.map(Number) ?? [];
  const end = naive.walk();
  const told = `told: ${JSON.stringify(problem)}`;
  // A record that reaches behind the end may hold others: then it was not cut, but its length is damaged.
  assert.ok(end === 'damaged' || end === 'cut', told);
  assert.equal(naive.at, problem.byteOffset, told);
  assert.equal(to, naive.at + bytes, 'as many bytes as there are between');
  assert.ok(bytes > 0, 'goes forward');
  naive.resumeAt(to);
}

/** Whether two runs over the same bytes said and printed the same. */
export function checkSame(one: Tracked, other: Tracked): void {
  assert.equal(one.text, other.text, 'the lines');
  assert.deepEqual(one.counters, other.counters, 'the counters');
  assert.equal(one.sessions, other.sessions, 'the number of sessions');
  checkSameRead(one, other);
}

/** The same of what the reader says. */
export function checkSameRead(one: Read, other: Read): void {
  assert.equal(one.end, other.end);
  assert.deepEqual(one.problems, other.problems);
  assert.deepEqual(forComparison(one), forComparison(other));
}

/** `contentBytes` is what was read when reading stopped, which depends on the size of blocks. */
function forComparison({ facts }: Read): unknown {
  return facts && { ...facts, contentBytes: 0, inputBytes: 0 };
}
