/**
 * Random frames of 802.11, by themselves and behind a radiotap header.
 */
import type { Random } from '../support/random.js';
import { chance, noise, weighted } from './draw.js';
import { four, llc, macBytes, two } from './packet-layers.js';
import { MACS } from './pools.js';

const MANAGEMENT = 0;
const CONTROL = 1;
const DATA = 2;
const QOS_SUBTYPE = 8;
const NO_DATA_SUBTYPE = 4;
const TO_DS = 1;
const FROM_DS = 2;
const PROTECTED = 0x40;

/** IEEE 802.11-2016 9.3; `isPadded` where the payload begins at a multiple of four. */
export function wlanFrame(random: Random, isPadded = false): number[] {
  const type = weighted(random, [
    [25, MANAGEMENT],
    [20, CONTROL],
    [55, DATA],
  ]);
  const mac = (): number[] => macBytes(random.pick(MACS));
  if (type === CONTROL) {
    const subtype = 5 + random.below(11);
    return [(subtype << 4) | (type << 2), 0, 0, 0, ...mac(), ...mac(), ...noise(random, 4)];
  }
  const flags = (type === DATA ? random.below(4) : 0) | (chance(random, 8) ? PROTECTED : 0) | random.pick([0, 0, 8]);
  const subtype =
    type === DATA ? random.pick([0, 0, 0, QOS_SUBTYPE, QOS_SUBTYPE, NO_DATA_SUBTYPE, 12, 1]) : random.below(14);
  const hasFourth = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  const header = [
    ...[(subtype << 4) | (type << 2), flags, 0, 0, ...mac(), ...mac(), ...mac(), ...noise(random, 2)],
    ...(hasFourth ? mac() : []),
    ...(type === DATA && (subtype & QOS_SUBTYPE) !== 0 ? [random.below(8), 0] : []),
  ];
  const padding = isPadded ? (4 - (header.length % 4)) % 4 : 0;
  return [...header, ...noise(random, padding), ...(type === DATA ? llc(random) : noise(random, 20))];
}

const HAS_TIME = 1;
const HAS_FLAGS = 2;
const HAS_RATE = 4;
const HAS_CHANNEL = 8;
const MORE_WORDS = 0x8000_0000;
const FLAG_PADDED = 0x20;

/** radiotap.org: presence words, then time, flags and others, each at a multiple of its size. */
export function radioFrame(random: Random): number[] {
  const isPadded = chance(random, 30);
  const present = random.below(16) | (isPadded ? HAS_FLAGS : 0);
  const moreWords = weighted(random, [
    [70, 0],
    [20, 1],
    [10, 2],
  ]);
  const words = [present, ...Array<number>(moreWords).fill(0)];
  const presence = words.map((word, i) => (i < moreWords ? (word | MORE_WORDS) >>> 0 : word));
  const fields = presence.flatMap((word) => four(word).reverse());
  if ((present & HAS_TIME) !== 0) {
    while ((fields.length + 4) % 8 !== 0) fields.push(0);
    fields.push(...noise(random, 8));
  }
  if ((present & HAS_FLAGS) !== 0) fields.push(isPadded ? FLAG_PADDED : random.pick([0, 0x10, 2]));
  if ((present & HAS_RATE) !== 0) fields.push(12);
  if ((present & HAS_CHANNEL) !== 0) fields.push(...noise(random, 4));
  return [random.pick([0, 0, 0, 1]), 0, ...two(4 + fields.length).reverse(), ...fields, ...wlanFrame(random, isPadded)];
}
