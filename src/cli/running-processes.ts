/**
 * The passes of tcploom that run on this machine, as /proc tells it (proc(5)). Owns all that is read there.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { recognisePass } from './recognise-pass.js';

const PROC = '/proc';
/** What the kernel counts times in for programs, on every architecture that node runs on. */
const TICKS_PER_SEC = 100;

/** This machine does not tell which processes run. */
export class NoProcessList extends Error {}

export interface RunningPass {
  readonly pid: number;
  /** When it started, in ticks since the machine did: with the PID it names a process for ever. */
  readonly startTicks: number;
  readonly runningSec: number;
  readonly percent: number | undefined;
  /** Its arguments, as they may be printed. */
  readonly words: string;
}

/** All passes in order of their PIDs, but for `self` and those that it was started by. Throws NoProcessList. */
export function listPasses(self = process.pid): RunningPass[] {
  const upSec = Number.parseFloat(read(`${PROC}/uptime`) ?? '');
  if (!(upSec >= 0))
    throw new NoProcessList(`which processes run is told by ${PROC}, and that is not there: Linux has it`);
  const others = new Set(ancestors(self));
  const pids = readdirSync(PROC).filter((name) => /^\d+$/.test(name));
  const passes = pids.map(Number).flatMap((pid) => (others.has(pid) ? [] : (passOf(pid, upSec) ?? [])));
  return passes.sort((a, b) => a.pid - b.pid);
}

/** Whether this very process still runs. */
export function isRunning({ pid, startTicks }: RunningPass): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTicks === startTicks && stat.isRunning;
}

/** Whether the process has taken all of these signals into its own hands. */
export function catches(pid: number, signals: readonly number[]): boolean {
  const mask = /^SigCgt:\t([\da-f]+)/m.exec(read(`${PROC}/${pid}/status`) ?? '')?.[1];
  return mask !== undefined && signals.every((signal) => (BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n);
}

function passOf(pid: number, upSec: number): RunningPass | undefined {
  const folder = `${PROC}/${pid}`;
  // Ended since the folder was listed, or a thread of the kernel.
  const commandLine = read(`${folder}/cmdline`) ?? '';
  if (commandLine === '') return undefined;
  const pass = recognisePass(commandLine, {
    program: () => attempt(() => readlinkSync(`${folder}/exe`)),
    realPath: (path) => attempt(() => realpathSync(isAbsolute(path) ? path : `${folder}/cwd/${path}`)),
  });
  if (pass === undefined) return undefined;
  const stat = statOf(pid);
  if (stat === undefined || !stat.isRunning) return undefined;
  return {
    pid,
    startTicks: stat.startTicks,
    runningSec: Math.max(0, upSec - stat.startTicks / TICKS_PER_SEC),
    ...pass,
  };
}

interface ProcessStat {
  /** No zombie, which has ended and was not asked about yet. */
  readonly isRunning: boolean;
  readonly parent: number;
  readonly startTicks: number;
}

function statOf(pid: number): ProcessStat | undefined {
  // The name, second of the fields, may hold anything, also parentheses and spaces.
  const fields = /.*\) (.*)/s.exec(read(`${PROC}/${pid}/stat`) ?? '')?.[1].split(' ');
  if (fields === undefined) return undefined;
  return { isRunning: !/^[ZXx]/.test(fields[0]), parent: Number(fields[1]), startTicks: Number(fields[19]) };
}

function ancestors(self: number): number[] {
  const all: number[] = [];
  for (let pid: number | undefined = self; pid !== undefined && pid > 0; pid = statOf(pid)?.parent) all.push(pid);
  return all;
}

/** Undefined where the process is gone, or what is asked for is not for everybody. */
const read = (path: string): string | undefined => attempt(() => readFileSync(path, 'utf8'));

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
