/**
 * From places to outputs: each place is opened once. Owns which of them share a writer.
 */
import { fstatSync } from 'node:fs';
import { isSystemError } from '../capture/problem.js';
import { BestEffortOutput, type LineOutput, SplitOutput } from '../pipeline/line-output.js';
import { OutputFile } from '../pipeline/output-file.js';
import type { RunOutputs } from '../pipeline/run.js';
import type { ProgressLine } from './progress-line.js';
import type { ResultFormatName, ResultPlace } from './result-places.js';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Opens the places; messages about packets go where standard error's lines go. `line` steps aside on a terminal. */
export function openPlaces(places: readonly ResultPlace[], line: ProgressLine | undefined): RunOutputs {
  const usesStandardOutput = places.some((place) => isOf(place, STANDARD_OUTPUT));
  const standardOutput = usesStandardOutput
    ? new OutputFile({ descriptor: STANDARD_OUTPUT }, process.stdout.isTTY ? line : undefined)
    : undefined;
  // Two writers of one pipe would write into each other's lines.
  const messages = standardOutput !== undefined && isOneFile() ? standardOutput : standardError(line);
  const outputOf = (format: ResultFormatName): LineOutput | undefined => {
    const outputs = places
      .filter((place) => place.format === format)
      .map((place) => {
        if (isOf(place, STANDARD_OUTPUT)) return standardOutput!;
        return isOf(place, STANDARD_ERROR) ? messages : new OutputFile(place.target);
      });
    return outputs.length < 2 ? outputs[0] : new SplitOutput(outputs);
  };
  const tcpeek = outputOf('tcpeek');
  return { miruo: outputOf('miruo'), tcpeek, notes: tcpeek && messages };
}

/** A closed standard error is nobody's loss, here too. */
function standardError(line: ProgressLine | undefined): LineOutput {
  return new BestEffortOutput(new OutputFile({ descriptor: STANDARD_ERROR }, process.stderr.isTTY ? line : undefined));
}

const isOf = ({ target }: ResultPlace, descriptor: number): boolean =>
  'descriptor' in target && target.descriptor === descriptor;

/** Whether standard output and standard error are the same file, pipe or terminal, as with 2>&1. */
function isOneFile(): boolean {
  try {
    const [output, error] = [STANDARD_OUTPUT, STANDARD_ERROR].map((descriptor) => fstatSync(descriptor));
    return output.dev === error.dev && output.ino === error.ino;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
