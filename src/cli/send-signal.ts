/**
 * A signal to a pass: sent by this process, or by kill(1) through sudo. Owns what counts as a failure; a process that has ended is none.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { catches, isRunning, type RunningPass } from './running-processes.js';
import type { NamedSignal } from './signal-names.js';

/** sudo cannot be run. */
export class NoSudo extends Error {}

const REPORT_SIGNALS = [constants.signals.SIGUSR1, constants.signals.SIGUSR2];
/** A pass listens tens of milliseconds after its start; on a busy machine later. */
const LISTEN_MS = 5000;
const LOOK_MS = 10;

/** Resolves with why the signal could not be sent, if it could not. Rejects with NoSudo. */
export async function sendSignal(
  pass: RunningPass,
  signal: NamedSignal,
  hasSudo: boolean,
): Promise<string | undefined> {
  // What asks for reports ends a process that does not listen yet.
  if (REPORT_SIGNALS.includes(signal.number) && !(await listens(pass))) {
    return isRunning(pass) ? `does not listen for ${signal.name}: not sent` : undefined;
  }
  return hasSudo ? await sendBySudo(pass, signal) : send(pass, signal);
}

async function listens(pass: RunningPass): Promise<boolean> {
  const endMs = performance.now() + LISTEN_MS;
  while (!catches(pass.pid, REPORT_SIGNALS)) {
    if (performance.now() > endMs || !isRunning(pass)) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

function send(pass: RunningPass, signal: NamedSignal): string | undefined {
  // Another process may have its id by now.
  if (!isRunning(pass)) return undefined;
  try {
    process.kill(pass.pid, signal.number);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return undefined;
    return code === 'EPERM' ? 'not permitted (-s sends through sudo)' : message;
  }
}

/**
 * A password may be waited for for minutes, and another process have the id by then: only a sudo that asks for none sends, right after a
 * look at the process. What it refuses is tried again when sudo has asked.
 */
async function sendBySudo(pass: RunningPass, signal: NamedSignal): Promise<string | undefined> {
  const kill = ['-n', 'kill', '-s', signal.name.replace(/^SIG/, ''), String(pass.pid)];
  if (!isRunning(pass) || (await sudo(kill)) === undefined) return undefined;
  if (!isRunning(pass)) return undefined;
  const refusal = await sudo(['-v']);
  if (!isRunning(pass)) return undefined;
  const failure = refusal ?? (await sudo(kill));
  return isRunning(pass) ? failure : undefined;
}

/** Resolves with what went wrong, if anything did. The password is asked for on the terminal, by sudo itself. */
function sudo(args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn('sudo', args, { stdio: ['inherit', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'is not installed, or not in PATH' : `cannot be run (${error.code})`;
      reject(new NoSudo(`sudo ${what}: nothing was sent`));
    });
    child.on('close', (code, name) => {
      if (code === 0) return resolve(undefined);
      const last = said.trim().split('\n').at(-1);
      resolve(`sudo failed: ${last === undefined || last === '' ? (name ?? `exit code ${code}`) : last}`);
    });
  });
}
