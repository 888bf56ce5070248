/**
 * What a capture of cut packets is to look like, and how packets of each input get into it: copied, or with a header made
 * anew. Owns the format, the head that comes before the packets, and which packets fit.
 */

import { FORM_BIG_ENDIAN, FORM_PCAP_NS, FORM_PCAP_US, FORM_PCAPNG_NS, FORM_PCAPNG_US } from './cut-entry.js';
import type { CaptureFormat } from './format.js';
import { type CaptureHead, pcapHead, sectionHead } from './output-heads.js';
import { MAX_CAPTURED_BYTES, PcapFormat } from './pcap.js';

/** How packets are to be cut out. */
export interface CutPlan {
  /** Format that is written; undefined: that of the first capture. */
  readonly format: 'pcap' | 'pcapng' | undefined;
  /** Nothing is written. */
  readonly isCountOnly: boolean;
  /** Packets of one capture only are written: what its header says of their length holds. */
  readonly isSingle: boolean;
}

const LINKTYPE_ETHERNET = 1;
/** Link types with numbers in the order of the machine that captured: NULL, ENC, USB of Linux (two), NFLOG, PKTAP. */
const HOST_ORDERED = [0, 109, 189, 220, 239, 258];

const inOrder = (form: number, { littleEndian }: { readonly littleEndian: boolean }): number =>
  littleEndian ? form : form + FORM_BIG_ENDIAN;

export class OutputShape {
  /** Value of SLOT_FORM for packets of the capture. */
  form = FORM_PCAP_US;
  /** Packets, and what is between them, are copied block by block. */
  copiesBlocks = false;
  /** Packets are copied with the headers of their records. */
  copiesRecords = false;
  readonly #isSingle: boolean;
  #format: 'pcap' | 'pcapng' | undefined;
  /** pcap's header; what it says holds for all packets. */
  #head: CaptureHead | undefined;
  #isBegun = false;
  #input: CaptureFormat | undefined;

  constructor(plan: CutPlan) {
    this.#format = plan.format;
    this.#isSingle = plan.isSingle;
  }

  /** Link type of all packets of what is written, if it is pcap and has begun. */
  get linkType(): number | undefined {
    return this.#head?.linkType;
  }

  /** A capture begins; gives the bytes to be written before its packets, if there are some. */
  begin(format: CaptureFormat): Uint8Array | undefined {
    const header = format instanceof PcapFormat ? format.header : undefined;
    this.#format ??= header === undefined ? 'pcapng' : 'pcap';
    this.#isBegun = true;
    this.#input = format;
    this.copiesBlocks = this.#format === 'pcapng' && header === undefined;
    this.copiesRecords = false;
    if (this.#format === 'pcapng') {
      if (header === undefined) return undefined;
      this.form = inOrder(header.nanoseconds ? FORM_PCAPNG_NS : FORM_PCAPNG_US, header);
      return sectionHead(header);
    }
    if (header === undefined) return undefined;
    const isFirst = this.#head === undefined;
    // libpcap cuts packets that are longer than the header says, and what is still to come may be longer.
    if (isFirst) this.#begin({ ...header, snaplen: this.#isSingle ? header.snaplen : MAX_CAPTURED_BYTES });
    const isUsual = !header.modified && header.lengthOrder === 'captured first';
    const isSameTime = header.nanoseconds === this.#head?.nanoseconds;
    this.copiesRecords = isUsual && isSameTime && header.littleEndian === this.#head?.littleEndian;
    return isFirst ? pcapHead(this.#head!) : undefined;
  }

  /** A capture begins of which no packet will be written. */
  passOver(): void {
    this.copiesBlocks = false;
    this.copiesRecords = false;
  }

  /** Whether pcap's header has to come before the next packet: its link type is the header's. */
  get isHeadDue(): boolean {
    return this.#format === 'pcap' && this.#head === undefined;
  }

  /** The header for a first packet of this link type from pcapng, whose times may be of any resolution. */
  headFor(linkType: number): Uint8Array {
    const littleEndian = this.#input?.isBigEndian !== true;
    this.#begin({ linkType, snaplen: MAX_CAPTURED_BYTES, nanoseconds: true, fcsBytes: undefined, littleEndian });
    return pcapHead(this.#head!);
  }

  /**
   * Whether the record's packet can be written: pcap has one link type, one byte order, which some link headers have their numbers in, and
   * 32 bits for seconds.
   */
  holds(format: CaptureFormat): boolean {
    if (this.#format === 'pcapng') return true;
    const head = this.#head;
    if (format.linkType !== head?.linkType || (format.hasTime && format.era !== 0)) return false;
    return format.isBigEndian !== head.littleEndian || !HOST_ORDERED.includes(head.linkType);
  }

  /** Nothing follows; gives pcap's header if there was no packet that would have decided about it. */
  end(): Uint8Array | undefined {
    if (!this.#isBegun || !this.isHeadDue) return undefined;
    return this.headFor(this.#input?.interfaces[0]?.linkType ?? LINKTYPE_ETHERNET);
  }

  #begin(head: CaptureHead): void {
    this.#head = head;
    this.form = inOrder(head.nanoseconds ? FORM_PCAP_NS : FORM_PCAP_US, head);
  }
}
