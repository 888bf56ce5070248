/**
 * Other addresses for a copy of a frame, the same for the same copy, so that copies are conversations of their own. Owns where in a frame its
 * addresses lie, those in tunnels and in what ICMP quotes included, and which checksums cover them; these are adjusted by what changed (RFC 1624), so
 * a right one stays right and a wrong one wrong. What is in tunnels other than 802.1Q, MPLS, PPPoE, GRE, IP in IP, VXLAN, Geneve and GTP-U keeps
 * its addresses.
 */

/** A 16-bit word of a frame that differs between copies, and which bits of the copy's number go into it. */
interface Word {
  readonly at: number;
  readonly part: number;
}

interface Checksum {
  readonly at: number;
  readonly covers: readonly Word[];
  /** 0 says that there is none (RFC 768), so a sum that comes to 0 is written as its complement. */
  readonly isUdp: boolean;
}

/** Where a frame has what is to be changed. */
export interface Renumbering {
  readonly words: readonly Word[];
  readonly sums: readonly Checksum[];
}

/** The two middle bytes of an IPv4 address take the number, each in a word of its own; of an IPv6 address the first word of the interface. */
const HIGH_BYTE = 0;
const LOW_BYTE = 1;
const BOTH_BYTES = 2;

const TCP = 6;
const UDP = 17;
const ICMP6 = 58;

/** Finds what is to be changed in the Ethernet frame. A tunnel's UDP checksum is taken out of it: it covers all that is inside. */
export function findAddresses(frame: Uint8Array): Renumbering {
  const finder = new Finder(frame);
  finder.ethernet(0);
  return finder;
}

/** Gives the frame at byte `start` of `bytes` the addresses of copy `number`, of 16 bits; 0 leaves it as it is. */
export function renumber(bytes: Uint8Array, start: number, { words, sums }: Renumbering, number: number): void {
  for (const { at, covers, isUdp } of sums) {
    let sum = ~wordAt(bytes, start + at) & 0xffff;
    for (const word of covers) {
      const old = wordAt(bytes, start + word.at);
      sum += (~old & 0xffff) + (old ^ bitsOf(number, word.part));
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    putWord(bytes, start + at, isUdp && sum === 0xffff ? 0xffff : ~sum & 0xffff);
  }
  for (const { at, part } of words) putWord(bytes, start + at, wordAt(bytes, start + at) ^ bitsOf(number, part));
}

function bitsOf(number: number, part: number): number {
  if (part === HIGH_BYTE) return number >>> 8;
  return part === LOW_BYTE ? (number & 0xff) << 8 : number;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 8;
  bytes[at + 1] = word;
}

class Finder implements Renumbering {
  readonly words: Word[] = [];
  readonly sums: Checksum[] = [];
  readonly #frame: Uint8Array;

  constructor(frame: Uint8Array) {
    this.#frame = frame;
  }

  ethernet(at: number): void {
    if (this.#has(at, 14)) this.#etherType(wordAt(this.#frame, at + 12), at + 14);
  }

  #has(at: number, bytes: number): boolean {
    return at + bytes <= this.#frame.length;
  }

  #etherType(type: number, at: number): void {
    if (type === 0x0800) this.#ip4(at);
    else if (type === 0x86dd) this.#ip6(at);
    else if (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
      if (this.#has(at, 4)) this.#etherType(wordAt(this.#frame, at + 2), at + 4);
    } else if (type === 0x8864) this.#ip(at + 8);
    else if (type === 0x6558) this.ethernet(at);
    else if (type === 0x8847 || type === 0x8848) this.#mpls(at);
  }

  #mpls(at: number): void {
    let label = at;
    // The last of the stack is marked (RFC 3032 2.1).
    while (this.#has(label, 4) && (this.#frame[label + 2] & 1) === 0) label += 4;
    this.#ip(label + 4);
  }

  /** IPv4 or IPv6 by its version, or something else. */
  #ip(at: number): void {
    if (!this.#has(at, 1)) return;
    const version = this.#frame[at] >>> 4;
    if (version === 4) this.#ip4(at);
    else if (version === 6) this.#ip6(at);
  }

  #ip4(at: number, isQuoted = false): void {
    const frame = this.#frame;
    if (!this.#has(at, 20) || frame[at] >>> 4 !== 4) return;
    const addresses = [...this.#address4(at + 12), ...this.#address4(at + 16)];
    this.words.push(...addresses);
    this.sums.push({ at: at + 10, covers: addresses, isUdp: false });
    const isLaterFragment = (wordAt(frame, at + 6) & 0x1fff) !== 0;
    if (!isQuoted && !isLaterFragment) this.#payload(frame[at + 9], at + 4 * (frame[at] & 15), addresses);
  }

  #address4(at: number): Word[] {
    const first = this.#frame[at];
    // No address, multicast and broadcast say something by themselves.
    if (first === 0 || first >= 224) return [];
    return [
      { at, part: HIGH_BYTE },
      { at: at + 2, part: LOW_BYTE },
    ];
  }

  /** Returns the words of its addresses. */
  #ip6(at: number, isQuoted = false): Word[] {
    const frame = this.#frame;
    if (!this.#has(at, 40) || frame[at] >>> 4 !== 6) return [];
    const addresses = [...this.#address6(at + 8), ...this.#address6(at + 24)];
    this.words.push(...addresses);
    if (isQuoted) return addresses;
    let next = frame[at + 6];
    let from = at + 40;
    // Extension headers (RFC 8200 4): hop-by-hop, routing, destination options, and a first fragment.
    while ((next === 0 || next === 43 || next === 60 || next === 44) && this.#has(from, 8)) {
      if (next === 44 && (wordAt(frame, from + 2) & 0xfff8) !== 0) return addresses;
      const bytes = next === 44 ? 8 : 8 * (frame[from + 1] + 1);
      next = frame[from];
      from += bytes;
    }
    this.#payload(next, from, addresses);
    return addresses;
  }

  #address6(at: number): Word[] {
    const address = this.#frame.subarray(at, at + 16);
    if (address[0] === 0xff || address.subarray(0, 15).every((byte) => byte === 0)) return [];
    return [{ at: at + 8, part: BOTH_BYTES }];
  }

  #payload(protocol: number, at: number, addresses: readonly Word[]): void {
    if (protocol === TCP && this.#has(at, 18)) this.sums.push({ at: at + 16, covers: addresses, isUdp: false });
    else if (protocol === UDP && this.#has(at, 8)) this.#udp(at, addresses);
    else if (protocol === 4) this.#ip4(at);
    else if (protocol === 41) this.#ip6(at);
    else if (protocol === 47 && this.#has(at, 4)) this.#gre(at);
    else if (protocol === 1 && this.#has(at, 8)) {
      // Errors quote a header; its own checksum makes up for its addresses in that of the message.
      if ([3, 4, 5, 11, 12].includes(this.#frame[at])) this.#ip4(at + 8, true);
    } else if (protocol === ICMP6 && this.#has(at, 8)) {
      const quoted = this.#frame[at] >= 1 && this.#frame[at] <= 4 ? this.#ip6(at + 8, true) : [];
      this.sums.push({ at: at + 2, covers: [...addresses, ...quoted], isUdp: false });
    }
  }

  #udp(at: number, addresses: readonly Word[]): void {
    const inside = this.words.length;
    const ports = [wordAt(this.#frame, at), wordAt(this.#frame, at + 2)];
    const body = at + 8;
    if (ports.includes(4789) || ports.includes(8472)) this.ethernet(body + 8);
    else if (ports.includes(6081) && this.#has(body, 8)) {
      this.#etherType(wordAt(this.#frame, body + 2), body + 8 + 4 * (this.#frame[body] & 63));
    } else if (ports.includes(2152) && this.#has(body, 8) && this.#frame[body + 1] === 255) {
      this.#ip(body + ((this.#frame[body] & 7) === 0 ? 8 : 12));
    }
    if (this.words.length > inside) putWord(this.#frame, at + 6, 0);
    if (wordAt(this.#frame, at + 6) !== 0) this.sums.push({ at: at + 6, covers: addresses, isUdp: true });
  }

  #gre(at: number): void {
    const flags = wordAt(this.#frame, at);
    if ((flags & 7) !== 0) return;
    // Checksum, key and sequence number take 4 bytes each (RFC 2784 2.1, RFC 2890 2).
    const optional = [0x8000, 0x2000, 0x1000].filter((flag) => (flags & flag) !== 0).length;
    this.#etherType(wordAt(this.#frame, at + 2), at + 4 + 4 * optional);
  }
}
