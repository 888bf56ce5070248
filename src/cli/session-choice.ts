/**
 * Which sessions are chosen: those named by number, those with a packet that a filter selects, and those between two ends, which need not be known.
 * Owns the choice, and what is told of what was chosen and is not there. Takes the places of sessions as the first pass tells them.
 */
import type { RecordKind } from '../analysis/events.js';
import { RECORD_NUMBER } from '../analysis/events.js';
import {
  PLACE_DST,
  PLACE_DST_PORT,
  PLACE_FROM_INPUT,
  PLACE_MARKED,
  PLACE_SRC,
  PLACE_SRC_PORT,
  PLACE_V6,
  PLACE_VLAN,
} from '../analysis/session-place.js';
import type { WantedPlaces } from '../analysis/session-places.js';
import {
  type ChosenSessions,
  KEY_ADDRESSES,
  KEY_PORTS,
  KEY_V6,
  KEY_VLAN,
  KEY_WORDS,
  type SessionEnds,
  SessionGathering,
} from '../capture/chosen-sessions.js';
import type { RecordOutput } from '../pipeline/record-output.js';
import { textOf } from './tuple-text.js';

/** What was asked for. */
export interface WantedSessions {
  readonly ids: ReadonlySet<number>;
  readonly ends: readonly SessionEnds[];
  /** Those with a packet of a filter's, or every one. */
  readonly filtered: 'none' | 'some' | 'every';
}

/** So many of what is missing are named. */
const MOST_NAMED = 5;

export class SessionChoice implements RecordOutput {
  readonly threads = 0;
  readonly isFull = false;
  readonly failed = new Promise<never>(() => {});
  readonly #wanted: WantedSessions;
  readonly #gathering = new SessionGathering();
  readonly #key = new Int32Array(KEY_WORDS);
  /** Sessions that were told. */
  #told = 0;
  #chosenByFilter = 0;

  constructor(wanted: WantedSessions) {
    this.#wanted = wanted;
    for (const ends of wanted.ends) this.#gathering.addEnds(ends);
  }

  /** Which places are needed; undefined when none are, so that one pass is enough. */
  get places(): WantedPlaces | undefined {
    const { ids, filtered } = this.#wanted;
    if (ids.size > 0 || filtered === 'every') return 'all';
    return filtered === 'some' ? 'marked' : undefined;
  }

  /** Whether something is chosen, as far as is known. */
  get hasSome(): boolean {
    return this.#gathering.count > 0;
  }

  /** A session's place. */
  add(_kind: RecordKind, fields: Float64Array): void {
    const { ids, filtered } = this.#wanted;
    this.#told++;
    const isByFilter = filtered === 'every' || (filtered === 'some' && fields[PLACE_MARKED] === 1);
    if (isByFilter) this.#chosenByFilter++;
    else if (!ids.has(fields[RECORD_NUMBER])) return;
    const key = this.#key;
    key[KEY_V6] = fields[PLACE_V6];
    for (let word = 0; word < 4; word++) {
      key[KEY_ADDRESSES + word] = fields[PLACE_SRC + word];
      key[KEY_ADDRESSES + 4 + word] = fields[PLACE_DST + word];
    }
    key[KEY_PORTS] = (fields[PLACE_SRC_PORT] << 16) | fields[PLACE_DST_PORT];
    key[KEY_VLAN] = fields[PLACE_VLAN];
    this.#gathering.add(key, 0, fields, PLACE_FROM_INPUT);
  }

  start(): void {}

  noteInput(): void {}

  push(): void {}

  async ready(): Promise<void> {}

  async flush(): Promise<void> {}

  async finish(): Promise<void> {}

  async conclude(): Promise<void> {}

  /** What was chosen; `mostPackets` are looked at. */
  chosen(mostPackets: number | undefined): ChosenSessions {
    return this.#gathering.chosen(mostPackets);
  }

  /** What is to be said when all places were told: each a line. */
  missing(): string[] {
    const { ids, filtered } = this.#wanted;
    const lines: string[] = [];
    // Numbers are given in the order of creation, from 0.
    const absent = [...ids].filter((id) => id >= this.#told).sort((a, b) => a - b);
    if (absent.length > 0) {
      const there = this.#told === 0 ? 'there is none at all' : `there are ${this.#told}, numbered from 0`;
      lines.push(`there is no session ${named(absent.map(String))}: ${there}`);
    }
    const isFiltered = filtered !== 'none';
    if (isFiltered && this.#chosenByFilter === 0) lines.push('no session has a packet that the filter selects');
    return lines;
  }

  /** What is to be said when all packets were read: each a line. */
  missingPackets({ found }: ChosenSessions): string[] {
    const absent = this.#wanted.ends.filter((_, index) => found[index] === 0);
    return absent.length === 0 ? [] : [`there is no packet of ${named(absent.map(textOf))}`];
  }
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} others` : shown;
}
