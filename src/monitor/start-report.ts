/**
 * What is said at the start of a run for people. Owns its lines.
 */
import type { Moment } from '../capture/tally.js';
import { linkTypeName } from '../wire/link-types.js';
import { FRAME, programText } from './human-report.js';
import { packetTimeText } from './report-time.js';

/** What a run does; known when its first packet is. */
export interface StartReport {
  readonly version: string;
  /** Undefined where reports are the same on every run. */
  readonly pid: number | undefined;
  /** Names of those that are on. */
  readonly analyses: readonly string[];
  /** Of the first input: LINKTYPE_ numbers, one for each interface; empty while there is none. */
  readonly linkTypes: readonly number[];
  /** Time of the first packet. */
  readonly first: Moment | undefined;
}

/** Lines, each ended by a newline; what is not known is left out. */
export function renderStartReport({ version, pid, analyses, linkTypes, first }: StartReport): string {
  const lines = [FRAME, `Start report: ${programText(version, pid)}`];
  if (analyses.length > 0) lines.push(`Active analyses: ${analyses.join(', ')}`);
  const links = [...new Set(linkTypes)].map((type) => `${linkTypeName(type)} (${type})`);
  if (links.length > 0) lines.push(`Link type: ${links.join(', ')}`);
  if (first !== undefined) lines.push(`Dump start: ${packetTimeText(first)}`);
  return `${[...lines, FRAME].join('\n')}\n`;
}
