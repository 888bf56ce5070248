/**
 * How much work something is, as the time that this process spends on processors. Unlike the time on the wall it hardly changes when
 * others want the same processors, so a test may hold it against a bound.
 */
import { cpuUsage } from 'node:process';

/** Whatever disturbs a measurement (a collection of garbage, a compilation) does not come each time. */
const ATTEMPTS = 3;

/** Milliseconds on processors so far, of all threads of the process together. */
export function processorMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** What `work` returns, and the milliseconds of processor time it took. */
export function measured<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const beganMs = processorMs();
  const result = work();
  return { result, ms: processorMs() - beganMs };
}

/** What `work` returned first; measured again, as it must be able to bear, when it took `limitMs`. Throws when it does each time. */
export function within<T>(limitMs: number, what: string, work: () => T): { readonly result: T; readonly ms: number } {
  const first = measured(work);
  let { ms } = first;
  for (let more = 1; more < ATTEMPTS && ms >= limitMs; more++) ms = Math.min(ms, measured(work).ms);
  if (ms >= limitMs) throw new Error(`${what} took ${ms.toFixed(0)} ms of processor time`);
  return { result: first.result, ms };
}
