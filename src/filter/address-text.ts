/**
 * Addresses in text to numbers. Owns their notations (pcap-filter(7), RFC 4291 2.2); knows no packet.
 */

/** Four bytes or fewer with dots, from the most significant: value and mask of 32 bits; undefined when it is none. */
export function parseDotted(text: string): { readonly value: number; readonly mask: number } | undefined {
  const pieces = text.split('.').map((piece) => (/^\d+$/.test(piece) ? Number(piece) : Number.NaN));
  if (pieces.length > 4 || pieces.some((piece) => !(piece <= 255))) return undefined;
  const unused = 8 * (4 - pieces.length);
  const value = pieces.reduce((sum, piece) => sum * 256 + piece, 0);
  return { value: (value * 2 ** unused) >>> 0, mask: (0xffffffff << unused) >>> 0 };
}

/** A network's number: zero bytes before the first other one do not count, `net 10` is 10.0.0.0/8. */
export function promoteNetwork(number: number): { readonly value: number; readonly mask: number } {
  let value = number >>> 0;
  let mask = 0xffffffff;
  while (value !== 0 && value < 0x01000000) {
    value = (value << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return { value, mask };
}

/** Mask of 32 bits with the first `bits` set. */
export const prefixMask = (bits: number): number => (bits <= 0 ? 0 : (0xffffffff << (32 - Math.min(32, bits))) >>> 0);

/** An IPv6 address as four words, most significant first; undefined when it is none. */
export function parseIp6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const parts = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  const [before, after] = parts;
  if (before === undefined || parts.includes(undefined)) return undefined;
  const given = before.length + (after?.length ?? 0);
  if (after === undefined ? given !== 8 : given > 7) return undefined;
  const groups = after === undefined ? before : [...before, ...new Array<number>(8 - given).fill(0), ...after];
  return [0, 2, 4, 6].map((index) => ((groups[index] << 16) | groups[index + 1]) >>> 0);
}

/**
 * Groups of 16 bits; at the end of the address the last two may be an IPv4 address, whose numbers have no leading zeros here
 * (inet_pton(3)).
 */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    if (isEnd && index === pieces.length - 1 && piece.includes('.')) {
      const isWhole = piece.split('.').length === 4 && !/\b0\d/.test(piece);
      const dotted = isWhole ? parseDotted(piece) : undefined;
      if (dotted === undefined) return undefined;
      groups.push(dotted.value >>> 16, dotted.value & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(piece)) {
      groups.push(Number.parseInt(piece, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** Six bytes: `1:2:3:4:5:6`, `01-02-...`, `1.2.3.4.5.6`, `0102.0304.0506`, `010203040506`; undefined when it is none. */
export function parseMac(text: string): readonly number[] | undefined {
  const pieces = text.split(/[:.-]/);
  if (pieces.length === 6 && pieces.every((piece) => /^[0-9a-fA-F]{1,2}$/.test(piece))) {
    return pieces.map((piece) => Number.parseInt(piece, 16));
  }
  const joined = pieces.join('');
  const isWhole = pieces.length === 1 || (pieces.length === 3 && pieces.every((piece) => piece.length === 4));
  if (!isWhole || !/^[0-9a-fA-F]{12}$/.test(joined)) return undefined;
  return Array.from({ length: 6 }, (_, index) => Number.parseInt(joined.slice(2 * index, 2 * index + 2), 16));
}
