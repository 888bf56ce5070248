/**
 * `npm run bench`: how long one pass over a large capture takes, for tcploom and for the tools it is compared with.
 *
 * All are measured in one run and in turn (A B C A B C ...), on a capture that is in the page cache, so that a machine
 * that gets slower or busier does so for all of them. The figures to compare are the ratios, not the seconds.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CAPTURE_NAMES, type Capture, prepareCapture } from './captures.js';
import { type Cost, HAS_TIME, measure, outputBytes } from './measure.js';
import { measureStart, printStart, START, type StartCosts } from './start.js';
import { printTable, type Row, summarize } from './table.js';
import { allTools, isMissing, type Tool } from './tools.js';

interface Plan {
  captures: readonly string[];
  /** How long a small capture takes is measured too. */
  hasStart: boolean;
  tools: readonly Tool[];
  runs: number;
  quick: boolean;
  dir: string;
  json: string | undefined;
}

const SLOW_SEC = 20;
const DEFAULT_RUNS = 5;
const QUICK_RUNS = 3;

const ONLY = [...CAPTURE_NAMES, START];
const NAMES = allTools([], '').map(({ name }) => name);

const USAGE = `Usage: npm run bench -- [OPTION...]
  --only NAME       one capture: ${ONLY.join(', ')} (a small one, against node -e 0)
  --tools A,B       only these: ${NAMES.join(', ')}
  --workers N,M     tcploom also with --workers N, with --workers M, ...
  --slow            gzip and tshark, too: minutes a run
  --runs N          runs of each (default: ${DEFAULT_RUNS}; what takes over ${SLOW_SEC} s runs once)
  --quick           captures of a tenth of the size, ${QUICK_RUNS} runs
  --dir DIR         where the captures are kept (default: bench-data)
  --json FILE       write the rows, with every run, as JSON`;

function plan(args: string[]): Plan | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      only: text,
      tools: text,
      workers: text,
      runs: text,
      dir: text,
      json: text,
      slow: flag,
      quick: flag,
      help: flag,
    },
  });
  if (values.help) return undefined;
  const dir = values.dir ?? 'bench-data';
  const runs = Number(values.runs ?? (values.quick ? QUICK_RUNS : DEFAULT_RUNS));
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs must be at least 1, not '${values.runs}'`);
  const { only } = values;
  if (only !== undefined && !ONLY.includes(only)) throw new RangeError(`--only must be one of ${ONLY.join(', ')}`);
  const captures = CAPTURE_NAMES.filter((name) => only === undefined || only === name);
  const workers = values.workers === undefined ? [] : values.workers.split(',').map(Number);
  if (workers.some((count) => !Number.isInteger(count) || count < 1)) throw new RangeError('--workers takes 1,2,...');
  const names = values.tools?.split(',');
  const tools = chooseTools(allTools(workers, dir), names, values.slow);
  const hasStart = only === undefined ? (names?.includes('tcploom') ?? true) : only === START;
  return { captures, hasStart, tools, runs, quick: values.quick, dir, json: values.json };
}

function chooseTools(tools: readonly Tool[], names: readonly string[] | undefined, slow: boolean): Tool[] {
  if (names === undefined) return tools.filter((tool) => slow || tool.slow !== true);
  // --tools tcploom means every number of workers that was asked for.
  const isNamed = (tool: Tool): boolean => names.includes(tool.name) || names.includes(tool.name.replace(/-w\d+$/, ''));
  const unknown = names.filter((name) => !tools.some((tool) => tool.name === name));
  if (unknown.length > 0) throw new RangeError(`--tools: no ${unknown.join(', ')}`);
  return tools.filter(isNamed);
}

/** Runs the tools in turn; gives the costs of each, in the order of `tools`. */
async function measureInTurn(tools: readonly Tool[], capture: Capture, runs: number): Promise<Cost[][]> {
  const costs: Cost[][] = tools.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [index, tool] of tools.entries()) {
      if (round > 0 && costs[index][0].wallSec > SLOW_SEC) continue;
      process.stderr.write(`${capture.name}, run ${round + 1} of ${runs}: ${tool.name} ... `);
      costs[index].push(await measureOnce(tool, capture.path));
      process.stderr.write(`${costs[index][round].wallSec.toFixed(2)} s\n`);
    }
  }
  return costs;
}

async function measureOnce(tool: Tool, path: string): Promise<Cost> {
  tool.before?.();
  try {
    return await measure(tool.command(path));
  } finally {
    tool.after?.();
  }
}

async function benchCapture(name: string, { dir, quick, runs }: Plan, tools: readonly Tool[]): Promise<Row[]> {
  const capture = prepareCapture(dir, name, quick);
  // Into the page cache: the disk is not what is compared.
  await measure(['cat', capture.path]);
  const costs = await measureInTurn(tools, capture, runs);
  const rows: Row[] = [];
  for (const [index, tool] of tools.entries()) {
    // Not while it is timed: whoever counts takes time too.
    const isCounted = tool.isOutputCounted && costs[index][0].exit === 0;
    const bytes = isCounted ? await outputBytes(tool.command(capture.path)) : undefined;
    rows.push(summarize(capture, tool.name, costs[index], bytes));
  }
  printTable(capture, rows, runs, SLOW_SEC);
  return rows;
}

async function main(args: string[]): Promise<void> {
  const chosen = plan(args);
  if (chosen === undefined) {
    console.log(USAGE);
    return;
  }
  const missing = chosen.tools.filter(isMissing).map((tool) => tool.name);
  const tools = chosen.tools.filter((tool) => !missing.includes(tool.name));
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  console.log(`${machine.cores} cores, ${machine.model}, Node ${machine.node}`);
  console.log(`not installed: ${missing.length === 0 ? 'none' : missing.join(', ')}`);
  if (!HAS_TIME) console.log('no CPU time and peak memory: /usr/bin/time is not installed (package time)');
  const rows: Row[] = [];
  for (const name of chosen.captures) rows.push(...(await benchCapture(name, chosen, tools)));
  let start: StartCosts | undefined;
  if (chosen.hasStart) {
    start = await measureStart(chosen.dir, chosen.quick);
    printStart(start);
  }
  if (chosen.json !== undefined) {
    const note = existsSync(chosen.json) ? 'replaced' : 'written';
    writeFileSync(chosen.json, `${JSON.stringify({ machine, missing, rows, start }, null, 2)}\n`);
    console.error(`${chosen.json} ${note}`);
  }
  if (rows.some((row) => row.tool.startsWith('tcploom') && row.exit !== 0)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
});
