/**
 * From parsed options to what is watched of handshakes: filters, local addresses, limits. Owns the checks of these values.
 */
import type { DecodeOptions } from '../capture/decode.js';
import type { PacketClockOptions } from '../capture/packet-clock.js';
import { printable } from '../capture/problem.js';
import { readAddressRange } from '../tcpeek/address-range.js';
import { FilterTextError, sessionFilters } from '../tcpeek/filter-text.js';
import type { AddressRange, TcpeekOptions } from '../tcpeek/options.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/** Where the original's socket is. */
export const DEFAULT_SOCKET_PATH = '/var/run/tcpeek/tcpeek.sock';

const DEFAULT_TIMEOUT_SEC = 60;

/** The original knows Ethernet and LINUX_SLL. */
const CLASSIC_LINK_TYPES: ReadonlySet<number> = new Set([1, 113]);

/** The ranges that `--local` names, each of its values a list. Throws a UsageError. */
export function namedLocalAddresses(lists: readonly string[]): AddressRange[] {
  return lists.flatMap((list) =>
    list.split(',').map((text) => {
      const range = readAddressRange(text);
      if (typeof range === 'string') throw new UsageError(`--local '${printable(list)}': ${range}`);
      return range;
    }),
  );
}

/** What is watched of handshakes, when these addresses are local. Throws a UsageError. */
export function tcpeekOptions(given: ParsedOptions, localAddresses: readonly AddressRange[]): TcpeekOptions {
  const timeoutSec = given.handshakeTimeout ?? DEFAULT_TIMEOUT_SEC;
  if (timeoutSec < 1) throw new UsageError('a handshake needs a second at least to time out, not 0');
  return Object.freeze({
    filters: filtersOf(given.sessionFilter ?? [], localAddresses.length > 0),
    localAddresses,
    timeoutSec,
    checksums: Number(given.checksum ?? 0) as 0 | 1 | 2,
    quiet: given.handshakeLines === false,
    icmp: given.icmp ?? false,
    unfinished: given.unfinished ?? false,
    classic: given.classic ?? false,
  });
}

/** What the reader has to do for it. */
export interface HandshakeReading {
  readonly decode: DecodeOptions;
  readonly clock: PacketClockOptions;
  readonly unreachables: boolean;
}

/** The same for these options; `decode`: what else is decided of decoding, `hasOthers`: the frames are for other analyses too. */
export function readingFor(
  { classic, icmp }: TcpeekOptions,
  decode: DecodeOptions,
  hasOthers: boolean,
): HandshakeReading {
  const linkTypes = classic ? CLASSIC_LINK_TYPES : undefined;
  // Where nobody else reads them, frames of other link types are told of as such that cannot be decoded.
  const decoded = hasOthers ? undefined : linkTypes;
  return {
    decode: { ...decode, linkTypes: decoded },
    clock: { outermostOnly: classic, linkTypes },
    unreachables: icmp,
  };
}

function filtersOf(texts: readonly string[], hasLocal: boolean): TcpeekOptions['filters'] {
  try {
    return sessionFilters(texts, hasLocal);
  } catch (error) {
    if (!(error instanceof FilterTextError)) throw error;
    // Words of the other kind of filters have no sign that these cannot do without.
    const hint = error.text.includes('@') ? '' : '; an expression of pcap-filter(7) goes behind --filter';
    throw new UsageError(`${error.message}${hint}`);
  }
}
