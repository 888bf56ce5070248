/**
 * Where the headers are at the point of the expression that is being compiled: `vlan`, `mpls`, `pppoes`, `geneve` move them for
 * what follows. Owns offsets; knows no protocol.
 */
import { binary, constant, load, masked, type Value } from './condition.js';
import { LINK_LAYOUTS, type LinkFamily, UNKNOWN_LAYOUT } from './link-layouts.js';

/** A byte offset in the frame: a constant, and for some a number that the packet itself determines. */
export interface Place {
  readonly constant: number;
  readonly variable: Value | undefined;
}

export const place = (at: number, from?: Value): Place => ({ constant: at, variable: from });

export class LinkState {
  /** LINKTYPE_ number; changes where one link layer carries another. */
  linkType: number;
  family: LinkFamily;
  header: Place;
  protocol: Place;
  payload: Place;
  /** From the payload. */
  network: number;
  networkAfterLlc: number;
  /** Header that carries the present link layer, when that is not the first. */
  outerHeader: Place | undefined;
  isInGeneve = false;
  /** The frame is an emulated LAN's, within ATM. */
  isInLane = false;
  mplsLabels = 0;
  /** The frame began as a cell or frame of raw ATM, whatever was entered since. */
  readonly isAtm: boolean;
  /** The address family of NULL and ENC is in the byte order of the machine that captured. */
  readonly isBigEndian: boolean;
  #variables = 0;

  constructor(linkType: number, isBigEndian: boolean) {
    const layout = LINK_LAYOUTS.get(linkType) ?? UNKNOWN_LAYOUT;
    this.linkType = linkType;
    this.isBigEndian = isBigEndian;
    this.family = layout.family;
    this.isAtm = layout.family === 'SunATM';
    this.header = place(layout.header);
    this.protocol = place(layout.protocol);
    this.payload = place(layout.payload);
    this.network = layout.network;
    this.networkAfterLlc = layout.networkAfterLlc;
  }

  get variables(): number {
    return this.#variables;
  }

  newVariable(): number {
    return this.#variables++;
  }

  /** A new link layer of type `linkType` begins at `header`. */
  enter(linkType: number, family: LinkFamily, header: Place, protocol: Place, payload: Place): void {
    this.outerHeader = this.header;
    this.isInLane = false;
    this.linkType = linkType;
    this.family = family;
    this.header = header;
    this.protocol = protocol;
    this.payload = payload;
    this.network = 0;
    this.networkAfterLlc = 0;
  }

  atHeader(offset: number, bytes: number): Value {
    return at(this.header, offset, bytes);
  }

  /** Of the link layer that carries the present one. */
  atOuterHeader(offset: number, bytes: number): Value {
    return at(this.outerHeader ?? this.header, offset, bytes);
  }

  atProtocol(offset: number, bytes: number): Value {
    return at(this.protocol, offset, bytes);
  }

  /** From the LLC header on, where there is one. */
  atPayload(offset: number, bytes: number): Value {
    return at(this.payload, offset, bytes);
  }

  atNetwork(offset: number, bytes: number): Value {
    return at(this.payload, this.network + offset, bytes);
  }

  atNetworkAfterLlc(offset: number, bytes: number): Value {
    return at(this.payload, this.networkAfterLlc + offset, bytes);
  }

  /** Behind an IPv4 header of the length it says. */
  atIpv4Payload(offset: number, bytes: number, index?: Value): Value {
    const header = this.#fromPayload(this.ipv4HeaderBytes);
    return load(bytes, this.payload.constant + this.network + offset, index ? binary('+', index, header) : header);
  }

  /** Behind an IPv6 header without extensions. */
  atIpv6Payload(offset: number, bytes: number): Value {
    return this.atNetwork(40 + offset, bytes);
  }

  get ipv4HeaderBytes(): Value {
    return binary('<<', masked(this.atNetwork(0, 1), 0xf), constant(2));
  }

  /** The network header's byte `index` and what follows. */
  atNetworkIndex(index: Value, offset: number, bytes: number): Value {
    return load(bytes, this.payload.constant + this.network + offset, this.#fromPayload(index));
  }

  #fromPayload(index: Value): Value {
    return this.payload.variable === undefined ? index : binary('+', this.payload.variable, index);
  }
}

export const at = ({ constant: base, variable: from }: Place, offset: number, bytes: number): Value =>
  load(bytes, base + offset, from);
