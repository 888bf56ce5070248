/**
 * How many threads of a run are up. A thread that is ended while it still loads its modules takes the whole
 * process down (node aborts), so ending a run waits for the last one to be up.
 */

/** A counter of started threads, in memory that all of them share. */
export const allocateStartCount = (): SharedArrayBuffer => new SharedArrayBuffer(4);

/** The calling thread is up. */
export function announceStart(count: SharedArrayBuffer): void {
  const cell = new Int32Array(count);
  Atomics.add(cell, 0, 1);
  Atomics.notify(cell, 0);
}

/** Resolves once `threads` threads are up, or after `limitMs`: one that failed to load never will be. */
export async function allStarted(count: SharedArrayBuffer, threads: number, limitMs: number): Promise<void> {
  const cell = new Int32Array(count);
  const endMs = performance.now() + limitMs;
  for (;;) {
    const started = Atomics.load(cell, 0);
    const leftMs = endMs - performance.now();
    if (started >= threads || leftMs <= 0) return;
    const outcome = Atomics.waitAsync(cell, 0, started, leftMs);
    if (outcome.async) await outcome.value;
  }
}
