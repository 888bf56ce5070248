/**
 * Hands values to Ganglia's gmetric, one command each. Owns where the program is looked for, and what counts as its failure.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { NamedCount } from '../tcpeek/answered-counts.js';

const PROGRAM = 'gmetric';
/** It sends a packet or two. */
const LIMIT_MS = 10_000;

/** Whether the program is there to be run. */
export function isGmetricThere(): boolean {
  const folders = (process.env.PATH ?? '/usr/bin:/bin').split(delimiter);
  return folders.some((folder) => {
    const path = join(folder === '' ? '.' : folder, PROGRAM);
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      // Not in this folder, or not for this user: the system goes on to the next one too.
      return false;
    }
  });
}

/** The arguments that report a value. */
export const gmetricArguments = ({ name, count }: NamedCount): string[] => [
  ...['-n', name],
  ...['-v', String(count)],
  ...['-t', 'uint32'],
];

/** The command as it is shown. No shell ever sees it: names are the user's. */
export const gmetricCommand = (value: NamedCount): string => `${PROGRAM} ${gmetricArguments(value).join(' ')}`;

/** Runs the command; resolves to what went wrong, if anything did. */
export function runGmetric(value: NamedCount): Promise<string | undefined> {
  const options = { encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    try {
      execFile(PROGRAM, gmetricArguments(value), options, (error, _stdout, stderr) => {
        if (error === null) return resolve(undefined);
        const said = stderr.split('\n').find((line) => line.trim() !== '');
        resolve(said?.trim() ?? endText(error));
      });
    } catch (error) {
      // A name that no program can be given: one with a NUL.
      resolve((error as Error).message);
    }
  });
}

function endText(error: NonNullable<Parameters<NonNullable<Parameters<typeof execFile>[3]>>[0]>): string {
  if (error.killed === true) return `it took longer than ${LIMIT_MS / 1000} s`;
  if (typeof error.code === 'number') return `exit code ${error.code}`;
  return typeof error.code === 'string' ? `cannot be run (${error.code})` : `ended by ${error.signal}`;
}
