/**
 * Users of the system by name or number, and going on as one of them. Owns what the system is asked.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { UsageError } from './usage-error.js';

/** The process could not go on as the user it was to. */
export class UserFailure extends Error {}

export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account of the user with this name or number. Throws a UsageError when there is none, or this process may not become it. */
export function userAccount(text: string): UserAccount {
  const account = accountIn(passwdFile(), text) ?? accountIn(accountDatabase(text), text);
  if (account === undefined) throw new UsageError(`--user: there is no user '${printable(text)}'`);
  if (process.getuid?.() !== 0 && process.getuid?.() !== account.uid) {
    throw new UsageError(`--user: only root can go on as '${account.name}'`);
  }
  return account;
}

/** Goes on as this user, in all threads; returns what went wrong, if something did. */
export function becomeUser({ name, uid, gid }: UserAccount): string | undefined {
  if (process.getuid?.() === uid) return undefined;
  try {
    process.setgroups!([gid]);
    process.setgid!(gid);
    process.setuid!(uid);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `could not go on as '${name}': ${describeSystemError(error)}`;
  }
}

function accountIn(lines: string, text: string): UserAccount | undefined {
  for (const line of lines.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if ((name === text || uid === text) && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

function passwdFile(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}

/** Users that the file does not have, as far as there is a program to ask. */
function accountDatabase(text: string): string {
  return spawnSync('getent', ['passwd', '--', text], { encoding: 'utf8' }).stdout ?? '';
}
