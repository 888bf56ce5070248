/**
 * Waiting for what is to happen, and how soon it does, on a machine that may be busy with other things: an event is waited for as long
 * as it takes, and what is to be prompt is so when it is in one of several attempts. A busy machine delays some, a defect delays all.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMIT_MS } from './launch.js';

const LOOK_MS = 10;
const MOST_ATTEMPTS = 10;

/** Waits until `holds`; fails, saying `what`, when that never comes. */
export async function until(what: string, holds: () => boolean, lookMs = LOOK_MS): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !holds(); await sleep(lookMs)) {
    assert.ok(performance.now() < endMs, `never: ${what}`);
  }
}

/** `attempt` says how many milliseconds passed: fewer than `limitMs` in one of several attempts. The first good one is the last. */
export async function assertPrompt(limitMs: number, attempt: () => number | Promise<number>): Promise<void> {
  const tookMs: number[] = [];
  do tookMs.push(Math.round(await attempt()));
  while (tookMs.at(-1)! >= limitMs && tookMs.length < MOST_ATTEMPTS);
  assert.ok(tookMs.at(-1)! < limitMs, `less than ${limitMs} ms are expected in one of these: ${tookMs} ms`);
}
