/**
 * Which threads of a run are up. A thread that is ended while it still loads its modules takes the whole process
 * down (node aborts), so ending a run waits for the last one to be up, or to have failed.
 */

/** A cell for each of `threads` threads, in memory that all of them share. */
export const allocateStarts = (threads: number): SharedArrayBuffer => new SharedArrayBuffer(4 * threads);

/** Thread number `thread` is up; also said in its place when it failed to load. */
export function announceStart(starts: SharedArrayBuffer, thread: number): void {
  const cells = new Int32Array(starts);
  Atomics.store(cells, thread, 1);
  Atomics.notify(cells, thread);
}

/** Resolves with true once the first `threads` threads are up, or with false after `limitMs`: a node that cannot even start a thread says nothing. */
export async function allStarted(starts: SharedArrayBuffer, threads: number, limitMs: number): Promise<boolean> {
  const cells = new Int32Array(starts);
  const endMs = performance.now() + limitMs;
  // Waiting on a cell does not keep the process alive by itself.
  const alive = setTimeout(() => {}, limitMs);
  for (let thread = 0; thread < threads; thread++) {
    while (Atomics.load(cells, thread) === 0 && performance.now() < endMs) {
      const outcome = Atomics.waitAsync(cells, thread, 0, Math.max(1, endMs - performance.now()));
      if (outcome.async) await outcome.value;
    }
  }
  clearTimeout(alive);
  return cells.subarray(0, threads).every((_, thread) => Atomics.load(cells, thread) !== 0);
}
