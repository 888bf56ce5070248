/**
 * Whether a packet is of a chosen session: decodes its frame as the tracking of sessions does, and looks it up. Owns what counts as a session's packet:
 * its segments, by the innermost TCP header, and the later IP fragments of those. What only quotes it (ICMP) does not.
 */
import { DESCRIPTOR_WORDS } from '../ring/layout.js';
import type { ChosenSessions } from './chosen-sessions.js';
import { type DecodeOptions, FrameDecoder } from './decode.js';
import { D_DST, D_PORTS, D_SRC, D_VLAN, D_WHERE, ipOffset } from './descriptor.js';
import { type CaptureFormat, UNDESCRIBED_INTERFACE } from './format.js';
import { FragmentShards } from './fragment-shards.js';
import { LATER_FRAGMENT, SEGMENT, UNKNOWN_LINK_TYPE } from './frame-reasons.js';
import type { PacketJudge } from './packet-judge.js';
import { SessionIndex } from './session-index.js';

/** Bytes from the start of an IPv6 header to its addresses (RFC 8200 section 3). */
const IPV6_ADDRESSES_OFFSET = 8;
/** In place of shards: whether a datagram's first fragment was wanted. */
const UNWANTED = 0;
const WANTED = 1;

export class SessionPackets implements PacketJudge {
  unjudged = 0;
  undescribed = 0;
  isOver: boolean;
  readonly #index: SessionIndex;
  readonly #decoder: FrameDecoder;
  readonly #view: DataView;
  /** Descriptor of the frame that is looked at. */
  readonly #words = new Int32Array(DESCRIPTOR_WORDS);
  readonly #fragments = new FragmentShards();
  readonly #mostPackets: number;
  #packets = 0;
  #input = 0;

  /** `view`: what frames lie in. `decode`: as where the sessions were tracked. */
  constructor(chosen: ChosenSessions, decode: DecodeOptions, view: DataView) {
    this.#index = new SessionIndex(chosen);
    this.#decoder = new FrameDecoder(decode);
    this.#view = view;
    this.#mostPackets = chosen.mostPackets ?? Number.POSITIVE_INFINITY;
    this.isOver = this.#mostPackets === 0;
  }

  beginCapture(_tell: (found: string) => void, input: number): void {
    this.unjudged = 0;
    this.undescribed = 0;
    this.#input = input;
  }

  canJudge(linkType: number): boolean {
    return this.#decoder.decodes(linkType);
  }

  selects(format: CaptureFormat, _bytes: Uint8Array, number: number): boolean {
    this.isOver = ++this.#packets >= this.#mostPackets;
    if (format.linkType < 0) {
      if (format.linkType === UNDESCRIBED_INTERFACE) {
        this.unjudged++;
        this.undescribed++;
      }
      return false;
    }
    const decoder = this.#decoder;
    const reason = decoder.decode(this.#view, format.frameAt, format.capturedBytes, format.linkType, this.#words, 0);
    if (reason === SEGMENT) {
      const isWanted = this.#isWanted(format.frameAt, number);
      if (decoder.isFirstFragment) this.#fragments.note(decoder.fragmentKey, isWanted ? WANTED : UNWANTED);
      return isWanted;
    }
    if (reason === LATER_FRAGMENT) return this.#fragments.find(decoder.fragmentKey) === WANTED;
    if (reason === UNKNOWN_LINK_TYPE) this.unjudged++;
    return false;
  }

  #isWanted(frameAt: number, number: number): boolean {
    const words = this.#words;
    const where = words[D_WHERE];
    const ports = words[D_PORTS];
    const vlan = words[D_VLAN];
    if (where >= 0) return this.#index.hasV4(words[D_SRC], words[D_DST], ports, vlan, this.#input, number);
    const at = frameAt + ipOffset(where) + IPV6_ADDRESSES_OFFSET;
    return this.#index.hasV6(this.#view, at, ports, vlan, this.#input, number);
  }
}
