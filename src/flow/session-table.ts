/**
 * The table of live sessions of one shard: finds the row of a 4-tuple (and VLAN), makes and frees rows.
 * Owns the key columns and the index; the words after KEY_WORDS belong to whoever keeps the sessions.
 *
 * Rows lie in pages of int32, never moved and never copied when the table grows, so that a million sessions
 * cost their rows and nothing for a moment twice. A row is interleaved, not one array a column: a packet
 * touches a dozen of its words, which are two cache lines this way and a dozen the other.
 *
 * The index is open addressing with linear probing over pairs (row + 1, hash), at most half full; a removal
 * shifts its followers back, so no tombstones pile up.
 */

/** Words of a row that the table owns. */
export const ROW_ADDRESS_0 = 0;
export const ROW_ADDRESS_1 = 1;
/** Port of side 0 << 16 | port of side 1. */
export const ROW_PORTS = 2;
export const ROW_HASH = 3;
/** VLAN key << 1 | ROW_KIND_V6 (src/wire/vlan-key.ts; 0 when VLANs do not count). */
export const ROW_KIND = 4;
/** The addresses are IPv6 and lie in the table's address pages. */
export const ROW_KIND_V6 = 1;
export const KEY_WORDS = 5;

const PAGE_SHIFT = 12;
const PAGE_ROWS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_ROWS - 1;
const ADDRESS_WORDS = 8;
const FIRST_INDEX_ENTRIES = 1 << 12;

export class SessionTable {
  /** Rows in use. */
  live = 0;
  /** 0 when the key found last was in the order of the row (side 0 first), 1 when it was the other way round. */
  direction = 0;
  readonly #stride: number;
  readonly #pages: Int32Array[] = [];
  readonly #addressPages: (Int32Array | undefined)[] = [];
  #allocated = 0;
  #free: Int32Array = new Int32Array(PAGE_ROWS);
  #freeCount = 0;
  #index = new Int32Array(2 * FIRST_INDEX_ENTRIES);
  #mask = FIRST_INDEX_ENTRIES - 1;

  /** `ownerWords`: words a row has beyond the key; they are zero in a new row. */
  constructor(ownerWords: number) {
    this.#stride = KEY_WORDS + ownerWords;
  }

  /** The page that holds row `row`; its words start at `at(row)`. */
  page(row: number): Int32Array {
    return this.#pages[row >>> PAGE_SHIFT];
  }

  /** Position of row `row` in its page. */
  at(row: number): number {
    return (row & PAGE_MASK) * this.#stride;
  }

  /**
   * Row of an IPv4 conversation, either way round, or -1; sets `direction`. `ports`: source << 16 | destination;
   * `vlan`: the VLAN key, which `hash` has been mixed with.
   */
  find(src: number, dst: number, ports: number, hash: number, vlan: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const swappedPorts = (ports << 16) | (ports >>> 16);
    const kind = vlan << 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = index[2 * i];
      if (entry === 0) return -1;
      if (index[2 * i + 1] !== hash) continue;
      const row = entry - 1;
      const page = this.#pages[row >>> PAGE_SHIFT];
      const at = (row & PAGE_MASK) * this.#stride;
      if (page[at + ROW_KIND] !== kind) continue;
      const a0 = page[at + ROW_ADDRESS_0];
      const a1 = page[at + ROW_ADDRESS_1];
      const rowPorts = page[at + ROW_PORTS];
      if (a0 === src && a1 === dst && rowPorts === ports) {
        this.direction = 0;
        return row;
      }
      if (a0 === dst && a1 === src && rowPorts === swappedPorts) {
        this.direction = 1;
        return row;
      }
    }
  }

  /** The same for IPv6, whose two addresses of 16 bytes start at byte `from` of `view`. */
  findV6(view: DataView, from: number, ports: number, hash: number, vlan: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const swappedPorts = (ports << 16) | (ports >>> 16);
    const kind = (vlan << 1) | ROW_KIND_V6;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = index[2 * i];
      if (entry === 0) return -1;
      if (index[2 * i + 1] !== hash) continue;
      const row = entry - 1;
      const page = this.page(row);
      const at = this.at(row);
      if (page[at + ROW_KIND] !== kind) continue;
      const rowPorts = page[at + ROW_PORTS];
      if (rowPorts === ports && this.#sameAddresses(row, view, from, 0)) {
        this.direction = 0;
        return row;
      }
      if (rowPorts === swappedPorts && this.#sameAddresses(row, view, from, 4)) {
        this.direction = 1;
        return row;
      }
    }
  }

  /** Makes the row of an IPv4 conversation that is not there yet; side 0 is the source. */
  insert(src: number, dst: number, ports: number, hash: number, vlan: number): number {
    const row = this.#newRow(ports, hash, vlan << 1);
    const page = this.page(row);
    const at = this.at(row);
    page[at + ROW_ADDRESS_0] = src;
    page[at + ROW_ADDRESS_1] = dst;
    return row;
  }

  /** The same for IPv6. */
  insertV6(view: DataView, from: number, ports: number, hash: number, vlan: number): number {
    const row = this.#newRow(ports, hash, (vlan << 1) | ROW_KIND_V6);
    const addresses = this.#addressPageOf(row);
    const start = (row & PAGE_MASK) * ADDRESS_WORDS;
    for (let w = 0; w < ADDRESS_WORDS; w++) addresses[start + w] = view.getInt32(from + 4 * w);
    return row;
  }

  /** Makes the row of the conversation of row `row` of the table `from`, which is not there yet; its sides are the same. */
  insertOf(from: SessionTable, row: number): number {
    const key = from.page(row);
    const k = from.at(row);
    const made = this.#newRow(key[k + ROW_PORTS], key[k + ROW_HASH], key[k + ROW_KIND]);
    const page = this.page(made);
    const at = this.at(made);
    page[at + ROW_ADDRESS_0] = key[k + ROW_ADDRESS_0];
    page[at + ROW_ADDRESS_1] = key[k + ROW_ADDRESS_1];
    if ((key[k + ROW_KIND] & ROW_KIND_V6) === 0) return made;
    const addresses = this.#addressPageOf(made);
    const start = (made & PAGE_MASK) * ADDRESS_WORDS;
    for (let w = 0; w < ADDRESS_WORDS; w++) addresses[start + w] = from.addressWord(row, 0, w);
    return made;
  }

  /** Word `word` (0 to 3) of the IPv6 address of side `side` of a row, in host order. */
  addressWord(row: number, side: number, word: number): number {
    const addresses = this.#addressPages[row >>> PAGE_SHIFT]!;
    return addresses[(row & PAGE_MASK) * ADDRESS_WORDS + 4 * side + word];
  }

  /** Forgets a row. */
  remove(row: number): void {
    this.#unindex(row, this.page(row)[this.at(row) + ROW_HASH]);
    if (this.#freeCount === this.#free.length) {
      const larger = new Int32Array(2 * this.#free.length);
      larger.set(this.#free);
      this.#free = larger;
    }
    this.#free[this.#freeCount++] = row;
    this.live--;
  }

  /** Calls `visit` with each live row, in no particular order. */
  forEach(visit: (row: number) => void): void {
    for (let i = 0; i <= this.#mask; i++) {
      const entry = this.#index[2 * i];
      if (entry !== 0) visit(entry - 1);
    }
  }

  /** The page that holds the IPv6 addresses of row `row`; there is one from now on. */
  #addressPageOf(row: number): Int32Array {
    const number = row >>> PAGE_SHIFT;
    const addresses = this.#addressPages[number] ?? new Int32Array(PAGE_ROWS * ADDRESS_WORDS);
    this.#addressPages[number] = addresses;
    return addresses;
  }

  #sameAddresses(row: number, view: DataView, from: number, turn: number): boolean {
    const addresses = this.#addressPages[row >>> PAGE_SHIFT]!;
    const start = (row & PAGE_MASK) * ADDRESS_WORDS;
    for (let w = 0; w < ADDRESS_WORDS; w++) {
      if (addresses[start + ((w + turn) & 7)] !== view.getInt32(from + 4 * w)) return false;
    }
    return true;
  }

  #newRow(ports: number, hash: number, kind: number): number {
    if (2 * (this.live + 1) > this.#mask + 1) this.#growIndex();
    const row = this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.#allocated++;
    if (row >>> PAGE_SHIFT === this.#pages.length) this.#pages.push(new Int32Array(PAGE_ROWS * this.#stride));
    const page = this.page(row);
    const at = this.at(row);
    page.fill(0, at, at + this.#stride);
    page[at + ROW_PORTS] = ports;
    page[at + ROW_HASH] = hash;
    page[at + ROW_KIND] = kind;
    this.#enter(row, hash);
    this.live++;
    return row;
  }

  #enter(row: number, hash: number): void {
    let i = hash & this.#mask;
    while (this.#index[2 * i] !== 0) i = (i + 1) & this.#mask;
    this.#index[2 * i] = row + 1;
    this.#index[2 * i + 1] = hash;
  }

  #unindex(row: number, hash: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let hole = hash & mask;
    while (index[2 * hole] !== row + 1) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; index[2 * i] !== 0; i = (i + 1) & mask) {
      // An entry may fill the hole unless its home lies cyclically after the hole.
      const home = index[2 * i + 1] & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      index[2 * hole] = index[2 * i];
      index[2 * hole + 1] = index[2 * i + 1];
      hole = i;
    }
    index[2 * hole] = 0;
  }

  #growIndex(): void {
    const old = this.#index;
    const entries = 2 * (this.#mask + 1);
    this.#index = new Int32Array(2 * entries);
    this.#mask = entries - 1;
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.#enter(old[i] - 1, old[i + 1]);
  }
}
