/**
 * The seam between capture formats and everything else: what any format must tell of its records.
 * Owns the interface and the shape of damage; nothing past it knows which format it reads.
 */

/** Outcomes of `CaptureFormat.next`. */
export const RECORD = 0;
/** The bytes end before what is at the position does. */
export const NEED_BYTES = 1;
/** The bytes at the position cannot be a record: `problem` says why. */
export const BAD_RECORD = 2;
/** Something that is no packet: go on at `nextAt`, which may lie far behind the bytes that are there. */
export const SKIP = 3;

/** Outcomes of `CaptureFormat.plausibleBytes` that are no length. */
export const NOT_PLAUSIBLE = 0;
export const UNDECIDED = -1;

/** Values of `CaptureFormat.linkType` that are no LINKTYPE_ number: a packet of an interface that was never described, */
export const UNDESCRIBED_INTERFACE = -1;
/** and something that is numbered among the packets but is none: a pcapng Custom Block. */
export const NO_PACKET = -2;

/** What is wrong with an input, to be told as one line. */
export interface Problem {
  readonly found: string;
  readonly expected: string;
}

/** An interface of a capture, and what the capture says of it. Fields are filled as they become known. */
export interface CaptureInterface {
  /** LINKTYPE_ number. */
  readonly linkType: number;
  /** Most bytes captured of a packet; 0 for no limit. */
  readonly snaplen: number;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Filter expression the capture was made with. */
  readonly filter?: string | undefined;
  readonly os?: string | undefined;
  /** Bits per second. */
  readonly speed?: number | undefined;
  /** Bytes of frame check sequence at the end of each frame, when the capture says so. */
  readonly fcsBytes?: number | undefined;
  /** Units of time stamps in words: `us`, `ns`, `10^-3 s`, `2^-10 s`. */
  readonly timeUnit: string;
  /** Addresses of the interface: 4 or 16 bytes and prefix length (pcapng if_IPv4addr, if_IPv6addr). */
  readonly addresses: readonly { readonly bytes: Uint8Array; readonly prefixBits: number }[];
  /** Packets read from it so far. */
  readonly packets: number;
  /** What the last interface statistics said (pcapng 4.6): packets received, dropped by the interface, by the system. */
  received: number | undefined;
  droppedByInterface: number | undefined;
  droppedBySystem: number | undefined;
  /** Packets lost before others, as those say (the obsolete Packet Block of pcapng). */
  readonly lostBetweenPackets?: number | undefined;
}

/**
 * Walks the records of one capture. `next` looks at what is at a position; after RECORD the fields are those of that
 * record. Fields are plain numbers, all int32 but `sec`, which is stored as int32 and read with `>>> 0`, so that no
 * record costs an allocation.
 */
export interface CaptureFormat {
  /** First byte after the record. */
  nextAt: number;
  /** First byte of the frame. */
  frameAt: number;
  capturedBytes: number;
  /** Length on the wire, unsigned. */
  wireBytes: number;
  /** Seconds since 1970, and nanoseconds in the second (always below 1e9: more carries). */
  sec: number;
  nsec: number;
  /** How often 2^32 s are to be added to `sec`, where that does not hold the whole time. */
  readonly era: number;
  /** Whether what was looked at last, a record or something else, is not complete yet: the bytes must not end here. */
  readonly isUnfinished: boolean;
  /** False for a record that has no time (pcapng's Simple Packet Block): `sec` and `nsec` are those of the one before. */
  hasTime: boolean;
  /** LINKTYPE_ number of the record's interface, or UNDESCRIBED_INTERFACE or NO_PACKET. */
  linkType: number;
  /** Byte order of the machine that wrote the record, as far as the capture says. */
  readonly isBigEndian: boolean;
  /** Index of the record's interface in `interfaces`, or -1. */
  readonly interfaceIndex: number;
  /** All interfaces of the capture so far, over all sections. */
  readonly interfaces: readonly CaptureInterface[];
  /** Set with BAD_RECORD. */
  problem: Problem | undefined;

  /**
   * Looks at what is at byte `at` of `view`, whose bytes end at `end`: RECORD, NEED_BYTES, BAD_RECORD or SKIP. After
   * NEED_BYTES it is asked again at the same place with more bytes; every place is gone past once, in order.
   * A record never needs more than HEAD_ROOM_BYTES (src/ring/layout.ts) in one piece.
   */
  next(view: DataView, at: number, end: number): number;
  /** What the thing at byte `at` would have needed, which is cut off at `end`, for the message. */
  describeCut(view: DataView, at: number, end: number): Problem;
  /** The whole capture's form in few words: `pcap us LE`, `pcap us BE modified`, `pcapng BE+LE`. */
  describe(): string;
  /**
   * For finding records again after damage: how many bytes what is at byte `at` takes if it may well be a record (or,
   * in pcapng, a block), NOT_PLAUSIBLE, or UNDECIDED with too few bytes. Changes nothing.
   */
  plausibleBytes(view: DataView, at: number, end: number): number;
}
