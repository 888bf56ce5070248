/**
 * How many packets were verified, and what came of it: of each shard, and summed up. Owns what such figures mean.
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

/**
 * One packet may fail like offloaded ones by accident: of damaged fields one in 20,000 has one of the three values. Five that are
 * most of the failures are no accident.
 */
const LEAST_ALIKE = 5;
/** Fewer than one in so many packets do not change what is counted, whatever made them fail. */
const ALIKE_IN = 1000;

/**
 * Whether most of the `failed` packets among `verified` ones were rather captured before the network card put their checksums in,
 * `asOffloaded` being how many look like it: then they were good on the wire, and nothing is to be verified.
 */
export function looksOffloaded(failed: number, asOffloaded: number, verified: number): boolean {
  return asOffloaded >= LEAST_ALIKE && asOffloaded * 2 > failed && asOffloaded * ALIKE_IN >= verified;
}
