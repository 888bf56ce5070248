/**
 * Which parts of the product a piece of work reached, block by block, as V8 counts them. Owns the memory of what was
 * reached before; knows nothing of inputs.
 */
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

interface CoverageRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly CoverageRange[] }[];
}

/** The built sources whose coverage counts. */
const SOURCES = new URL('../../src/', import.meta.url).href;

/** A block reached once is another thing than one reached often: a loop that turns differs from one that does not. */
function bucketOf(count: number): number {
  if (count === 0) return 0;
  return count === 1 ? 1 : count < 4 ? 2 : count < 32 ? 4 : 8;
}

export class BlockCoverage {
  readonly #session = new Session();
  /** By script, for each byte of its text the buckets seen there. */
  readonly #seen = new Map<string, Uint8Array>();
  #painted = new Uint8Array(1 << 16);

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Whether anything was reached since the last call that never was before. */
  isNew(): boolean {
    let isNew = false;
    // The session's own process answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      for (const script of result as ScriptCoverage[]) {
        if (script.url.startsWith(SOURCES) && this.#note(script)) isNew = true;
      }
    });
    return isNew;
  }

  /** Bytes of the sources' text that were reached, by file; what was never entered at all is absent. */
  reached(): Map<string, number> {
    const byFile = [...this.#seen].map(([url, seen]): [string, number] => [
      fileURLToPath(url),
      seen.reduce((sum, buckets) => sum + (buckets === 0 ? 0 : 1), 0),
    ]);
    return new Map(byFile);
  }

  end(): void {
    this.#session.disconnect();
  }

  #note({ url, functions }: ScriptCoverage): boolean {
    let isNew = false;
    for (const { ranges } of functions) {
      // The first range is that of the function, the others lie within it, inner ones after those around them.
      const { startOffset, endOffset, count } = ranges[0];
      if (count === 0) continue;
      const seen = this.#seenOf(url, endOffset);
      if (this.#painted.length < endOffset) this.#painted = new Uint8Array(2 * endOffset);
      for (const range of ranges) this.#painted.fill(bucketOf(range.count), range.startOffset, range.endOffset);
      for (let at = startOffset; at < endOffset; at++) {
        const bucket = this.#painted[at];
        if ((seen[at] & bucket) === bucket) continue;
        seen[at] |= bucket;
        isNew = true;
      }
    }
    return isNew;
  }

  #seenOf(url: string, bytes: number): Uint8Array {
    const known = this.#seen.get(url);
    if (known !== undefined && known.length >= bytes) return known;
    const grown = new Uint8Array(bytes);
    if (known !== undefined) grown.set(known);
    this.#seen.set(url, grown);
    return grown;
  }
}
