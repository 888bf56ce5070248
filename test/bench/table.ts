/** Turns the costs of all runs into the rows of the benchmark's table: medians, and their ratios to two yardsticks. */

import type { Capture } from './captures.js';
import { type Cost, median } from './measure.js';

export interface Row {
  capture: string;
  tool: string;
  /** Medians over the runs. */
  wallSec: number;
  cpuSec: number;
  peakBytes: number;
  /** Capture bytes and packets per second of median wall time. */
  bytesPerSec: number;
  packetsPerSec: number;
  /** Of what it writes to standard output, where that was counted. */
  outputBytesPerSec: number | undefined;
  /** 0, or the first exit code or signal that was not. */
  exit: number | string;
  runs: readonly Cost[];
}

const HEADINGS = [
  ...['tool', 'runs', 'wall s', 'min-max', 'CPU s', 'peak MB', 'GB/s', 'Mpkt/s', 'GB/s out'],
  ...['x capinfos', 'x cat'],
];

/** `outputBytes`: what each run writes to standard output, if that was counted. */
export function summarize(capture: Capture, tool: string, runs: readonly Cost[], outputBytes: number | undefined): Row {
  const wallSec = median(runs.map((run) => run.wallSec));
  return {
    capture: capture.name,
    tool,
    wallSec,
    cpuSec: median(runs.map((run) => run.cpuSec)),
    peakBytes: median(runs.map((run) => run.peakBytes)),
    bytesPerSec: capture.bytes / wallSec,
    packetsPerSec: capture.packets / wallSec,
    outputBytesPerSec: outputBytes === undefined ? undefined : outputBytes / wallSec,
    exit: runs.find((run) => run.exit !== 0)?.exit ?? 0,
    runs,
  };
}

export function printTable(capture: Capture, rows: readonly Row[], runs: number, slowSec: number): void {
  const { name, bytes, packets } = capture;
  console.log(`\n${name}: ${bytes} bytes, ${packets} packets, in the page cache; medians, measured in turn`);
  const capinfos = rows.find((row) => row.tool === 'capinfos')?.wallSec ?? Number.NaN;
  const cat = rows.find((row) => row.tool === 'cat')?.wallSec ?? Number.NaN;
  const cells = rows.map((row) => cellsOf(row, capinfos, cat));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...cells.map((line) => line[column].length)),
  );
  for (const line of [HEADINGS, ...cells]) console.log(alignLine(line, widths));
  for (const row of rows) {
    if (row.runs.length < runs) console.log(`${row.tool}: ${row.runs.length} run, as it takes over ${slowSec} s`);
    if (row.exit !== 0) console.log(`${row.tool}: FAILED (${row.exit}); its figures are of a pass it did not finish`);
  }
}

function cellsOf(row: Row, capinfosSec: number, catSec: number): string[] {
  const walls = row.runs.map((run) => run.wallSec);
  return [
    row.exit === 0 ? row.tool : `${row.tool} (!)`,
    String(row.runs.length),
    fixed(row.wallSec, 2),
    `${fixed(Math.min(...walls), 2)}-${fixed(Math.max(...walls), 2)}`,
    fixed(row.cpuSec, 2),
    fixed(row.peakBytes / 1e6, 0),
    fixed(row.bytesPerSec / 1e9, 2),
    fixed(row.packetsPerSec / 1e6, 2),
    fixed((row.outputBytesPerSec ?? Number.NaN) / 1e9, 2),
    fixed(row.wallSec / capinfosSec, 2),
    fixed(row.wallSec / catSec, 2),
  ];
}

function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

function alignLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
    .join('  ');
}
