/**
 * Captures to begin from where others are made of them by cutting and changing: those of this repository, and those of
 * the corpus that lies beside a checkout, when it is there. What is compressed is taken decompressed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { corpusFiles, corpusMissing } from './corpus.js';

export interface Base {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The captures of datasets/, which are always there. */
export function ownCaptures(): Base[] {
  return readdirSync('datasets')
    .filter((name) => name.endsWith('.pcap'))
    .sort()
    .map((name) => baseOf(name, join('datasets', name)));
}

/** All captures of the corpus; none where it is absent. */
export function corpusCaptures(): Base[] {
  return corpusMissing === false ? corpusFiles().map(({ name, path }) => baseOf(name, path)) : [];
}

function baseOf(name: string, path: string): Base {
  const bytes = readFileSync(path);
  // No Buffer: slices of those share their memory.
  return { name, bytes: new Uint8Array(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes) };
}
