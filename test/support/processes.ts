/**
 * What other processes are at, as /proc tells it: which files they have open, and whether all their threads wait for something.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './prompt.js';

const LOOK_MS = 50;
/** Asleep at so many looks in a row: there is nothing that it still has to do. */
const LOOKS_ASLEEP = 12;
/** Where there is no /proc, a wait that is long enough for most machines. */
const BLIND_MS = 3000;

const HAS_PROC = process.platform === 'linux';

/** Waits until the process has this file open. `path` is absolute. */
export async function untilOpened(pid: number, path: string): Promise<void> {
  if (HAS_PROC) await until(`process ${pid} opens ${path}`, () => openFiles(pid).includes(path));
  else await sleep(BLIND_MS);
}

/** Waits until these processes have done all they can do for now: no thread of theirs runs or wants to. */
export async function untilAsleep(...pids: readonly number[]): Promise<void> {
  if (!HAS_PROC) return sleep(BLIND_MS);
  let looks = 0;
  const isAsleep = (): boolean => {
    looks = pids.every((pid) => threadStates(pid).every((state) => state === 'S')) ? looks + 1 : 0;
    return looks === LOOKS_ASLEEP;
  };
  await until(`processes ${pids} rest`, isAsleep, LOOK_MS);
}

/** Whether there is such a process. What has ended and was not asked about yet is a zombie, which is no process any more. */
export function isAlive(pid: number): boolean {
  const state = read(`/proc/${pid}/status`, /^State:\t(.)/m);
  return state !== undefined && state !== 'Z';
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return list(folder).map((name) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      // Closed while we looked.
      return '';
    }
  });
}

/** A letter for each thread, as in `ps`. */
function threadStates(pid: number): string[] {
  // The name before the state may hold anything, also parentheses.
  return list(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/stat`, /.*\) (.)/s) ?? 'S');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string, pattern: RegExp): string | undefined {
  try {
    return pattern.exec(readFileSync(path, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}
