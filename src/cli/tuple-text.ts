/**
 * The two ends of a session in text: `ADDR:PORT-ADDR:PORT`, IPv6 addresses in brackets (RFC 3986 3.2.2). Owns this notation, both ways.
 */
import type { SessionEnds } from '../capture/chosen-sessions.js';
import { parseDotted, parseIp6 } from '../filter/address-text.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';

const FORM = /^(\[[^\]]*\]|[^[\]:-]*):(\d{1,5})-(\[[^\]]*\]|[^[\]:-]*):(\d{1,5})$/;

/** Undefined when the text is none. */
export function parseTuple(text: string): SessionEnds | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, one, onePort, other, otherPort] = match;
  const addresses = [one, other].map(addressOf);
  const ports = [onePort, otherPort].map(Number);
  const [first, second] = addresses;
  if (first === undefined || second === undefined || first.length !== second.length) return undefined;
  if (ports.some((port) => port > 65535)) return undefined;
  return { isV6: first.length === 4, addresses: [first, second], ports: (ports[0] << 16) | ports[1] };
}

/** Whether both name the same session, perhaps with its ends the other way round. */
export function areSameEnds(a: SessionEnds, b: SessionEnds): boolean {
  return textOf(a) === textOf(b) || textOf(a) === textOf(turned(b));
}

/** As it is read. */
export function textOf({ isV6, addresses, ports }: SessionEnds): string {
  const [one, other] = addresses.map((words) => (isV6 ? `[${ipv6Text(words)}]` : ipv4Text(words[0])));
  return `${one}:${ports >>> 16}-${other}:${ports & 0xffff}`;
}

const turned = ({ isV6, addresses: [one, other], ports }: SessionEnds): SessionEnds => ({
  isV6,
  addresses: [other, one],
  ports: (ports << 16) | (ports >>> 16),
});

function addressOf(text: string): readonly number[] | undefined {
  if (text.startsWith('[')) return parseIp6(text.slice(1, -1));
  const dotted = text.split('.').length === 4 ? parseDotted(text) : undefined;
  return dotted && [dotted.value];
}
