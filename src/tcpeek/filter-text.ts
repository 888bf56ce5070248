/**
 * Filters in text, `[name]:DIR@ADDR:PORT[:PORT...][,ADDR:PORT[:PORT...]...]`, to what they select, and the list of filters of a run.
 * Owns this grammar and its error messages; knows no session.
 */

import { parseIp6 } from '../filter/address-text.js';
import { quoted } from '../filter/quoted.js';
import { readAddressRange } from './address-range.js';
import type { AddressRange, FilterTarget, SessionFilter } from './options.js';

const MOST_PORT = 65535;
const ANYWHERE: readonly FilterTarget[] = [{ address: undefined, ports: [] }];
const FIRST_FILTERS: readonly SessionFilter[] = [
  { name: 'RX', direction: 'RX', targets: ANYWHERE },
  { name: 'TX', direction: 'TX', targets: ANYWHERE },
];
const EVERY_SESSION: readonly SessionFilter[] = [{ name: 'ALL', direction: 'ALL', targets: ANYWHERE }];
/** The socket's answer has the capture's own figures under this name, among those of the filters. */
const CAPTURE_NAME = 'pcap';
/** What would end the line of a report, or change how it is shown; lone surrogates have no UTF-8. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** The longest form of an IPv6 address: six groups and an IPv4 address. */
const MOST_IP6_CHARACTERS = 45;

/** A filter that cannot be used: the whole filter, and what is wrong with it. */
export class FilterTextError extends Error {
  override readonly name = 'FilterTextError';
  /** The filter as it was written. */
  readonly text: string;
  /** What was wrong. */
  readonly reason: string;

  constructor(text: string, reason: string) {
    super(`filter ${quoted(text, Number.POSITIVE_INFINITY)} parse error: ${reason}`);
    this.text = text;
    this.reason = reason;
  }
}

/** What a filter selects; throws a FilterTextError for a text that is no filter. */
export function parseSessionFilter(text: string): SessionFilter {
  const colon = text.indexOf(':');
  if (colon < 0) throw new FilterTextError(text, "missing ':' in front of the direction");
  const sign = text.indexOf('@', colon);
  if (sign < 0) {
    // Without its colon a filter has one all the same, in front of a port.
    const isBare = /^[rt]x@/i.test(text);
    throw new FilterTextError(
      text,
      isBare ? "missing ':' in front of the direction" : "missing '@' behind the direction",
    );
  }
  const name = text.slice(0, colon);
  const direction = text.slice(colon + 1, sign);
  const fault = nameFault(name);
  if (fault !== undefined) throw new FilterTextError(text, fault);
  if (!/^[rt]x$/i.test(direction)) {
    throw new FilterTextError(
      text,
      `${direction === '' ? 'empty' : 'unknown'} direction${found(direction)}: expected RX or TX`,
    );
  }
  const targets = targetsOf(text, text.slice(sign + 1));
  return { name, direction: direction.toUpperCase() === 'RX' ? 'RX' : 'TX', targets };
}

/**
 * All filters of a run, in their order: RX and TX, then those of `texts`; two of one name are two, as in the original. When no address is known to be local there is only ALL, since
 * every filter that can be written asks which side is local. Throws a FilterTextError for the first text that cannot be used.
 */
export function sessionFilters(texts: readonly string[], hasLocal: boolean): SessionFilter[] {
  const filters: SessionFilter[] = hasLocal ? [...FIRST_FILTERS] : [...EVERY_SESSION];
  for (const text of texts) {
    const filter = parseSessionFilter(text);
    if (!hasLocal) {
      throw new FilterTextError(
        text,
        `${filter.direction} asks which addresses are local, and none is known: give --local`,
      );
    }
    filters.push(filter);
  }
  return filters;
}

/** A name is a key in JSON, a line of a report and a part of a metric's name. */
function nameFault(name: string): string | undefined {
  if (UNPRINTABLE.test(name)) return `unprintable character in the name ${quoted(name)}`;
  if (name !== name.trim()) return `white space at an end of the name ${quoted(name)}`;
  if (name === CAPTURE_NAME) return `the name ${quoted(name)} is taken by the figures of the capture`;
  return undefined;
}

function targetsOf(text: string, list: string): FilterTarget[] {
  if (list === '') throw new FilterTextError(text, "missing address behind '@'");
  const pieces = list.split(',');
  return pieces.map((piece, index) => {
    if (piece !== '') return targetOf(text, piece);
    const where = index === pieces.length - 1 ? 'trailing' : index === 0 ? 'leading' : 'doubled';
    throw new FilterTextError(text, `${where} ','`);
  });
}

function targetOf(text: string, target: string): FilterTarget {
  // Within brackets colons are the address's.
  const end = target.startsWith('[') ? target.indexOf(']') : 0;
  const colon = end < 0 ? -1 : target.indexOf(':', end);
  const address = colon < 0 ? target : target.slice(0, colon);
  if (beginsWithIp6(target)) {
    throw new FilterTextError(text, `missing brackets in ${quoted(target)}: an IPv6 address is written [2001:db8::1]`);
  }
  const range = addressOf(text, address);
  if (colon < 0) throw new FilterTextError(text, `missing port behind ${quoted(address)}`);
  return { address: range, ports: portsOf(text, target.slice(colon + 1).split(':')) };
}

function addressOf(text: string, address: string): AddressRange | undefined {
  if (address === '%' || address === '*') return undefined;
  const range = readAddressRange(address);
  if (typeof range === 'string') throw new FilterTextError(text, range);
  return range;
}

/** Each port once, in the order given; none when one of them is any. */
function portsOf(text: string, pieces: readonly string[]): number[] {
  const ports = new Set<number>();
  let isAny = false;
  for (const piece of pieces) {
    if (piece === '') throw new FilterTextError(text, 'empty port');
    if (piece === '%' || piece === '*') isAny = true;
    else if (!/^\d+$/.test(piece))
      throw new FilterTextError(text, `bad port ${quoted(piece)}: expected a number, % or *`);
    else if (Number(piece) > MOST_PORT) {
      throw new FilterTextError(text, `port ${quoted(piece)} out of range: expected 0 to ${MOST_PORT}`);
    } else ports.add(Number(piece));
  }
  return isAny ? [] : [...ports];
}

/** Whether the text up to one of its colons, or all of it, is an IPv6 address: where it ends and its ports begin cannot be told. */
function beginsWithIp6(target: string): boolean {
  const head = /^[\da-f:.]*/i.exec(target.slice(0, MOST_IP6_CHARACTERS + 1))![0];
  for (let end = head.length; end > 1; end--) {
    const isEdge = end === target.length || target[end] === ':' || target[end] === '/';
    if (isEdge && parseIp6(head.slice(0, end)) !== undefined) return true;
  }
  return false;
}

const found = (text: string): string => (text === '' ? '' : ` ${quoted(text)}`);
