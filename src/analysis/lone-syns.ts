/**
 * Sessions that are nothing yet but one SYN, as a scan leaves them by the hundred thousand: what their segment said is kept in an eighth of the room of a
 * session's row (session-row.ts), which is made of it when there is more to the session. Owns what is kept, and when such a session is over.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP, D_WHERE, D_WIRE, WHERE_WHOLE } from '../capture/descriptor.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { KEY_WORDS, SessionTable } from '../flow/session-table.js';
import { DESCRIPTOR_WORDS } from '../ring/layout.js';
import { SegmentFacts } from './segment-facts.js';
import { type EndWords, SessionEnds } from './session-ends.js';
import { FLAG_UNANSWERED } from './session-row.js';
import { SynOptions } from './syn-options.js';

let places = KEY_WORDS;
const place = (words = 1): number => {
  const at = places;
  places += words;
  return at;
};

/** As the words A_ of the same names. */
export const L_FLAGS = place();
export const L_LAST_CLOCK = place();
const L_LAST_PACKETS = place();
const L_TIMER = place(3);
export const L_ORDINAL = place(2);
export const L_NAME = place();
/** Of the segment's descriptor. */
export const L_TIME = place(2);
export const L_WIRE = place();
const L_WHERE = place();
const L_SEQ = place();
const L_ACK = place();
const L_TCP = place();
/** Of its facts. */
export const L_INPUT = place();
export const L_NUMBER = place(2);
export const L_VLAN = place();
export const L_IP_BYTES = place();
const L_ID_SUM = place();
/** What its options say: MSS + 1, from the given bits on the shift + 1 and the SYN_ bits. */
const L_OPTIONS = place();
const SCALE_SHIFT = 17;
const BITS_SHIFT = 26;
const MSS_MASK = (1 << SCALE_SHIFT) - 1;
const SCALE_MASK = (1 << (BITS_SHIFT - SCALE_SHIFT)) - 1;

const END_WORDS: EndWords = {
  flags: L_FLAGS,
  lastClock: L_LAST_CLOCK,
  lastPackets: L_LAST_PACKETS,
  ordinal: L_ORDINAL,
  timer: L_TIMER,
};

export class LoneSyns {
  readonly table = new SessionTable(places - KEY_WORDS);
  readonly ends: SessionEnds;
  /** What `recall` found: the descriptor, from word 0 on, without addresses; the facts; the options. */
  readonly words = new Int32Array(DESCRIPTOR_WORDS);
  readonly facts = new SegmentFacts();
  readonly options = new SynOptions();

  /** Limits as those of SessionEnds. */
  constructor(idleSec: number, rememberedPackets: number) {
    this.ends = new SessionEnds(this.table, END_WORDS, idleSec, rememberedPackets);
  }

  /** The row of the session that the packet belongs to, or -1; sets the table's `direction`. Arguments as `findSession`. */
  find(words: Int32Array, d: number, view: DataView, hash: number): number {
    return this.table.live === 0 ? -1 : findSession(this.table, words, d, view, hash);
  }

  /** Keeps a mere SYN (first-packet.ts), which begins a session: the one with this place in the order of creation, and this name. */
  keep(
    ordinal: number,
    name: number,
    words: Int32Array,
    d: number,
    view: DataView,
    hash: number,
    facts: SegmentFacts,
  ): void {
    const row = insertSession(this.table, words, d, view, hash);
    const page = this.table.page(row);
    const l = this.table.at(row);
    page[l + L_FLAGS] = FLAG_UNANSWERED;
    page[l + L_LAST_CLOCK] = this.ends.clockSec | 0;
    page[l + L_LAST_PACKETS] = facts.packetsBefore;
    page[l + L_ORDINAL] = ordinal % 2 ** 32;
    page[l + L_ORDINAL + 1] = Math.floor(ordinal / 2 ** 32);
    page[l + L_NAME] = name;
    page[l + L_TIME] = words[d + D_SEC];
    page[l + L_TIME + 1] = words[d + D_NSEC];
    page[l + L_WIRE] = words[d + D_WIRE];
    page[l + L_WHERE] = words[d + D_WHERE];
    page[l + L_SEQ] = words[d + D_SEQ];
    page[l + L_ACK] = words[d + D_ACK];
    page[l + L_TCP] = words[d + D_TCP];
    page[l + L_INPUT] = facts.input;
    page[l + L_NUMBER] = facts.numberLow;
    page[l + L_NUMBER + 1] = facts.numberHigh;
    page[l + L_VLAN] = facts.vlan;
    page[l + L_IP_BYTES] = facts.ipBytes;
    page[l + L_ID_SUM] = facts.idSum;
    const { options } = this;
    options.read(words, d, view);
    page[l + L_OPTIONS] = (options.mss + 1) | ((options.scale + 1) << SCALE_SHIFT) | (options.bits << BITS_SHIFT);
    this.ends.add(row);
  }

  /** Puts the segment of row `row` in `words`, `facts` and `options`. */
  recall(row: number): void {
    const page = this.table.page(row);
    const l = this.table.at(row);
    const { words, facts } = this;
    words[D_SEC] = page[l + L_TIME];
    words[D_NSEC] = page[l + L_TIME + 1];
    words[D_WIRE] = page[l + L_WIRE];
    words[D_WHERE] = page[l + L_WHERE];
    words[D_SEQ] = page[l + L_SEQ];
    words[D_ACK] = page[l + L_ACK];
    words[D_TCP] = page[l + L_TCP];
    facts.packetsBefore = page[l + L_LAST_PACKETS];
    facts.input = page[l + L_INPUT];
    facts.numberLow = page[l + L_NUMBER];
    facts.numberHigh = page[l + L_NUMBER + 1];
    facts.vlan = page[l + L_VLAN];
    facts.ipBytes = page[l + L_IP_BYTES];
    facts.idSum = page[l + L_ID_SUM];
    this.recallOptions(page, l);
  }

  /** Only its options, of the row at word `l` of `page`. */
  recallOptions(page: Int32Array, l: number): void {
    const packed = page[l + L_OPTIONS];
    this.options.mss = (packed & MSS_MASK) - 1;
    this.options.scale = ((packed >>> SCALE_SHIFT) & SCALE_MASK) - 1;
    this.options.bits = packed >>> BITS_SHIFT;
  }

  /** Forgets a row. */
  remove(row: number): void {
    this.ends.remove(row);
    this.table.remove(row);
  }
}

/** Whether the window is closed in the SYN of the row at word `l` of `page`; whether its frame was captured whole. */
export const hasZeroWindow = (page: Int32Array, l: number): boolean => (page[l + L_TCP] & 0xffff) === 0;
export const isWhole = (page: Int32Array, l: number): boolean => (page[l + L_WHERE] & WHERE_WHOLE) !== 0;
