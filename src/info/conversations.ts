/**
 * Counts the TCP conversations of one shard as tshark numbers them (`tcp.stream`). Owns the rule and the table of
 * pairs; knows no state of a connection beyond where its two directions began.
 *
 * A conversation is an unordered pair of (address, port). It is followed by another of the same pair when a SYN without
 * ACK comes whose sequence number is not where its direction began; whatever comes later belongs to the newest one.
 * Nothing else begins one: not a FIN or RST followed by the same SYN again, not a SYN+ACK of any number. A direction
 * began
 *   - at the number of its SYN, or one before that of its first segment, when that is none;
 *   - or, when the other side was first to tell, one before what that acknowledged;
 *   - anew at the number of each SYN+ACK.
 * Found by experiment with tshark 4.0.17; test/info/conversations-tshark.test.ts repeats it.
 *
 * Memory: a pair has a row of 28 bytes (52 for IPv6) and 11 to 21 bytes of index, so 39 to 49 bytes (63 to 73); fifty
 * million pairs are 2.0 to 2.5 GB. Rows lie in pages that never move; the index is copied when it doubles, which
 * adds half of its new size for that moment. A pair is forgotten when its capture ends, not before, since its number
 * of conversations depends on all of its segments.
 */
import {
  D_ACK,
  D_DST,
  D_FRAME,
  D_PORTS,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_VLAN,
  D_WHERE,
  ipOffset,
} from '../capture/descriptor.js';
import { hashIpv4 } from '../wire/conversation-hash.js';
import { TCP_ACK, TCP_SYN } from '../wire/tcp.js';

/** Words of a row: two addresses (IPv4 one word each, IPv6 four) come last. */
const ROW_BASES = 0;
/** Bit n: it is known where direction n began. */
const ROW_KNOWN = 2;
const ROW_PORTS = 3;
const ROW_VLAN = 4;
const ROW_ADDRESSES = 5;
const ROW_WORDS_V4 = ROW_ADDRESSES + 2;
const ROW_WORDS_V6 = ROW_ADDRESSES + 8;
const BOTH_KNOWN = 3;

const PAGE_SHIFT = 12;
const PAGE_ROWS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_ROWS - 1;
const FIRST_INDEX_ENTRIES = 1 << 12;
/** Positions in the index are int32. */
const MOST_INDEX_ENTRIES = 1 << 29;

/** From the start of an IPv6 header to its two addresses (RFC 8200 section 3). */
const IPV6_ADDRESSES_OFFSET = 8;

/** The same bits in a flags word of the header: bytes 12 to 15. */
const SYN = TCP_SYN << 16;
const ACK = TCP_ACK << 16;

export interface ConversationCount {
  readonly segments: number;
  readonly conversations: number;
}

export class ConversationCounter {
  #segments = 0;
  #conversations = 0;
  /** Pairs (row + 1, hash), linear probing; -(row + 1) for a row of IPv6; 0 where there is none. */
  #index = new Int32Array(2 * FIRST_INDEX_ENTRIES);
  #mask = FIRST_INDEX_ENTRIES - 1;
  #pages: Int32Array[] = [];
  #rows = 0;
  #pagesV6: Int32Array[] = [];
  #rowsV6 = 0;

  /** Takes the segment whose descriptor is at word `d`; an IPv6 header lies in `view`. */
  onSegment(words: Int32Array, d: number, view: DataView): void {
    this.#segments++;
    if (words[d + D_WHERE] >= 0) this.#onIpv4(words, d);
    else this.#onIpv6(words, d, view);
  }

  /** Conversations and segments since the last call; forgets everything. */
  endCapture(): ConversationCount {
    const count = { segments: this.#segments, conversations: this.#conversations };
    this.#segments = 0;
    this.#conversations = 0;
    this.#pages.length = Math.min(this.#pages.length, 1);
    this.#pagesV6.length = Math.min(this.#pagesV6.length, 1);
    this.#rows = 0;
    this.#rowsV6 = 0;
    if (this.#mask === FIRST_INDEX_ENTRIES - 1) this.#index.fill(0);
    else {
      this.#index = new Int32Array(2 * FIRST_INDEX_ENTRIES);
      this.#mask = FIRST_INDEX_ENTRIES - 1;
    }
    return count;
  }

  #onIpv4(words: Int32Array, d: number): void {
    const src = words[d + D_SRC];
    const dst = words[d + D_DST];
    const ports = words[d + D_PORTS];
    const vlan = words[d + D_VLAN];
    const swapped = (ports << 16) | (ports >>> 16);
    const hash = withVlan(hashIpv4(src, dst, ports), vlan);
    const index = this.#index;
    const mask = this.#mask;
    let i = hash & mask;
    for (; ; i = (i + 1) & mask) {
      const entry = index[2 * i];
      if (entry === 0) break;
      if (index[2 * i + 1] !== hash || entry < 0) continue;
      const row = entry - 1;
      const page = this.#pages[row >>> PAGE_SHIFT];
      const r = (row & PAGE_MASK) * ROW_WORDS_V4;
      if (page[r + ROW_VLAN] !== vlan) continue;
      const a = page[r + ROW_ADDRESSES];
      const b = page[r + ROW_ADDRESSES + 1];
      const rowPorts = page[r + ROW_PORTS];
      if (a === src && b === dst && rowPorts === ports) return this.#follow(page, r, 0, words, d);
      if (a === dst && b === src && rowPorts === swapped) return this.#follow(page, r, 1, words, d);
    }
    const row = this.#rows++;
    if (row >>> PAGE_SHIFT === this.#pages.length) this.#pages.push(newPage(ROW_WORDS_V4, this.#conversations));
    const page = this.#pages[row >>> PAGE_SHIFT];
    const r = (row & PAGE_MASK) * ROW_WORDS_V4;
    page[r + ROW_ADDRESSES] = src;
    page[r + ROW_ADDRESSES + 1] = dst;
    this.#begin(page, r, words, d);
    this.#enter(i, row + 1, hash);
  }

  #onIpv6(words: Int32Array, d: number, view: DataView): void {
    const addresses = words[d + D_FRAME] + ipOffset(words[d + D_WHERE]) + IPV6_ADDRESSES_OFFSET;
    const ports = words[d + D_PORTS];
    const vlan = words[d + D_VLAN];
    const swapped = (ports << 16) | (ports >>> 16);
    const hash = withVlan(words[d + D_SRC], vlan);
    const index = this.#index;
    const mask = this.#mask;
    let i = hash & mask;
    for (; ; i = (i + 1) & mask) {
      const entry = index[2 * i];
      if (entry === 0) break;
      if (index[2 * i + 1] !== hash || entry > 0) continue;
      const row = -entry - 1;
      const page = this.#pagesV6[row >>> PAGE_SHIFT];
      const r = (row & PAGE_MASK) * ROW_WORDS_V6;
      if (page[r + ROW_VLAN] !== vlan) continue;
      const rowPorts = page[r + ROW_PORTS];
      if (rowPorts === ports && sameAddresses(page, r, view, addresses, 0)) return this.#follow(page, r, 0, words, d);
      if (rowPorts === swapped && sameAddresses(page, r, view, addresses, 4)) return this.#follow(page, r, 1, words, d);
    }
    const row = this.#rowsV6++;
    if (row >>> PAGE_SHIFT === this.#pagesV6.length) this.#pagesV6.push(newPage(ROW_WORDS_V6, this.#conversations));
    const page = this.#pagesV6[row >>> PAGE_SHIFT];
    const r = (row & PAGE_MASK) * ROW_WORDS_V6;
    for (let w = 0; w < 8; w++) page[r + ROW_ADDRESSES + w] = view.getInt32(addresses + 4 * w);
    this.#begin(page, r, words, d);
    this.#enter(i, -(row + 1), hash);
  }

  /** The first segment of a pair; side 0 is its source. */
  #begin(page: Int32Array, r: number, words: Int32Array, d: number): void {
    page[r + ROW_PORTS] = words[d + D_PORTS];
    page[r + ROW_VLAN] = words[d + D_VLAN];
    page[r + ROW_KNOWN] = 0;
    this.#conversations++;
    note(page, r, 0, words, d);
  }

  /** A further segment of a pair, from side `side`. */
  #follow(page: Int32Array, r: number, side: number, words: Int32Array, d: number): void {
    const isSyn = (words[d + D_TCP] & SYN) !== 0;
    // Nearly every segment ends here.
    if (!isSyn && page[r + ROW_KNOWN] === BOTH_KNOWN) return;
    const isKnown = (page[r + ROW_KNOWN] & (1 << side)) !== 0;
    if (isSyn && (words[d + D_TCP] & ACK) === 0 && isKnown && page[r + ROW_BASES + side] !== words[d + D_SEQ]) {
      this.#conversations++;
      page[r + ROW_KNOWN] = 0;
    }
    note(page, r, side, words, d);
  }

  /** Puts an entry at the free place `i` of the index. */
  #enter(i: number, entry: number, hash: number): void {
    this.#index[2 * i] = entry;
    this.#index[2 * i + 1] = hash;
    if (4 * (this.#rows + this.#rowsV6) > 3 * (this.#mask + 1)) this.#growIndex();
  }

  #growIndex(): void {
    const old = this.#index;
    const entries = 2 * (this.#mask + 1);
    if (entries > MOST_INDEX_ENTRIES) throw new Error(noRoom(this.#conversations));
    const index = allocate(2 * entries, this.#conversations);
    const mask = entries - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      let i = old[from + 1] & mask;
      while (index[2 * i] !== 0) i = (i + 1) & mask;
      index[2 * i] = old[from];
      index[2 * i + 1] = old[from + 1];
    }
    this.#index = index;
    this.#mask = mask;
  }
}

/** Keeps what the segment tells of where the two directions began. */
function note(page: Int32Array, r: number, side: number, words: Int32Array, d: number): void {
  const flags = words[d + D_TCP];
  const seq = words[d + D_SEQ];
  let known = page[r + ROW_KNOWN];
  if ((flags & (SYN | ACK)) === (SYN | ACK) || (known & (1 << side)) === 0) {
    page[r + ROW_BASES + side] = (flags & SYN) !== 0 ? seq : seq - 1;
    known |= 1 << side;
  }
  const other = side ^ 1;
  if ((flags & ACK) !== 0 && (known & (1 << other)) === 0) {
    page[r + ROW_BASES + other] = words[d + D_ACK] - 1;
    known |= 1 << other;
  }
  page[r + ROW_KNOWN] = known;
}

/** Whether the row's addresses are those at byte `at`, source and destination `turn`ed by 0 or 4 words. */
function sameAddresses(page: Int32Array, r: number, view: DataView, at: number, turn: number): boolean {
  for (let w = 0; w < 8; w++) {
    if (page[r + ROW_ADDRESSES + ((w + turn) & 7)] !== view.getInt32(at + 4 * w)) return false;
  }
  return true;
}

function withVlan(hash: number, vlan: number): number {
  return vlan === 0 ? hash : hash ^ Math.imul(vlan ^ (vlan >>> 15), 0x9e3779b1);
}

const newPage = (rowWords: number, conversations: number): Int32Array =>
  allocate(PAGE_ROWS * rowWords, conversations);

/** Memory for `words` words, or an error that tells what it was for. */
function allocate(words: number, conversations: number): Int32Array<ArrayBuffer> {
  try {
    return new Int32Array(words);
  } catch (cause) {
    throw new Error(noRoom(conversations), { cause });
  }
}

const noRoom = (conversations: number): string =>
  `out of memory: no room to tell more than ${conversations} TCP conversations of one capture apart`;
