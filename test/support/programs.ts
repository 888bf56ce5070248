/**
 * Other programs that tests use where they are installed: whether they are, and running them.
 */
import { spawnSync } from 'node:child_process';

const MOST_OUTPUT_BYTES = 1 << 28;
const seen = new Map<string, boolean>();

function isThere(program: string): boolean {
  if (!seen.has(program)) seen.set(program, spawnSync(program, ['--version'], { input: '' }).error === undefined);
  return seen.get(program)!;
}

/** Why a test that needs these is skipped, or false when they are all there. */
export function missing(...programs: string[]): string | false {
  const absent = programs.filter((program) => !isThere(program));
  return absent.length === 0 ? false : `not installed here: ${absent.join(', ')}`;
}

/** Runs a program to its end and gives its standard output; fails when it fails. */
export function output(program: string, args: readonly string[], input: Uint8Array = new Uint8Array()): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, maxBuffer: MOST_OUTPUT_BYTES });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
