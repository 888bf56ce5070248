/**
 * What is wanted of the analysis of sessions; every value decided.
 */

import type { WantedPlaces } from './session-places.js';

/** What may be told; at least one. */
export interface AnalysisOptions {
  /** A record for each session. */
  readonly sessions: boolean;
  /** Sums of what sessions have. */
  readonly sums: boolean;
  /** A record for each segment that has a symptom. */
  readonly packets: boolean;
  /** A record for each connection as Zeek counts them. */
  readonly connections: boolean;
  /** A session is over that was silent for so many seconds of packet time; with infinity none is before the end of the input. */
  readonly idleTimeoutSec: number;
  /** A session that is over by time is remembered all the same until so many packets of the whole run have come since its last one. */
  readonly rememberedPackets: number;
  /** Packets that were captured twice count once. */
  readonly dedup: boolean;
  /** Checksums are verified, as far as packets were captured whole; what has a wrong one is not looked at. */
  readonly checksums: boolean;
  /** What the first HTTP exchange of a session is, is looked for. */
  readonly http: boolean;
  /** What the page of a report needs beside the records of sessions (page-notes.ts). */
  readonly page?: boolean | undefined;
  /** Records of sessions say only where they are (session-place.ts), and of which sessions. */
  readonly places?: WantedPlaces | undefined;
  /** Sessions have their whole row from the first packet on, and none waits as a lone SYN (lone-syns.ts). A test's own: it never changes a result. */
  readonly onlyWholeRows?: boolean | undefined;
}

export const ANALYSIS_DEFAULTS: AnalysisOptions = {
  sessions: true,
  sums: false,
  packets: false,
  connections: false,
  idleTimeoutSec: 3600,
  rememberedPackets: 50_000,
  dedup: false,
  checksums: false,
  http: false,
};
