/**
 * Whether the installed tcpdump takes a filter expression: for the grammar, or for what it means. Owns how to ask one expression at a time.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program it makes, not optimised, as text; or why it makes none: for the grammar, or for what it means. */
export type Verdict = { program: string } | { rejected: string } | { refused: string };

const GRAMMAR = /syntax error|bogus (?:ethernet|IPv6) address|data size must be|overflows 32 bits|non-octal digit/;

export class TcpdumpVerdict {
  private readonly folder = mkdtempSync(join(tmpdir(), 'tcploom-filter-'));
  private readonly captures = new Map<number, string>();

  /** For packets of one LINKTYPE_. */
  ask(expression: string, linkType = 1): Verdict {
    const args = ['-O', '-ddd', '-r', this.capture(linkType), '--', expression];
    const { status, stdout, stderr, error } = spawnSync('tcpdump', args, { encoding: 'utf8' });
    if (error !== undefined) throw error;
    if (status === 0) return { program: stdout };
    return GRAMMAR.test(stderr) ? { rejected: stderr } : { refused: stderr };
  }

  /** The first link type of these with a program, else with a rejection, else the last. */
  askAny(expression: string, linkTypes: readonly number[]): Verdict {
    let verdict: Verdict = { refused: 'no link type' };
    for (const linkType of linkTypes) {
      verdict = this.ask(expression, linkType);
      if ('program' in verdict || 'rejected' in verdict) return verdict;
    }
    return verdict;
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** An empty capture, which is all that tcpdump needs to know the link type. */
  private capture(linkType: number): string {
    const known = this.captures.get(linkType);
    if (known !== undefined) return known;
    const path = join(this.folder, `${linkType}.pcap`);
    writeFileSync(path, new Uint32Array([0xa1b2c3d4, 0x00040002, 0, 0, 262144, linkType]));
    this.captures.set(linkType, path);
    return path;
  }
}
