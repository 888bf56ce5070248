/**
 * What a run comes to on more cores than were there to measure: the rate of packets at which each part of it would be busy all the time; the slowest sets the
 * pace. Owns the arithmetic. It knows nothing of memory bandwidth, of caches that cores share, or of storage.
 */

/** Processor time that the parts need, each by itself, in nanoseconds. */
export interface ServiceTimes {
  readonly readerPerPacket: number;
  /** Of the tracker that a packet belongs to; and of each tracker for each packet of all, since every one looks at every block. */
  readonly trackerPerPacket: number;
  readonly trackerPerForeignPacket: number;
  /** Of the main thread. */
  readonly mergerPerPacket: number;
  /** What reader and merger take more for each tracker beyond the first. */
  readonly readerPerTracker: number;
  readonly mergerPerTracker: number;
  /** The busiest tracker's share of the packets, times the number of trackers. */
  readonly imbalance: number;
}

/** Parts that may be busy first; `cores`: all cores are, with several threads each. */
export type Part = 'reader' | 'trackers' | 'merger' | 'cores';

export interface Prediction {
  readonly trackers: number;
  readonly packetsPerSec: number;
  readonly limit: Part;
}

/** At most that many trackers can be asked for. */
const MOST_TRACKERS = 64;
/** Fewer trackers are better, if they are no slower than this. */
const AS_GOOD = 0.99;

/** With `trackers` trackers whose work is `weight` times what it is. */
export function predict(times: ServiceTimes, cores: number, trackers: number, weight: number): Prediction {
  const beyond = trackers - 1;
  const reader = times.readerPerPacket + beyond * times.readerPerTracker;
  const merger = times.mergerPerPacket + beyond * times.mergerPerTracker;
  const own = weight * times.trackerPerPacket;
  const foreign = times.trackerPerForeignPacket;
  const imbalance = trackers === 1 ? 1 : times.imbalance;
  const nsec: Record<Part, number> = {
    reader,
    trackers: (imbalance * own) / trackers + foreign,
    merger,
    cores: (reader + own + trackers * foreign + merger) / cores,
  };
  const parts = Object.keys(nsec) as Part[];
  const limit = parts.reduce((most, part) => (nsec[part] > nsec[most] ? part : most));
  return { trackers, packetsPerSec: 1e9 / nsec[limit], limit };
}

/** With as many trackers as it takes to be as fast as can be. */
export function predictBest(times: ServiceTimes, cores: number, weight: number): Prediction {
  const all = Array.from({ length: MOST_TRACKERS }, (_, index) => predict(times, cores, index + 1, weight));
  const most = Math.max(...all.map(({ packetsPerSec }) => packetsPerSec));
  return all.find(({ packetsPerSec }) => packetsPerSec >= AS_GOOD * most)!;
}
