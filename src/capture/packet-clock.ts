/**
 * The clock of handshakes: the time of packets of TCP and ICMP, whichever shard they are for. Owns which packets move it, how many
 * there were, and their first and latest time.
 *
 * A packet counts when the filter expression `tcp or icmp` selects it, which goes by its outermost headers; unless only what the
 * original saw is wanted, also when its innermost ones are TCP or ICMP.
 */
import { NO_NAMES } from '../filter/names.js';
import { PROTOCOL_ICMP, PROTOCOL_TCP } from '../wire/ip-protocols.js';
import { WHERE_MORE_FRAGMENTS, WHERE_TIMESTAMPS, WHERE_UNKNOWN_LINK, WHERE_WHOLE } from './descriptor.js';
import type { CaptureFormat } from './format.js';
import { LinkFilters } from './link-filters.js';
import type { Moment } from './tally.js';

/** Which packets move the clock. */
export interface PacketClockOptions {
  /** Only those that `tcp or icmp` selects. */
  readonly outermostOnly: boolean;
  /** Link types that handshakes are known of; undefined: all. */
  readonly linkTypes?: ReadonlySet<number> | undefined;
}

/** What the clock went by. */
export interface ClockFigures {
  readonly packets: number;
  readonly first: Moment | undefined;
  readonly latest: Moment | undefined;
}

const LINKTYPE_ETHERNET = 1;
/** D_WHERE, without these flags, of TCP over IPv4 without options, directly over Ethernet: such a frame needs no further look. */
const PLAIN_WHERE = (14 << 16) | 34;
const FLAGS = WHERE_MORE_FRAGMENTS | WHERE_TIMESTAMPS | WHERE_WHOLE | WHERE_UNKNOWN_LINK;
/** Of IPv4's protocol, in an Ethernet frame without tags. */
const PROTOCOL_AT = 23;
const ERA_SEC = 2 ** 32;

export class PacketClock {
  packets = 0;
  readonly #outermostOnly: boolean;
  readonly #linkTypes: ReadonlySet<number> | undefined;
  readonly #outermost: LinkFilters;
  /** Second (int32 of an unsigned one) of the packet before. */
  #sec = 0;
  #firstSec = 0;
  #firstNsec = 0;
  #latestSec = -1;
  #latestNsec = 0;

  constructor({ outermostOnly, linkTypes }: PacketClockOptions, userDlts: ReadonlyMap<number, number>) {
    this.#outermostOnly = outermostOnly;
    this.#linkTypes = linkTypes;
    this.#outermost = new LinkFilters({ text: 'tcp or icmp', names: NO_NAMES }, userDlts);
  }

  get figures(): ClockFigures {
    if (this.#latestSec < 0) return { packets: this.packets, first: undefined, latest: undefined };
    const first = { sec: this.#firstSec, nsec: this.#firstNsec };
    return { packets: this.packets, first, latest: { sec: this.#latestSec, nsec: this.#latestNsec } };
  }

  /** Whether the packet is one that handshakes are known of, by its link type. */
  knows({ linkType }: CaptureFormat): boolean {
    return this.#linkTypes === undefined || this.#linkTypes.has(linkType);
  }

  /** Takes a segment whose descriptor has the word D_WHERE `where`; true when the clock's second is another one now. */
  takesSegment(format: CaptureFormat, bytes: Uint8Array, where: number): boolean {
    if ((where & ~FLAGS) === PLAIN_WHERE && format.linkType === LINKTYPE_ETHERNET) return this.#take(format);
    if (this.#outermostOnly && !this.#outermost.selects(format, bytes)) return false;
    return this.#take(format);
  }

  /** The same for a frame that gave no segment; `isInnermost`: its innermost packet is of TCP or ICMP. */
  takesOther(format: CaptureFormat, bytes: Uint8Array, isInnermost: boolean): boolean {
    const counts = (isInnermost && !this.#outermostOnly) || this.#isOutermost(format, bytes);
    return counts && this.#take(format);
  }

  /** What the expression says, of IPv4 directly over Ethernet without a call of its predicate: most frames are that. */
  #isOutermost(format: CaptureFormat, bytes: Uint8Array): boolean {
    const at = format.frameAt;
    const isPlain = format.linkType === LINKTYPE_ETHERNET && format.capturedBytes > PROTOCOL_AT;
    if (!isPlain || bytes[at + 12] !== 0x08 || bytes[at + 13] !== 0x00) return this.#outermost.selects(format, bytes);
    const protocol = bytes[at + PROTOCOL_AT];
    return protocol === PROTOCOL_TCP || protocol === PROTOCOL_ICMP;
  }

  #take(format: CaptureFormat): boolean {
    const packets = this.packets++;
    if (!format.hasTime) return false;
    const sec = format.sec;
    const whole = (sec >>> 0) + format.era * ERA_SEC;
    const nsec = format.nsec;
    if (this.#latestSec < 0) {
      this.#firstSec = whole;
      this.#firstNsec = nsec;
    }
    if (whole > this.#latestSec || (whole === this.#latestSec && nsec > this.#latestNsec)) {
      this.#latestSec = whole;
      this.#latestNsec = nsec;
    }
    const isOther = sec !== this.#sec || packets === 0;
    this.#sec = sec;
    return isOther;
  }
}
