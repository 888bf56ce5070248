/**
 * Which filters a session is counted in, worked out from the texts of filters and addresses for each session anew. Slow and independent
 * of the product: addresses are BigInt, ranges are their first and last address.
 */

/** Addresses as text, both of one family. */
export interface NaiveSession {
  readonly src: string;
  readonly dst: string;
  readonly dstPort: number;
}

export interface NaiveRange {
  readonly isV6: boolean;
  readonly first: bigint;
  readonly last: bigint;
}

/** The named filters that count the session, in their order; none when it is recorded nowhere. Texts must be valid. */
export function naiveMatch(texts: readonly string[], locals: readonly string[], session: NaiveSession): string[] {
  if (locals.length === 0) return ['ALL'];
  const matching = ['RX:RX@*:*', 'TX:TX@*:*', ...texts].filter((text) => isMatch(text, locals, session));
  const names = matching.map((text) => text.split(':')[0]);
  return names.includes('') ? [] : names;
}

function isMatch(text: string, locals: readonly string[], { src, dst, dstPort }: NaiveSession): boolean {
  const [, direction, list] = /^[^:]*:([^@]*)@(.*)$/.exec(text)!;
  const [near, far] = direction.toLowerCase() === 'rx' ? [dst, src] : [src, dst];
  if (!locals.some((local) => isWithin(naiveRange(local), near))) return false;
  return list.split(',').some((target) => {
    const [, address, ports] = /^((?:\[[^\]]*\])?[^:]*):(.*)$/.exec(target)!;
    const isPort = ports.split(':').some((port) => port === '*' || port === '%' || port === String(dstPort));
    return isPort && (address === '*' || address === '%' || isWithin(naiveRange(address), far));
  });
}

const isWithin = ({ isV6, first, last }: NaiveRange, address: string): boolean => {
  const value = naiveRange(address);
  return value.isV6 === isV6 && first <= value.first && value.first <= last;
};

/** First and last address of `ADDR[/LEN]`. */
export function naiveRange(text: string): NaiveRange {
  const [address, length] = text.replace(/[[\]]/g, '').split('/');
  const isV6 = address.includes(':');
  const bits = isV6 ? 128 : 32;
  const value = BigInt(`0x${isV6 ? groupsOf(address) : bytesOf(address)}`);
  const size = 2n ** BigInt(bits - Number(length ?? bits));
  const first = value - (value % size);
  return { isV6, first, last: first + size - 1n };
}

/** Hexadecimal digits, without anything between. */
const bytesOf = (dotted: string): string =>
  dotted
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('');

function groupsOf(address: string): string {
  const plain = address.replace(/[\d.]+$/, (tail) =>
    tail.includes('.') ? bytesOf(tail).replace(/^(.{4})(.{4})$/, '$1:$2') : tail,
  );
  const [before, after] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = after === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...(after ?? [])].map((group) => group.padStart(4, '0')).join('');
}
