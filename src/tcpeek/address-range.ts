/**
 * Ranges of addresses: `ADDR[/LEN]` in text to words, and whether an address is within. Owns this notation (RFC 4632 3.1, RFC 4291 2.3;
 * brackets around IPv6: RFC 3986 3.2.2); knows no filter.
 *
 * An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is an IPv6 address here, as in filter expressions: packets that are shown with it are
 * IPv6 packets.
 */

import { parseDotted, parseIp6, prefixMask } from '../filter/address-text.js';
import { quoted } from '../filter/quoted.js';
import type { AddressRange } from './options.js';

/** The range that `ADDR[/LEN]` names, or undefined; see readAddressRange. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const range = readAddressRange(text);
  return typeof range === 'string' ? undefined : range;
}

/**
 * The range that `ADDR[/LEN]` names, or what is wrong with the text. IPv6 may stand in brackets, the prefix length within or behind them.
 * Bits of the address beyond the prefix are cleared, so an interface's address with its prefix names its network.
 */
export function readAddressRange(text: string): AddressRange | string {
  const bare = text.startsWith('[') ? withoutBrackets(text) : { text };
  if ('fault' in bare) return bare.fault;
  const slash = bare.text.indexOf('/');
  const address = slash < 0 ? bare.text : bare.text.slice(0, slash);
  if (address === '') return 'empty address';
  const words = wordsOf(address);
  if (words === undefined) return `bad address ${quoted(address)}: ${expectedAddress(address)}`;
  const most = 32 * words.length;
  if (slash < 0) return rangeOf(words, most);
  const prefix = bare.text.slice(slash + 1);
  if (prefix === '') return `empty prefix length behind ${quoted(address)}`;
  if (!/^\d+$/.test(prefix)) return `bad prefix length ${quoted(prefix)}: expected a number`;
  if (Number(prefix) > most) return `prefix length ${quoted(prefix)} out of range: expected 0 to ${most}`;
  return rangeOf(words, Number(prefix));
}

function rangeOf(words: readonly number[], prefixBits: number): AddressRange {
  const mask = words.map((_, index) => prefixMask(prefixBits - 32 * index));
  return { words: words.map((word, index) => (word & mask[index]) >>> 0), mask };
}

function withoutBrackets(text: string): { readonly text: string } | { readonly fault: string } {
  const end = text.indexOf(']');
  if (end < 0) return { fault: `missing ']' behind ${quoted(text)}` };
  const inside = text.slice(1, end);
  const behind = text.slice(end + 1);
  if (inside === '') return { fault: 'empty address between brackets' };
  if (behind !== '' && !behind.startsWith('/')) return { fault: `stray ${quoted(behind)} behind ']'` };
  if (!inside.includes(':')) return { fault: `bad address ${quoted(inside)}: only IPv6 addresses stand in brackets` };
  if (inside.includes('/') && behind !== '') return { fault: `stray ${quoted(behind)} behind ${quoted(inside)}` };
  return { text: inside + behind };
}

/** What C programs read as octal (`010.0.0.1`) is refused rather than taken for another host. */
function wordsOf(address: string): readonly number[] | undefined {
  if (address.includes(':')) return parseIp6(address);
  const dotted = /^\d+\.\d+\.\d+\.\d+$/.test(address) && !/\b0\d/.test(address) ? parseDotted(address) : undefined;
  return dotted === undefined ? undefined : [dotted.value];
}

function expectedAddress(address: string): string {
  if (address.includes(':')) return 'expected an IPv6 address';
  if (!/^[\d.]*$/.test(address)) return 'expected an IPv4 or IPv6 address';
  return 'expected four numbers of 0 to 255 without leading zeros';
}
