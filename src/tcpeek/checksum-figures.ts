/**
 * How many packets were verified, and what came of it: of each shard, and summed up.
 */

export interface ChecksumFigures {
  /** Packets of which something was found good or bad. */
  readonly verified: number;
  readonly failed: number;
  /** Of those that failed, those that look as outgoing packets do where the network card puts the checksums in. */
  readonly failedAsOffloaded: number;
}

/** Sum over shards; undefined where nothing was to be verified. */
export function addChecksums(shards: readonly (ChecksumFigures | undefined)[]): ChecksumFigures | undefined {
  const some = shards.filter((figures) => figures !== undefined);
  if (some.length === 0) return undefined;
  const sum = (figure: keyof ChecksumFigures): number => some.reduce((total, figures) => total + figures[figure], 0);
  return { verified: sum('verified'), failed: sum('failed'), failedAsOffloaded: sum('failedAsOffloaded') };
}
