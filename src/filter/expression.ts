/**
 * What a filter expression says, as a list of steps in the order of evaluation (operands before their operator), so
 * that no depth of nesting needs recursion. Owns the shape between parser and compiler; knows no packet.
 *
 * The language is that of pcap-filter(7) as libpcap 1.10 understands it. Qualifiers that an identifier inherits
 * (`port 80 or 443`) are filled in by the parser. Columns count UTF-16 units of the text from 1.
 */

/** Protocol words that qualify, as one word each: `ether`, `fddi`, `tr`, `wlan`, `ppp`, `slip` are all `link`. */
export type Protocol =
  | 'link'
  | 'ip'
  | 'ip6'
  | 'arp'
  | 'rarp'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'igmp'
  | 'igrp'
  | 'pim'
  | 'vrrp'
  | 'carp'
  | 'ah'
  | 'esp'
  | 'atalk'
  | 'aarp'
  | 'decnet'
  | 'lat'
  | 'sca'
  | 'moprc'
  | 'mopdl'
  | 'iso'
  | 'esis'
  | 'isis'
  | 'l1'
  | 'l2'
  | 'iih'
  | 'lsp'
  | 'snp'
  | 'csnp'
  | 'psnp'
  | 'clnp'
  | 'stp'
  | 'ipx'
  | 'netbeui'
  | 'radio';

export type Direction =
  | 'src'
  | 'dst'
  | 'src or dst'
  | 'src and dst'
  | 'addr1'
  | 'addr2'
  | 'addr3'
  | 'addr4'
  | 'ra'
  | 'ta';

export type IdentifierType = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain' | 'gateway';

/** What stands where an address, port or protocol belongs; texts as written, without the backslash of an escape. */
export type Identifier =
  | { readonly form: 'name'; readonly text: string }
  /** A number by itself, unsigned 32-bit: `80`, `0x50`, `(80)`, `tcp-syn`. */
  | { readonly form: 'number'; readonly value: number }
  /** Two to four decimal numbers with dots: `10.1`, `10.1.2.3`. */
  | { readonly form: 'dotted'; readonly text: string; readonly prefixBits?: number; readonly mask?: string }
  | { readonly form: 'ip6'; readonly text: string; readonly prefixBits?: number }
  /** An Ethernet address in any of its notations. */
  | { readonly form: 'mac'; readonly text: string }
  /** An ARCNET address, without its `$`. */
  | { readonly form: 'arcnet'; readonly text: string };

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';

/** One step of an arithmetic value: pops what it needs from a stack of values, pushes one. Unsigned 32-bit. */
export type ValueStep =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'len' }
  /** Pops the offset. */
  | { readonly kind: 'load'; readonly protocol: Protocol; readonly bytes: number; readonly column: number }
  | { readonly kind: 'negate' }
  | {
      readonly kind: 'binary';
      readonly operator: ArithmeticOperator;
      readonly column: number;
    };

export type RelationOperator = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** One step of the whole: pops what it needs from a stack of conditions, pushes one. */
export type Step = { readonly column: number } & (
  | { readonly kind: 'and' | 'or' | 'not' }
  | {
      readonly kind: 'relation';
      readonly operator: RelationOperator;
      readonly left: readonly ValueStep[];
      readonly right: readonly ValueStep[];
    }
  /** An identifier with the qualifiers that hold for it: own or inherited, undefined where there is none. */
  | {
      readonly kind: 'identifier';
      readonly identifier: Identifier;
      readonly protocol: Protocol | undefined;
      readonly direction: Direction | undefined;
      readonly type: IdentifierType | undefined;
    }
  /** A protocol by itself: `tcp`. */
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | { readonly kind: 'broadcast' | 'multicast'; readonly protocol: Protocol | undefined }
  /** `less` and `greater` include the length itself. */
  | { readonly kind: 'less' | 'greater'; readonly bytes: number }
  /** `byte 12 = 8`, one byte of the frame. */
  | {
      readonly kind: 'byte';
      readonly offset: number;
      readonly operator: '=' | '<' | '>' | '&' | '|';
      readonly value: number;
    }
  | { readonly kind: 'inbound' | 'outbound' }
  | { readonly kind: 'ifindex'; readonly value: number }
  | { readonly kind: 'vlan' | 'mpls' | 'pppoes' | 'geneve'; readonly value: number | undefined }
  | { readonly kind: 'pppoed' }
  /** Fields of OpenBSD's pf log: the text of a name, or a number. */
  | {
      readonly kind: 'pf';
      readonly field: 'ifname' | 'ruleset' | 'rulenum' | 'subrulenum' | 'reason' | 'action';
      readonly value: string | number;
    }
  /** `wlan type T`, `wlan type T subtype S`, `wlan subtype S`; words or numbers as written. */
  | {
      readonly kind: 'wlan type';
      readonly type: string | number | undefined;
      readonly subtype: string | number | undefined;
    }
  | { readonly kind: 'wlan dir'; readonly value: string | number }
  /** `llc`, or one of its kinds: `i`, `s`, `u`, `rr`, `rnr`, `rej`, `ui`, `ua`, `disc`, `dm`, `sabme`, `test`, `xid`, `frmr`. */
  | { readonly kind: 'llc'; readonly value: string | undefined }
  /** ATM kinds that stand by themselves: `lane`, `llc` excepted: `metac`, `bcc`, `oam`, `oamf4`, `connectmsg`, ... */
  | { readonly kind: 'atm'; readonly word: string }
  /** `vpi`, `vci` with comparisons, as a condition tree of their own: any of them holds. */
  | {
      readonly kind: 'atm field';
      readonly field: 'vpi' | 'vci';
      readonly operator: RelationOperator;
      readonly value: number;
    }
  /** Kinds of SS7 messages: `fisu`, `lssu`, `lsu`, `msu`, `hfisu`, `hlssu`, `hmsu`. */
  | { readonly kind: 'mtp2'; readonly word: string }
  /** `sio`, `opc`, `dpc`, `sls` and the same with `h` before, with comparisons. */
  | { readonly kind: 'mtp3'; readonly field: string; readonly operator: RelationOperator; readonly value: number }
);

/** Steps of one kind, or of several. */
export type StepOf<Kind extends Step['kind']> = Step & { readonly kind: Kind };

/** A whole expression; without steps it selects everything. */
export interface FilterExpression {
  readonly text: string;
  readonly steps: readonly Step[];
}
