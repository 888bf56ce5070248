/**
 * What a run is told of the program, where a test makes its plan by itself.
 */
import type { ProgramFacts } from '../../src/cli/watching.js';

export const PROGRAM: ProgramFacts = { version: '0.0.0', args: [], isTerminal: false };
