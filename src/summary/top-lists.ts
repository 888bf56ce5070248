/**
 * The largest talkers, server ports and pairs of client and server. Owns what the keys of these are, as words and as text.
 */
import { R_DST, R_DST_PORT, R_SRC, R_V6 } from '../analysis/session-record.js';
import { symptomBit } from '../analysis/symptoms.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';
import type { SessionFigures, TopEntry } from './figures.js';
import { M_PACKETS, M_PAYLOAD_BYTES, M_SYMPTOMS } from './session-measures.js';
import { type KindCounts, TopKinds } from './top-kinds.js';

/** Addresses, and pairs, of which sums are kept: 1.3 and 1.6 MiB. */
export const TALKERS_KEPT = 16_384;
export const PAIRS_KEPT = 16_384;
/** All there are: always exact. */
const PORTS_KEPT = 65_536;
/** Of each list that is shown. */
export const TOP_SHOWN = 100;

const ADDRESS_WORDS = 4;
/** Whether it is IPv6, the address. */
const TALKER_WORDS = 1 + ADDRESS_WORDS;
/** The same of the client, the server's address and port. */
const PAIR_WORDS = 1 + 2 * ADDRESS_WORDS + 1;

const RETRANSMISSIONS = M_SYMPTOMS + 31 - Math.clz32(symptomBit('retransmission'));

export class TopLists {
  readonly #talkers = new TopKinds(TALKER_WORDS, TALKERS_KEPT);
  readonly #ports = new TopKinds(1, PORTS_KEPT);
  readonly #pairs = new TopKinds(PAIR_WORDS, PAIRS_KEPT);
  readonly #talker = new Int32Array(TALKER_WORDS);
  readonly #port = new Int32Array(1);
  readonly #pair = new Int32Array(PAIR_WORDS);

  /** Adds a session by its measures and the fields of its record. */
  add(measures: Float64Array, fields: Float64Array): void {
    const bytes = measures[M_PAYLOAD_BYTES];
    const packets = measures[M_PACKETS];
    const retransmissions = measures[RETRANSMISSIONS];
    const pair = this.#pair;
    const isV6 = fields[R_V6] === 1;
    pair[0] = isV6 ? 1 : 0;
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      pair[1 + word] = isV6 || word === 0 ? fields[R_SRC + word] : 0;
      pair[1 + ADDRESS_WORDS + word] = isV6 || word === 0 ? fields[R_DST + word] : 0;
    }
    pair[PAIR_WORDS - 1] = fields[R_DST_PORT];
    this.#pairs.add(pair, bytes, packets, retransmissions);
    this.#port[0] = fields[R_DST_PORT];
    this.#ports.add(this.#port, bytes, packets, retransmissions);
    const talker = this.#talker;
    talker[0] = pair[0];
    for (let word = 0; word < ADDRESS_WORDS; word++) talker[1 + word] = pair[1 + word];
    this.#talkers.add(talker, bytes, packets, retransmissions);
    let isOther = false;
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      const other = pair[1 + ADDRESS_WORDS + word];
      if (other !== talker[1 + word]) isOther = true;
      talker[1 + word] = other;
    }
    // Who talks to himself is one.
    if (isOther) this.#talkers.add(talker, bytes, packets, retransmissions);
  }

  figures(): SessionFigures['top'] {
    return {
      talkers: entriesOf(this.#talkers, (key) => addressText(key, 1)),
      ports: entriesOf(this.#ports, (key) => String(key[0])),
      pairs: entriesOf(this.#pairs, pairText),
    };
  }
}

const entriesOf = (kinds: TopKinds, keyText: (key: Int32Array) => string): TopEntry[] =>
  kinds.ranked(TOP_SHOWN).map(({ key, ...counts }: KindCounts) => ({ key: keyText(key), ...counts }));

/** The address at word `at` of a key, whose first word says which kind it is. */
function addressText(key: Int32Array, at: number): string {
  if (key[0] === 0) return ipv4Text(key[at]);
  return ipv6Text(Array.from(key.subarray(at, at + ADDRESS_WORDS), (word) => word >>> 0));
}

/** Brackets around IPv6 in front of a port: RFC 3986 3.2.2. */
function pairText(key: Int32Array): string {
  const server = addressText(key, 1 + ADDRESS_WORDS);
  return `${addressText(key, 1)} > ${key[0] === 0 ? server : `[${server}]`}:${key[PAIR_WORDS - 1]}`;
}
