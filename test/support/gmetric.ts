/**
 * A stand-in for Ganglia's gmetric, which notes what it is called with.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Gmetric {
  readonly folder: string;
  /** The arguments of each call so far. */
  noted(): string[][];
}

/** Makes `folder` with a program called gmetric, which notes its arguments, each on a line, and runs `then`. */
export function standInGmetric(folder: string, then = ''): Gmetric {
  mkdirSync(folder);
  const script = `#!/bin/sh\n{ for word in "$@"; do printf '%s\\n' "$word"; done; echo =; } >> '${folder}/noted'\n${then}\n`;
  writeFileSync(join(folder, 'gmetric'), script, { mode: 0o755 });
  const calls = (): string[] => readFileSync(join(folder, 'noted'), 'utf8').split('=\n').slice(0, -1);
  return { folder, noted: () => calls().map((call) => call.split('\n').slice(0, -1)) };
}

/** The environment of a process that finds it. */
export const environmentWith = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${folder}:/usr/bin:/bin`,
});
