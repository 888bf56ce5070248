/**
 * Runs the built program as a user does: arguments and streams in, exit code and streams out. Owns the time
 * limit of such a run, its temporary folder, and what any message must look like.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Root of the built tree this file belongs to, and the launcher in it. */
const BUILT = fileURLToPath(new URL('../../', import.meta.url));
export const LAUNCHER = join(BUILT, 'bin', 'tcploom.js');

/** Against hanging only: a busy machine takes many times longer than another, and never this long. */
export const LIMIT_MS = 180_000;

export interface Ended {
  /** As a shell tells it: 128 and its number for a signal that ended the program itself. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Path of a built file, by its path in the source tree. */
export function built(source: string): string {
  return join(BUILT, source.replace(/\.ts$/, '.js'));
}

/** A folder that goes away with the test file that asked for it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs tcploom to its end. Rejects when it does not come to one in time. */
export function tcploom(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return ended(spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
}

/** Runs a line of bash with `$TCPLOOM` as the program. */
export function bash(line: string): Promise<Ended> {
  const env = { ...process.env, TCPLOOM: `${process.execPath} ${LAUNCHER}` };
  return ended(spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], env }));
}

/** What became of a process. Kills it and rejects after `limitMs`. */
export function ended(child: ChildProcess, limitMs = LIMIT_MS): Promise<Ended> {
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString('latin1');
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      reject(new Error(`no end within ${limitMs} ms; standard error so far: ${JSON.stringify(texts[1]())}`));
    }, limitMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128 + constants.signals[signal!], stdout: texts[0](), stderr: texts[1]() });
    });
  });
}

const STATISTICS_START = '\n===== Session Statistics =====\n';
const SUMMARY = /\n={10} TCPEEK SUMMARY ={10}\n[\s\S]*?\n={36}\n/g;
/** A report of any kind, from frame to frame. */
const REPORT = /^={80}\n(?:Start report|[AD] type end report|USR1 [AD] type report): [\s\S]*?\n={80}\n/gm;
/** Head and lines of handshakes. */
const HANDSHAKE_LINE = /^( TIME\(s\) .*|-{118}|[ \d-]*\d\.\d{3} \| .*\| [ \d]*)$/;

/** What of standard error is in no report: reports tell the time of the run. */
export const withoutReports = (stderr: string): string => stderr.replaceAll(REPORT, '');

/** Standard error without what differs from run to run: reports, and figures of the process. */
export const steady = (stderr: string): string => withoutReports(stderr).replace(/^(CPU|VSZ|RSS)( +: ).*/gm, '$1$2-');

/** Lines of standard error that are in no report, neither results of handshakes nor their summary, and come before the statistics if there are any. */
export function messagesOf(stderr: string): string[] {
  const told = withoutReports(stderr);
  const end = told.indexOf(STATISTICS_START);
  const text = (end < 0 ? told : told.slice(0, end)).replaceAll(SUMMARY, '');
  return text.split('\n').filter((line) => line !== '' && !HANDSHAKE_LINE.test(line));
}

/** Standard error holds exactly these messages: a string is a whole line, a pattern a part of one. */
export function assertMessages(stderr: string, expected: readonly (string | RegExp)[]): void {
  assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
  const lines = messagesOf(stderr);
  assert.equal(lines.length, expected.length, `messages: ${JSON.stringify(lines)}`);
  expected.forEach((part, index) => {
    if (typeof part === 'string') assert.equal(lines[index], part);
    else assert.match(lines[index], part);
  });
}

export const hasStatistics = (stderr: string): boolean => stderr.includes(STATISTICS_START);
