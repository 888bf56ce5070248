/**
 * The words of the filter language: which are reserved, where each may stand, and which stand for numbers. Knows no
 * grammar. Found by asking tcpdump about every word of pcap-filter(7) and about spellings that it does not list.
 */

/** Kinds of tokens; a word of the language is of the kind that says where it may stand. */
export type TokenKind =
  | 'protocol'
  | 'direction'
  | 'type'
  | 'proto'
  | 'gateway'
  | 'mask'
  | 'logical'
  | 'not'
  | 'len'
  | 'cast'
  | 'size'
  | 'byte'
  | 'way'
  | 'ifindex'
  | 'tag'
  | 'pppoed'
  | 'pf name'
  | 'pf number'
  | 'pf reason'
  | 'pf action'
  | 'wlan type'
  | 'wlan subtype'
  | 'wlan dir'
  | 'llc'
  | 'atm'
  | 'atm field'
  | 'mtp2'
  | 'mtp3'
  | 'number'
  | 'name'
  | 'dotted'
  | 'ip6'
  | 'mac'
  | 'arcnet'
  | 'relation'
  | 'arithmetic'
  | 'bracket'
  | 'end';

export interface Word {
  readonly kind: TokenKind;
  /** The same for all spellings of one meaning. */
  readonly symbol: string;
}

/** `spelling:symbol`, or one text for both. */
const SPELLINGS: Partial<Record<TokenKind, string>> = {
  protocol: `ether:link fddi:link tr:link wlan:link ppp:link slip:link link ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp
    igrp pim vrrp carp ah esp atalk aarp decnet lat sca moprc mopdl iso esis es-is:esis isis is-is:isis l1 l2 iih lsp snp
    csnp psnp clnp stp ipx netbeui radio`,
  direction: `src dst addr1 addr2 addr3 addr4 address1:addr1 address2:addr2 address3:addr3 address4:addr4 ra ta`,
  type: 'host net port portrange',
  proto: 'proto protochain',
  gateway: 'gateway',
  mask: 'mask',
  logical: 'and or &&:and ||:or',
  not: 'not !:not',
  len: 'len length:len',
  cast: 'broadcast multicast',
  size: 'less greater',
  byte: 'byte',
  way: 'inbound outbound',
  ifindex: 'ifindex',
  tag: 'vlan mpls pppoes geneve',
  pppoed: 'pppoed',
  'pf name': 'on:ifname ifname rset:ruleset ruleset',
  'pf number': 'rnr:rulenum rulenum srnr:subrulenum subrulenum',
  'pf reason': 'reason',
  'pf action': 'action',
  'wlan type': 'type',
  'wlan subtype': 'subtype',
  'wlan dir': 'dir direction:dir',
  llc: 'llc',
  atm: 'lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic connectmsg metaconnect',
  'atm field': 'vpi vci',
  mtp2: 'fisu lssu lsu:lssu msu hfisu hlssu hmsu',
  mtp3: 'sio opc dpc sls hsio hopc hdpc hsls',
  relation: '> >= < <= = ==:= !=',
  arithmetic: '+ - * / % & | ^ << >>',
  bracket: '( ) [ ] :',
};

/** Reserved words and signs by spelling. */
export const WORDS: ReadonlyMap<string, Word> = new Map(
  Object.entries(SPELLINGS).flatMap(([kind, spellings]) =>
    spellings.split(/\s+/).map((entry): [string, Word] => {
      // The sign `:` stands for itself.
      const [spelling, symbol = spelling] = entry === ':' ? [entry] : entry.split(':');
      return [spelling!, { kind: kind as TokenKind, symbol: symbol! }];
    }),
  ),
);

/** Names of header fields and of their values, as pcap-filter(7) lists them; usable wherever a number is. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    icmptype: 0,
    icmpcode: 1,
    icmp6type: 0,
    icmp6code: 1,
    tcpflags: 13,
    'icmp-echoreply': 0,
    'icmp-unreach': 3,
    'icmp-sourcequench': 4,
    'icmp-redirect': 5,
    'icmp-echo': 8,
    'icmp-routeradvert': 9,
    'icmp-routersolicit': 10,
    'icmp-timxceed': 11,
    'icmp-paramprob': 12,
    'icmp-tstamp': 13,
    'icmp-tstampreply': 14,
    'icmp-ireq': 15,
    'icmp-ireqreply': 16,
    'icmp-maskreq': 17,
    'icmp-maskreply': 18,
    'icmp6-destinationunreach': 1,
    'icmp6-packettoobig': 2,
    'icmp6-timeexceeded': 3,
    'icmp6-parameterproblem': 4,
    'icmp6-echo': 128,
    'icmp6-echoreply': 129,
    'icmp6-multicastlistenerquery': 130,
    'icmp6-multicastlistenerreportv1': 131,
    'icmp6-multicastlistenerdone': 132,
    'icmp6-routersolicit': 133,
    'icmp6-routeradvert': 134,
    'icmp6-neighborsolicit': 135,
    'icmp6-neighboradvert': 136,
    'icmp6-redirect': 137,
    'icmp6-routerrenum': 138,
    'icmp6-nodeinformationquery': 139,
    'icmp6-nodeinformationresponse': 140,
    'icmp6-ineighbordiscoverysolicit': 141,
    'icmp6-ineighbordiscoveryadvert': 142,
    'icmp6-multicastlistenerreportv2': 143,
    'icmp6-homeagentdiscoveryrequest': 144,
    'icmp6-homeagentdiscoveryreply': 145,
    'icmp6-mobileprefixsolicit': 146,
    'icmp6-mobileprefixadvert': 147,
    'icmp6-certpathsolicit': 148,
    'icmp6-certpathadvert': 149,
    'icmp6-multicastrouteradvert': 151,
    'icmp6-multicastroutersolicit': 152,
    'icmp6-multicastrouterterm': 153,
    'tcp-fin': 1,
    'tcp-syn': 2,
    'tcp-rst': 4,
    'tcp-push': 8,
    'tcp-ack': 16,
    'tcp-urg': 32,
    'tcp-ece': 64,
    'tcp-cwr': 128,
  }),
);
