/**
 * Puts reports into a round-robin database by rrdtool. Owns running that program, and what counts as its failure.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportParser } from '../plot/parse-reports.js';
import { createArguments, parseInfo, RrdFeed, sourceColumns, sourceName } from '../plot/rrd-commands.js';

/** The program is missing or says no: a message for people. */
export class RrdFailure extends Error {}

const PROGRAM = 'rrdtool';
/** It takes milliseconds, on a busy disk more. */
const LIMIT_MS = 60_000;
const MOST_OUTPUT_BYTES = 1 << 24;
/** What it says while another program reads or writes the database: it does not wait, but ends. */
const IS_LOCKED = /could not lock RRD/;
const LOCKED_MS = 50;

export class RrdDatabase {
  readonly #path: string;
  #feed: RrdFeed | undefined;
  /** What was made, if it was not there. */
  created = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined until the first report. */
  get feed(): RrdFeed | undefined {
    return this.#feed;
  }

  /** Hands over the reports that are new. Rejects with an RrdFailure. */
  async update(parser: ReportParser): Promise<void> {
    if (parser.reports.length === 0) return;
    const file = safeName(this.#path);
    this.#feed ??= await this.#open(file, parser);
    for (const args of this.#feed.batches(parser.reports)) await rrdtool(args);
  }

  /** Says that the program is not there before anything is waited for. */
  async check(): Promise<void> {
    await rrdtool(['--version']);
  }

  async #open(file: string, parser: ReportParser): Promise<RrdFeed> {
    const isThere = statSync(this.#path, { throwIfNoEntry: false }) !== undefined;
    if (!isThere) await rrdtool(createArguments(file, parser.reports, parser.columns));
    const facts = parseInfo(await rrdtool(['info', file]));
    if (facts === undefined) throw new RrdFailure(`${PROGRAM} info says nothing of ${this.#path} that is understood`);
    if (!isThere) {
      this.created = `created, step ${facts.stepSec} s, ${facts.sources.size} data sources`;
    } else if (!sourceColumns(parser.columns).some((column) => facts.sources.has(sourceName(column)))) {
      throw new RrdFailure(`${this.#path} has no data source for any field of the reports`);
    }
    return new RrdFeed(file, facts);
  }
}

/** A name that begins with a dash is no option. */
const safeName = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** Runs the program and gives what it printed. Who draws from the database locks it for a moment: that is waited for. */
async function rrdtool(args: readonly string[]): Promise<string> {
  for (const endMs = performance.now() + LIMIT_MS; ; await sleep(LOCKED_MS)) {
    try {
      return await runRrdtool(args);
    } catch (error) {
      const mayGoOn = error instanceof RrdFailure && IS_LOCKED.test(error.message) && performance.now() < endMs;
      if (!mayGoOn) throw error;
    }
  }
}

function runRrdtool(args: readonly string[]): Promise<string> {
  const settings = { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: MOST_OUTPUT_BYTES } as const;
  // Numbers have points, whatever the user's language.
  const env = { ...process.env, LC_ALL: 'C' };
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, args, { ...settings, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new RrdFailure(failureText(error, stderr, args[0])));
    });
  });
}

function failureText(error: Error & { code?: unknown; signal?: unknown }, stderr: string, command: string): string {
  if (error.code === 'ENOENT') return `${PROGRAM} is not installed, or not in PATH: nothing was fed`;
  const said = stderr.trim().replace(/\s*\n\s*/g, ' ');
  if (said !== '') return `${PROGRAM} ${command}: ${said.replace(/^ERROR: /, '')}`;
  return `${PROGRAM} ${command} failed (${error.code ?? error.signal})`;
}
